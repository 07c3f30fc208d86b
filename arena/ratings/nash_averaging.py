"""Nash averaging: how entrants do against the mixture of them that nothing beats."""

from __future__ import annotations

from collections.abc import Mapping

from arena.ratings.equilibrium import equilibrium
from arena.ratings.payoffs import Payoffs
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater


class NashAveraging(Rater):
    """What an entrant wins less what it loses, in games won of one, against the hardest opponents.

    These are the mixture of entrants of greatest entropy that no entrant beats: 0 is the best that
    can be had, and -1 loses every game. Copies of an entrant change nobody's rating, nor do weak
    ones to beat. Balduzzi et al., "Re-evaluating evaluation" (NeurIPS 2018).
    """

    def rate(self, results: Results) -> Mapping[str, Rating]:
        """Return the rating of each entrant that played, best first; low and high are None.

        Raises `Unsuitable` where any two have not met.
        """
        if not len(results):
            return {}
        payoffs = Payoffs(results, "nash_averaging")
        shares = payoffs.shares()
        return payoffs.ratings(shares @ equilibrium(shares))
