"""The board games are OpenSpiel's, move for move."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyspiel
import pytest
import torch
from arena_tensor.family import Tensor
from arena_tensor.othello import counted
from hypothesis import given
from hypothesis import strategies as st

from arena.errors import BadParameter
from arena.plugins import make_registry
from arena.specs import parse
from arena.tensor_luck import tensor_pick, tensor_uniforms
from tests.tensor.agreement import Pair, agree, tensor_of


def lines(first: int = 0, last: int | None = None) -> Callable[[str], str]:
    """Return a function that keeps the cells of these lines of a drawing."""

    def cells(drawing: str) -> str:
        kept = drawing.strip("\n").splitlines()[first:last]
        return "\n".join(re.sub("[^xobw.]", "", line.replace("-", ".")) for line in kept)

    return cells


DRAWINGS = {
    "othello": (lines(0, -1), lines(2, 10)),
    "breakthrough": (lines(0, -1), lines(0, -1)),
    "hex": (lines(1), lines()),
}
BOARDS: list[tuple[str, dict[str, Any], int]] = [
    ("tic_tac_toe", {}, 10_000),
    ("connect_four", {}, 10_000),
    ("connect_four", {"columns": 5, "rows": 4, "x_in_row": 3}, 500),
    ("connect_four", {"columns": 6, "rows": 5, "x_in_row": 5}, 500),
    ("othello", {}, 300),
    ("mnk", {"m": 4, "n": 3, "k": 3}, 500),
    ("mnk", {"m": 5, "n": 7, "k": 4}, 500),
    ("mnk", {}, 50),
    ("hex", {"board_size": 3}, 500),
    ("hex", {"board_size": 5}, 500),
    ("hex", {}, 50),
    ("breakthrough", {}, 200),
    ("breakthrough", {"rows": 6, "columns": 5}, 200),
    ("breakthrough", {"rows": 4, "columns": 3}, 200),
]


def held(name: str, parameters: dict[str, Any], matches: int) -> Pair:
    """Hold a game to OpenSpiel's of the same name and parameters."""
    game, draw = pyspiel.load_game(name, parameters), DRAWINGS.get(name, (lines(), lines()))
    return agree(name, game, matches, parameters=parameters, observe=tensor_of, draw=draw)


@pytest.mark.parametrize(("name", "parameters", "matches"), BOARDS)
def test_they_agree(name: str, parameters: dict[str, Any], matches: int) -> None:
    assert held(name, parameters, matches).moves > 3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["othello", "mnk", "hex", "breakthrough"])
def test_they_agree_over_ten_thousand_matches(name: str) -> None:
    held(name, {}, 10_000)


@pytest.mark.parametrize("matches", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_gomoku_is_that_of_openspiel(matches: int) -> None:
    """Moves, ends and pay; OpenSpiel's own gomoku writes its moves and its boards otherwise."""
    agree("gomoku", pyspiel.load_game("gomoku"), matches, label=None)


REFUSED = [
    ("connect_four:rows=9", "columns * (rows + 1) may be 63 at most"),
    ("mnk:k=0", "none may be below 1"),
    ("mnk:m=63", "nor m above 62"),
    ("hex:board_size=0", "board_size=0 is not 1 to 100"),
    ("breakthrough:rows=9", "64 cells at most"),
]


@pytest.mark.parametrize(("spec", "why"), REFUSED)
def test_what_cannot_be_is_refused(spec: str, why: str) -> None:
    ref = parse(f"tensor/{spec}")
    with pytest.raises(BadParameter, match=re.escape(why)):
        make_registry().make("environments", ref)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_bits_are_counted(words: list[int]) -> None:
    assert counted(torch.tensor(words)).tolist() == [(w % 2**64).bit_count() for w in words]


def test_othello_passes_where_it_must() -> None:
    """In 2,000 random games some pass, each where no stone can be put down."""
    table: Any = Tensor().make("othello").table(2_000, "cpu")
    deals, passed = torch.arange(2_000), 0
    table.reset(table.over(), deals)
    for turn in range(60):
        legal = table.legal(0)
        assert not (legal[:, :64].any(1) & legal[:, 64]).any()
        passed += int((legal[:, 64] & ~table.over()).sum())
        action = tensor_pick(legal, tensor_uniforms(deals, 0, turn))
        table.step([action, action])
    assert passed > 100


def test_hex_boards_have_no_draw() -> None:
    """Every filled board of hex has exactly one winner (Gale, Am. Math. Monthly 86, 1979)."""
    table: Any = Tensor().make("hex", board_size=4).table(500, "cpu")
    deals, paid = torch.arange(500), torch.zeros(500, 2)
    table.reset(table.over(), deals)
    for turn in range(16):
        action = tensor_pick(table.legal(0), tensor_uniforms(deals, 0, turn))
        paid += table.step([action, action])
    assert table.over().all() and paid.abs().eq(1).all() and not paid.sum(1).any()
