"""Results of matches as columns: a million take 50 MB, and raters read them as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast, overload

import numpy as np
from numpy.typing import NDArray

from arena.block import ENDINGS, VOID, Block
from arena.records import Episode, Result

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
        block = Block.of(episodes)
        self._blocks.append((
            block.numbers, number_lineups(block.players, self._lineups), block.returns,
            block.forfeited, block.endings, block.deals,
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


def number_lineups(
    players: NDArray[np.int32], lineups: dict[tuple[int, ...], int]
) -> NDArray[np.int32]:
    """Return the index of each row's lineup, int32 (rows,); those not in `lineups` are added."""
    most = int(players.max(initial=0)) + 1
    if most ** players.shape[1] < 1 << 62:  # a number a row, which sorts faster than rows do
        keys = players @ (most ** np.arange(players.shape[1]))
        _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    else:
        _, first, place = np.unique(players, axis=0, return_index=True, return_inverse=True)
    known = [lineups.setdefault(tuple(row), len(lineups)) for row in players[first].tolist()]
    index: NDArray[np.int32] = np.array(known, np.int32)[place.reshape(-1)]
    return index
