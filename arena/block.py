"""Matches that were played, as columns: how they leave the runner, cross pipes and are stored.

A block is also a sequence of `Episode`s, made one at a time as they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any, cast, overload

import numpy as np
from numpy.typing import NDArray

from arena.records import Ending, Episode, Fault, Match

ENDINGS: tuple[Ending, ...] = ("terminal", "truncated", "forfeit", "void")
FORFEIT, VOID = ENDINGS.index("forfeit"), ENDINGS.index("void")
_CODES: dict[str, int] = {name: code for code, name in enumerate(ENDINGS)}

Ints = NDArray[np.int64]
Rows = NDArray[np.bool_] | Ints
Handed = Mapping[str, list[tuple[int, Any]]]
"""What agents handed back: see `Episode.columns`."""


class Logs(Sequence[list[Any]]):
    """The flat log (seat, action, seat, action, ...) of each match, all in one array.

    flat      integers, (entries,): the logs one after another
    offsets   int64 (matches + 1,): log i is flat[offsets[i] : offsets[i + 1]]
    """

    def __init__(self, flat: NDArray[Any], offsets: NDArray[np.int64]) -> None:
        self.flat, self.offsets = flat, offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, row: int) -> list[Any]: ...
    @overload
    def __getitem__(self, row: slice) -> list[list[Any]]: ...
    def __getitem__(self, row: int | slice) -> list[Any]:
        if isinstance(row, slice):
            return [self[i] for i in range(len(self))[row]]
        row = range(len(self))[row]
        begin, end = self.offsets[row : row + 2].tolist()
        log: list[Any] = self.flat[begin:end].tolist()
        return log

    def __iter__(self) -> Iterator[list[Any]]:
        flat = self.flat.tolist()
        return (flat[begin:end] for begin, end in pairwise(self.offsets.tolist()))

    def take(self, rows: NDArray[np.int64]) -> Logs:
        """Return the logs of the chosen rows."""
        lengths = np.diff(self.offsets)[rows]
        offsets = offsets_of(lengths)
        shift = np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return Logs(self.flat[shift + np.arange(len(shift))], offsets)


ARRAYS = (
    "numbers", "players", "seeds", "deals", "returns", "endings", "turns", "started", "seconds",
)  # fmt: skip
"""The columns of a `Block` that every match has as a number, or one a seat."""


@dataclass(frozen=True, slots=True)
class Block(Sequence[Episode]):
    """Matches of one environment as columns, in any order; not changed once made.

    numbers    int64 (n,)       the match's number in its tournament
    players    int32 (n, seats) the entrant (by index) of each seat
    seeds, deals  int64 (n,)
    returns    float64 (n, seats)
    endings    int8 (n,)        index into ENDINGS
    turns      int32 (n,)
    started, seconds  float64 (n,)
    logs       a flat log each: `Logs` where all that is in them are integers, else a list of lists
    faults, columns   by row, those that have any
    """

    numbers: NDArray[np.int64]
    players: NDArray[np.int32]
    seeds: NDArray[np.int64]
    deals: NDArray[np.int64]
    returns: NDArray[np.float64]
    endings: NDArray[np.int8]
    turns: NDArray[np.int32]
    started: NDArray[np.float64]
    seconds: NDArray[np.float64]
    logs: Sequence[list[Any]]
    faults: Mapping[int, tuple[Fault, ...]] = field(default_factory=dict)
    columns: Mapping[int, Handed] = field(default_factory=dict)

    @classmethod
    def of(cls, episodes: Sequence[Episode]) -> Block:
        """Return episodes (at least one) as a block; a block as it is."""
        if isinstance(episodes, Block):
            return episodes
        matches, returns, endings, turns, logs, faults, started, seconds, handed = zip(*episodes)
        numbers, players, seeds, deals, _ = zip(*matches)
        return cls(
            np.array(numbers, np.int64),
            _table(players, np.int32),
            np.array(seeds, np.int64),
            np.array(deals, np.int64),
            _table(returns, np.float64),
            np.array([*map(_CODES.__getitem__, endings)], np.int8),
            np.array(turns, np.int32),
            np.array(started, np.float64),
            np.array(seconds, np.float64),
            gather_logs(logs),
            {row: wrong for row, wrong in enumerate(faults) if wrong} if any(faults) else {},
            {row: told for row, told in enumerate(handed) if told} if any(handed) else {},
        )

    @classmethod
    def join(cls, blocks: Sequence[Block]) -> Block:
        """Return several blocks (at least one) as one, in this order."""
        if len(blocks) == 1:
            return blocks[0]
        starts = offsets_of([len(block) for block in blocks]).tolist()
        arrays: dict[str, Any] = {
            name: np.concatenate([getattr(block, name) for block in blocks]) for name in ARRAYS
        }
        return cls(
            **arrays,
            logs=_join_logs([block.logs for block in blocks]),
            faults={i + row: f for i, b in zip(starts, blocks) for row, f in b.faults.items()},
            columns={i + row: c for i, b in zip(starts, blocks) for row, c in b.columns.items()},
        )

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, row: int) -> Episode: ...
    @overload
    def __getitem__(self, row: slice) -> Block: ...
    def __getitem__(self, row: int | slice) -> Episode | Block:
        if isinstance(row, slice):
            return self.take(np.arange(len(self))[row])
        row = range(len(self))[row]
        return next(iter(self.take(np.array([row]))))

    def __iter__(self) -> Iterator[Episode]:
        numbers, players, *rest = (getattr(self, name).tolist() for name in ARRAYS)
        for row, (match, returns, ending, turns, started, seconds, log) in enumerate(
            zip(map(Match, numbers, map(tuple, players), *rest[:2]), *rest[2:], self.logs)
        ):
            told = self.columns.get(row)
            yield Episode(
                match, tuple(returns), ENDINGS[ending], turns, log, self.faults.get(row, ()),
                started, seconds, dict(told) if told else None,
            )  # fmt: skip

    def take(self, rows: Rows) -> Block:
        """Return the chosen rows (a mask or indices)."""
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else cast("Ints", rows)
        chosen, logs = places.tolist(), self.logs
        arrays: dict[str, Any] = {name: getattr(self, name)[places] for name in ARRAYS}
        return Block(
            **arrays,
            logs=logs.take(places) if isinstance(logs, Logs) else [logs[row] for row in chosen],
            faults=_renumbered(self.faults, chosen),
            columns=_renumbered(self.columns, chosen),
        )

    @property
    def forfeited(self) -> NDArray[np.bool_]:
        """Which seats forfeited: bool (n, seats)."""
        lost = np.zeros(self.players.shape, np.bool_)
        for row, wrong in self.faults.items():
            seats = [f.seat for f in wrong if f.cost == "forfeit" and f.seat is not None]
            lost[row, seats] = True
        return lost


def offsets_of(lengths: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each of several parts begins, and where the last ends: int64 (parts + 1,)."""
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def gather_logs(logs: Sequence[list[Any]]) -> Sequence[list[Any]]:
    """Return flat logs in one array if there are only integers in them, else as they are."""
    flat = _flat(logs)
    return list(logs) if flat is None else Logs(flat, offsets_of([*map(len, logs)]))


def _flat(logs: Sequence[list[Any]]) -> NDArray[Any] | None:
    try:
        return np.frombuffer(bytes(chain.from_iterable(logs)), np.uint8)
    except (TypeError, ValueError):  # not all of them are integers from 0 to 255
        pass
    if not set(map(type, chain.from_iterable(logs))) <= {int, bool}:
        return None
    try:
        return np.fromiter(chain.from_iterable(logs), np.int64)
    except OverflowError:
        return None


def _table(rows: Sequence[Sequence[Any]], dtype: type[Any]) -> NDArray[Any]:
    """Return rows of equal length as an array: (rows, length)."""
    width = len(rows[0])
    flat = np.fromiter(chain.from_iterable(rows), dtype, width * len(rows))
    return flat.reshape(len(rows), width)


def _join_logs(logs: Sequence[Sequence[list[Any]]]) -> Sequence[list[Any]]:
    alike = [each for each in logs if isinstance(each, Logs)]
    if len(alike) < len(logs):
        return [log for each in logs for log in each]
    lengths = np.concatenate([np.diff(each.offsets) for each in alike])
    return Logs(np.concatenate([each.flat for each in alike]), offsets_of(lengths))


def _renumbered(told: Mapping[int, Any], rows: Iterable[int]) -> dict[int, Any]:
    get: Callable[[int], Any] = told.get
    return {i: get(row) for i, row in enumerate(rows) if row in told} if told else {}
