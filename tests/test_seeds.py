"""Luck: counter-based, uniform, the same scalar and vectorised, and contained."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arena.seeds import GlobalLuck, Luck, derive, derive_many, mix, uniform, uniforms

SEEDS = st.integers(0, 2**63 - 1)


def test_mix_is_splitmix64() -> None:
    """The first outputs of splitmix64 from state 1234567 (Vigna's reference program)."""
    golden, state, outputs = 0x9E3779B97F4A7C15, 1234567, []
    for _ in range(3):
        state += golden
        outputs.append(mix(state))
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@given(SEEDS, st.integers(0, 100), st.lists(st.integers(0, 2**40), min_size=1, max_size=9))
def test_many_seeds_are_the_same_as_one_at_a_time(seed, stream, numbers) -> None:
    many = derive_many(seed, stream, np.array(numbers))
    assert many.tolist() == [derive(seed, stream, n) for n in numbers]
    assert all(0 <= value < 2**63 for value in many.tolist())


@given(st.lists(st.tuples(SEEDS, st.integers(-1, 50), st.integers(0, 2**40)), min_size=1))
def test_many_numbers_are_the_same_as_one_at_a_time(rows) -> None:
    seeds, seats, turns = (list(column) for column in zip(*rows))
    assert uniforms(seeds, seats, turns).tolist() == [uniform(*row) for row in rows]


def test_numbers_are_uniform_and_unrelated_between_seats_turns_and_seeds() -> None:
    """Chi-square of 16 cells over 64,000 draws along each axis; each fails 1 time in 10,000."""
    base = [[derive(9, 1, i) for i in range(64_000)], [0] * 64_000, [0] * 64_000]
    axes = []
    for axis in range(3):
        columns = [list(column) for column in base]
        if axis:
            columns[0] = [5] * 64_000
            columns[axis] = list(range(64_000))
        axes.append(uniforms(*columns))
    for numbers in axes:
        counts = np.bincount((numbers * 16).astype(int), minlength=16)
        assert ((counts - 4000) ** 2 / 4000).sum() < 44.3  # 15 degrees of freedom, p = 1e-4
    assert abs(np.corrcoef(axes)[np.triu_indices(3, 1)]).max() < 4 / 64_000**0.5


def test_luck_is_a_numpy_generator_made_on_first_use() -> None:
    one, other = Luck(3), Luck(3)
    assert one._generator is None
    assert one.integers(10**9) == other.integers(10**9) and one.random() == other.random()


def test_global_luck_is_contained() -> None:
    random.seed(1)
    np.random.seed(1)
    outside = random.getstate(), np.random.get_state()[1].tolist()
    luck, again, drawn = GlobalLuck(7), GlobalLuck(7), []
    for contained in (luck, again, luck, again):
        with contained():
            drawn.append((random.random(), np.random.random()))
    assert drawn[0] == drawn[1] != drawn[2] == drawn[3]
    assert (random.getstate(), np.random.get_state()[1].tolist()) == outside
