"""A `TableGame` is the single game of a table's rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from arena.environment import Environment
from arena.loop_table import LoopTable
from arena.playing import play
from arena.records import CHANCE
from arena.seeds import Luck
from arena.table_game import TableGame
from arena.testing import check_environment, check_table
from arena.testing.probe import RandomPlayer, matches_of, same
from tests.testing.games import GAMES, Drift, HighCard, Nim
from tests.testing.test_table import TensorNim


def table_game(game: Callable[[], Environment]) -> TableGame:
    return TableGame(lambda size, device: LoopTable(game, size))


@pytest.mark.parametrize("game", GAMES)
def test_it_is_an_environment(game: Callable[[], Environment]) -> None:
    assert not check_environment(lambda: table_game(game)).notes


@pytest.mark.parametrize("game", GAMES)
def test_the_runner_plays_the_same_matches(game: Callable[[], Environment]) -> None:
    matches = matches_of(game().spec, 20, seed=3)
    agents = [RandomPlayer()]
    one = {e.match.number: e for e in play(game, agents, matches)}
    other = {e.match.number: e for e in play(lambda: table_game(game), agents, matches)}
    for number, episode in one.items():
        assert same(other[number].log, episode.log)
        assert other[number].returns == episode.returns
        assert other[number].ending == episode.ending


@pytest.mark.parametrize("game", GAMES)
def test_a_table_may_be_held_to_its_own_single_game(game: Callable[[], Environment]) -> None:
    assert not check_table(lambda size: LoopTable(game, size), size=4, ticks=60).notes


def test_it_speaks_as_the_game_does() -> None:
    game = table_game(Nim)
    game.reset(Luck(1))
    assert game.label(0, 2) == "take 2" and game.text(0) == "[10  0]"
    assert game.parse(0, "take 3") == 3 and game.legal(0) == [1, 2, 3]
    assert game.render() == Nim.render(_dealt(Nim()))


def _dealt(game: Any) -> Any:
    game.reset(Luck(1))
    return game


def test_what_a_table_does_not_say_is_shown() -> None:
    game = _dealt(TableGame(lambda size, device: TensorNim(size)))
    assert game.text(0) == "[10  0]" and game.label(0, 1) == "1" and "10" in game.render()
    assert game.step({0: 3}) is None and game.observe(1).tolist() == [7, 1]


def test_nature_is_left_to_the_runner() -> None:
    game = _dealt(table_game(HighCard))
    assert game.acting() == (CHANCE,) and len(game.chance()) == 3
    game.step({CHANCE: 2})
    assert game.acting() == (CHANCE,) and [card for card, _ in game.chance()] == [0, 1]


def test_it_gives_the_table_it_is_one_row_of() -> None:
    game = table_game(Drift)
    table = game.table(5, "cpu")
    assert table.size == 5 and table.spec == game.spec
    assert Nim().table(5, "cpu") is None


def test_the_last_sight_of_a_game_cut_off_is_kept() -> None:
    table = LoopTable(lambda: Drift(1), 3)
    table.reset(np.array([True, True, False]), np.arange(3))
    table.step([np.zeros((3, 1), np.float32)])
    assert table.truncated().tolist() == [True, True, False]
    assert table.observe(0)[:2].all() and not table.observe(0)[2]
