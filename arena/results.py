"""Results of matches as columns: a million take 50 MB, and raters read them as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import cast, overload

import numpy as np
from numpy.typing import NDArray

from arena.records import Ending, Episode, Result

ENDINGS: tuple[Ending, ...] = ("terminal", "truncated", "forfeit", "void")
VOID = ENDINGS.index("void")
_CODE = {name: code for code, name in enumerate(ENDINGS)}
Sides = tuple[tuple[int, ...], ...]


class Results(Sequence[Result]):
    """Results in the order of their numbers, without the void ones unless said otherwise.

    entrants   names by index
    lineups    the distinct tuples of entrant indices by seat
    numbers    int64 (n,)     the match's number, ascending
    lineup     int32 (n,)     index into `lineups`
    returns    float64 (n, most seats), NaN beyond a match's seats
    values     the same shape: what seats are compared by, -inf where a seat forfeited
    endings    int8 (n,)      index into ENDINGS
    deals      int64 (n,)     the deal's seed, shared by the games of a pair that swaps seats;
                              -1 where it is unknown, and then shared with nothing
    sides      which seats play together, as `Spec.sides`; () if each plays by itself
    """

    def __init__(
        self,
        entrants: Sequence[str],
        lineups: Sequence[tuple[int, ...]],
        numbers: NDArray[np.int64],
        lineup: NDArray[np.int32],
        returns: NDArray[np.float64],
        forfeited: NDArray[np.bool_],
        endings: NDArray[np.int8],
        deals: NDArray[np.int64],
        sides: Sides = (),
    ) -> None:
        self.entrants, self.sides = tuple(entrants), sides
        self.lineups = list(lineups)
        self.numbers, self.lineup, self.returns, self.endings = numbers, lineup, returns, endings
        self.deals = deals
        self.values = np.where(forfeited, -np.inf, returns)

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> Results: ...
    def __getitem__(self, index: int | slice) -> Result | Results:
        if isinstance(index, slice):
            return self.where(np.arange(len(self))[index])
        seats = self.lineups[self.lineup[index]]
        return Result(
            int(self.numbers[index]),
            seats,
            tuple(self.returns[index, : len(seats)].tolist()),
            tuple(self.values[index, : len(seats)].tolist()),
            ENDINGS[self.endings[index]],
        )

    def __iter__(self) -> Iterator[Result]:
        return (self[i] for i in range(len(self)))

    def where(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Results:
        """Return the chosen rows (a mask or indices), entrants and lineups kept."""
        return Results(
            self.entrants, self.lineups, self.numbers[rows], self.lineup[rows],
            self.returns[rows], np.isneginf(self.values[rows]), self.endings[rows],
            self.deals[rows], self.sides,
        )  # fmt: skip

    @property
    def rated(self) -> Results:
        """The results that count: all but the void ones."""
        keep = self.endings != VOID
        return self if keep.all() else self.where(keep)


class ResultsLog:
    """Collects episodes, in any order, and gives the `Results` so far."""

    def __init__(self, entrants: Sequence[str], seats: int, sides: Sides = ()) -> None:
        self.entrants = tuple(entrants)
        self.seats, self.sides = seats, sides
        self._lineups: dict[tuple[int, ...], int] = {}
        self._blocks: list[tuple[NDArray[np.generic], ...]] = []

    @classmethod
    def of(cls, results: Results) -> ResultsLog:
        """Return a log that holds these results already."""
        log = cls(results.entrants, results.returns.shape[1], results.sides)
        log._lineups = {lineup: index for index, lineup in enumerate(results.lineups)}
        log._blocks = [(
            results.numbers, results.lineup, results.returns, np.isneginf(results.values),
            results.endings, results.deals,
        )]  # fmt: skip
        return log

    def add(self, episodes: Sequence[Episode]) -> None:
        """Take in a block of episodes."""
        if not episodes:
            return
        lineups = self._lineups
        matches, returns, endings, _, _, faults, *_ = zip(*episodes)
        numbers, seats, _, deals, _ = zip(*matches)
        for lineup in set(seats).difference(lineups):
            lineups[lineup] = len(lineups)
        forfeited = np.zeros((len(episodes), self.seats), np.bool_)
        for row in (i for i, wrong in enumerate(faults) if wrong):
            forfeited[row, list(episodes[row].offenders)] = True
        flat = np.fromiter(chain.from_iterable(returns), np.float64, self.seats * len(episodes))
        self._blocks.append((
            np.array(numbers, np.int64),
            np.array(list(map(lineups.__getitem__, seats)), np.int32),
            flat.reshape(-1, self.seats),
            forfeited,
            np.array(list(map(_CODE.__getitem__, endings)), np.int8),
            np.array(deals, np.int64),
        ))  # fmt: skip

    def results(self) -> Results:
        """Return everything taken in so far, in the order of the matches' numbers."""
        lineups = list(self._lineups)
        return make_results(self.entrants, lineups, self._blocks, self.seats, self.sides)


def make_results(
    entrants: Sequence[str],
    lineups: Sequence[tuple[int, ...]],
    blocks: Iterable[tuple[NDArray[np.generic], ...]],
    seats: int,
    sides: Sides = (),
) -> Results:
    """Join blocks of (numbers, lineup, returns, forfeited, endings, deals), sorted by number.

    Lineups are sorted too: nothing must remain of the order in which matches arrived.
    """
    empty = (
        np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros((0, seats)),
        np.zeros((0, seats), np.bool_), np.zeros(0, np.int8),
        np.zeros(0, np.int64),
    )  # fmt: skip
    columns = [np.concatenate(parts) for parts in zip(empty, *blocks)]
    order = np.argsort(columns[0], kind="stable")
    numbers, lineup, returns, forfeited, endings, deals = (c[order] for c in columns)
    by_name = sorted(range(len(lineups)), key=lineups.__getitem__)
    place = np.empty(len(lineups), np.int32)
    place[by_name] = np.arange(len(lineups))
    lineup = place[lineup]
    return Results(
        entrants, [lineups[i] for i in by_name],
        cast("NDArray[np.int64]", numbers), cast("NDArray[np.int32]", lineup),
        cast("NDArray[np.float64]", returns), cast("NDArray[np.bool_]", forfeited),
        cast("NDArray[np.int8]", endings), cast("NDArray[np.int64]", deals), sides,
    )  # fmt: skip


def code_of(ending: Ending) -> int:
    """Return the index of an ending in ENDINGS."""
    return _CODE[ending]
