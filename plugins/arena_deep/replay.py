"""The latest moves of a learner, to be learnt from again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]
_ALPHA, _SMALLEST = 0.6, 1e-6
"""Schaul et al., 2016, section 3.3 and table 3: the exponent of priorities, and their least."""


class Replay:
    """A ring of moves: each column a tensor of `capacity` rows, made when the first move comes.

    With `prioritised`, moves are drawn by their priorities (Schaul et al., "Prioritized experience
    replay", 2016, equation 1); else all alike.
    """

    def __init__(self, capacity: int, device: torch.device, prioritised: bool = False) -> None:
        self.capacity, self.device = capacity, device
        self.columns: dict[str, Tensor] = {}
        self.place = self.count = 0
        self.priorities = np.zeros(capacity) if prioritised else None

    def add(self, columns: Mapping[str, Tensor]) -> None:
        """Keep moves, a row each, in the place of the oldest."""
        rows = len(next(iter(columns.values())))
        if rows > self.capacity:
            columns = {name: column[-self.capacity :] for name, column in columns.items()}
            rows = self.capacity
        if not self.columns:
            self.columns = {
                name: torch.empty((self.capacity, *part.shape[1:]), dtype=part.dtype,
                                  device=self.device)
                for name, part in columns.items()
            }  # fmt: skip
        places = torch.arange(self.place, self.place + rows, device=self.device) % self.capacity
        for name, column in columns.items():
            self.columns[name].index_copy_(0, places, column.to(self.device))
        if self.priorities is not None:
            highest = self.priorities[: self.count].max(initial=0.0) or 1.0
            self.priorities[places.numpy(force=True)] = highest
        self.place = (self.place + rows) % self.capacity
        self.count = min(self.count + rows, self.capacity)

    def draw(self, u: Floats) -> NDArray[np.int64]:
        """Return the rows on which numbers in [0, 1) fall."""
        if self.priorities is None:
            return (u * self.count).astype(np.int64)
        heaped = self.priorities[: self.count].cumsum()
        rows = np.searchsorted(heaped, u * heaped[-1], side="right")
        return np.minimum(rows, self.count - 1)

    def weights(self, rows: NDArray[np.int64], beta: float) -> Floats | None:
        """Return what each drawn row is to count, so that those drawn more often count less.

        Schaul et al., section 3.4: (count * odds)^-beta, the greatest being 1; None for all alike.
        """
        if self.priorities is None:
            return None
        found: Floats = self.priorities[rows] ** -beta
        return found / found.max()

    def judge(self, rows: NDArray[np.int64], errors: Floats) -> None:
        """Set the priorities of rows by how wrong their values were."""
        if self.priorities is not None:
            self.priorities[rows] = (np.abs(errors) + _SMALLEST) ** _ALPHA

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that is kept."""
        kept = {name: part[: self.count].numpy(force=True) for name, part in self.columns.items()}
        if self.priorities is not None:
            kept["priorities"] = self.priorities[: self.count]
        kept["place"] = np.array([self.place])
        return {f"replay.{name}": part.copy() for name, part in kept.items()}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take back what `arrays` returned."""
        kept = {k[len("replay.") :]: v for k, v in arrays.items() if k.startswith("replay.")}
        place, priorities = int(kept.pop("place")[0]), kept.pop("priorities", None)
        if kept:
            self.add({name: torch.as_tensor(np.array(part)) for name, part in kept.items()})
        self.place = place
        if self.priorities is not None and priorities is not None:
            self.priorities[: self.count] = priorities
