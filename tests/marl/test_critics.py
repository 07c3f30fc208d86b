"""Critics: what has a gradient by what."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from arena_marl.critics import Critic, JointCritic, OwnCritic

GROUPS = [[0, 2], [1]]


def critics() -> dict[str, Critic]:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return {
            "joint": JointCritic(GROUPS, False, 3 * 4 + 3 * 2, [8]),
            "own": OwnCritic(GROUPS, [4] * 3, [2] * 3, [8]),
        }


@pytest.mark.parametrize("name", ["joint", "own"])
def test_alone_each_value_moves_with_its_own_action(name: str) -> None:
    """As the policy gradient of Lowe et al., equation 6, has it; the values are the same."""
    critic, luck = critics()[name], torch.Generator().manual_seed(2)
    seen = [torch.randn(5, 4, generator=luck) for _ in range(3)]
    acts = [torch.randn(5, 2, generator=luck).requires_grad_() for _ in range(3)]
    values, alone = critic(seen, acts), critic.alone(seen, acts)
    assert values.shape == (5, 3) and torch.allclose(values, alone, atol=1e-6)
    for seat, other in product(range(3), repeat=2):
        moved = [
            torch.autograd.grad(
                of[:, seat].sum(), acts[other], retain_graph=True, allow_unused=True
            )
            for of in (values, alone)
        ]
        whole, own = (None if part is None else part.abs().sum() > 0 for (part,) in moved)
        assert bool(own) == (seat == other)
        assert bool(whole) == (seat == other or name == "joint")


def test_a_team_has_one_value() -> None:
    team = JointCritic(GROUPS, True, 18, [8])
    rows = [torch.zeros(5, 4)] * 3, [torch.zeros(5, 2)] * 3
    assert team.one and team(*rows).shape == (5, 1)
