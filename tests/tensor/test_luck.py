"""Games in which nature moves are OpenSpiel's, draw for draw."""

from __future__ import annotations

from typing import Any

import pyspiel
import pytest

from tests.tensor.agreement import agree, tensor_of


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker"])
def test_they_agree_over_ten_thousand_matches(name: str) -> None:
    assert agree(name, pyspiel.load_game(name), 10_000, observe=tensor_of).moves >= 2


def changing(state: Any, seat: int) -> list[int]:
    """Return the slides that change the board.

    OpenSpiel 2.0.2 lists fewer: it remembers which tiles the last move made, and takes it that they
    cannot be joined. It joins them all the same when that is played.
    """
    return [action for action in range(4) if state.child(action).current_player() != seat]


def agree_at_2048(matches: int, max_tile: int) -> None:
    parameters = {"max_tile": max_tile}
    game = pyspiel.load_game("2048", parameters)
    agree("2048", game, matches, parameters=parameters, observe=tensor_of, legal=changing)


@pytest.mark.parametrize(("max_tile", "matches"), [(8, 300), (16, 300), (128, 300), (2048, 100)])
def test_2048_agrees(max_tile: int, matches: int) -> None:
    agree_at_2048(matches, max_tile)


@pytest.mark.slow
def test_2048_agrees_over_ten_thousand_matches() -> None:
    agree_at_2048(10_000, 2048)
