"""The board games are OpenSpiel's, move for move."""

from __future__ import annotations

from typing import Any

import pyspiel
import pytest

from tests.tensor.agreement import agree, tensor_of

BOARDS: list[tuple[str, dict[str, Any], int]] = [
    ("tic_tac_toe", {}, 10_000),
    ("connect_four", {}, 2_000),
    ("connect_four", {"columns": 5, "rows": 4, "x_in_row": 3}, 500),
    ("connect_four", {"columns": 6, "rows": 5, "x_in_row": 5}, 500),
]


@pytest.mark.parametrize(("name", "parameters", "matches"), BOARDS)
def test_they_agree(name: str, parameters: dict[str, Any], matches: int) -> None:
    game = pyspiel.load_game(name, parameters)
    assert (
        agree(name, game, matches, parameters=parameters, observe=tensor_of, draw=str.strip).moves
        > 4
    )
