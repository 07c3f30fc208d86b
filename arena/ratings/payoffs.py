"""Results as the payoffs of a game whose moves are the entrants."""

from __future__ import annotations

import numpy as np

from arena.errors import Unsuitable
from arena.ratings.meetings import meetings
from arena.records import Rating
from arena.results import Results
from arena.tally import BETTER, WORSE, Floats, Ints, matches_played


class Payoffs:
    """Who beat whom.

    rated    int64 (n,)       the entrants that played
    margin   float64 (n, n)   how many more encounters the row's won than lost against the column's
    games    float64 (n, n)   how many there were
    """

    def __init__(self, results: Results, system: str) -> None:
        table = meetings(results, system)
        size = len(results.entrants)
        margin, games = np.zeros((size, size)), np.zeros((size, size))
        for column, (a, b) in enumerate(table.pairs):
            met = table.met[:, column]
            one, other = table.holders[met, a], table.holders[met, b]
            counts = table.counts[met, column]
            np.add.at(margin, (one, other), counts[:, BETTER] - counts[:, WORSE])
            np.add.at(games, (one, other), counts.sum(axis=1))
        played = matches_played(results)
        self.system, self._results, self._played = system, results, played
        self.rated: Ints = np.flatnonzero(played)
        chosen = np.ix_(self.rated, self.rated)
        self.margin: Floats = (margin - margin.T)[chosen]
        self.games: Floats = (games + games.T)[chosen]

    def shares(self) -> Floats:
        """Return the margins as shares of the games, from -1 to 1: float64 (n, n), antisymmetric.

        Raises `Unsuitable` where two never met.
        """
        missing = np.argwhere((self.games == 0) & ~np.eye(len(self.rated), dtype=np.bool_))
        if len(missing):
            a, b = (self._results.entrants[self.rated[i]] for i in missing[0])
            raise Unsuitable(
                f"{self.system} needs everyone to have met everyone, and {a!r} never met {b!r};"
                " play a round robin, or use bradley_terry or maximal_lotteries"
            )
        return self.margin / np.maximum(self.games, 1)

    def ratings(self, values: Floats) -> dict[str, Rating]:
        """Return values, float64 (n,), as ratings without intervals, best first."""
        order = np.argsort(-values, kind="stable")
        return {
            self._results.entrants[self.rated[i]]: Rating(
                float(values[i]), None, None, int(self._played[self.rated[i]])
            )
            for i in order
        }
