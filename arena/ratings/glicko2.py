"""Glicko-2: ratings with a deviation and a volatility, by rating periods.

Glickman, "Example of the Glicko-2 system" (2013), and "Dynamic paired comparison models with
stochastic variances" (Journal of Applied Statistics 28, 2001). Steps below are numbered as in the
first. It takes entrants for players whose strength drifts; the verdict on agents, which do not
change, is `bradley_terry`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from arena.errors import BadParameter
from arena.intervals import Z95
from arena.leaderboard import Ratings
from arena.ratings.meetings import meetings
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.tally import POINTS, Floats, Ints, Pairwise, matches_played

SCALE = 173.7178
"""Points in a unit of Glicko-2's own scale."""
MEAN, DEVIATION = 1500.0, 350.0
"""Where everyone starts, and the most that is not known of anyone."""
WIDEST = 250.0
"""The standard deviation of ratings beyond which deviations are too small to be told as intervals:
in simulated fields of 400 points 1.96 of them hold the truth in 82 of 100 cases."""
_WIDE = (
    "These ratings are too far apart for Glicko-2's deviations to be right, so there are no "
    "intervals; bradley_terry has them."
)
GAMES = 15
"""Games an entrant plays in a rating period if nobody says: Glickman advises 10 to 15."""


class Glicko2(Rater):
    """Glicko-2 ratings, all starting from 1500 with a deviation of 350.

    tau         how fast volatility may change, in (0, 3]; Glickman advises 0.3 to 1.2
    period      the matches of a rating period; 0 means as many as give entrants 15 games each
    volatility  where volatility starts, in (0, 1]

    An interval is the rating with 1.96 deviations on either side. It holds the truth in 95 of 100
    cases (`tests/ratings`) in fields that drift as the model has it and are not too wide: those
    whose ratings have a standard deviation of more than 250 points get none. In a match
    of more than two sides each pair is compared, with the weight that a full ranking has for each
    of its pairs.
    """

    def __init__(self, tau: float = 0.5, period: int = 0, volatility: float = 0.06) -> None:
        if not 0 < tau <= 3:
            raise BadParameter(f"glicko2: tau={tau}; use a number above 0 and up to 3, like 0.5")
        if period < 0:
            raise BadParameter(f"glicko2: period={period}; use a number of matches, or 0")
        if not 0 < volatility <= 1:
            raise BadParameter(f"glicko2: volatility={volatility}; use one up to 1, like 0.06")
        self.tau, self.period, self.volatility = tau, period, volatility

    def rate(self, results: Results) -> Mapping[str, Rating]:
        """Return the ratings after the last period, best first.

        Raises `Unsuitable` where no two entrants ever met.
        """
        table = meetings(results, "glicko2")
        games = matches_played(results)
        size = len(results.entrants)
        field = Field.new(size, self.volatility)
        for rows in self._periods(results, table, games):
            field = field.after(_games(results, table, rows), self.tau)
        rating, deviation = MEAN + SCALE * field.mu, SCALE * field.phi
        order = [i for i in np.argsort(-rating, kind="stable").tolist() if games[i]]
        wide = len(order) > 0 and float(rating[order].std()) > WIDEST
        rated = []
        for i in order:
            value, away = float(rating[i]), Z95 * float(deviation[i])
            low, high = (None, None) if wide else (value - away, value + away)
            rated.append((results.entrants[i], Rating(value, low, high, int(games[i]))))
        return Ratings(rated, notes=[_WIDE] if wide else [])

    def _periods(self, results: Results, table: Pairwise, games: Ints) -> list[slice]:
        """Return the matches of each rating period."""
        each = games.sum() / max(len(results), 1)
        length = self.period or max(1, round(GAMES * np.count_nonzero(games) / max(each, 1)))
        return [slice(begin, begin + length) for begin in range(0, len(results), length)]


@dataclass(frozen=True, slots=True)
class Games:
    """The games of a period: who met whom (int64), the first's score, and what each counts for."""

    first: Ints
    second: Ints
    score: Floats
    weight: Floats


def _games(results: Results, table: Pairwise, rows: slice) -> Games:
    """Return the games of these matches: every pair of sides that met."""
    lineup = results.lineup[rows]
    match, pair = np.nonzero(table.met[lineup])
    ends = np.array(table.pairs)[pair]
    holders = table.holders[lineup[match]]
    who = np.take_along_axis(holders, ends, axis=1)
    sides = (holders >= 0).sum(axis=1)
    score = POINTS[table.outcomes[rows][match, pair]]
    # the pairs of a full ranking of k equals vary together: (k + 1) / 3 times as much as if they
    # were independent
    return Games(who[:, 0], who[:, 1], score, 3 / (sides + 1))


@dataclass(frozen=True, slots=True)
class Field:
    """All entrants between two periods, on Glicko-2's own scale: float64 (entrants,) each.

    mu      strength, 0 for the average
    phi     its deviation
    sigma   its volatility, the deviation of a period's drift
    began   bool: whether it has played
    """

    mu: Floats
    phi: Floats
    sigma: Floats
    began: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @classmethod
    def new(cls, entrants: int, volatility: float) -> Field:
        """Return entrants of whom nothing is known."""
        start = np.full(entrants, DEVIATION / SCALE)
        return cls(
            np.zeros(entrants), start, np.full(entrants, volatility), np.zeros(entrants, np.bool_)
        )

    def after(self, games: Games, tau: float) -> Field:
        """Return them after a period of these games (steps 3 to 7)."""
        size = len(self.mu)
        certain, surprise = np.zeros(size), np.zeros(size)
        for me, other, score in (
            (games.first, games.second, games.score),
            (games.second, games.first, 1 - games.score),
        ):
            trust = 1 / np.sqrt(1 + 3 * self.phi[other] ** 2 / np.pi**2)
            expected = 1 / (1 + np.exp(-trust * (self.mu[me] - self.mu[other])))
            spread = games.weight * trust**2 * expected * (1 - expected)
            certain += np.bincount(me, spread, size)
            surprise += np.bincount(me, games.weight * trust * (score - expected), size)
        played = certain > 0
        began = self.began | played
        sigma, phi = self.sigma.copy(), self.phi.copy()
        sigma[played] = volatility(
            self.phi[played], 1 / certain[played], surprise[played] / certain[played],
            self.sigma[played], tau,
        )  # fmt: skip
        phi[began] = np.hypot(self.phi[began], sigma[began])  # step 6
        phi = np.where(
            played, 1 / np.sqrt(1 / phi**2 + certain), np.minimum(phi, DEVIATION / SCALE)
        )
        return Field(self.mu + phi**2 * surprise, phi, sigma, began)


def volatility(phi: Floats, v: Floats, delta: Floats, sigma: Floats, tau: float) -> Floats:
    """Return the new volatility of each entrant (step 5, by the Illinois algorithm).

    `phi` is its deviation before the period, `v` the variance of what its games tell of it, `delta`
    how much better it did than expected, `sigma` its volatility before: float64 (entrants,) each.
    """
    start = np.log(sigma**2)

    def slope(x: Floats) -> Floats:
        grown = phi**2 + v + np.exp(x)
        result: Floats = np.exp(x) * (delta**2 - grown) / (2 * grown**2) - (x - start) / tau**2
        return result

    gap = delta**2 - phi**2 - v
    a, b = start, np.where(gap > 0, np.log(np.maximum(gap, 1e-300)), start - tau)
    while (lower := (gap <= 0) & (slope(b) < 0)).any():
        b = np.where(lower, b - tau, b)
    at_a, at_b = slope(a), slope(b)
    while (np.abs(b - a) > 1e-6).any():
        apart = at_b - at_a
        c = np.where(apart != 0, a + (a - b) * at_a / np.where(apart != 0, apart, 1), b)
        at_c = slope(c)
        crossed = at_c * at_b <= 0
        a, at_a = np.where(crossed, b, a), np.where(crossed, at_b, at_a / 2)
        b, at_b = c, at_c
    result: Floats = np.exp(a / 2)
    return result
