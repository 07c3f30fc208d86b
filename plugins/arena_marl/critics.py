"""Critics: what seats may expect, from what all of them see and do, or from their own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from arena_marl.groups import Grouped

Rows = Sequence[Tensor]
"""By seat: (rows, n)."""


class Critic(nn.Module):
    """Values of actions. `seen` and `acts` are by seat, (rows, n) each."""

    one = False
    """Whether there is one value, of a team."""

    @abstractmethod
    def forward(self, seen: Rows, acts: Rows) -> Tensor:
        """Return what each seat may expect: float32 (rows, seats), or (rows, 1) of a team."""

    def alone(self, seen: Rows, acts: Rows) -> Tensor:
        """Return the same, so that each seat's value has a gradient by its own action alone."""
        value: Tensor = self(seen, acts)
        return value


class JointCritic(Critic):
    """Values by what all see and do: `one` for the team, or one for each seat of each group.

    `width` is that of all that is seen and done.
    """

    def __init__(
        self, groups: Sequence[Sequence[int]], one: bool, width: int, hidden: Sequence[int]
    ) -> None:
        super().__init__()
        self.one, self.seats = one, 1 if one else sum(map(len, groups))
        values = [1] * self.seats
        self.networks = Grouped([[0]] if one else groups, [width] * self.seats, values, hidden)

    def forward(self, seen: Rows, acts: Rows) -> Tensor:
        """Return what each seat may expect: float32 (rows, seats), or (rows, 1) of a team."""
        return torch.cat(self.networks([torch.cat((*seen, *acts), 1)] * self.seats), 1)

    def alone(self, seen: Rows, acts: Rows) -> Tensor:
        """Return the same, so that each seat's value has a gradient by its own action alone."""
        fixed = [act.detach() for act in acts]
        joint = [
            torch.cat((*seen, *fixed[:seat], acts[seat], *fixed[seat + 1 :]), 1)
            for seat in range(self.seats)
        ]
        return torch.cat(self.networks(joint), 1)


class OwnCritic(Critic):
    """Values by what the seat itself sees and does."""

    def __init__(
        self, groups: Sequence[Sequence[int]], sights: Sequence[int], widths: Sequence[int],
        hidden: Sequence[int],
    ) -> None:  # fmt: skip
        super().__init__()
        ins = [sight + width for sight, width in zip(sights, widths, strict=True)]
        self.networks = Grouped(groups, ins, [1] * len(ins), hidden)

    def forward(self, seen: Rows, acts: Rows) -> Tensor:
        """Return what each seat may expect: float32 (rows, seats)."""
        pairs = zip(seen, acts, strict=True)
        return torch.cat(self.networks([torch.cat(pair, 1) for pair in pairs]), 1)
