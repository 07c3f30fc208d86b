"""Matches that are to be played, as columns: what a block is to matches that were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice, repeat
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from arena.records import Match, Opening, Pairing

_as_match: Callable[[tuple[Any, ...]], Match] = partial(tuple.__new__, Match)
"""`Match._make` at a third of the time: it runs for every match that is played."""


class Fixtures(NamedTuple):
    """Matches to be played, in order.

    numbers   int64 (n,)
    players   int32 (n, seats)   the entrant (by index) of each seat
    seeds, deals  int64 (n,)
    openings  one a match; None where all begin at the beginning
    """

    numbers: NDArray[np.int64]
    players: NDArray[np.int32]
    seeds: NDArray[np.int64]
    deals: NDArray[np.int64]
    openings: Sequence[Opening] | None = None

    @classmethod
    def of(cls, matches: Sequence[Match]) -> Fixtures:
        """Return matches (at least one) as columns."""
        numbers, players, seeds, deals, openings = zip(*matches)
        width = len(players[0])
        flat = np.fromiter(chain.from_iterable(players), np.int32, width * len(players))
        return cls(
            np.array(numbers, np.int64), flat.reshape(-1, width), np.array(seeds, np.int64),
            np.array(deals, np.int64), openings if any(openings) else None,
        )  # fmt: skip

    def matches(self) -> Iterator[Match]:
        """Yield them one by one."""
        rows = zip(
            self.numbers.tolist(), map(tuple, self.players.tolist()), self.seeds.tolist(),
            self.deals.tolist(), repeat(0) if self.openings is None else self.openings,
        )  # fmt: skip
        return map(_as_match, rows)

    def take(self, rows: NDArray[np.int64] | slice) -> Fixtures:
        """Return the chosen rows."""
        openings = self.openings
        if openings is not None:
            places = range(len(openings))[rows] if isinstance(rows, slice) else rows.tolist()
            openings = [openings[row] for row in places]
        return Fixtures(
            self.numbers[rows], self.players[rows], self.seeds[rows], self.deals[rows], openings
        )

    @classmethod
    def join(cls, parts: Sequence[Fixtures]) -> Fixtures:
        """Return several (at least one), one after the other."""
        columns: list[Any] = [np.concatenate(column) for column in zip(*(p[:4] for p in parts))]
        openings = None
        if any(part.openings is not None for part in parts):
            all_ = (part.openings or [0] * len(part.numbers) for part in parts)
            openings = list(chain.from_iterable(all_))
        numbers, players, seeds, deals = columns
        return cls(numbers, players, seeds, deals, openings)


@runtime_checkable
class InColumns(Protocol):
    """An iterable of matches that also gives them as columns."""

    def fixtures(self) -> Iterator[Fixtures]:
        """Yield them, some thousands at a time."""


def fixtures(matches: Iterable[Match] | InColumns, size: int) -> Iterator[Fixtures]:
    """Yield matches as columns, `size` or somewhat more at a time."""
    if not isinstance(matches, InColumns):
        source = iter(matches)
        while chunk := list(islice(source, size)):
            yield Fixtures.of(chunk)
        return
    parts: list[Fixtures] = []
    for part in matches.fixtures():
        parts.append(part)
        if sum(len(each.numbers) for each in parts) >= size:
            yield Fixtures.join(parts)
            parts = []
    if parts:
        yield Fixtures.join(parts)


class Supply:
    """Matches of which some are taken at a time; more may be there after it has run dry."""

    def __init__(self, matches: Iterable[Match] | InColumns) -> None:
        self._columns = matches.fixtures() if isinstance(matches, InColumns) else None
        self._matches = iter(()) if isinstance(matches, InColumns) else iter(matches)
        self._part: Fixtures | None = None

    def take(self, count: int) -> Fixtures | None:
        """Return the next matches as columns: `count` if there are so many; None for none."""
        if self._columns is None:
            some = list(islice(self._matches, count))
            return Fixtures.of(some) if some else None
        parts: list[Fixtures] = []
        while count > 0 and (part := self._part or next(self._columns, None)) is not None:
            size = len(part.numbers)
            self._part = part.take(slice(count, None)) if size > count else None
            if size:
                parts.append(part.take(slice(count)))
            count -= size
        return Fixtures.join(parts) if len(parts) > 1 else parts[0] if parts else None

    def matches(self, count: int) -> list[Match]:
        """Return the next matches one by one: `count` if there are so many."""
        if self._columns is None:
            return list(islice(self._matches, count))
        some = self.take(count)
        return [] if some is None else list(some.matches())


def pairing_columns(
    pairings: Sequence[Pairing], size: int
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """Yield (players, deals) of pairings, some `size` at a time; by their own `columns` if any."""
    if hasattr(pairings, "columns"):
        yield from pairings.columns(size)
        return
    source = iter(pairings)
    while block := list(islice(source, size)):
        seats, deals = zip(*block)
        yield np.array(seats, np.int32), np.array(deals, np.int64)
