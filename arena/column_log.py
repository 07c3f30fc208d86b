"""What happened on a table, tick by tick: kept as tensors, and read on the host as blocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from arena.block import VOID, Block, Logs, offsets_of
from arena.columns import host
from arena.fixtures import Fixtures
from arena.records import CHANCE, Fault, Match, Spec
from arena.referee import Wrong

Array = NDArray[Any]
Explain = Callable[[Match, list[Any], int, Any], Wrong]

PLAYED, OFFENDED = 1, 2
"""What a seat did in a tick: nothing (0), a move, or something that is none."""


@dataclass
class TickLog:
    """One tick, as tensors; a row of a table is a match in progress.

    match    int64 (size,)           index into the wave's matches
    dealt    int64 (size, most)      what nature did when matches began, -1 to the end; or None
    did      int8 (moves, size)      PLAYED, OFFENDED or 0, for each seat that may have moved
    seats    int64 (size,) or int    whose moves they are, for each
    actions  (size, *shape)          for each
    handed   by name and place among those: what agents handed back, (rows, ...) of some rows
    fell     as `dealt`: what nature did after the moves
    pay      (size, seats)
    ended    int8 (size,)            1 + index into ENDINGS, 0 for matches that go on
    """

    match: torch.Tensor
    dealt: torch.Tensor | None
    did: torch.Tensor
    seats: Sequence[torch.Tensor | int]
    actions: Sequence[torch.Tensor]
    handed: Sequence[tuple[str, int, slice, torch.Tensor]]
    fell: torch.Tensor | None
    pay: torch.Tensor
    ended: torch.Tensor


@dataclass
class Entries:
    """What was logged of matches in any order, each entry at its time; `name` tells columns apart.

    match, time   int64 (entries,)
    seat          int64 (entries,)
    action        (entries, *shape)
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
        """Return several, one after the other."""
        names = ("match", "time", "seat", "action")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass
class WaveLog:
    """Gathers ticks, and gives the matches that have ended as blocks.

    `left` counts those that have not; `explain` says what was wrong with an action after a log.
    """

    fixtures: Fixtures
    spec: Spec
    explain: Explain
    ticks: list[TickLog] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = len(self.fixtures.numbers)
        self._returns = np.zeros((self.left, len(self.spec.seats)))
        self._turns = np.zeros(self.left, np.int32)
        self._began = time.time()
        self._time = self._moves = 0
        self._entries: list[Entries] = []
        self._handed: dict[str, list[Entries]] = {}

    def flush(self) -> Block | None:
        """Return the matches that ended since the last time, None if none did. Has to wait."""
        ticks, self.ticks = self.ticks, []
        if not ticks:
            return None
        match, did = _host([t.match for t in ticks]), _host([t.did for t in ticks])
        ended = _host([t.ended for t in ticks])
        self._count(match, did, _host([t.pay for t in ticks]))
        self._entries.append(self._fresh(ticks, match, did))
        self._take_handed(ticks, match, did)
        self._time += len(ticks)
        done = match[ended > 0]
        codes = ended[ended > 0].astype(np.int8) - 1
        return self._block(done, codes, list(self._offences(ticks, match, did)))

    def void(self, rows: Sequence[int], error: Exception, trace: str) -> Block | None:
        """Return these matches (by index) as void, since the table failed."""
        message = f"{type(error).__name__}: {error}"
        wrong = Fault(None, 0, "infrastructure", "void", message, trace)
        codes = np.full(len(rows), VOID, np.int8)
        return self._block(np.array(rows, np.int64), codes, [(row, wrong) for row in rows])

    def take_moves(self) -> int:
        """Return how many moves were made since the last time."""
        moves, self._moves = self._moves, 0
        return moves

    def _count(self, match: Array, did: Array, pay: Array) -> None:
        many = len(self._turns)
        moved = (did == PLAYED).any(1)
        self._moves += int(moved.sum())
        self._turns += np.bincount(match[moved], minlength=many).astype(np.int32)
        for seat in range(pay.shape[2]):
            paid = pay[:, :, seat] != 0
            weights = pay[:, :, seat][paid]
            self._returns[:, seat] += np.bincount(match[paid], weights, many)

    def _fresh(self, ticks: Sequence[TickLog], match: Array, did: Array) -> Entries:
        """Return what these ticks have logged, in the order of time."""
        moves = [
            (did[:, move] == PLAYED, _seats([t.seats[move] for t in ticks], match.shape), actions)
            for move, actions in enumerate(_moves(ticks))
        ]
        dealt, fell = _nature([t.dealt for t in ticks]), _nature([t.fell for t in ticks])
        known, seats, actions = (np.stack(parts, 1) for parts in zip(*dealt, *moves, *fell))
        tick, place, row = at = np.nonzero(known)
        self._first, self._places = len(dealt), known.shape[1]
        when = (tick + self._time) * _PLACES + place
        return Entries(match[tick, row], when, seats[at], actions[at])

    def _take_handed(self, ticks: Sequence[TickLog], match: Array, did: Array) -> None:
        for number, tick in enumerate(ticks):
            for name, move, rows, values in tick.handed:
                played = did[number, move, rows] == PLAYED
                when = (number + self._time) * _PLACES + self._first + move
                mine = match[number, rows][played]
                times = np.full(len(mine), when)
                entry = Entries(mine, times, times, host(values)[played])
                self._handed.setdefault(name, []).append(entry)

    def _offences(
        self, ticks: Sequence[TickLog], match: Array, did: Array
    ) -> Iterator[tuple[int, Fault]]:
        """Yield (index of the match, what was wrong with a move of it that is none)."""
        for tick, move, row in zip(*(axis.tolist() for axis in np.nonzero(did == OFFENDED))):
            index, told = int(match[tick, row]), ticks[tick]
            log = _flat(Entries.join([e.where(e.match == index) for e in self._entries]))
            seat = told.seats[move]
            seat = seat if isinstance(seat, int) else int(seat[row])
            [fixture] = self.fixtures.take(np.array([index])).matches()
            wrong = self.explain(fixture, log, seat, host(told.actions[move][row]))
            turn = int(self._turns[index])
            yield index, Fault(seat, turn, wrong.kind, "forfeit", wrong.message, wrong.traceback)

    def _block(
        self, done: Array, codes: NDArray[np.int8], offences: Sequence[tuple[int, Fault]]
    ) -> Block | None:
        """Return the matches that are done (by index); what belongs to them is forgotten."""
        self.left -= len(done)
        if not len(done):
            return None
        place = np.full(len(self._turns), -1, np.int64)
        place[done] = np.arange(len(done))
        self._entries, entries = _parted(self._entries, place)
        lengths = np.bincount(place[entries.match], minlength=len(done))
        faults: dict[int, tuple[Fault, ...]] = {}
        returns, low = self._returns[done], self.spec.returns[0]
        for index, fault in offences:
            row = int(place[index])
            faults[row] = (*faults.get(row, ()), fault)
            if fault.seat is not None and low is not None:
                returns[row, fault.seat] = low
        chosen = self.fixtures.take(done)
        return Block(
            *chosen[:4], returns, codes, self._turns[done],
            np.full(len(done), self._began), np.full(len(done), time.time() - self._began),
            _logs(entries, lengths), faults, self._columns(place, entries, offsets_of(lengths)),
        )  # fmt: skip

    def _columns(
        self, place: Array, entries: Entries, offsets: Array
    ) -> Mapping[int, dict[str, list[tuple[int, Any]]]]:
        """Return what agents handed back in the matches that are done, by their place."""
        columns: dict[int, dict[str, list[tuple[int, Any]]]] = {}
        keys = place[entries.match] * _LONGEST + entries.time
        for name in self._handed:
            self._handed[name], mine = _parted(self._handed[name], place)
            rows = place[mine.match]
            index = np.searchsorted(keys, rows * _LONGEST + mine.time) - offsets[rows]
            values = mine.action.tolist() if mine.action.ndim == 1 else list(mine.action)
            for row, move, value in zip(rows.tolist(), index.tolist(), values):
                columns.setdefault(row, {}).setdefault(name, []).append((move, value))
        return columns


_PLACES = 1 << 16
"""More than there are entries of one row in one tick."""
_LONGEST = 1 << 40
"""More than any time; times this, places in a block still fit an int64."""


def _host(tensors: Sequence[torch.Tensor]) -> Array:
    """Return tensors of one shape as an array with an axis more in front: one transfer."""
    return host(torch.stack(list(tensors)))


def _moves(ticks: Sequence[TickLog]) -> Iterator[Array]:
    for move in range(len(ticks[0].actions)):
        yield _host([tick.actions[move] for tick in ticks])


def _seats(seats: Sequence[torch.Tensor | int], shape: tuple[int, ...]) -> Array:
    """Return whose moves they are: int64 (ticks, size)."""
    if isinstance(seats[0], int):
        return np.full(shape, seats[0], np.int64)
    return _host(seats)  # type: ignore[arg-type]


def _nature(told: Sequence[torch.Tensor | None]) -> list[tuple[Array, Array, Array]]:
    """Return what nature did, move by move, as (whether it did, its seat, its action)."""
    drawn = [tensor for tensor in told if tensor is not None]
    if not drawn:
        return []
    most = max(tensor.shape[1] for tensor in drawn)
    fallen = _host([torch.nn.functional.pad(t, (0, most - t.shape[1]), value=-1) for t in drawn])
    seat = np.full(fallen.shape[:2], CHANCE, np.int64)
    return [(fallen[:, :, n] >= 0, seat, fallen[:, :, n]) for n in range(most)]


def _parted(kept: Sequence[Entries], place: Array) -> tuple[list[Entries], Entries]:
    """Return the entries of matches that go on; and of those that are done, by place and time."""
    entries = Entries.join(kept)
    places = place[entries.match]
    order = np.flatnonzero(places >= 0)
    order = order[np.argsort(places[order], kind="stable")]
    return [entries.where(places < 0)], entries.where(order)


def _logs(entries: Entries, lengths: Array) -> Sequence[list[Any]]:
    """Return the logs of matches whose entries follow each other."""
    if entries.action.ndim == 1 and entries.action.dtype.kind in "iu":
        flat = np.empty(2 * len(entries.seat), np.result_type(entries.action.dtype, np.int8))
        flat[::2], flat[1::2] = entries.seat, entries.action
        return Logs(flat, offsets_of(2 * lengths))
    ends = offsets_of(lengths).tolist()
    return [_flat(entries.where(np.arange(begin, end))) for begin, end in pairwise(ends)]


def _flat(entries: Entries) -> list[Any]:
    """Return the flat log of a match's entries."""
    numbers = entries.action.ndim == 1 and entries.action.dtype.kind in "iu"
    actions = entries.action.tolist() if numbers else list(entries.action)
    return [x for pair in zip(entries.seat.tolist(), actions) for x in pair]
