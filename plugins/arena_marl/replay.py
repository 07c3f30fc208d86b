"""What happened, as joint transitions, the oldest forgotten first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Transitions(NamedTuple):
    """By seat: `seen` and `seen_next` (rows, n), `acts` (rows, width). rewards (rows, seats),
    `over` float32 (rows,): 1 where nothing followed."""

    seen: list[Tensor]
    acts: list[Tensor]
    rewards: Tensor
    seen_next: list[Tensor]
    over: Tensor


class Replay:
    """A ring of rows, a transition each: one tensor, float32 (capacity, all numbers of a row)."""

    def __init__(
        self, capacity: int, seen: Sequence[int], acts: Sequence[int], device: torch.device
    ) -> None:
        self._widths = [*seen, *acts, len(seen), *seen, 1]
        self._seats, self.capacity = len(seen), capacity
        self.rows = torch.zeros(capacity, sum(self._widths), device=device)
        self.added = 0

    def __len__(self) -> int:
        return min(self.added, self.capacity)

    def add(self, new: Transitions) -> None:
        """Keep transitions, forgetting as many of the oldest."""
        parts = [*new.seen, *new.acts, new.rewards, *new.seen_next, new.over[:, None].float()]
        rows = torch.cat(parts, 1)
        begin = self.added % self.capacity
        first = min(len(rows), self.capacity - begin)
        self.rows[begin : begin + first] = rows[:first]
        self.rows[: len(rows) - first] = rows[first:]
        self.added += len(rows)

    def sample(self, count: int, luck: torch.Generator) -> Transitions:
        """Return transitions drawn evenly, with replacement."""
        chosen = torch.randint(len(self), (count,), generator=luck, device=luck.device)
        return self._split(self.rows.index_select(0, chosen))

    def _split(self, rows: Tensor) -> Transitions:
        parts, n = list(rows.split(self._widths, 1)), self._seats
        return Transitions(
            parts[:n], parts[n : 2 * n], parts[2 * n], parts[2 * n + 1 : 3 * n + 1], parts[-1][:, 0]
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that is kept."""
        kept = self.rows[: len(self)].numpy(force=True)
        return {"replay.rows": kept, "replay.added": np.array(self.added)}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take it back."""
        rows = torch.as_tensor(np.array(arrays["replay.rows"]))
        self.rows[: len(rows)] = rows.to(self.rows.device)
        self.added = int(arrays["replay.added"])
