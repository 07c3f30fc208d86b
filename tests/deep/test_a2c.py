"""The policy gradient worked out by hand, and what it is estimated from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from arena_deep.a2c import A2C, Reinforce, gradient_terms
from arena_deep.heads import Categorical
from arena_deep.rollouts import Samples
from gymnasium import spaces
from torch import nn

from arena.experience import Experience


class Linear(nn.Module):
    """Log-odds are its two weights, whatever is seen; the value is 2."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Categorical(spaces.Discrete(2))
        self.odds = nn.Parameter(torch.tensor([0.0, math.log(3)]))

    def forward(self, seen: Any, seats: Any) -> tuple[torch.Tensor, torch.Tensor]:
        return self.odds.expand(len(seen), -1), torch.full((len(seen),), 2.0)


def test_the_gradient_by_hand() -> None:
    """Odds are 1/4 and 3/4: the gradient of log pi(a) is 1[a] - pi."""
    network = Linear()
    rows = Samples(
        data=torch.zeros(2, 1), seats=None, mask=None, chosen=torch.tensor([0, 1]),
        logp=torch.zeros(2), value=torch.zeros(2),
        advantage=torch.tensor([2.0, -1.0]), target=torch.tensor([2.0, 5.0]),
    )  # fmt: skip
    policy, value, entropy = gradient_terms(network, rows)
    assert policy.item() == pytest.approx(-(2 * math.log(0.25) - math.log(0.75)) / 2)
    assert value.item() == pytest.approx(0.5 * (0 + 9) / 2)
    assert entropy.item() == pytest.approx(-(0.25 * math.log(0.25) + 0.75 * math.log(0.75)))
    policy.backward()  # type: ignore[no-untyped-call]
    ascent = (2 * np.array([0.75, -0.75]) - np.array([-0.25, 0.25])) / 2
    assert network.odds.grad is not None
    assert network.odds.grad.tolist() == pytest.approx((-ascent).tolist())


def test_advantages_and_returns_of_a_match_by_hand() -> None:
    """Rewards of 1, 0 and 2; all positions are thought to be worth 1; discounted by one half."""
    experience = Experience(
        match=np.zeros(3, np.int64), seat=np.zeros(3, np.int64), turn=np.arange(3),
        reward=np.array([1.0, 0.0, 2.0]), open=np.zeros(3, np.bool_), offsets=np.array([0, 3]),
        action=np.zeros(3), before=np.zeros((3, 1)), after=np.full((3, 1), 3.0),
    )  # fmt: skip
    values = np.ones(3)
    learner = Reinforce()
    learner.discount = 0.5
    gained, target = learner.estimates(experience, values)
    assert target.tolist() == [1.5, 1.0, 2.0]
    assert gained.tolist() == [0.5, 0.0, 1.0]
    critic = A2C(decay=0.0)
    critic.discount = 0.5
    gained, target = critic.estimates(experience, values)
    assert gained.tolist() == [0.5, -0.5, 1.0]
    assert target.tolist() == [1.5, 0.5, 2.0]
