"""The steps of PPO on answers, by hand and against `arena.advantages`."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from arena_align import ppo_steps
from arena_align.ppo_steps import AdaptiveKL
from hypothesis import given
from hypothesis import strategies as st

import arena

MASK = torch.tensor([[True, True, True], [True, False, False]])


def test_each_token_pays_for_its_divergence_and_the_last_is_paid_the_score() -> None:
    kl = ppo_steps.kl_terms(torch.full((2, 3), -1.0), torch.full((2, 3), -1.5), MASK)
    assert kl.tolist() == [[0.5, 0.5, 0.5], [0.5, 0.0, 0.0]]
    rewards = ppo_steps.token_rewards(torch.tensor([2.0, -1.0]), kl, MASK, 0.1)
    expected = torch.tensor([[-0.05, -0.05, 1.95], [-1.05, 0.0, 0.0]])
    assert torch.allclose(rewards, expected)


def test_advantages_by_hand() -> None:
    rewards = torch.tensor([[0.0, 0.0, 1.0], [2.0, 9.0, 9.0]])
    values = torch.tensor([[0.5, 0.25, 0.75], [0.5, 7.0, 7.0]])
    found = ppo_steps.advantages(rewards, values, MASK, 0.5)
    # deltas of the first answer: .25 - .5, .75 - .25, 1 - .75
    assert torch.allclose(found[0], torch.tensor([-0.25 + 0.25 + 0.0625, 0.5 + 0.125, 0.25]))
    assert found[1].tolist() == [1.5, 0.0, 0.0]


@given(st.integers(1, 6), st.floats(0, 1), st.integers(0, 10**6))
def test_advantages_are_those_of_the_core(length: int, decay: float, seed: int) -> None:
    luck = np.random.default_rng(seed)
    rewards, values = luck.normal(size=(2, length))
    zeros = np.zeros(length, np.int64)
    experience = arena.Experience(
        zeros, zeros, np.arange(length), rewards, np.zeros(length, np.bool_),
        np.array([0, length]), zeros, np.zeros((length, 1)), np.zeros((length, 1)),
    )  # fmt: skip
    found = ppo_steps.advantages(
        torch.tensor(rewards[None]), torch.tensor(values[None]),
        torch.ones(1, length, dtype=torch.bool), decay,
    )  # fmt: skip
    assert np.allclose(found[0], arena.advantages(experience, values, 1.0, decay))


def test_whitened_values_have_mean_0_and_variance_1_where_they_count() -> None:
    found = ppo_steps.whitened(torch.tensor([[1.0, 2.0, 3.0], [6.0, 99.0, 99.0]]), MASK)
    counted = found[MASK]
    assert float(counted.mean()) == pytest.approx(0, abs=1e-6)
    assert float(counted.var(unbiased=False)) == pytest.approx(1, rel=1e-5)
    assert found[~MASK].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("ratio", "advantage", "loss"),
    [(1.0, 2.0, -2.0), (1.5, 2.0, -2.4), (1.5, -2.0, 3.0), (0.5, 2.0, -1.0), (0.5, -2.0, 1.6)],
)
def test_the_surrogate_is_clipped_where_that_is_less(
    ratio: float, advantage: float, loss: float
) -> None:
    mask = torch.tensor([[True, False]])
    new = torch.tensor([[math.log(ratio), 50.0]])
    found = ppo_steps.policy_loss(new, torch.zeros(1, 2), torch.full((1, 2), advantage), mask, 0.2)
    assert float(found) == pytest.approx(loss)


def test_a_policy_that_has_moved_too_far_gets_no_gradient() -> None:
    new = torch.tensor([[0.5]], requires_grad=True)
    one = torch.ones(1, 1, dtype=torch.bool)
    ppo_steps.policy_loss(new, torch.zeros(1, 1), torch.ones(1, 1), one, 0.2).backward()
    assert new.grad is not None and float(new.grad) == 0.0


def test_the_loss_of_values_is_the_worse_of_two() -> None:
    one = torch.ones(1, 1, dtype=torch.bool)

    def loss(new: float, old: float, target: float) -> float:
        parts = (torch.tensor([[number]]) for number in (new, old, target))
        return float(ppo_steps.value_loss(*parts, one, 0.2))

    assert loss(1.0, 0.0, 1.0) == pytest.approx(0.5 * 0.8**2)  # it moved further than it may
    assert loss(0.1, 0.0, 1.0) == pytest.approx(0.5 * 0.9**2)
    assert loss(2.0, 0.0, 1.0) == pytest.approx(0.5)


def test_the_coefficient_is_steered_towards_the_target() -> None:
    steered = AdaptiveKL(0.1, target=2.0, horizon=1000)
    steered.update(2.2, 100)
    assert steered.coefficient == pytest.approx(0.1 * 1.01)
    steered = AdaptiveKL(0.1, target=2.0, horizon=1000)
    steered.update(50.0, 100)  # the error is clipped to .2
    assert steered.coefficient == pytest.approx(0.1 * 1.02)
    steered.update(0.0, 100)
    assert steered.coefficient == pytest.approx(0.1 * 1.02 * 0.98)
    fixed = AdaptiveKL(0.1)
    fixed.update(50.0, 100)
    assert fixed.coefficient == 0.1
