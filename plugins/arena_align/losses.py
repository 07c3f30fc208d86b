"""What preference learning minimises, in plain torch.

TRL trains with losses of its own; these say how well a model does on pairs that it was not trained
on, and its are held against them in the tests.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def bradley_terry_loss(chosen: Tensor, rejected: Tensor) -> Tensor:
    """Return -log sigmoid(r_w - r_l) of each pair: float (pairs,).

    `chosen` and `rejected`, float (pairs,), are the rewards of the two answers: Bradley and Terry's
    odds that the one is preferred, as a likelihood (Ouyang et al., "Training language models to
    follow instructions with human feedback", 2022, equation 1).
    """
    return -logsigmoid(chosen - rejected)


def implicit_reward(policy: Tensor, reference: Tensor, beta: float) -> Tensor:
    """Return beta * (log pi - log pi_ref), from the log-probabilities of whole answers.

    Up to a number that hangs on the prompt alone it is the reward for which the policy is best
    (Rafailov et al., "Direct preference optimization", 2023, equation 5).
    """
    return beta * (policy - reference)


def dpo_loss(
    policy_chosen: Tensor,
    policy_rejected: Tensor,
    reference_chosen: Tensor,
    reference_rejected: Tensor,
    beta: float,
) -> Tensor:
    """Return the loss of each pair: float (pairs,).

    All four are log-probabilities of whole answers, float (pairs,). Rafailov et al., "Direct
    preference optimization", 2023, equation 7: `bradley_terry_loss` of the implicit rewards.
    """
    return bradley_terry_loss(
        implicit_reward(policy_chosen, reference_chosen, beta),
        implicit_reward(policy_rejected, reference_rejected, beta),
    )


def accuracy(chosen: Tensor, rejected: Tensor) -> float:
    """Return the share of pairs ranked right, a tie counting half."""
    right = (chosen > rejected).double() + 0.5 * (chosen == rejected).double()
    return float(right.mean()) if len(right) else float("nan")


def optimum(reference: Tensor, reward: Tensor, beta: float) -> Tensor:
    """Return pi_ref * exp(r / beta) / Z: the policy that a tabular DPO or RLHF comes to.

    `reference` and `reward` are float (..., answers), probabilities and rewards. Rafailov et al.,
    2023, equation 4.
    """
    return torch.softmax(reference.log() + reward / beta, dim=-1)
