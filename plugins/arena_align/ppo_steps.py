"""The steps of PPO on a language model, in plain torch: rewards by token, advantages, the losses.

As InstructGPT has it (Ouyang et al., "Training language models to follow instructions with human
feedback", 2022, section 3.5 and appendix C), after Ziegler et al., "Fine-tuning language models
from human preferences", 2019. All tensors are float (answers, tokens) and `mask`, bool of the same
shape, says which tokens belong to an answer: a run of them, from the first column on.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


def mean_of(values: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the tokens of answers."""
    return (values * mask).sum() / mask.sum().clamp(min=1)


def kl_terms(policy: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return log pi - log pi_ref of each token, whose mean under pi is the divergence; 0 beside."""
    return (policy - reference) * mask


def token_rewards(scores: Tensor, kl: Tensor, mask: Tensor, coefficient: float) -> Tensor:
    """Return what each token is paid: -coefficient * kl, and at an answer's last its score as well.

    `scores` is float (answers,), what the reward model says of each; Ziegler et al., 2019,
    equation 2, by token as in their code.
    """
    rewards = -coefficient * kl * mask
    last = mask.sum(dim=1) - 1
    rewards[torch.arange(len(scores)), last] += scores
    return rewards


def advantages(rewards: Tensor, values: Tensor, mask: Tensor, decay: float) -> Tensor:
    """Return generalised advantage estimates without discount; `decay` is lambda.

    The sum of lambda^k * delta[t + k] with delta[t] = reward[t] + V[t + 1] - V[t], V being 0 after
    an answer's last token (Schulman et al., 2016, equation 16, gamma = 1).
    """
    values = values * mask
    ahead = torch.cat([values[:, 1:], torch.zeros_like(values[:, :1])], dim=1)
    deltas = (rewards + ahead - values) * mask
    found = torch.zeros_like(deltas)
    total = torch.zeros_like(deltas[:, 0])
    for token in reversed(range(deltas.shape[1])):
        total = deltas[:, token] + decay * total
        found[:, token] = total
    return found * mask


def whitened(values: Tensor, mask: Tensor) -> Tensor:
    """Return values with mean 0 and variance 1 over the tokens of answers, 0 beside them."""
    centred = (values - mean_of(values, mask)) * mask
    return centred * torch.rsqrt(mean_of(centred.square(), mask) + 1e-8)


def policy_loss(new: Tensor, old: Tensor, advantage: Tensor, mask: Tensor, clip: float) -> Tensor:
    """Return the clipped surrogate, negated, for log-probabilities `new` and, when drawn, `old`.

    Schulman et al., "Proximal policy optimization algorithms", 2017, equation 7.
    """
    ratio = torch.exp((new - old) * mask)
    bounded = ratio.clamp(1 - clip, 1 + clip)
    return -mean_of(torch.minimum(ratio * advantage, bounded * advantage), mask)


def value_loss(new: Tensor, old: Tensor, targets: Tensor, mask: Tensor, clip: float) -> Tensor:
    """Return half the squared error of values, the worse of as they are and moved at most `clip`.

    As in the code of Ziegler et al., 2019.
    """
    bounded = old + (new - old).clamp(-clip, clip)
    worse = torch.maximum((new - targets).square(), (bounded - targets).square())
    return 0.5 * mean_of(worse, mask)


@dataclass
class AdaptiveKL:
    """The coefficient of the KL penalty, steered so that the divergence comes to `target`.

    Ziegler et al., 2019, section 2.2: a proportional controller of the logarithm, with the error
    clipped to [-0.2, 0.2]. The divergence is in nats an answer; `horizon` counts answers. A
    `target` of None keeps the coefficient as it is.
    """

    coefficient: float
    target: float | None = None
    horizon: float = 10_000.0

    def update(self, divergence: float, answers: int) -> None:
        """Move the coefficient, after so many answers with this mean divergence."""
        if self.target is None:
            return
        error = min(max(divergence / self.target - 1.0, -0.2), 0.2)
        self.coefficient *= 1.0 + error * answers / self.horizon
