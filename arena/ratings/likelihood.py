"""The Bradley-Terry likelihood with draws and seats, and its maximum by Newton's method.

The first of two sides is ahead by d = r[first] - r[second] + a[its seat] - a[the other's seat], and

    P(win) : P(draw) : P(loss)  =  exp(d / 2) : nu : exp(-d / 2)

which is Bradley and Terry (Biometrika 39, 1952) for nu = 0 and Davidson's model of ties (JASA 65,
1970) for a nu that is estimated. With nu = 0 a draw counts as half a win and half a loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.tally import Floats, Ints


@dataclass(frozen=True, slots=True)
class Cells:
    """Comparisons counted by who met whom in which seats.

    `columns` int64 (cells, 2 or 4): the parameters of the first and the second entrant and, with
    seat effects, of the first's and the second's seat; signs are +, -, +, -. `counts` float64
    (cells, 3): wins, draws and losses of the first.
    """

    columns: Ints
    counts: Floats

    @property
    def games(self) -> Floats:
        """How many comparisons each cell holds, float64 (cells,)."""
        totals: Floats = self.counts.sum(axis=1)
        return totals


@dataclass(frozen=True, slots=True)
class Model:
    """The penalised likelihood of the parameters x = (ratings, seat effects, log nu if `davidson`).

    The prior adds `prior` virtual games to each parameter, half of them won: a rating or a seat
    draws against the mean, and nu has seen equals draw as often as not.
    """

    cells: Cells
    entrants: int
    seats: int
    davidson: bool
    prior: float

    @property
    def size(self) -> int:
        """The number of parameters."""
        return self.entrants + self.seats + self.davidson

    @property
    def signs(self) -> tuple[int, ...]:
        """The sign with which each of the cells' columns enters the lead d."""
        return (1, -1, 1, -1)[: self.cells.columns.shape[1]]

    def probabilities(self, x: Floats) -> Floats:
        """Return the odds of win, draw and loss in each cell, float64 (cells, 3)."""
        lead = sum(
            sign * x[column] for sign, column in zip(self.signs, self.cells.columns.T, strict=True)
        )
        draw = x[-1] if self.davidson else -np.inf
        logits = np.stack([lead / 2, np.full_like(lead, draw), -lead / 2], axis=1)
        logits -= logits.max(axis=1, keepdims=True)
        weights = np.exp(logits)
        odds: Floats = weights / weights.sum(axis=1, keepdims=True)
        return odds

    def objective(self, x: Floats) -> float:
        """Return the penalised log-likelihood."""
        odds = self.probabilities(x)
        wins, draws, losses = self.cells.counts.T
        if self.davidson:
            seen = draws @ np.log(odds[:, 1])
        else:
            seen = draws @ (np.log(odds[:, 0]) + np.log(odds[:, 2])) / 2
        seen += wins @ np.log(odds[:, 0]) + losses @ np.log(odds[:, 2])
        away = np.abs(x - self._centre)
        return float(seen - self.prior * np.sum(away / 2 + np.log1p(np.exp(-away))))

    @property
    def _centre(self) -> Floats:
        centre = np.zeros(self.size)
        if self.davidson:
            centre[-1] = np.log(2)  # equals draw half of their games
        return centre

    def gradient(self, x: Floats) -> Floats:
        """Return the gradient of `objective`, float64 (size,)."""
        odds, counts, games = self.probabilities(x), self.cells.counts, self.cells.games
        lead = (counts[:, 0] - counts[:, 2] - games * (odds[:, 0] - odds[:, 2])) / 2
        slope = np.zeros(self.size)
        for sign, column in zip(self.signs, self.cells.columns.T, strict=True):
            slope += sign * np.bincount(column, lead, self.size)
        if self.davidson:
            slope[-1] += np.sum(counts[:, 1] - games * odds[:, 1])
        return slope - self.prior * np.tanh((x - self._centre) / 2) / 2

    def spread(self, x: Floats) -> Floats:
        """Return the variance of each cell's total score on d, float64 (cells,)."""
        odds = self.probabilities(x)
        edge = odds[:, 0] - odds[:, 2]
        return self.cells.games * (odds[:, 0] + odds[:, 2] - edge**2) / 4

    def information(self, x: Floats, weights: Floats | float = 1.0) -> Floats:
        """Return what the games tell, minus the second derivatives: float64 (size, size).

        `weights` (cells,) multiply the cells. The prior is left out; see `prior_information`.
        """
        odds = self.probabilities(x)
        lead = self.spread(x) * weights
        total = np.zeros(self.size * self.size)
        columns, signs = self.cells.columns.T, self.signs
        for sign, row in zip(signs, columns, strict=True):
            for other, column in zip(signs, columns, strict=True):
                key = row * self.size + column
                total += sign * other * np.bincount(key, lead, self.size**2)
        matrix = total.reshape(self.size, self.size)
        if self.davidson:
            games = self.cells.games * weights
            cross = -games * odds[:, 1] * (odds[:, 0] - odds[:, 2]) / 2
            for sign, column in zip(signs, columns, strict=True):
                matrix[-1] += sign * np.bincount(column, cross, self.size)
            matrix[:-1, -1] = matrix[-1, :-1]
            matrix[-1, -1] = np.sum(games * odds[:, 1] * (1 - odds[:, 1]))
        return matrix

    def prior_information(self, x: Floats) -> Floats:
        """Return the prior's part of the information, float64 (size, size), diagonal."""
        half = np.tanh((x - self._centre) / 2) / 2
        return np.diag(self.prior * (0.25 - half**2))

    @property
    def gauge(self) -> Floats:
        """What pins the levels of ratings and of seats where no prior does; games do not."""
        pin = np.zeros((self.size, self.size))
        if self.prior:
            return pin
        pin[: self.entrants, : self.entrants] = 1.0 / self.entrants
        end = self.entrants + self.seats
        if self.seats:
            pin[self.entrants : end, self.entrants : end] = 1.0 / self.seats
        return pin


def curvature(model: Model, x: Floats) -> Floats:
    """Return the whole information matrix, made invertible where no prior pins the levels."""
    return model.information(x) + model.prior_information(x) + model.gauge


def maximise(
    model: Model, start: Floats | None = None, tolerance: float = 1e-9, rounds: int = 100
) -> Floats | None:
    """Return the parameters of greatest likelihood, or None where there is no finite maximum.

    The objective is concave, so damped Newton steps climb it from anywhere.
    """
    x = np.zeros(model.size) if start is None else start
    height = model.objective(x)
    for _ in range(rounds):
        try:
            step: NDArray[np.floating] = np.linalg.solve(curvature(model, x), model.gradient(x))
        except np.linalg.LinAlgError:
            return None
        step *= min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        scale = 1.0
        while (higher := model.objective(x + scale * step)) < height - 1e-12 * abs(height):
            scale /= 2
            if scale < 1e-6:
                break
        x, height = x + scale * step, higher
        if np.abs(step).max() < tolerance:
            return x
        if np.abs(x).max() > 50:
            return None
    # sums over very many games may be too coarse for the last digits
    return x if np.abs(step).max() < 1e-4 else None
