"""What happened on a table, tick by tick: kept as tensors, and read on the host as blocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from arena.block import FORFEIT, VOID, Block, offsets_of
from arena.column_entries import ByMatch, Entries, alike, objects, parted, values_of
from arena.columns import host
from arena.errors import Infrastructure
from arena.fixtures import Fixtures
from arena.records import CHANCE, Fault, Match, Spec
from arena.referee import Wrong

Array = NDArray[Any]
Explain = Callable[[Match, list[Any], int, Any], Wrong]

ANSWERED, OFFENDED = 1, 2
"""What a seat did in a tick: nothing (0), a move, or something that is none.

A move is made if no seat that was asked in the same tick has offended.
"""


@dataclass
class TickLog:
    """One tick, as tensors; a row of a table is a match in progress.

    match    int64 (size,)           index into the wave's matches
    dealt    int64 (size, most)      what nature did when matches began, -1 to the end; or None
    did      int8 (moves, size)      ANSWERED, OFFENDED or 0, for each seat that may have moved
    seats    int64 (size,) or int    whose moves they are, for each
    actions  (size, *shape)          for each, as they were made
    given    (size, *shape)          for each, as they were answered
    wrong    by place among those and row: what is known to be wrong already
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
    given: Sequence[torch.Tensor]
    wrong: Mapping[tuple[int, int], Wrong]
    handed: Sequence[tuple[str, int, slice, Any]]
    fell: torch.Tensor | None
    pay: torch.Tensor
    ended: torch.Tensor


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
        played = (did == ANSWERED) & ~(did == OFFENDED).any(1, keepdims=True)
        self._count(match, played, _host([t.pay for t in ticks]))
        self._entries.append(self._fresh(ticks, match, played))
        self._take_handed(ticks, match, did, played)
        self._time += len(ticks)
        done = match[ended > 0]
        codes = ended[ended > 0].astype(np.int8) - 1
        return self._block(done, codes, self._offences(ticks, match, did))

    def void(self, rows: Sequence[int], error: Exception, trace: str) -> Block | None:
        """Return these matches (by index) as void, since the table failed."""
        told = error if isinstance(error, Infrastructure) else f"{type(error).__name__}: {error}"
        faults = [
            (row, Fault(None, int(self._turns[row]), "infrastructure", "void", str(told), trace))
            for row in rows
        ]
        return self._block(np.array(rows, np.int64), np.full(len(rows), VOID, np.int8), faults)

    def take_moves(self) -> int:
        """Return how many moves were made since the last time."""
        moves, self._moves = self._moves, 0
        return moves

    def _count(self, match: Array, played: Array, pay: Array) -> None:
        moved = played.any(1)
        self._moves += int(moved.sum())
        self._turns += np.bincount(match[moved], minlength=len(self._turns)).astype(np.int32)
        every = np.arange(len(self._turns))
        for seat in range(pay.shape[2]):
            paid = pay[:, :, seat] != 0
            # one by one after what was there, so that the sum does not hang on when the host looked
            whose = np.concatenate([every, match[paid]])
            sums = np.concatenate([self._returns[:, seat], pay[:, :, seat][paid]])
            self._returns[:, seat] = np.bincount(whose, sums)

    def _fresh(self, ticks: Sequence[TickLog], match: Array, played: Array) -> Entries:
        """Return what these ticks have logged, in the order of time."""
        moves = [
            (played[:, move], _seats([t.seats[move] for t in ticks], match.shape),
             _host([tick.actions[move] for tick in ticks]))
            for move in range(played.shape[1])
        ]  # fmt: skip
        dealt, fell = _nature([t.dealt for t in ticks]), _nature([t.fell for t in ticks])
        self._first = len(dealt)
        told = [*dealt, *moves, *fell]
        times = (np.arange(len(ticks)) + self._time)[:, None] * _PLACES + np.arange(len(told))
        if alike([actions for _, _, actions in told]):
            known, seats, actions = (np.stack(columns, 1) for columns in zip(*told))
            where = (np.broadcast_to(match[:, None], known.shape)[known],
                     np.broadcast_to(times[:, :, None], known.shape)[known])  # fmt: skip
            return Entries(*where, seats[known], actions[known])
        parts = [
            Entries(match[known], np.broadcast_to(times[:, place, None], match.shape)[known],
                    seats[known], actions[known])
            for place, (known, seats, actions) in enumerate(told)
        ]  # fmt: skip
        entries = Entries.join(parts)
        return entries.where(np.argsort(entries.time, kind="stable"))

    def _take_handed(
        self, ticks: Sequence[TickLog], match: Array, did: Array, played: Array
    ) -> None:
        """Keep what was handed back beside moves, and beside those that were not made."""
        told: dict[tuple[str, int, int, int], dict[int, Any]] = {}
        for number, tick in enumerate(ticks):
            for name, move, rows, values in tick.handed:
                told.setdefault((name, move, rows.start, rows.stop), {})[number] = values
        for (name, move, *ends), columns in told.items():
            at, rows = np.array([*columns]), slice(*ends)
            values = _values([*columns.values()])
            known = (did[at, move, rows] > 0) & _given(values)
            # the place in a log that ended before this move
            beyond = (did[at, :move, rows] > 0).sum(1) * ~played[at, move, rows]
            when = (at[np.nonzero(known)[0]] + self._time) * _PLACES + self._first + move
            entry = Entries(match[at, rows][known], when, beyond[known], values[known])
            self._handed.setdefault(name, []).append(entry)

    def _offences(
        self, ticks: Sequence[TickLog], match: Array, did: Array
    ) -> Sequence[tuple[int, Fault]]:
        """Return (index of the match, what was wrong with a move of it that is none)."""
        places = np.nonzero(did == OFFENDED)
        if not len(places[0]):
            return ()
        logs, found = ByMatch(Entries.join(self._entries)), []
        for tick, move, row in zip(*(axis.tolist() for axis in places)):
            index, told = int(match[tick, row]), ticks[tick]
            seat = told.seats[move]
            seat = seat if isinstance(seat, int) else int(seat[row])
            [fixture] = self.fixtures.take(np.array([index])).matches()
            wrong = told.wrong.get((move, row)) or self.explain(
                fixture, logs.log(index), seat, host(told.given[move][row])
            )
            void = wrong.kind == "infrastructure"
            fault = Fault(
                None if void else seat, int(self._turns[index]), wrong.kind,
                "void" if void else "forfeit", wrong.message, wrong.traceback,
            )  # fmt: skip
            found.append((fixture.seats[seat], seat, index, fault))
        found.sort(key=itemgetter(0, 1))  # as agents are asked
        return [(index, fault) for *_, index, fault in found]

    def _block(
        self, done: Array, codes: NDArray[np.int8], offences: Sequence[tuple[int, Fault]]
    ) -> Block | None:
        """Return the matches that are done (by index); what belongs to them is forgotten."""
        if not len(done):
            return None
        self.left -= len(done)
        place = np.full(len(self._turns), -1, np.int64)
        place[done] = np.arange(len(done))
        self._entries, entries = parted(self._entries, place)
        lengths = np.bincount(place[entries.match], minlength=len(done))
        faults: dict[int, tuple[Fault, ...]] = {}
        returns, low = self._returns[done], self.spec.returns[0]
        lost = np.zeros(returns.shape, np.bool_)
        for index, fault in offences:
            row = int(place[index])
            faults[row] = (*faults.get(row, ()), fault)
            if fault.cost == "void":
                codes[row] = VOID
            elif low is not None:
                lost[row, fault.seat] = True
        returns[lost & (codes == FORFEIT)[:, None]] = low
        chosen = self.fixtures.take(done)
        return Block(
            *chosen[:4], returns, codes, self._turns[done],
            np.full(len(done), self._began), np.full(len(done), time.time() - self._began),
            entries.logs(lengths), faults, self._columns(place, entries, offsets_of(lengths)),
        )  # fmt: skip

    def _columns(
        self, place: Array, entries: Entries, offsets: Array
    ) -> Mapping[int, dict[str, list[tuple[int, Any]]]]:
        """Return what agents handed back in the matches that are done, by their place."""
        columns: dict[int, dict[str, list[tuple[int, Any]]]] = {}
        keys = place[entries.match] * _LONGEST + entries.time
        for name in self._handed:
            self._handed[name], mine = parted(self._handed[name], place)
            rows = place[mine.match]
            index = np.searchsorted(keys, rows * _LONGEST + mine.time) - offsets[rows] + mine.seat
            order = np.lexsort((index, rows))
            mine, rows, index = mine.where(order), rows[order], index[order]
            for row, move, value in zip(rows.tolist(), index.tolist(), values_of(mine.action)):
                columns.setdefault(row, {}).setdefault(name, []).append((move, value))
        return columns


_PLACES = 1 << 16
"""More than there are entries of one row in one tick."""
_LONGEST = 1 << 40
"""More than any time; times this, places in a block still fit an int64."""


def _host(tensors: Sequence[torch.Tensor]) -> Array:
    """Return tensors of one shape as an array with an axis more in front: one transfer."""
    return host(torch.stack(list(tensors)))


def _values(columns: Sequence[Any]) -> Array:
    """Return what was handed back in several ticks: (ticks, rows, ...), objects if need be."""
    if any(isinstance(column, list) for column in columns) or len({c.shape for c in columns}) > 1:
        return np.stack([objects(_plain(c) if isinstance(c, list) else host(c)) for c in columns])
    return _host(columns)


def _plain(values: Sequence[Any]) -> list[Any]:
    """Return values with those that are tensors as numbers or arrays."""
    told = [host(v) if isinstance(v, torch.Tensor) else v for v in values]
    return [v.item() if isinstance(v, np.ndarray) and v.ndim == 0 else v for v in told]


def _given(values: Array) -> Any:
    """Return which values are there: bool (ticks, rows), or True for all."""
    if values.dtype != object:
        return True
    return np.array([value is not None for value in values.flat]).reshape(values.shape)


def _seats(seats: Sequence[torch.Tensor | int], shape: tuple[int, ...]) -> Array:
    """Return whose moves they are: int16 (ticks, size)."""
    if isinstance(seats[0], int):
        return np.full(shape, seats[0], np.int16)
    return _host([seat.short() for seat in seats if isinstance(seat, torch.Tensor)])


def _nature(told: Sequence[torch.Tensor | None]) -> list[tuple[Array, Array, Array]]:
    """Return what nature did, move by move, as (whether it did, its seat, its action)."""
    drawn = [tensor for tensor in told if tensor is not None]
    if not drawn:
        return []
    most = max(tensor.shape[1] for tensor in drawn)
    fallen = _host([torch.nn.functional.pad(t, (0, most - t.shape[1]), value=-1) for t in drawn])
    seat = np.full(fallen.shape[:2], CHANCE, np.int16)
    return [(fallen[:, :, n] >= 0, seat, fallen[:, :, n]) for n in range(most)]
