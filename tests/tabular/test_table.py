"""Tables: keys that tell positions apart, values that move, moves that are chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from arena_tabular.keys import Reader, _hash, check
from arena_tabular.table import Table, choose
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from arena.batch import Batch
from arena.environment import Environment
from arena.errors import Unsuitable
from arena.records import Match, Seat, Spec
from arena.seeds import Luck
from arena.slot import Slot

YES = spaces.Discrete(2)


class Shown(Environment):
    """One position, for what a Batch reads of it."""

    def __init__(self, spec: Spec, data: Any, legal: list[int] | None = None) -> None:
        self.spec, self.data, self.given = spec, data, legal

    def reset(self, rng: Luck) -> None:
        return None

    def acting(self) -> tuple[int, ...]:
        return (0,)

    def step(self, actions: Any) -> None:
        return None

    def observe(self, seat: int) -> Any:
        return self.data

    def legal(self, seat: int) -> list[int] | None:
        return self.given


def batch_of(
    spec: Spec, rows: list[Any], seats: list[int] | None = None, legal: list[int] | None = None
) -> Batch:
    slots = [
        Slot(Shown(spec, row, legal), Match(n, (0, 0), n, n), 0.0) for n, row in enumerate(rows)
    ]
    return Batch(slots, seats or [0] * len(rows))


def keys(space: spaces.Space[Any], rows: list[Any], seats: list[int] | None = None) -> list[int]:
    spec = Spec("shown", (Seat(space, YES), Seat(space, YES)))
    found: list[int] = Reader(spec).keys(batch_of(spec, rows, seats)).tolist()
    return found


BOARD = spaces.Box(0, 1, (2, 2), np.float32)
SPACES: list[tuple[spaces.Space[Any], list[Any]]] = [
    (spaces.Discrete(9), [0, 1, 8]),
    (spaces.MultiDiscrete([3, 3]), [np.array([0, 1]), np.array([1, 0]), np.array([1, 1])]),
    (spaces.MultiBinary(3), [np.array([0, 0, 1], np.int8), np.array([1, 0, 0], np.int8)]),
    (BOARD, [np.eye(2, dtype=np.float32), np.fliplr(np.eye(2, dtype=np.float32))]),
    (spaces.Text(9), ["a", "b", "ab"]),
    (spaces.Tuple([YES, YES]), [(0, 1), (1, 0), (1, 1)]),
    (spaces.Dict({"a": YES, "b": YES}), [{"a": 0, "b": 1}, {"a": 1, "b": 0}]),
]


@pytest.mark.parametrize(("space", "rows"), SPACES, ids=lambda value: type(value).__name__)
def test_positions_are_told_apart_and_known_again(
    space: spaces.Space[Any], rows: list[Any]
) -> None:
    found = keys(space, rows)
    assert len(set(found)) == len(rows)
    assert [keys(space, [row])[0] for row in rows] == found


def test_seats_have_tables_of_their_own() -> None:
    assert len(set(keys(spaces.Discrete(9), [3, 3, 3], [0, 1, 0]))) == 2


def test_nought_has_no_sign() -> None:
    zeros = np.zeros((2, 2), np.float32)
    assert len(set(keys(BOARD, [zeros, -zeros]))) == 1


def test_seats_that_see_different_things_are_read_apart() -> None:
    wide = spaces.Box(0, 9, (3,), np.float32)
    spec = Spec("uneven", (Seat(BOARD, YES), Seat(wide, spaces.Discrete(3, start=5))))
    rows = [np.ones((2, 2), np.float32), np.ones(3, np.float32), np.ones((2, 2), np.float32)]
    reader = Reader(spec)
    found = reader.keys(batch_of(spec, rows, [0, 1, 0])).tolist()
    assert found[0] == found[2] != found[1] and reader.width == 3
    mask = reader.mask(batch_of(spec, rows, [0, 1, 0]))
    assert mask.tolist() == [[True, True, False], [True] * 3, [True, True, False]]
    mask = reader.mask(batch_of(spec, rows[1:2], [1], legal=[6]))
    assert mask.tolist() == [[False, True, False]]


def test_a_million_boards_have_a_million_keys() -> None:
    """Of 2**19 boards of noughts and ones no two share a key: odds of a clash, 1 in 10**8."""
    bits = (np.arange(2**19)[:, None] >> np.arange(19)) & 1
    assert len(np.unique(_hash(bits.astype(np.float32)))) == 2**19
    assert len(np.unique(_hash(bits.astype(np.int8)))) == 2**19


@pytest.mark.parametrize(
    ("seen", "action", "why"),
    [
        (BOARD, spaces.Box(0, 1, (2,)), "actions that can be counted"),
        (BOARD, spaces.MultiDiscrete([2, 2]), "actions that can be counted"),
        (spaces.Sequence(YES), YES, "cannot tell apart"),
        (spaces.Dict({"a": YES, "g": spaces.Graph(BOARD, None)}), YES, "cannot tell apart"),
    ],
)
def test_what_does_not_fit_in_a_table_is_unsuitable(seen: Any, action: Any, why: str) -> None:
    with pytest.raises(Unsuitable, match=why):
        check(Spec("odd", (Seat(seen, action),)))


def test_rows_are_made_once() -> None:
    table = Table(2)
    many = np.arange(3000, dtype=np.uint64)
    assert table.rows(many[:3]).tolist() == [0, 1, 2]
    assert table.rows(many[2:0:-1]).tolist() == [2, 1]
    assert table.rows(many).tolist() == list(range(3000))
    assert len(table) == 3000 <= len(table.values)
    table.values[2999] = [1.0, 2.0]
    assert table.look_up(np.array([2999, 7777], np.uint64)).tolist() == [[1.0, 2.0], [0.0, 0.0]]
    assert len(table) == 3000
    again = Table.of(table.arrays())
    assert again.rows(many).tolist() == list(range(3000))
    assert (again.values[:3000] == table.values[:3000]).all()


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6), st.floats(0.01, 1.0), st.floats(-5, 5))
def test_repeated_targets_move_as_far_as_one_by_one(
    targets: list[float], rate: float, start: float
) -> None:
    """With equal targets exactly; with different ones, as moves towards their mean would."""
    table = Table(2)
    table.values[0] = [start, 9.0]
    table.move(np.zeros(len(targets), np.int64), np.array(targets), rate)
    expected, mean = start, float(np.mean(targets))
    for _ in targets:
        expected += rate * (mean - expected)
    assert table.values[0].tolist() == pytest.approx([expected, 9.0])


def test_a_move_reports_the_distance() -> None:
    table = Table(2)
    assert table.move(np.array([0, 1, 1]), np.array([1.0, -2.0, 3.0]), 0.5) == 6.0


def test_ties_are_broken_evenly_and_exploring_is_even() -> None:
    """100,000 evenly spaced u: the shares are exact to their spacing."""
    u = (np.arange(100_000) + 0.5) / 100_000
    values = np.tile([1.0, 3.0, 3.0, 9.0], (len(u), 1))
    mask = np.tile([True, True, True, False], (len(u), 1))
    greedy = np.bincount(choose(values, mask, u, 0.0), minlength=4) / len(u)
    assert greedy == pytest.approx([0, 0.5, 0.5, 0], abs=1e-4)
    mixed = np.bincount(choose(values, mask, u, 0.3), minlength=4) / len(u)
    assert mixed == pytest.approx([0.1, 0.45, 0.45, 0], abs=1e-4)
    random = np.bincount(choose(values, mask, u, 1.0), minlength=4) / len(u)
    assert random == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0], abs=1e-4)


def test_no_u_falls_off_the_end() -> None:
    u = np.array([0.0, np.nextafter(1.0, 0.0), 0.1, np.nextafter(0.1, 0.0)])
    values, mask = np.zeros((4, 3)), np.tile([False, True, True], (4, 1))
    for epsilon in (0.0, 0.1, 1.0):
        assert set(choose(values, mask, u, epsilon).tolist()) <= {1, 2}
