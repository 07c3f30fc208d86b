"""Advantage actor-critic, and REINFORCE: a policy moved once along its gradient, then played again.

Mnih et al., "Asynchronous methods for deep reinforcement learning", 2016, without the asynchrony;
Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement
learning", 1992, with a baseline that is learnt (Sutton and Barto, section 13.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from arena import Experience, Spec, advantages, returns_to_go
from arena_deep.networks import Shape
from arena_deep.rollouts import PolicyLearner, Samples

Floats = NDArray[np.float64]


def gradient_terms(network: Any, samples: Samples) -> tuple[Tensor, Tensor, Tensor]:
    """Return the parts of the loss, means over rows: the policy's, -A log pi(a), whose gradient is
    the policy gradient; half the squared error of the values; the entropy."""
    outputs, values = network(samples.data, samples.seats)
    logp, entropy = network.head.measure(outputs, samples.mask, samples.chosen)
    policy = -(logp * samples.advantage).mean()
    return policy, 0.5 * functional.mse_loss(values, samples.target), entropy.mean()


@dataclass(eq=False)
class A2C(PolicyLearner):
    """Advantage actor-critic: after a few moves of many games the policy takes one step.

    anneal           whether the learning rate falls evenly to nought over the run
    normalise        whether advantages are scaled to a deviation of one
    slots, rollout   games at once, and moves of each between updates: 8 and 8 alone, 256 and 4 in
                     company (of games that are over)

    The other parameters are those of `ppo`.
    """

    anneal: bool = True
    normalise: bool = True

    name = "a2c"

    def flight(self) -> tuple[int, int]:
        """Return the games in flight, and the moves from update to update."""
        slots = self.slots or (256 if self.several else 8)
        return slots, slots * (self.rollout or (4 if self.several else 8))

    def rate(self) -> float:
        """Return the learning rate to begin with."""
        return self.learning_rate or 2e-3

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for CartPole, or for a small game."""
        return 500_000

    def estimates(self, experience: Experience, values: Floats) -> tuple[Floats, Floats]:
        """Return generalised advantages, and the values that they speak for."""
        gained = advantages(experience, values, self.discount, self.trace)
        return gained, gained + values

    def improve(self, samples: Samples) -> Mapping[str, float]:
        """Take one step."""
        loss, told = self.loss(samples)
        self.adam.step(loss, self.rate_now(), self.clip_gradient)
        return told

    def rate_now(self) -> float:
        """Return the learning rate at this point of the run."""
        return self.rate() * (1.0 - self.progress if self.anneal else 1.0)

    def loss(self, samples: Samples) -> tuple[Tensor, Mapping[str, float]]:
        """Return what is to become less, and its parts."""
        gained = samples.advantage
        if self.normalise:
            gained = (gained - gained.mean()) / (gained.std(correction=0) + 1e-8)
        policy, value, entropy = gradient_terms(self.network, samples._replace(advantage=gained))
        loss = policy + self.value_weight * value - self.bonus() * entropy
        return loss, {
            "policy_loss": float(policy.detach()), "value_loss": float(value.detach()),
            "entropy": float(entropy.detach()),
        }  # fmt: skip


@dataclass(eq=False)
class Reinforce(A2C):
    """REINFORCE with a baseline: whole episodes are played, and the policy takes one step.

    A move's advantage is what was returned from it on, less what the position was thought to be
    worth; `decay` counts for nothing. slots, rollout: 8 and 64 alone (of episodes that are over).
    Alone the value has layers of its own: its errors are those of whole returns, and would drown
    the policy's gradient in layers that are `shared`.

    The other parameters are those of `a2c`.
    """

    name = "reinforce"
    whole_alone = True

    def shape(self, spec: Spec) -> Shape:
        """Return what the network is made of."""
        if self.shared is None and len(spec.seats) == 1:
            return replace(self, shared=False).shape(spec)
        return super().shape(spec)

    def flight(self) -> tuple[int, int]:
        """Return the games in flight, and the moves from update to update."""
        slots = self.slots or (256 if self.several else 8)
        return slots, slots * (self.rollout or (4 if self.several else 64))

    def rate(self) -> float:
        """Return the learning rate to begin with."""
        return self.learning_rate or (2e-3 if self.several else 3e-3)

    def estimates(self, experience: Experience, values: Floats) -> tuple[Floats, Floats]:
        """Return returns less the values of positions, and returns."""
        came = returns_to_go(experience, self.discount, values)
        return came - values, came
