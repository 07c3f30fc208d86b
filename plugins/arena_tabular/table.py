"""Values of actions by position, and how actions are chosen by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena_tabular.keys import Keys

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Table:
    """One row of float64 values a position, found by its key; 0 where nothing was learnt."""

    def __init__(self, width: int) -> None:
        self.values: Floats = np.zeros((1024, width))
        self._rows: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, keys: Keys) -> Ints:
        """Return the row of each key, a new one for those not seen before."""
        known = self._rows
        rows = [known.setdefault(key, len(known)) for key in keys.tolist()]
        while len(known) > len(self.values):
            self.values = np.concatenate([self.values, np.zeros_like(self.values)])
        return np.array(rows, np.int64)

    def look_up(self, keys: Keys) -> Floats:
        """Return the values of each key, 0 for those not known: (rows, width)."""
        known = self._rows
        rows = np.array([known.get(key, -1) for key in keys.tolist()], np.int64)
        return np.where((rows >= 0)[:, None], self.values[rows], 0.0)

    def move(self, cells: Ints, targets: Floats, rate: float) -> float:
        """Move the values in `cells` (row * width + column) towards targets; return how far.

        A cell that occurs n times moves as far as n moves in turn towards their mean would take it,
        whatever their order. The result is the mean distance before, over all targets.
        """
        flat = self.values.reshape(-1)
        distance = float(np.abs(targets - flat[cells]).sum())
        distinct, inverse, times = np.unique(cells, return_inverse=True, return_counts=True)
        mean = np.bincount(inverse, targets) / times
        flat[distinct] += (1.0 - (1.0 - rate) ** times) * (mean - flat[distinct])
        return distance

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays: keys uint64 (n,), values float64 (n, width)."""
        keys = np.fromiter(self._rows, np.uint64, len(self))
        return {"keys": keys, "values": self.values[: len(self)]}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Table:
        """Return the table that `arrays` came from."""
        keys, values = arrays["keys"], arrays["values"]
        table = cls(values.shape[1])
        table._rows = {key: row for row, key in enumerate(keys.tolist())}
        table.values = np.zeros((max(1024, len(keys)), values.shape[1]))
        table.values[: len(keys)] = values
        return table


def odds(values: Floats, mask: Bools, epsilon: float) -> Floats:
    """Return the odds with which `choose` chooses each column: (rows, width)."""
    best = np.where(mask, values, -np.inf)
    best = best == best.max(axis=1, keepdims=True)
    greedy, any_ = (each / each.sum(axis=1, keepdims=True) for each in (best, mask))
    return np.asarray((1.0 - epsilon) * greedy + epsilon * any_)


def choose(values: Floats, mask: Bools, u: Floats, epsilon: float) -> Ints:
    """Return a column for each row: the best legal one, ties at random, any with odds epsilon.

    `values` and `mask` have shape (rows, width); `u`, in [0, 1), is all the luck: (rows,).
    """
    best = np.where(mask, values, -np.inf)
    best = best == best.max(axis=1, keepdims=True)
    exploring = u < epsilon
    best[exploring] = mask[exploring]
    # What is left of u once it has decided on exploring is uniform on [0, 1) again.
    rest = np.where(exploring, u / (epsilon or 1.0), (u - epsilon) / (1.0 - epsilon or 1.0))
    wanted = (rest * best.sum(axis=1)).astype(np.int64)
    return np.asarray((best.cumsum(axis=1) > wanted[:, None]).argmax(axis=1))
