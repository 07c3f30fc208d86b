"""Results tallied: which side did better, what each deal returned, and which matches share luck."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from arena.results import Results

BETTER, EQUAL, WORSE, BOTH_FORFEIT = range(4)
"""What a comparison says of the first of the two sides."""
POINTS = np.array([1.0, 0.5, 0.0, 0.5])
"""The first's points by outcome; two that forfeit both are taken to have drawn."""

Sides = Sequence[Sequence[int]]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Sided(Protocol):
    """What these functions ask of a game: a `Spec`, or what a history keeps of one."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def sides(self) -> tuple[tuple[int, ...], ...]:
        """Which seats one entrant holds together; () if each is held by itself."""

    @property
    def ranked_by_return(self) -> bool:
        """Whether entrants do not meet and are compared by what they return."""


class Pairwise:
    """Every pair of sides that different entrants held, and which of the two did better.

    Sides are those of the results if not given. A side's value is the sum of its seats'
    `Results.values`, so a forfeit in a team is the team's.

    holders   int64 (lineups, sides)   the entrant of each side; -1 where the match had no such side
    pairs     the pairs of sides (first, second), first < second
    met       bool (lineups, pairs)    whether two different entrants held the two sides
    outcomes  int8 (matches, pairs)    BETTER ... BOTH_FORFEIT; means nothing where not met
    counts    int64 (lineups, pairs, 4)   how often each outcome came up; 0 where not met
    """

    def __init__(self, results: Results, sides: Sides = ()) -> None:
        sides = sides or results.sides or [(seat,) for seat in range(results.returns.shape[1])]
        seats = seat_holders(results)
        self.holders = seats[:, [side[0] for side in sides]]
        self.pairs = list(combinations(range(len(sides)), 2))
        values = np.stack([results.values[:, list(side)].sum(axis=1) for side in sides], axis=1)
        first, second = [p[0] for p in self.pairs], [p[1] for p in self.pairs]
        one, other = self.holders[:, first], self.holders[:, second]
        self.met = (one != other) & (one >= 0) & (other >= 0)
        self.outcomes = np.empty((len(results), len(self.pairs)), np.int8)
        self.counts = np.zeros((len(self.holders), len(self.pairs), 4), np.int64)
        for column, (a, b) in enumerate(self.pairs):
            outcome = _compare(values[:, a], values[:, b])
            self.outcomes[:, column] = outcome
            cells = np.bincount(results.lineup * 4 + outcome, minlength=4 * len(self.holders))
            self.counts[:, column] = cells.reshape(-1, 4) * self.met[:, column, None]


def _compare(a: Floats, b: Floats) -> NDArray[np.int8]:
    outcome = (1 + (b > a).astype(np.int8)) - (a > b)
    outcome[np.isneginf(a) & np.isneginf(b)] = BOTH_FORFEIT
    return outcome


def seat_holders(results: Results) -> Ints:
    """Return the entrant of each seat, int64 (lineups, seats), -1 beyond a lineup's seats."""
    lineups, seats = results.lineups, results.returns.shape[1]
    widths = np.fromiter(map(len, lineups), np.int64, len(lineups))
    table = np.full((len(lineups), seats), -1, np.int64)
    flat = np.fromiter(chain.from_iterable(lineups), np.int64, int(widths.sum()))
    table[np.arange(seats) < widths[:, None]] = flat
    return table


def matches_played(results: Results) -> Ints:
    """Return how many matches each entrant sat in, int64 (entrants,)."""
    played = np.bincount(results.lineup, minlength=len(results.lineups))
    holders = seat_holders(results)
    totals = np.zeros(len(results.entrants), np.int64)
    for seat in range(holders.shape[1]):
        # an entrant with several seats sat in the match once
        mine = (holders[:, seat] >= 0) & ~_held_before(holders, seat)
        np.add.at(totals, holders[mine, seat], played[mine])
    return totals


def _held_before(holders: Ints, seat: int) -> NDArray[np.bool_]:
    """Return in which lineups who holds the seat holds one before it: bool (lineups,)."""
    before: NDArray[np.bool_] = (holders[:, :seat] == holders[:, seat, None]).any(axis=1)
    return before


class Clusters:
    """Matches whose luck is shared: the same deal among the same entrants, in whatever seats.

    Their outcomes are not independent, so a variance sums over each cluster before it squares.
    Rows are in one cluster where both their `deals` (see `deals_told_apart`) and their `groups` are
    equal, both int64 (rows,). Clusters come sorted by group.
    """

    def __init__(self, deals: Ints, groups: Ints) -> None:
        self._order = _sorted(deals, groups)
        deals, groups = deals[self._order], groups[self._order]
        new = np.ones(len(deals), np.bool_)
        new[1:] = (deals[1:] != deals[:-1]) | (groups[1:] != groups[:-1])
        self._starts = np.flatnonzero(new)
        self.groups, self.deals = groups[self._starts], deals[self._starts]

    def __len__(self) -> int:
        return len(self._starts)

    def rows(self) -> Ints:
        """Return the cluster of each row, int64 (rows,)."""
        new = np.zeros(len(self._order), np.int64)
        new[self._starts] = 1
        rows = np.empty_like(new)
        rows[self._order] = new.cumsum() - 1
        return rows

    def sums(self, values: NDArray[np.generic]) -> Floats:
        """Return the sum of `values` (rows, ...) over each cluster: float64 (clusters, ...)."""
        if not len(self):
            return np.zeros((0, *values.shape[1:]))
        return np.add.reduceat(values[self._order].astype(np.float64), self._starts, axis=0)


def _sorted(deals: Ints, groups: Ints) -> Ints:
    """Return the order of rows by group, then by deal."""
    order = np.argsort(deals)
    keys = groups[order]
    # a stable sort of small numbers is by their digits: faster than by comparison
    fits = len(keys) > 0 and keys.min() >= 0 and keys.max() <= np.iinfo(np.uint16).max
    again: Ints = np.argsort(keys.astype(np.uint16) if fits else keys, kind="stable")
    return order[again]


def deals_told_apart(results: Results) -> Ints:
    """Return each match's deal, int64 (matches,); unknown ones get a number of their own."""
    deals = results.deals
    return np.where(deals < 0, -1 - np.arange(len(deals)), deals)


def entrant_groups(results: Results) -> tuple[Ints, list[tuple[int, ...]]]:
    """Return the group of each lineup, int64 (lineups,), and each group's entrants in order.

    Lineups of the same entrants in different seats are one group.
    """
    numbers: dict[tuple[int, ...], int] = {}
    groups = [
        numbers.setdefault(tuple(sorted(set(lineup))), len(numbers)) for lineup in results.lineups
    ]
    return np.array(groups, np.int64), list(numbers)


def returns_by_deal(results: Results, by_seat: bool = False) -> tuple[Clusters, Floats]:
    """Return what each entrant got out of each deal.

    The clusters' groups are entrants, ascending; the array, float64 (clusters, 2), holds the sum of
    the returns of the entrant's seats and the number of matches (or seats) that it is from.
    """
    seats = seat_holders(results)
    earlier = [_held_before(seats, seat) for seat in range(seats.shape[1])]
    # an entrant with several seats played one match
    counts = ~np.stack(earlier, axis=1) | by_seat
    holders = seats[results.lineup]
    rows, columns = np.nonzero(holders >= 0)
    clusters = Clusters(deals_told_apart(results)[rows], holders[rows, columns])
    numbers = np.stack(
        [results.returns[rows, columns], counts[results.lineup[rows], columns]], axis=1
    )
    return clusters, clusters.sums(numbers)
