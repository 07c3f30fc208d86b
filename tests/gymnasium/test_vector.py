"""Gymnasium's vector environments as tables: each row is the single game of its deal."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from arena_gymnasium.family import Gymnasium
from arena_search.simple import Random

from arena import Match, play
from arena.errors import BadParameter
from arena.runner import Runner
from arena.testing import check_table
from tests.search.test_players import maker

NAMES = ["CartPole-v1", "Pendulum-v1", "Taxi-v4", "Blackjack-v1", "FrozenLake-v1"]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_table(name: str) -> None:
    def table(size: int) -> Any:
        return Gymnasium().make(name, vector="sync", max_episode_steps=30).table(size, "cpu")

    report = check_table(table, ticks=60)
    assert "observe" not in report.skipped


def test_processes_are_a_table_too() -> None:
    def table(size: int) -> Any:
        game = Gymnasium().make("CartPole-v1", vector="async", max_episode_steps=9)
        return game.table(min(size, 2), "cpu")

    one, two = table(2), Gymnasium().make("CartPole-v1", vector="sync", max_episode_steps=9)
    other = two.table(2, "cpu")
    deals = np.array([5, 6])
    try:
        for turn in range(30):
            for each in (one, other):
                each.reset(each.over(), deals + turn)
            assert np.array_equal(one.observe(0), other.observe(0))
            pay = [each.step([np.array([turn % 2, 1])]) for each in (one, other)]
            assert np.array_equal(*pay)
            assert np.array_equal(one.over(), other.over())
            assert np.array_equal(one.truncated(), other.truncated())
    finally:
        one.close()


def test_its_matches_are_those_of_single_games() -> None:
    make = maker("gymnasium/CartPole-v1:vector=sync")
    matches = [Match(number, (0,), number + 5, number) for number in range(12)]
    alone = Runner(make, [Random()], slots=2)
    both = [
        list(play(make, [Random()], matches, slots=4)),
        [e for b in alone.blocks(matches) for e in b],
    ]
    played = [{e.match.number: (e.returns, list(e.log)) for e in some} for some in both]
    assert played[0] == played[1] and len(played[0]) == 12


def test_rows_are_gymnasiums() -> None:
    """Seeded with the deals, step for step."""
    table: Any = Gymnasium().make("CartPole-v1", vector="sync").table(3, "cpu")
    envs = [gymnasium.make("CartPole-v1") for _ in range(3)]
    seen = [env.reset(seed=row + 4)[0] for row, env in enumerate(envs)]
    table.reset(table.over(), np.arange(3) + 4)
    for turn in range(8):
        assert np.array_equal(table.observe(0), seen)
        table.step([np.full(3, turn % 2)])
        seen = [env.step(turn % 2)[0] for env in envs]


REFUSED = [
    ("CartPole-v1", "maybe", "vector=maybe is neither sync nor async"),
    ("BipedalWalker-v3", "sync", "disturb each other"),
]


@pytest.mark.parametrize(("name", "vector", "why"), REFUSED)
def test_what_cannot_be_is_refused(name: str, vector: str, why: str) -> None:
    with pytest.raises(BadParameter, match=why):
        Gymnasium().make(name, vector=vector)


def test_too_many_processes_are_refused() -> None:
    game = Gymnasium().make("CartPole-v1", vector="async")
    with pytest.raises(BadParameter, match="say --slots"):
        game.table(4096, "cpu")
    assert Gymnasium().make("CartPole-v1").table(8, "cpu") is None
