"""OpenSkill: ratings of free-for-alls, teams and ties, by the `openskill` library.

The model is Plackett and Luce's, updated match by match after Weng and Lin, "A Bayesian
approximation method for online ranking" (Journal of Machine Learning Research 12, 2011).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from arena.errors import BadParameter, Unsuitable
from arena.ratings.paired import paired
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.tally import Floats, matches_played

if TYPE_CHECKING:
    from openskill.models import PlackettLuce, PlackettLuceRating

Teams = list[list[int]]


class OpenSkill(Rater):
    """Means of strength on OpenSkill's own scale.

    mu      where everyone starts
    sigma   the deviation there; 0 means a third of mu
    tau     how much deviation a match adds, for entrants that change
    paired  rank those who stood in the same place on the same deal, in place of those who met
            (`arena.ratings.paired`): for teams, and for sides that differ

    Teams are the sides of the game: who holds all seats of a side is its only member, several that
    share it are its members. Of an entrant that holds several sides each counts. No intervals are
    given: in simulated tournaments mu +- 1.96 sigma held the truth in 88 to 100 of 100 cases.
    """

    def __init__(
        self, mu: float = 25.0, sigma: float = 0.0, tau: float = 0.0, paired: bool = False
    ) -> None:
        if not mu > 0:
            raise BadParameter(f"openskill: mu={mu}; use a positive number, like 25")
        if not (sigma >= 0 and tau >= 0):
            raise BadParameter(f"openskill: sigma={sigma}, tau={tau}; use 0 or positive numbers")
        self.mu, self.sigma, self.tau, self.paired = mu, sigma or mu / 3, tau, paired

    def rate(self, results: Results) -> Mapping[str, Rating]:
        """Return the ratings after the last match, best first; low and high are None.

        Raises `Unsuitable` where no two entrants ever met.
        """
        games = matches_played(results)
        means = self._means(paired(results, "openskill") if self.paired else results)
        return {
            results.entrants[i]: Rating(means[i], None, None, int(games[i]))
            for i in sorted(np.flatnonzero(games).tolist(), key=lambda i: -means[i])
        }

    def _means(self, results: Results) -> list[float]:
        """Return the mean of each entrant after the last match."""
        from openskill.models import PlackettLuce  # takes 0.1 s to load

        # the library takes a tau of 0 for its own default
        model = PlackettLuce(self.mu, self.sigma, beta=self.mu / 6, tau=self.tau or 1e-12)
        players = [model.rating() for _ in results.entrants]
        sides = results.sides or tuple((seat,) for seat in range(results.returns.shape[1]))
        teams = [_teams(lineup, sides) for lineup in results.lineups]
        if len(results) and not any(len(set(map(tuple, each))) > 1 for each in teams):
            raise Unsuitable("openskill compares entrants that meet, and here nobody met another;"
                             " use mean_return")  # fmt: skip
        for ranks, lineup in zip(_ranks(results, sides).tolist(), results.lineup.tolist()):
            here = teams[lineup]
            if len(here) > 1:
                _update(model, players, here, ranks[: len(here)])
        return [player.mu for player in players]


def _teams(lineup: tuple[int, ...], sides: tuple[tuple[int, ...], ...]) -> Teams:
    """Return the members of each side of a lineup; those beyond its seats are left out."""
    return [
        list(dict.fromkeys(lineup[seat] for seat in side))
        for side in sides
        if side[-1] < len(lineup)
    ]


def _ranks(results: Results, sides: tuple[tuple[int, ...], ...]) -> Floats:
    """Return how many sides did better than each, float64 (matches, sides)."""
    values = np.stack([results.values[:, list(side)].sum(axis=1) for side in sides], axis=1)
    better = [(values > one[:, None]).sum(axis=1, dtype=np.float64) for one in values.T]
    return np.stack(better, axis=1)


def _update(
    model: PlackettLuce, players: list[PlackettLuceRating], teams: Teams, ranks: Sequence[float]
) -> None:
    """Play a match through the players, in place."""
    # copies: of one object that plays several sides the library would make one
    before = [[_copy(model, players[i]) for i in team] for team in teams]
    after = model.rate(before, ranks=list(ranks))
    changed: dict[int, PlackettLuceRating] = {}
    for team, rated in zip(teams, after):
        for i, new in zip(team, rated):
            if i in changed:  # what its sides tell adds up
                new.mu += changed[i].mu - players[i].mu
                new.sigma *= changed[i].sigma / players[i].sigma
            changed[i] = new
    for i, new in changed.items():
        players[i] = new


def _copy(model: PlackettLuce, player: PlackettLuceRating) -> PlackettLuceRating:
    return model.create_rating([player.mu, player.sigma])
