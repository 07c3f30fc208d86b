"""Moves of many matches in the order of time, sorted by match once those are over: on the host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.block import Logs, offsets_of

Array = NDArray[Any]
_NAMES = ("match", "time", "seat", "action")


@dataclass
class Entries:
    """What was logged of matches in any order, each entry at its time.

    match, time   int64 (entries,)
    seat          int16 (entries,)
    action        (entries, *shape); of objects, (entries,), where seats differ in their actions
    """

    match: Array
    time: Array
    seat: Array
    action: Array

    def where(self, rows: Array) -> Entries:
        """Return the chosen entries (a mask or indices)."""
        return Entries(self.match[rows], self.time[rows], self.seat[rows], self.action[rows])

    @classmethod
    def join(cls, parts: Sequence[Entries]) -> Entries:
        """Return several (at least one), one after the other."""
        if not alike([part.action for part in parts]):
            parts = [Entries(p.match, p.time, p.seat, objects(p.action)) for p in parts]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in _NAMES))

    def logs(self, lengths: Array) -> Sequence[list[Any]]:
        """Return the flat logs of matches whose entries, so many each, follow each other."""
        if self._counted:
            flat = np.empty(2 * len(self.seat), np.result_type(self.action.dtype, np.int8))
            flat[::2], flat[1::2] = self.seat, self.action
            return Logs(flat, offsets_of(2 * lengths))
        ends = offsets_of(lengths).tolist()
        return [self.where(np.arange(begin, end)).flat() for begin, end in pairwise(ends)]

    def flat(self) -> list[Any]:
        """Return all entries as one flat log."""
        actions = values_of(self.action) if self._counted else list(self.action)
        return [x for pair in zip(self.seat.tolist(), actions) for x in pair]

    @property
    def _counted(self) -> bool:
        return self.action.ndim == 1 and self.action.dtype.kind in "iu"


class ByMatch:
    """Entries to be looked up by match."""

    def __init__(self, entries: Entries) -> None:
        order = np.argsort(entries.match, kind="stable")
        self._sorted = entries.where(order)

    def log(self, match: int) -> list[Any]:
        """Return the flat log of a match."""
        begin, end = np.searchsorted(self._sorted.match, [match, match + 1]).tolist()
        return self._sorted.where(np.arange(begin, end)).flat()


def parted(kept: Sequence[Entries], place: Array) -> tuple[list[Entries], Entries]:
    """Return the entries of matches that go on; and of those that are done, by place and time.

    `place` is int64 (matches,), -1 for those that go on.
    """
    entries = Entries.join(kept)
    places = place[entries.match]
    order = np.flatnonzero(places >= 0)
    wanted = places[order]
    if len(wanted) and wanted.max() < 1 << 16:
        wanted = wanted.astype(np.uint16)  # which numpy sorts by counting
    order = order[np.argsort(wanted, kind="stable")]
    return [entries.where(places < 0)], entries.where(order)


def values_of(column: Array) -> list[Any]:
    """Return the values of a column: plain numbers, or arrays."""
    return column.tolist() if column.ndim == 1 else list(column)


def objects(column: Array | list[Any]) -> Array:
    """Return a column as one of objects, (rows,)."""
    values = column if isinstance(column, list) else values_of(column)
    made = np.empty(len(values), object)
    for row, value in enumerate(values):
        made[row] = value
    return made


def alike(columns: Sequence[Array]) -> bool:
    """Whether columns can be joined without changing what is in them."""
    if len({column.shape[1:] for column in columns}) > 1:
        return False
    kinds = {column.dtype.kind for column in columns}
    return len(kinds) == 1 or kinds <= {"i", "u"}
