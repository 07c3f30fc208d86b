"""Discounted returns and advantages against their definitions, summed the slow way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.experience import EMPTY, Experience, advantages, returns_to_go

LENGTHS = st.lists(st.tuples(st.integers(1, 7), st.booleans()), min_size=1, max_size=6)
RATES = st.sampled_from([0.0, 0.5, 0.9, 1.0])


def made(shapes: list[tuple[int, bool]], seed: int = 0) -> Experience:
    """Return trajectories of (rows, whether the last is open) with random rewards."""
    rng = np.random.default_rng(seed)
    lengths = [rows for rows, _ in shapes]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    total = int(offsets[-1])
    opened = np.zeros(total, np.bool_)
    opened[offsets[1:] - 1] = [is_open for _, is_open in shapes]
    match = np.repeat(np.arange(len(shapes)), lengths)
    turn = np.concatenate([np.arange(rows) for rows in lengths])
    reward = np.where(opened, 0.0, rng.normal(size=total))
    seat = np.zeros(total, np.int64)
    paid = np.zeros((total, 1))
    return Experience(match, seat, turn, reward, opened, offsets, seat, paid, paid)


def slices(experience: Experience) -> list[range]:
    return [range(a, b) for a, b in zip(experience.offsets[:-1], experience.offsets[1:])]


@given(LENGTHS, RATES, st.integers(0, 99))
def test_returns_to_go_are_the_discounted_sums(
    shapes: list[tuple[int, bool]], gamma: float, seed: int
) -> None:
    experience = made(shapes, seed)
    values = np.random.default_rng(seed + 1).normal(size=len(experience))
    found = returns_to_go(experience, gamma, values)
    for rows in slices(experience):
        for row in rows:
            paid = [gamma ** (k - row) * experience.reward[k] for k in rows if k >= row]
            last = rows[-1]
            if experience.open[last]:
                paid.append(gamma ** (last - row) * values[last])
            assert found[row] == pytest.approx(sum(paid))


@given(LENGTHS, RATES, RATES, st.integers(0, 99))
def test_advantages_are_the_weighted_sums_of_differences(
    shapes: list[tuple[int, bool]], gamma: float, decay: float, seed: int
) -> None:
    experience = made(shapes, seed)
    values = np.random.default_rng(seed + 1).normal(size=len(experience))
    found = advantages(experience, values, gamma, decay)
    for rows in slices(experience):
        deltas = {}
        for row in rows:
            if experience.open[row]:
                continue
            ahead = values[row + 1] if row != rows[-1] else 0.0
            deltas[row] = experience.reward[row] + gamma * ahead - values[row]
        for row in rows:
            terms = [(gamma * decay) ** (k - row) * d for k, d in deltas.items() if k >= row]
            assert found[row] == pytest.approx(sum(terms))


def test_a_worked_example() -> None:
    """Rewards 1, 2, 3 over a finished match and 1 before an open row worth 10, gamma one half."""
    experience = made([(3, False), (2, True)])
    experience.reward[:] = [1.0, 2.0, 3.0, 1.0, 0.0]
    values = np.array([0.0, 0.0, 0.0, 0.0, 10.0])
    assert returns_to_go(experience, 0.5, values).tolist() == [2.75, 3.5, 3.0, 6.0, 10.0]
    assert returns_to_go(experience, 0.5).tolist() == [2.75, 3.5, 3.0, 1.0, 0.0]
    assert advantages(experience, values, 0.5, 1.0).tolist() == [2.75, 3.5, 3.0, 6.0, 0.0]
    assert advantages(experience, values, 0.5, 0.0).tolist() == [1.0, 2.0, 3.0, 6.0, 0.0]


def test_with_lambda_one_an_advantage_is_the_return_less_the_value() -> None:
    experience = made([(4, False), (6, True), (1, False)], seed=3)
    values = np.random.default_rng(4).normal(size=len(experience))
    gained = returns_to_go(experience, 0.9, values) - values
    known = ~experience.open
    assert np.allclose(advantages(experience, values, 0.9, 1.0)[known], gained[known])


def test_what_follows_and_what_is_over() -> None:
    experience = made([(2, False), (3, True), (1, False)])
    assert experience.lengths.tolist() == [2, 3, 1]
    assert experience.next.tolist() == [1, -1, 3, 4, -1, -1]
    assert experience.done.tolist() == [False, True, False, False, False, True]


def test_nothing_is_nothing() -> None:
    assert len(EMPTY) == 0 and not len(EMPTY.lengths)
    assert returns_to_go(EMPTY).shape == (0,)
    assert advantages(EMPTY, np.zeros(0), 0.9, 0.9).shape == (0,)
