"""Mean return: for games that are played alone or as one team."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from arena.intervals import clustered_mean
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.tally import returns_by_deal


class MeanReturn(Rater):
    """The mean over an entrant's matches of what its seats return together, with a 95 % interval.

    Matches on one deal are taken together. The interval is Student's; it is left out where an
    entrant has met a single deal.
    """

    def rate(self, results: Results) -> Mapping[str, Rating]:
        """Return the rating of each entrant that played, best first; `games` counts its matches."""
        clusters, sums = returns_by_deal(results)
        entrants, starts = np.unique(clusters.groups, return_index=True)
        ratings = []
        for entrant, part in zip(entrants.tolist(), np.split(sums, starts[1:])):
            totals, sizes = part.T
            mean, low, high = clustered_mean(totals, sizes)
            ratings.append((results.entrants[entrant], Rating(mean, low, high, int(sizes.sum()))))
        return dict(sorted(ratings, key=lambda pair: -pair[1].rating))
