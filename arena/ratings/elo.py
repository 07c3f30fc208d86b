"""Online Elo: ratings that move after every match, in the order in which matches are numbered.

Elo, "The Rating of Chessplayers, Past and Present" (1978). The order of the same results moves
these ratings by some 50 points (K = 32), so they make a timeline; the verdict is `bradley_terry`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from arena.errors import BadParameter
from arena.ratings.meetings import meetings
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.tally import POINTS, Floats, Ints, Pairwise, matches_played

SCORES = tuple(POINTS.tolist())


class Elo(Rater):
    """Elo ratings with step `k`, all starting from `initial`.

    With `shuffles` above 0 a rating is the mean over so many random orders of the matches instead
    of what their own order makes of it; the orders are the same whenever it is asked. In a match of
    more than two sides each pair that different entrants held is compared, all from the ratings
    before the match, each comparison moving `k` / (sides - 1). There are no intervals.
    """

    def __init__(self, k: float = 32.0, initial: float = 1500.0, shuffles: int = 0) -> None:
        if not 0 < k <= 1000:
            raise BadParameter(f"elo: k={k} is not a step; use a number above 0 and up to 1000")
        if not 0 <= shuffles <= 100_000:
            raise BadParameter(f"elo: shuffles={shuffles}; use 0, or some hundred")
        self.k, self.initial, self.shuffles = k, initial, shuffles

    def rate(self, results: Results) -> Mapping[str, Rating]:
        """Return the ratings after the last match, best first; low and high are None.

        Raises `Unsuitable` where no two entrants ever met.
        """
        totals = np.zeros(len(results.entrants))
        game = _Game(results, self.k)
        for order in self._orders(len(results)):
            ratings = [self.initial] * len(totals)
            game.play(ratings, order)
            totals += ratings
        totals /= max(1, self.shuffles)
        games = matches_played(results).tolist()
        rated = [i for i in np.argsort(-totals, kind="stable").tolist() if games[i]]
        return {results.entrants[i]: Rating(float(totals[i]), None, None, games[i]) for i in rated}

    def _orders(self, matches: int) -> Iterator[Ints | slice]:
        """Yield the orders in which to play the matches."""
        if not self.shuffles:
            yield slice(None)
        rng = np.random.default_rng(0)
        for _ in range(self.shuffles):
            yield rng.permutation(matches)

    def timeline(self, results: Results, points: int = 200) -> tuple[Ints, Floats]:
        """Return how the ratings moved, in the matches' own order.

        Two arrays: after how many matches, int64 (points,) or fewer, and the ratings then, float64
        (points, entrants), NaN before an entrant's first match. Raises as `rate` does.
        """
        game = _Game(results, self.k)
        after = np.unique(np.linspace(0, len(results), points + 1).astype(np.int64))[1:]
        first = np.full(len(results.entrants), len(results))
        for lineup, row in zip(*np.unique(results.lineup, return_index=True)):
            who = list(results.lineups[lineup])
            first[who] = np.minimum(first[who], row)
        ratings = [self.initial] * len(results.entrants)
        rows = np.empty((len(after), len(ratings)))
        for row, (begin, end) in enumerate(zip([0, *after.tolist()], after.tolist())):
            game.play(ratings, slice(begin, end))
            rows[row] = np.where(first < end, ratings, np.nan)
        return after, rows


class _Game:
    """Results laid out for playing them through ratings, in any order."""

    def __init__(self, results: Results, k: float) -> None:
        self.k, self.lineup = k, results.lineup
        self.table = meetings(results, "elo")
        self.holders = self.table.holders.tolist()
        sides = (self.table.holders >= 0).sum(axis=1)
        self.steps = (k / (sides - 1).clip(1)).tolist()
        self.compared = _compared(self.table) if len(self.table.pairs) > 1 else []

    def play(self, ratings: list[float], order: Ints | slice) -> None:
        """Move the ratings (by entrant, in place) by these matches in this order."""
        lineup, outcomes = self.lineup[order].tolist(), self.table.outcomes[order]
        if len(self.table.pairs) == 1:
            who = map(self.holders.__getitem__, lineup)
            update_pairs(ratings, who, outcomes[:, 0].tolist(), self.k)
            return
        for row, n in zip(outcomes.tolist(), lineup):
            step = self.steps[n]
            moves = [
                (i, j, step * (SCORES[row[c]] - expected(ratings[i] - ratings[j])))
                for c, i, j in self.compared[n]
            ]
            for i, j, move in moves:
                ratings[i] += move
                ratings[j] -= move


def _compared(table: Pairwise) -> list[list[tuple[int, int, int]]]:
    """Return by lineup which pair of sides (by column) are compared, and who holds them."""
    return [
        [
            (column, int(who[a]), int(who[b]))
            for column, (a, b) in enumerate(table.pairs)
            if met[column]
        ]
        for who, met in zip(table.holders, table.met)
    ]


def expected(difference: float) -> float:
    """Return the score that an entrant `difference` Elo points stronger is expected to make."""
    return 1.0 / (1.0 + math.pow(10.0, -difference / 400.0))


def update_pairs(
    ratings: list[float], pairs: Iterable[list[int]], outcomes: Iterable[int], k: float
) -> None:
    """Play two-seat results through `ratings` in place: tight, for it may run a million times."""
    for (i, j), outcome in zip(pairs, outcomes):
        if i != j:
            move = k * (SCORES[outcome] - 1.0 / (1.0 + 10.0 ** ((ratings[j] - ratings[i]) / 400.0)))
            ratings[i] += move
            ratings[j] -= move
