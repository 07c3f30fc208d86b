"""What the tables of this plugin share.

Rows are the last axis of every tensor a table keeps, (..., size), so that each operation runs over
memory in order; what is handed out has rows first, as a view.
"""

from __future__ import annotations

import copy
from typing import Any, Self

import torch
from torch import Tensor

from arena import Spec, Table, rules_of


class TensorTable(Table):
    """Rows of games that are live or over."""

    device: torch.device

    def __init__(self, spec: Spec, size: int, device: str) -> None:
        self.spec, self.size, self.device = spec, size, torch.device(device)
        self.live = self.new(dtype=torch.bool)
        counts = [getattr(seat.action_space, "n", None) for seat in spec.seats]
        self._counts = [None if count is None else int(count) for count in counts]

    def new(self, *shape: int, dtype: torch.dtype = torch.int64) -> Tensor:
        """Return noughts of shape (*shape, size)."""
        return torch.zeros(*shape, self.size, dtype=dtype, device=self.device)

    def constant(self, values: Any, dtype: torch.dtype = torch.int64) -> Tensor:
        """Return a tensor that no step changes."""
        return torch.tensor(values, dtype=dtype).to(self.device)

    def over(self) -> Tensor:
        """Return which games are over."""
        return ~self.live

    def everything(self, seats: Any) -> Tensor | None:
        """Return that every action may be taken, bool (size, n); None if they cannot be counted."""
        count = self._counts[seats if isinstance(seats, int) else 0]
        return None if count is None else self.live.expand(count, -1).t()

    def rules(self, seat: int) -> str | None:
        """Return the rules in words, where they are known."""
        return rules_of(self.spec.name)

    def copy(self) -> Self:
        """Return these games as they stand: all tensors with an entry for each row are copied."""
        twin = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, Tensor) and value.shape[-1:] == (self.size,):
                setattr(twin, name, value.clone())
        return twin
