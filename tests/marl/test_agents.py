"""Policies learnt with central critics, at play: each seat by what it sees itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from arena_deep.weights import write_network
from arena_marl.acting import doing_of
from arena_marl.agents import SeatPolicies, config_of
from arena_marl.groups import Grouped, groups_of, seen_width
from arena_tensor.family import Tensor

from arena.agent import Agent
from arena.environment import Action, Environment
from arena.errors import Unsuitable
from arena.playing import play
from arena.records import Match, Spec
from arena.seeds import Luck, derive
from tests.test_column_tick import check_on_meta, play_on

MATCHES = [Match(n, (0, 0, 0), derive(1, "seat", n), derive(1, "deal", n)) for n in range(30)]


def policies(spec: Spec, shared: bool = True, units: int = 0) -> Grouped:
    """Return untrained policies, the same every time."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        sights = [seen_width(seat.observation_space) for seat in spec.seats]
        outs = [doing_of(seat.action_space).width for seat in spec.seats]
        made = Grouped(groups_of(spec, shared), sights, outs, [16], units)
    for parameter in made.parameters():
        parameter.data *= 3.0  # so that what is seen decides
    return made


@pytest.fixture
def player(tmp_path: Path) -> Callable[..., SeatPolicies]:
    """Return what makes a player with untrained policies for a game."""

    def make(
        name: str, shared: bool = True, device: str = "cpu", units: int = 0, **given: Any
    ) -> SeatPolicies:
        spec = Tensor().make(name, **given).spec
        made = policies(spec, shared, units)
        folder = tmp_path / f"{name}{shared}{units}{given}"
        folder.mkdir(exist_ok=True)
        write_network(folder, made, config_of(spec, made.groups, [16], units))
        return SeatPolicies(str(folder), name, device)

    return make


class Poisoned(Environment):
    """simple_spread, in which all but one seat see nothing but NaN."""

    def __init__(self, seat: int | None) -> None:
        self.game, self.seat = Tensor().make("simple_spread", max_cycles=1), seat
        self.spec = self.game.spec

    def reset(self, rng: Luck) -> None:
        self.game.reset(rng)

    def acting(self) -> tuple[int, ...]:
        return tuple(self.game.acting())

    def chance(self) -> Any:
        return self.game.chance()

    def observe(self, seat: int) -> Any:
        seen = self.game.observe(seat)
        return seen if self.seat in (None, seat) else np.full_like(seen, np.nan)

    def step(self, actions: Mapping[int, Action]) -> Any:
        return self.game.step(actions)


def first_moves(make: Callable[[], Environment], agent: Agent, seat: int) -> list[Any]:
    """Return what a seat does first in each match."""
    episodes = play(make, [agent], MATCHES)
    return [next(move for who, move in e.moves if who == seat) for e in episodes]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("seat", [0, 1, 2])
def test_a_seat_acts_by_its_own_observation(player: Any, seat: int, shared: bool) -> None:
    agent = player("simple_spread", shared)
    alone = first_moves(lambda: Poisoned(seat), agent, seat)
    assert alone == first_moves(lambda: Poisoned(None), agent, seat)
    assert len(set(alone)) > 1
    assert alone != first_moves(lambda: Poisoned((seat + 1) % 3), agent, seat)


def test_actors_look_at_nothing_else() -> None:
    """In learning too: what others see may be anything."""
    spec = Tensor().make("simple_tag").spec
    actors, seen = policies(spec), [torch.randn(5, n) for n in (16, 16, 16, 14)]
    for seat, own in enumerate(seen):
        others = [part if n == seat else part * torch.nan for n, part in enumerate(seen)]
        found = actors(others)[seat]
        assert torch.allclose(found, actors(seen)[seat]) and not found.isnan().any()
        assert torch.allclose(found, actors.of(seat, own), atol=1e-6)


def test_another_game_does_not_suit(player: Any) -> None:
    agent = player("simple_spread")
    for other in ("simple_tag", "simple_speaker_listener"):
        with pytest.raises(Unsuitable):
            agent.check(Tensor().make(other).spec)
    with pytest.raises(
        Unsuitable, match=r"seat 0 moves in Discrete\(5\), and here it moves in Box"
    ):
        agent.check(Tensor().make("simple_spread", continuous_actions=True).spec)


@pytest.mark.parametrize("name", ["simple_spread", "simple_adversary", "simple_speaker_listener"])
def test_it_stays_on_the_device(player: Any, name: str) -> None:
    """On a meta device whatever leaves it, or comes from elsewhere, raises."""
    check_on_meta(play_on(name, [player(name, device="meta")], 8, "meta"))
