"""Mean return: for games that are played alone or as one team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from arena.errors import BadParameter
from arena.intervals import Z95, bootstrapped_mean, clustered_mean
from arena.leaderboard import Ratings
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.tally import Clusters, Floats, returns_by_deal

Intervals = Literal["bootstrap", "student"]
Mean = tuple[float, float | None, float | None]
_BLOCK = 20_000


class MeanReturn(Rater):
    """The mean over an entrant's matches of what its seats return together, with a 95 % interval.

    Matches on one deal are taken together. There is no interval where an entrant has met a single
    deal.

    intervals   "bootstrap" resamples the deals of who has met 10 to 500 of them, and where returns
                are skewed their interval is longer on one side than Student's; with fewer there is
                too little to resample, with more no need. "student" gives Student's to all.
    by_seat     the mean of what one of its seats returns: where some play themselves, who are else
                rated by the sum of all their seats. `games` counts seats then
    """

    def __init__(self, intervals: Intervals = "bootstrap", by_seat: bool = False) -> None:
        if intervals not in get_args(Intervals):
            raise BadParameter(f"mean_return: intervals={intervals!r}; use bootstrap or student")
        self.by_seat = by_seat
        self.mean = bootstrapped_mean if intervals == "bootstrap" else clustered_mean

    def rate(self, results: Results) -> Ratings:
        """Return the rating of each entrant that played, best first; `games` counts its matches."""
        clusters, sums = returns_by_deal(results, self.by_seat)
        entrants, starts = np.unique(clusters.groups, return_index=True)
        if not len(sums):
            return Ratings()
        parts = np.split(sums, starts[1:])
        means = [self.mean(*part.T) for part in parts]
        order = np.argsort([-mean for mean, _, _ in means], kind="stable")
        ratings = [
            (results.entrants[entrants[i]], Rating._make((*means[i], int(parts[i][:, 1].sum()))))
            for i in order.tolist()
        ]
        plain = [clustered_mean(*part.T) for part in parts]
        return Ratings(ratings, _covariance(clusters, sums, plain)[np.ix_(order, order)])


def _covariance(clusters: Clusters, sums: Floats, means: Sequence[Mean]) -> Floats:
    """Return the covariance of means, which may be over the same deals.

    As wide as Student's intervals (what skews one deal's returns skews those of all, and cancels in
    their differences), and correlated as the deals' totals are; infinite where a mean has none.
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
