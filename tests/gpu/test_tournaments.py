"""Tournaments on a CUDA device: competitive, cooperative and mixed; skipped where there is none.

What can be held without a GPU is held in `tests/test_column_tick.py`, on a fake device.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.cli.conftest import arena as arena
from tests.cli.conftest import home as home
from tests.test_column_tick import made, networks, play_on, simple_players, ticks

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device"),
]
FIELD = ("--agent", "random", "--agent", "first_legal", "--games", 200, "--seed", 5)


def played(arena: Any, tournament: int) -> list[Any]:
    """Return the moves of a tournament's matches, by number."""
    lines = arena("export", "jsonl", "--moves", "--tournament", tournament).objects
    return [(line["number"], line["ending"], line["turns"], line["moves"]) for line in lines]


@pytest.mark.parametrize(
    ("game", "kind"),
    [
        ("tensor/connect_four", "competitive"),
        ("tensor/simple_spread", "cooperative"),
        ("tensor/prisoners_dilemma", "mixed"),
    ],
)
def test_a_tournament_is_played_as_on_the_host(arena: Any, game: str, kind: str) -> None:
    (told,) = arena("tournament", game, *FIELD, "--device", "cuda", "--json").objects
    arena("tournament", game, *FIELD, "--device", "cpu")
    assert told["faults"] == told["voided"] == 0 and told["matches"] >= 200
    assert played(arena, 1) == played(arena, 2)
    (checked,) = arena("verify", 1, "--json").objects
    assert (checked["checked"], checked["mismatched"]) == (told["matches"], 0)


@pytest.mark.parametrize("name", ["connect_four", "leduc_poker", "pendulum", "simple_spread"])
def test_nobody_waits_for_the_device(name: str) -> None:
    spec = made(name).spec
    agents = [*simple_players(spec).values(), *networks(spec, "cuda").values()]
    play = play_on(name, agents, 1024, "cuda")
    next(ticks(play, 1))  # in which agents bring what they need to the device
    torch.cuda.set_sync_debug_mode("error")
    try:
        assert len(list(ticks(play, 8))) == 8
    finally:
        torch.cuda.set_sync_debug_mode("default")
