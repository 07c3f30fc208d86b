"""Seats that share a network: those of one role, or each alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from arena_deep.networks import layers
from gymnasium import spaces
from torch import Tensor, nn

from arena import Spec
from arena_marl.memory import Remembering


def groups_of(spec: Spec, shared: bool) -> list[list[int]]:
    """Return which seats share a network: those of one role that see and do the same."""
    if not shared:
        return [[seat] for seat in range(len(spec.seats))]
    found: list[list[int]] = []
    for number, seat in enumerate(spec.seats):
        for group in found:
            other = spec.seats[group[0]]
            if (seat.role, seat.team) == (other.role, other.team) and _alike(seat, other):
                group.append(number)
                break
        else:
            found.append([number])
    return found


def _alike(one: Any, other: Any) -> bool:
    same_sight = one.observation_space == other.observation_space
    return bool(same_sight and one.action_space == other.action_space)


def seen_width(space: Any) -> int:
    """Return how many numbers `arena_marl.worlds.flat` makes of an observation."""
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = space.values() if isinstance(space, spaces.Dict) else space
        return sum(seen_width(part) for part in parts)
    return math.prod(space.shape or (1,))


class Grouped(nn.Module):
    """A network for each group of seats: rows in, by seat; rows out, by seat.

    In a group of several each is told by a one-hot number which of them it is. With `units` a row
    in has so many numbers more, what the seat remembers, and so has a row out, what it will
    (`arena_marl.memory`).
    """

    def __init__(
        self, groups: Sequence[Sequence[int]], ins: Sequence[int], outs: Sequence[int],
        hidden: Sequence[int], units: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.groups = [list(group) for group in groups]
        self.networks = nn.ModuleList()
        for group in self.groups:
            members = len(group) if len(group) > 1 else 0
            seen, out = ins[group[0]], outs[group[0]]
            body, width = layers(seen + members, hidden, "relu")
            self.networks.append(
                Remembering((seen, units, members), body, width, out)
                if units
                else nn.Sequential(body, nn.Linear(width, out))
            )

    def forward(self, rows: Sequence[Tensor]) -> list[Tensor]:
        """Return (rows, out) for each seat's (rows, in); seats of no group get nothing."""
        found: dict[int, Tensor] = {}
        for group, network in zip(self.groups, self.networks):
            if len(group) == 1:
                found[group[0]] = network(rows[group[0]])
                continue
            many = torch.stack([rows[seat] for seat in group])
            which = torch.eye(len(group), device=many.device)[:, None].expand(-1, many.shape[1], -1)
            for seat, out in zip(group, network(torch.cat((many, which), -1)).unbind()):
                found[seat] = out
        return [found[seat] for seat in sorted(found)]

    def of(self, seat: int, rows: Tensor) -> Tensor:
        """Return (rows, out) for one seat's (rows, in), which is all that it looks at."""
        for group, network in zip(self.groups, self.networks):
            if seat in group:
                if len(group) > 1:
                    which = torch.zeros(len(rows), len(group), device=rows.device)
                    which[:, group.index(seat)] = 1.0
                    rows = torch.cat((rows, which), -1)
                out: Tensor = network(rows)
                return out
        raise KeyError(seat)
