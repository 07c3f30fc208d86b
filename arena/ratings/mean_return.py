"""Mean return: for games that are played alone or as one team."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from arena.intervals import Z95, clustered_mean
from arena.leaderboard import Ratings
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.tally import Clusters, Floats, returns_by_deal

Mean = tuple[float, float | None, float | None]
_BLOCK = 20_000


class MeanReturn(Rater):
    """The mean over an entrant's matches of what its seats return together, with a 95 % interval.

    Matches on one deal are taken together. The interval is Student's; it is left out where an
    entrant has met a single deal.
    """

    def rate(self, results: Results) -> Ratings:
        """Return the rating of each entrant that played, best first; `games` counts its matches."""
        clusters, sums = returns_by_deal(results)
        entrants, starts = np.unique(clusters.groups, return_index=True)
        if not len(sums):
            return Ratings()
        parts = np.split(sums, starts[1:])
        means = [clustered_mean(*part.T) for part in parts]
        order = np.argsort([-mean for mean, _, _ in means], kind="stable")
        ratings = [
            (results.entrants[entrants[i]], Rating._make((*means[i], int(parts[i][:, 1].sum()))))
            for i in order.tolist()
        ]
        return Ratings(ratings, _covariance(clusters, sums, means)[np.ix_(order, order)])


def _covariance(clusters: Clusters, sums: Floats, means: Sequence[Mean]) -> Floats:
    """Return the covariance of means, which may be over the same deals.

    As wide as the intervals, and correlated as their deals' totals are; infinite where a mean has
    no interval.
    """
    size = len(means)
    _, entrant = np.unique(clusters.groups, return_inverse=True)
    centre = np.array([mean for mean, _, _ in means])
    away = sums[:, 0] - centre[entrant] * sums[:, 1]
    deals, deal = np.unique(clusters.deals, return_inverse=True)
    products = np.zeros((size, size))
    for begin in range(0, len(deals), _BLOCK):  # a table of all deals might not fit in memory
        here = (deal >= begin) & (deal < begin + _BLOCK)
        table = np.zeros((size, min(_BLOCK, len(deals) - begin)))
        table[entrant[here], deal[here] - begin] = away[here]
        products += table @ table.T
    scale = np.sqrt(np.diag(products))
    errors = np.array([np.inf if low is None else (mean - low) / Z95 for mean, low, _ in means])
    units = np.divide(errors, scale, out=np.zeros(size), where=(scale > 0) & np.isfinite(errors))
    spread: Floats = products * units[:, None] * units[None, :]
    np.fill_diagonal(spread, errors**2)
    return spread
