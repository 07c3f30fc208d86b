"""What is known of the strengths of entrants that meet in twos, and what a game would add to it.

Bradley and Terry's model (Biometrika 39, 1952) with a normal prior, its posterior approximated by
the normal distribution at its maximum (Laplace). Strengths are in log odds. Raters say what games
mean; this is no more than formats need to choose the next ones.
"""

from __future__ import annotations

import math

import numpy as np

from arena.tally import Floats

PRIOR = 2.0
"""The prior's standard deviation in log odds: about 350 Elo points."""
_Z = np.linspace(-4.0, 4.0, 33)
_WEIGHTS = np.exp(-(_Z**2) / 2) / np.exp(-(_Z**2) / 2).sum()
"""Where, and with what weights, a normal distribution is looked at."""


class Strengths:
    """Strengths given the points that each entrant scored against each other.

    points       float64 (entrants, entrants): of the row against the column, a draw being a half
    mean         float64 (entrants,): the likeliest strengths
    covariance   float64 (entrants, entrants)
    """

    def __init__(self, points: Floats) -> None:
        self.games: Floats = points + points.T
        scored = points.sum(axis=1)
        self.mean: Floats = np.zeros(len(points))
        for _ in range(50):
            slope = scored - (self.games * self._odds()).sum(axis=1) - self.mean / PRIOR**2
            step = np.linalg.solve(self._precision(), slope)
            self.mean = self.mean + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-300))
            if np.abs(step).max() < 1e-9:
                break
        self.covariance: Floats = np.asarray(np.linalg.inv(self._precision()), np.float64)

    def _odds(self) -> Floats:
        return logistic(self.mean[:, None] - self.mean)

    def _precision(self) -> Floats:
        odds = self._odds()
        weights = self.games * odds * (1 - odds)
        precision: Floats = np.diag(weights.sum(axis=1) + 1 / PRIOR**2) - weights
        return precision

    def variance(self, row: int | slice = slice(None)) -> Floats:
        """Return the variance of the difference of each two (of `row` to each), float64."""
        own = np.diag(self.covariance)
        variance: Floats = own[row, ..., None] + own - 2 * self.covariance[row]
        return np.maximum(variance, 1e-300)

    def play(self, one: int, other: int, games: int) -> None:
        """Take games of two into the covariance before they are played, whatever comes of them."""
        odds = logistic(self.mean[one] - self.mean[other])
        weight = games * odds * (1 - odds)
        moved = self.covariance[:, one] - self.covariance[:, other]
        spread = weight / (1 + weight * (moved[one] - moved[other]))
        self.covariance = self.covariance - spread * np.outer(moved, moved)

    def better(self, one: int, other: int) -> float:
        """Return the chance that `one` is stronger than `other`."""
        lead = float(self.mean[one] - self.mean[other])
        return math.erfc(-lead / math.sqrt(2 * float(self.variance(one)[other]))) / 2

    def information(self, row: int | slice = slice(None)) -> Floats:
        """Return what a game of each two (of `row` with each) tells of which is the stronger.

        The mutual information, in nats, of who wins and who is stronger.
        """
        lead = self.mean[row, ..., None] - self.mean
        chance, both, wins = _shares(lead, self.variance(row))
        if_better = both / np.maximum(chance, 1e-12)
        if_worse = (wins - both) / np.maximum(1 - chance, 1e-12)
        told: Floats = (
            _entropy(wins) - chance * _entropy(if_better) - (1 - chance) * _entropy(if_worse)
        )
        return np.maximum(told, 0.0)


def _shares(lead: Floats, variance: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the chances to be stronger, to be so and win, and to win, of a normal lead."""
    z = _Z + (lead / np.sqrt(variance))[..., None]
    ahead = np.clip(0.5 + z / (_Z[1] - _Z[0]), 0.0, 1.0)  # the share of each cell above nought
    wins = logistic(z * np.sqrt(variance)[..., None])
    return ahead @ _WEIGHTS, (ahead * wins) @ _WEIGHTS, wins @ _WEIGHTS


def logistic(x: Floats) -> Floats:
    """Return 1 / (1 + exp(-x))."""
    return (1 + np.tanh(x / 2)) / 2


def _entropy(chance: Floats) -> Floats:
    chance = np.clip(chance, 1e-12, 1 - 1e-12)
    entropy: Floats = -chance * np.log(chance) - (1 - chance) * np.log1p(-chance)
    return entropy
