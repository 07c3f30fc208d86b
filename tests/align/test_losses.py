"""The losses, held against closed forms and numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from arena_align.losses import accuracy, bradley_terry_loss, dpo_loss, implicit_reward, optimum
from hypothesis import given
from hypothesis import strategies as st

ANSWERS, BETA = 6, 0.5
NUMBERS = st.floats(-30, 30)


@given(NUMBERS, NUMBERS)
def test_the_loss_of_a_pair_is_minus_log_sigmoid_of_the_difference(won: float, lost: float) -> None:
    first, second = torch.tensor([[won], [lost]], dtype=torch.float64)
    loss = bradley_terry_loss(first, second)
    assert float(loss) == pytest.approx(math.log1p(math.exp(lost - won)), rel=1e-9, abs=1e-12)


def test_dpo_of_one_pair_by_hand() -> None:
    logps = [torch.tensor([math.log(p)]).double() for p in (0.6, 0.1, 0.3, 0.2)]
    by_hand = -math.log(1 / (1 + math.exp(-0.1 * (math.log(0.6 / 0.3) - math.log(0.1 / 0.2)))))
    assert float(dpo_loss(*logps, beta=0.1)) == pytest.approx(by_hand)


def test_a_policy_that_is_its_reference_is_indifferent() -> None:
    same = torch.log(torch.tensor([0.3, 0.9]))
    other = torch.log(torch.tensor([0.5, 0.1]))
    assert torch.allclose(dpo_loss(same, other, same, other, 0.7), torch.tensor(2.0).log())
    assert torch.equal(implicit_reward(same, same, 0.7), torch.zeros(2))


def test_accuracy_counts_a_tie_as_half() -> None:
    assert accuracy(torch.tensor([2.0, 1.0, 0.0, 3.0]), torch.tensor([1.0, 1.0, 1.0, 0.0])) == 0.625


def _fitted(weights: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Return the tabular policy that minimises DPO's loss; weights[i, j]: i preferred to j."""
    logits = torch.zeros(ANSWERS, dtype=torch.float64, requires_grad=True)
    log_ref = reference.log()
    first, second = (grid.flatten() for grid in torch.meshgrid(
        torch.arange(ANSWERS), torch.arange(ANSWERS), indexing="ij"))  # fmt: skip
    optimiser = torch.optim.LBFGS([logits], max_iter=500, line_search_fn="strong_wolfe",
                                  tolerance_grad=1e-12, tolerance_change=1e-15)  # fmt: skip

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        log_pi = torch.log_softmax(logits, 0)
        losses = dpo_loss(log_pi[first], log_pi[second], log_ref[first], log_ref[second], BETA)
        loss = (losses * weights.flatten()).sum() / weights.sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return torch.softmax(logits.detach(), 0)


def _case() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return a reference policy, rewards, and the odds that one answer is preferred to another."""
    luck = torch.Generator().manual_seed(3)
    reference = torch.softmax(torch.randn(ANSWERS, generator=luck).double(), 0)
    reward = torch.rand(ANSWERS, generator=luck).double()
    return reference, reward, torch.sigmoid(reward[:, None] - reward[None, :])


def test_tabular_dpo_comes_to_the_closed_form() -> None:
    reference, reward, odds = _case()
    found = _fitted(odds.fill_diagonal_(0.0), reference)
    closed = optimum(reference, reward, BETA)
    assert torch.allclose(closed, reference * (reward / BETA).exp()
                          / (reference * (reward / BETA).exp()).sum())  # fmt: skip
    assert float((found - closed).abs().sum() / 2) < 1e-6


def test_from_sampled_pairs_it_comes_near_the_closed_form_and_nearer_with_more() -> None:
    reference, reward, odds = _case()
    luck = torch.Generator().manual_seed(5)
    apart = []
    for pairs in (1_000, 100_000):
        asked = torch.full((ANSWERS, ANSWERS), 1.0).fill_diagonal_(0.0).double()
        drawn = torch.multinomial(asked.flatten(), pairs, True, generator=luck)
        first, second = drawn // ANSWERS, drawn % ANSWERS
        won = torch.rand(pairs, generator=luck).double() < odds[first, second]
        weights = torch.zeros(ANSWERS, ANSWERS).double()
        one = torch.ones(pairs).double()
        weights.index_put_((torch.where(won, first, second), torch.where(won, second, first)), one,
                           accumulate=True)  # fmt: skip
        apart.append(float((_fitted(weights, reference) - optimum(reference, reward, BETA)).abs()
                           .sum() / 2))  # fmt: skip
    # a pair says sqrt(4 / (pairs / 3)) of a difference of rewards, 1 / beta as much of log pi
    assert apart[0] < 0.2 and apart[1] < 0.02
