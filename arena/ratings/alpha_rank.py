"""Alpha-rank: who survives where the better players take over a population, by OpenSpiel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from arena.errors import BadParameter
from arena.ratings.payoffs import Payoffs
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater


class AlphaRank(Rater):
    """The share of time for which a population consists of copies of an entrant.

    A population of `population` plays itself by the shares won less lost; now and then one member
    tries another entrant's ways, and whether they spread depends on the encounters of these two,
    the more strongly the higher `alpha` is. Shares sum to 1, and cycles share: rock, paper and
    scissors get a third each. Omidshafiei et al., "Alpha-rank: multi-agent evaluation by evolution"
    (Scientific Reports 9, 2019); the computation is OpenSpiel's.
    """

    def __init__(self, alpha: float = 100.0, population: int = 50) -> None:
        if not 0 < alpha <= 300:
            raise BadParameter(f"alpha_rank: alpha={alpha}; use a number above 0 and up to 300")
        if not 2 <= population <= 10_000:
            raise BadParameter(f"alpha_rank: population={population}; use some 50")
        self.alpha, self.population = alpha, population

    def rate(self, results: Results) -> Mapping[str, Rating]:
        """Return the share of each entrant that played, greatest first; low and high are None.

        Raises `Unsuitable` where any two have not met.
        """
        if not len(results):
            return {}
        from open_spiel.python.egt import alpharank  # takes a second to load

        payoffs = Payoffs(results, "alpha_rank")
        with np.errstate(over="ignore"):
            _, _, shares, *_ = alpharank.compute(
                [payoffs.shares()], m=self.population, alpha=self.alpha
            )
        shares = np.maximum(shares, 0)  # it may say -1e-18
        return payoffs.ratings(shares / shares.sum())
