"""Batches as arrays that networks take in."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor

from arena import Batch, Spec, masks
from arena_deep.trees import Tree, tensors


class Seen(NamedTuple):
    """What rows see: the data, the seats (None where there is one), the legal moves (or None)."""

    data: Tree
    seats: Any
    mask: Any

    def on(self, device: torch.device) -> Seen:
        """Return the same as tensors on a device."""
        return Seen(*(None if part is None else tensors(part, device) for part in self))


class Reader:
    """Reads the batches of one game, whose seats see and do the same kind of things.

    The columns of a batch may be arrays, or tensors where a table is played.
    """

    def __init__(self, spec: Spec) -> None:
        self._space = spec.seats[0].action_space
        self._counts = {int(self._space.n)} if isinstance(self._space, spaces.Discrete) else None
        self._several = len(spec.seats) > 1

    def read(self, batch: Batch) -> Seen:
        """Return what the rows of a batch see."""
        seats: Any = batch.seats if self._several else None
        if isinstance(seats, list):
            seats = np.array(seats, np.int64)
        return Seen(batch.data, seats, self.mask(batch))

    def mask(self, batch: Batch) -> Any:
        """Return which actions are legal, bool (rows, n); None where they cannot be counted."""
        if self._counts is None:
            return None
        if batch.device is not None:
            return batch.mask
        legal = batch.legal
        if set(map(type, legal)) == {range} and set(map(len, legal)) == self._counts:
            return np.ones((len(legal), *self._counts), np.bool_)
        return masks(self._space, legal)


def of_experience(columns: Any, seats: NDArray[np.int64], several: bool) -> Seen:
    """Return what was seen, from the columns of experience."""
    return Seen(columns["data"], seats if several else None, columns.get("mask"))


def free(mask: Tensor | None) -> Tensor | None:
    """Return the mask, None if it forbids nothing. The host waits for it."""
    return None if mask is None or bool(mask.all()) else mask


def binding(seen: Seen, mask: Tensor | None) -> Tensor | None:
    """Return `mask`, that of `seen` on a device; None if the host knows that it forbids nothing."""
    known = isinstance(seen.mask, np.ndarray)
    return None if known and seen.mask.all() else mask
