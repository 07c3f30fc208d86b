"""Online Elo: ratings that move after every match, in the order in which matches are numbered.

Elo, "The Rating of Chessplayers, Past and Present" (1978). The order of the same results moves
these ratings by some 50 points (K = 32), so they make a timeline; the verdict is `bradley_terry`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from arena.errors import BadParameter, Unsuitable
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.tally import Pairwise, matches_played

SCORES = (1.0, 0.5, 0.0, 0.5)
"""The first side's score by outcome; two that forfeit both are taken to have drawn."""


class Elo(Rater):
    """Elo ratings with step `k`, all starting from `initial`.

    In a match of more than two seats each pair of different entrants' seats is compared, all from
    the ratings before the match, each comparison moving `k` / (seats - 1). There are no intervals.
    """

    def __init__(self, k: float = 32.0, initial: float = 1500.0) -> None:
        if not 0 < k <= 1000:
            raise BadParameter(f"elo: k={k} is not a step; use a number above 0 and up to 1000")
        self.k, self.initial = k, initial

    def rate(self, results: Results) -> Mapping[str, Rating]:
        """Return the ratings after the last match, best first; low and high are None.

        Raises `Unsuitable` where no two entrants ever met.
        """
        ratings = [self.initial] * len(results.entrants)
        self.update(ratings, results)
        games = matches_played(results).tolist()
        rated = [i for i in range(len(ratings)) if games[i]]
        rated.sort(key=lambda i: -ratings[i])
        return {results.entrants[i]: Rating(ratings[i], None, None, games[i]) for i in rated}

    def update(self, ratings: list[float], results: Results) -> None:
        """Play `results` through `ratings` (by entrant, in place), in the order they come in."""
        if not len(results):
            return
        table = Pairwise(results)
        if not table.counts.any():
            raise Unsuitable(
                "elo compares entrants that meet, and here nobody met another; use mean_return"
            )
        lineup = results.lineup.tolist()
        if len(table.pairs) == 1:
            holders = table.holders.tolist()
            outcomes = table.outcomes[:, 0].tolist()
            update_pairs(ratings, (holders[n] for n in lineup), outcomes, self.k)
        else:
            self._update_tables(ratings, table, lineup)

    def _update_tables(self, ratings: list[float], table: Pairwise, lineup: list[int]) -> None:
        """Move the ratings match by match, where a match is several comparisons at once."""
        compared = [
            [
                (column, int(who[a]), int(who[b]))
                for column, (a, b) in enumerate(table.pairs)
                if met[column]
            ]
            for who, met in zip(table.holders, table.met)
        ]
        seats = (table.holders >= 0).sum(axis=1)
        steps = (self.k / (seats - 1).clip(1)).tolist()
        for row, n in zip(table.outcomes, lineup):
            outcomes = row.tolist()
            moves = [
                (i, j, steps[n] * (SCORES[outcomes[c]] - expected(ratings[i] - ratings[j])))
                for c, i, j in compared[n]
            ]
            for i, j, move in moves:
                ratings[i] += move
                ratings[j] -= move


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
