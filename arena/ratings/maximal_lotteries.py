"""Maximal lotteries: matches as votes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from arena.ratings.equilibrium import equilibrium
from arena.ratings.payoffs import Payoffs
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.tally import Floats

_PLAYED = 1e-7


class MaximalLotteries(Rater):
    """The odds with which to draw an entrant, such that no other draw would be preferred to it.

    Every encounter is a vote for who won it; a draw is preferred to another where it would win more
    votes than it lost against it, and of several such the most even is taken. Those drawn make up
    the first level; the next is drawn from the others, and so on. A rating is the number of levels
    below plus the odds at its own: the best has the greatest whole number. Pairs that never met
    have no votes. Fishburn, "Probabilistic social choice based on simple voting comparisons"
    (Review of Economic Studies 51, 1984); for agents: Lanctot et al., "Evaluating agents using
    social choice theory" (2023).
    """

    def rate(self, results: Results) -> Mapping[str, Rating]:
        """Return the rating of each entrant that played, best first; low and high are None.

        Raises `Unsuitable` where no two entrants ever met.
        """
        if not len(results):
            return {}
        payoffs = Payoffs(results, "maximal_lotteries")
        return payoffs.ratings(_levels(payoffs.margin))


def _levels(margin: Floats) -> Floats:
    """Return for each entrant how many levels are below its own, plus its odds there."""
    values = np.zeros(len(margin))
    left = np.arange(len(margin))
    levels = []
    while len(left):
        odds = equilibrium(margin[np.ix_(left, left)])
        drawn = odds > _PLAYED
        levels.append((left[drawn], odds[drawn]))
        left = left[~drawn]
    for below, (who, odds) in enumerate(reversed(levels)):
        values[who] = below + odds
    return values
