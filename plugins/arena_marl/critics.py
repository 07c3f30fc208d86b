"""Critics: what seats may expect, from what all of them see and do, or from their own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import torch
from arena_deep.networks import layers
from torch import Tensor, nn

from arena_marl.groups import Grouped

Rows = Sequence[Tensor]
"""By seat: (rows, n)."""


class Critic(nn.Module):
    """Values of actions. `seen` and `acts` are by seat, (rows, n) each."""

    @abstractmethod
    def forward(self, seen: Rows, acts: Rows) -> Tensor:
        """Return what each seat may expect: float32 (rows, seats), or (rows, 1) of a team."""

    @abstractmethod
    def of(self, seat: int, seen: Rows, acts: Rows) -> Tensor:
        """Return what a seat may expect: (rows, 1)."""


class JointCritic(Critic):
    """Values by what all see and do: `one` for the team, or one for each seat of each group.

    `width` is that of all that is seen and done. A group of several seats has one network, told
    which of its members it values.
    """

    def __init__(
        self, groups: Sequence[Sequence[int]], one: bool, width: int, hidden: Sequence[int]
    ) -> None:
        super().__init__()
        self.seats, self.one = sum(map(len, groups)), one
        self.groups = [] if one else [list(group) for group in groups]
        self.networks = nn.ModuleList()
        for group in [[0]] if one else self.groups:
            members = 0 if len(group) == 1 else len(group)
            body, units = layers(width + members, hidden, "relu")
            self.networks.append(nn.Sequential(body, nn.Linear(units, 1)))

    def forward(self, seen: Rows, acts: Rows) -> Tensor:
        """Return what each seat may expect: float32 (rows, seats), or (rows, 1) of a team."""
        seats = range(1 if self.one else self.seats)
        return torch.cat([self.of(seat, seen, acts) for seat in seats], 1)

    def of(self, seat: int, seen: Rows, acts: Rows) -> Tensor:
        """Return what a seat may expect: (rows, 1)."""
        joint = torch.cat((*seen, *acts), 1)
        number = next((n for n, group in enumerate(self.groups) if seat in group), 0)
        group = self.groups[number] if self.groups else [0]
        if len(group) > 1:
            which = torch.zeros(len(joint), len(group), device=joint.device)
            which[:, group.index(seat)] = 1.0
            joint = torch.cat((joint, which), 1)
        value: Tensor = self.networks[number](joint)
        return value


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

    def of(self, seat: int, seen: Rows, acts: Rows) -> Tensor:
        """Return what a seat may expect: (rows, 1)."""
        return self.networks.of(seat, torch.cat((seen[seat], acts[seat]), 1))
