"""Matrix games are OpenSpiel's, alone and repeated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyspiel
import pytest
import torch
from arena_tensor.family import Tensor

from arena.errors import BadParameter
from arena.plugins import make_registry
from arena.specs import parse
from tests.tensor.agreement import agree

GAMES: list[tuple[str, str, dict[str, Any]]] = [
    ("prisoners_dilemma", "matrix_pd", {"reward": 5.0, "temptation": 10.0}),
    ("chicken", "matrix_cd", {}),
    ("stag_hunt", "matrix_sh", {}),
    ("rock_paper_scissors", "matrix_rps", {}),
    ("matrix", "matrix_mp", {"row": [1.0, -1.0, -1.0, 1.0], "column": [-1.0, 1.0, 1.0, -1.0]}),
    ("matrix", "matrix_bos", {"row": [3.0, 0.0, 0.0, 2.0], "column": [2.0, 0.0, 0.0, 3.0]}),
]


def seen(rounds: int, recall: int, actions: int, state: Any, seat: int) -> list[float]:
    """Return what a seat should see, from OpenSpiel's history."""
    history = [action.action for action in state.full_history()]
    pairs = [tuple(history[i : i + 2]) for i in range(0, len(history), 2)]
    numbers = [len(pairs) / rounds]
    for ago in range(1, recall + 1):
        for who in (seat, 1 - seat):
            action = pairs[-ago][who] if ago <= len(pairs) else -1
            numbers += [float(action == a) for a in range(actions)]
    for who in (seat, 1 - seat):
        fell = [pair[who] for pair in pairs]
        numbers += [fell.count(a) / max(len(fell), 1) for a in range(actions)]
    return list(np.array(numbers, np.float32))


@pytest.mark.parametrize(("name", "stage", "payoffs"), GAMES)
def test_they_agree_over_ten_thousand_matches(
    name: str, stage: str, payoffs: dict[str, Any]
) -> None:
    label = None if name == "matrix" else str
    game = pyspiel.load_matrix_game(stage)
    pair = agree(name, game, 10_000, parameters={**payoffs, "rounds": 1}, label=label)
    assert pair.moves == 1


@pytest.mark.parametrize(("name", "stage", "payoffs"), GAMES)
def test_they_agree_over_ten_thousand_when_repeated(
    name: str, stage: str, payoffs: dict[str, Any]
) -> None:
    label = None if name == "matrix" else str
    game = pyspiel.load_game(f"repeated_game(stage_game={stage}(),num_repetitions=7)")
    actions = game.num_distinct_actions()

    def observe(state: Any, seat: int) -> list[float]:
        return seen(7, 3, actions, state, seat)

    parameters = {**payoffs, "rounds": 7, "recall": 3}
    pair = agree(name, game, 10_000, parameters=parameters, label=label, observe=observe)
    assert pair.moves == 7


def test_tables_need_not_be_square() -> None:
    game: Any = make_registry().make(
        "environments", parse("tensor/matrix:row=1;2;3;4;5;6,column=6;5;4;3;2;1,actions=2")
    )
    assert [seat.action_space.n for seat in game.spec.seats] == [2, 3]
    assert game.spec.zero_sum and game.spec.kind == "competitive"
    table = game.table(6, "cpu")
    table.reset(table.over(), torch.arange(6))
    first, second = torch.arange(6) // 3, torch.arange(6) % 3
    pay = table.step([first, second])
    assert pay.tolist() == [[1, 6], [2, 5], [3, 4], [4, 3], [5, 2], [6, 1]]
    assert table.over().all()


def test_left_out_columns_make_it_symmetric() -> None:
    table: Any = Tensor().make("matrix", row=[3.0, 0.0, 5.0, 1.0], rounds=2).table(4, "cpu")
    table.reset(table.over(), torch.arange(4))
    pay = table.step([torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 0, 1])])
    assert pay.tolist() == [[3, 3], [0, 5], [5, 0], [1, 1]]
    assert not table.over().any()


REFUSED = [
    ("matrix:row=1;2;3", "the table is not square"),
    ("matrix:row=1;2;3;4,column=1;2", "row has 4 payoffs, column 2"),
    ("matrix:row=1;2;3;4;5;6,actions=4", "6 payoffs in row are no table of 4 rows"),
    ("matrix:row=1;2;3;4;5;6,actions=2", "not square"),
    ("matrix", "needs row"),
    ("chicken:rounds=0", "rounds=0"),
]


@pytest.mark.parametrize(("spec", "why"), REFUSED)
def test_what_cannot_be_is_refused(spec: str, why: str) -> None:
    with pytest.raises(BadParameter, match=why):
        make_registry().make("environments", parse(f"tensor/{spec}"))
