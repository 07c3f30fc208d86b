"""Distributions over actions, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from arena_deep.heads import Categorical, Gaussian, MultiCategorical, draw, head_of
from arena_deep.luck import generator, seeded, spread, tensor_spread
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from arena.errors import Unsuitable

EVEN = torch.as_tensor((np.arange(100_000) + 0.5) / 100_000)


def test_illegal_moves_have_no_odds() -> None:
    """Of log-odds 0, log 3 and anything, the last illegal: 1/4 and 3/4, with their entropy."""
    head = Categorical(spaces.Discrete(3))
    outputs = torch.tensor([[0.0, math.log(3), 9.0]])
    mask = torch.tensor([[True, True, False]])
    assert head.odds(outputs, mask)[0].tolist() == pytest.approx([0.25, 0.75, 0.0])
    logp, entropy = head.measure(outputs, mask, torch.tensor([1]))
    assert float(logp) == pytest.approx(math.log(0.75))
    expected = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert float(entropy) == pytest.approx(expected)
    assert head.best(outputs, mask).tolist() == [1]
    assert head.best(outputs, None).tolist() == [2]


def test_moves_are_drawn_by_their_odds() -> None:
    """100,000 evenly spaced u: the shares are exact to their spacing."""
    head = Categorical(spaces.Discrete(4, start=5))
    outputs = torch.tensor([[0.0, 9.0, math.log(2), math.log(5)]]).expand(len(EVEN), -1)
    mask = torch.tensor([[True, False, True, True]]).expand(len(EVEN), -1)
    actions, logp = head.sample(outputs, mask, EVEN[:, None])
    shares = np.bincount(actions.numpy(), minlength=4) / len(EVEN)
    assert shares == pytest.approx([1 / 8, 0, 2 / 8, 5 / 8], abs=2e-5)
    assert logp.exp().numpy() == pytest.approx(np.array([1, 0, 2, 5])[actions] / 8, abs=1e-6)
    assert set(head.moves(actions[:9])) <= {5, 7, 8}
    assert torch.equal(head.measure(outputs, mask, actions)[0], logp)


@given(
    st.lists(st.sampled_from([0.0, 1e-7, 0.3, 1.0]), min_size=1, max_size=9).filter(any),
    st.floats(0, 1, exclude_max=True),
)
def test_what_has_no_odds_is_never_drawn(odds: list[float], u: float) -> None:
    chosen = draw(torch.tensor([odds]), torch.tensor([u], dtype=torch.float64))
    assert odds[int(chosen)] > 0


def test_the_ends_of_the_unit_interval_are_legal_too() -> None:
    u = torch.tensor([0.0, math.nextafter(1.0, 0.0)], dtype=torch.float64)
    odds = torch.tensor([[0.0, 0.1, 0.3, 0.0]]).expand(2, -1)
    assert draw(odds, u).tolist() == [1, 2]


@pytest.mark.parametrize(
    "space", [spaces.MultiDiscrete([2, 3], start=[1, 4]), spaces.MultiBinary(2)], ids=str
)
def test_several_choices_are_independent(space: spaces.Space) -> None:
    head = MultiCategorical(space)
    outputs = torch.log(torch.tensor([[1.0, 3.0, 1.0, 1.0, 2.0][: head.width]]))
    u = torch.as_tensor(spread(EVEN.numpy(), 2))
    actions, logp = head.sample(outputs.expand(len(EVEN), -1), None, u)
    parts = outputs.exp()[0].split(head.counts)
    odds = [(part / part.sum()).numpy() for part in parts]
    both = np.zeros((head.counts[0], head.counts[1]))
    np.add.at(both, tuple(actions.numpy().T), 1 / len(EVEN))
    assert both == pytest.approx(np.outer(*odds), abs=0.01)  # s.d. .0015
    expected = odds[0][actions[:, 0]] * odds[1][actions[:, 1]]
    assert logp.exp().numpy() == pytest.approx(expected, rel=1e-4)
    again, entropy = head.measure(outputs.expand(len(EVEN), -1), None, actions)
    assert torch.allclose(again, logp, atol=1e-6)
    by_hand = -sum(float((o * np.log(o)).sum()) for o in odds)
    assert float(entropy[0]) == pytest.approx(by_hand, rel=1e-5)
    assert all(space.contains(move) for move in head.moves(actions[:50]))


def test_real_numbers_are_normally_distributed() -> None:
    """Mean 1 and -2, standard deviation 2: moments, densities and entropy of the closed form."""
    space = spaces.Box(-3, 3, (2,), np.float32)
    head = Gaussian(space, spread=2.0)
    outputs = torch.tensor([[1.0, -2.0]]).expand(len(EVEN), -1)
    with torch.no_grad():
        u = torch.as_tensor(spread(EVEN.numpy(), 2))
        actions, logp = head.sample(outputs, None, u)
        again, entropy = head.measure(outputs, None, actions)
    assert actions.mean(0).tolist() == pytest.approx([1, -2], abs=0.03)  # s.e. .006
    assert actions.std(0).tolist() == pytest.approx([2, 2], abs=0.03)
    assert float(np.corrcoef(actions.numpy().T)[0, 1]) == pytest.approx(0, abs=0.02)
    squares = ((actions - outputs) ** 2).sum(1) / 8
    expected = -squares - 2 * math.log(2) - math.log(2 * math.pi)
    assert torch.allclose(logp, expected, atol=1e-4) and torch.allclose(again, logp, atol=1e-4)
    assert float(entropy[0]) == pytest.approx(
        2 * (math.log(2) + 0.5 * math.log(2 * math.pi * math.e))
    )
    moves = head.moves(actions)
    assert all(space.contains(move) for move in moves[:200])
    assert np.max(moves) == 3.0 and np.min(moves) == -3.0


def test_more_numbers_from_one() -> None:
    """They are evenly distributed and do not hang together; the first is the one itself."""
    numbers = spread(EVEN.numpy(), 4)
    assert np.array_equal(tensor_spread(EVEN, 4).numpy(), numbers)
    assert (numbers[:, 0] == EVEN.numpy()).all() and (
        spread(EVEN.numpy(), 1)[:, 0] == EVEN.numpy()
    ).all()
    assert numbers.mean(0) == pytest.approx(0.5, abs=0.005)  # s.e. .0009
    assert np.corrcoef(numbers.T) == pytest.approx(np.eye(4), abs=0.015)  # s.e. .0032


def test_luck_is_the_seeds() -> None:
    before = torch.random.get_rng_state()
    with seeded(1, "x"):
        one = torch.rand(3)
    with seeded(1, "x"):
        two = torch.rand(3)
    with seeded(1, "y"):
        other = torch.rand(3)
    assert torch.equal(one, two) and not torch.equal(one, other)
    assert torch.equal(before, torch.random.get_rng_state())
    assert generator(1, "x", 2).random() == generator(1, "x", 2).random()


def test_what_cannot_be_chosen_from_is_unsuitable() -> None:
    for space in (spaces.Text(3), spaces.Box(0, 3, (2,), np.int64)):
        with pytest.raises(Unsuitable, match="a network cannot choose from"):
            head_of(space)
