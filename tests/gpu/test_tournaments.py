"""Tournaments on a CUDA device: competitive, cooperative and mixed; skipped where there is none.

The same is done on the host, so that these tests are known to work before they meet a GPU. What
can be held of a GPU without one is held in `tests/test_column_tick.py`, on a fake device.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from tests.cli.conftest import arena as arena
from tests.cli.conftest import home as home
from tests.test_column_tick import made, networks, play_on, simple_players, ticks

CUDA = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device"),
]
DEVICES = ["cpu", pytest.param("cuda", marks=CUDA)]
FIELD = ("--agent", "random", "--agent", "first_legal", "--games", 200, "--seed", 5)


def played(arena: Any, tournament: int) -> list[Any]:
    """Return the moves of a tournament's matches, by number."""
    lines = arena("export", "jsonl", "--moves", "--tournament", tournament).objects
    return [(line["number"], line["ending"], line["turns"], line["moves"]) for line in lines]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    ("game", "kind"),
    [
        ("tensor/connect_four", "competitive"),
        ("tensor/simple_spread", "cooperative"),
        ("tensor/prisoners_dilemma", "mixed"),
    ],
)
def test_a_tournament_is_played_as_on_the_host(
    arena: Any, game: str, kind: str, device: str
) -> None:
    (told,) = arena("tournament", game, *FIELD, "--device", device, "--json").objects
    arena("tournament", game, *FIELD, "--device", "cpu")
    assert made(game.partition("/")[2]).spec.kind == kind
    assert told["faults"] == told["voided"] == 0 and told["matches"] >= 200
    assert played(arena, 1) == played(arena, 2)
    (checked,) = arena("verify", 1, "--json").objects
    assert (checked["checked"], checked["mismatched"]) == (told["matches"], 0)


@contextmanager
def alarm(device: str) -> Iterator[None]:
    """Raise where the host waits for CUDA."""
    if device == "cuda":
        torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        if device == "cuda":
            torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ["connect_four", "leduc_poker", "pendulum", "simple_spread"])
def test_nobody_waits_for_the_device(name: str, device: str) -> None:
    spec = made(name).spec
    agents = [*simple_players(spec).values(), *networks(spec, device).values()]
    play = play_on(name, agents, 1024, device)
    next(ticks(play, 1))  # in which agents bring what they need to the device
    with alarm(device):
        logs = list(ticks(play, 8))
    assert len(logs) == 8 and not any(log.wrong for log in logs)
