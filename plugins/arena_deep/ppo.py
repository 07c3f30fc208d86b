"""Proximal policy optimisation (Schulman et al., 2017), with self-play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from arena import Experience, Spec, advantages
from arena_deep.learner import positive
from arena_deep.networks import looks_at_boards
from arena_deep.rollouts import PolicyLearner, Samples


class Terms(NamedTuple):
    """The parts of PPO's loss over a minibatch, each a mean over its rows; and the ratios."""

    policy: Tensor
    value: Tensor
    entropy: Tensor
    ratio: Tensor


def terms(network: Any, batch: Samples, clip: float) -> Terms:
    """Return the parts of the loss.

    Schulman et al., "Proximal policy optimization algorithms", 2017, equations 7 and 9: with the
    ratio r of the new to the old odds and the advantage A, the policy's part is the mean of
    -min(r A, clip(r, 1 - clip, 1 + clip) A); the value's half the squared error.
    """
    outputs, values = network(batch.data, batch.seats)
    logp, entropy = network.head.measure(outputs, batch.mask, batch.chosen)
    ratio = (logp - batch.logp).exp()
    clipped = ratio.clamp(1 - clip, 1 + clip)
    policy = -torch.minimum(ratio * batch.advantage, clipped * batch.advantage).mean()
    value = 0.5 * functional.mse_loss(values, batch.target)
    return Terms(policy, value, entropy.mean(), ratio)


@dataclass(eq=False)
class PPO(PolicyLearner):
    """Proximal policy optimisation: a policy that changes little at a time, and its value.

    learning_rate, anneal  of Adam; whether it and `clip` fall evenly to nought over the run: not
                     in company on boards of five cells a side or more
    clip, epochs, minibatch  how far odds may move in an update, and how its moves are gone through
    gamma, decay     discount of a move (0.99 alone, 1 in company), and of an advantage (lambda:
                     0.95, in company on such boards 0.8)
    entropy          what entropy is worth, at first and at last: `0.2;0.1` in company, on such
                     boards `0.15;0.05`; alone 0
    value_weight     weight of the value's loss
    clip_gradient    the greatest norm of a gradient
    slots, rollout   games at once, and moves of each between updates: 64 and 32 alone, 256 and 16
                     in company (of games that are over), on such boards 1,024 (fewer
                     in a run of less than 400,000 moves) and 16
    hidden, net      units of the layers above what is seen; auto or mlp (boards as plain numbers)
    shared           whether values are read off the layers of the policy: not where actions are
                     real numbers
    opponents        in company, a `share` of the games is played, from one seat, against others:
                     the `rivals` (agents, by name) and, by this rule, past selves: latest (none of
                     these), pool or prioritised; see `arena_deep.opponents`
    """

    anneal: bool | None = None
    clip: float = 0.2
    epochs: int | None = None
    minibatch: int | None = None

    name = "ppo"

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self.name, clip=self.clip, epochs=self.epochs, minibatch=self.minibatch)

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for connect_four on a board, else for tic_tac_toe or CartPole."""
        boards = len(spec.seats) > 1 and looks_at_boards(spec.seats[0].observation_space)
        return 5_000_000 if boards else super().default_steps(spec)

    def estimates(
        self, experience: Experience, values: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return generalised advantages, and the values that they speak for."""
        gained = advantages(experience, values, self.discount, self.trace)
        return gained, gained + values

    def improve(self, samples: Samples) -> Mapping[str, float]:
        """Go through the moves several times."""
        anneal = not self.boards if self.anneal is None else self.anneal
        left = 1.0 - self.progress if anneal else 1.0
        rate, clip, bonus = self.rate() * left, self.clip * left, self.bonus()
        epochs = self.epochs or (4 if self.several else 8)
        size = self.minibatch or (1024 if self.several else 512)
        gained = samples.advantage
        gained = (gained - gained.mean()) / (gained.std(correction=0) + 1e-8)
        samples = samples._replace(advantage=gained)
        for batch in self.minibatches(samples, size, epochs):
            parts = terms(self.network, batch, clip)
            loss = parts.policy + self.value_weight * parts.value
            if bonus:
                loss = loss - bonus * parts.entropy
            self.adam.step(loss, rate, self.clip_gradient)
        return measured(parts, clip)


@torch.no_grad()
def measured(parts: Terms, clip: float) -> dict[str, float]:
    """Return the losses, the entropy, and how far the odds moved: an estimate of the KL divergence
    (Schulman, "Approximating KL divergence", 2020), and the share of them that were clipped."""
    ratio = parts.ratio
    return {
        "policy_loss": float(parts.policy), "value_loss": float(parts.value),
        "entropy": float(parts.entropy), "kl": float((ratio - 1 - ratio.log()).mean()),
        "clipped": float(((ratio - 1).abs() > clip).float().mean()),
    }  # fmt: skip
