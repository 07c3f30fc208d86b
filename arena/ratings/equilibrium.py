"""The equilibrium of greatest entropy of a symmetric zero-sum game, in numpy alone.

OpenSpiel's nash_averaging and maximal_lotteries find it with cvxpy, which it does not bring along.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arena.tally import Floats

Bools = NDArray[np.bool_]


def equilibrium(payoffs: Floats) -> Floats:
    """Return the mixture p of greatest entropy among those that nothing beats: payoffs @ p <= 0.

    `payoffs` is antisymmetric, float64 (n, n); p is float64 (n,), at least 0, with sum 1.
    """
    scale = float(np.abs(payoffs).max(initial=0))
    if not scale:
        return np.full(len(payoffs), 1 / max(len(payoffs), 1))
    game = payoffs / scale
    inner, slack = _centre(game)
    support = inner > slack
    mixture = np.zeros(len(game))
    mixture[support] = _most_even(game[:, support], support, inner[support])
    result: Floats = mixture / mixture.sum()
    return result


def _centre(game: Floats) -> tuple[Floats, Floats]:
    """Return an equilibrium from the middle of all of them, and how far each pure play is beaten.

    The path of mixtures p and margins s = v - game @ p with p[i] s[i] = v / n is followed by
    Newton's method from the even mixture, at v infinite, down to v = 0. As game is antisymmetric, p
    sums to 1 by itself; and in the end exactly one of p[i] and s[i] is above nought (Goldman and
    Tucker, "Theory of linear programming", 1956).
    """
    size = len(game)
    mixture, margin = np.full(size, 1 / size), np.ones(size)
    for _ in range(500):
        value = float(mixture @ margin)
        if value < 1e-11:
            break
        value *= 0.1
        target = value / size - mixture * (value - game @ mixture)
        step = np.linalg.solve(np.diag(margin) - mixture[:, None] * game, target)
        change = value - margin - game @ (mixture + step)
        length = min(_room(mixture, step), _room(margin, change))
        mixture, margin = mixture + length * step, margin + length * change
    return mixture, margin


def _room(numbers: Floats, change: Floats) -> float:
    """Return how much of a change, all of it at most, leaves the numbers above nought."""
    return min(1.0, 0.95 / max(float((-change / numbers).max(initial=0)), 1e-300))


def _most_even(game: Floats, support: Bools, start: Floats) -> Floats:
    """Return the mixture of greatest entropy over `support`, from an inner one `start`.

    game     float64 (n, support): the columns of what may be played
    """
    ties = np.vstack([game[support], np.ones((1, len(start)))])
    _, sizes, rows = np.linalg.svd(ties)
    free = rows[np.count_nonzero(sizes > 1e-9 * sizes[0]) :].T
    if not free.size:
        return start
    others = game[~support]
    mixture, weight = start, 1e-1
    while weight > 1e-11:
        for _ in range(50):
            slack = -others @ mixture
            slope = free.T @ (np.log(mixture) + 1 + weight * (others.T @ (1 / slack)))
            bend = np.diag(1 / mixture) + weight * (others.T * slack**-2) @ others
            step = -free @ np.linalg.solve(free.T @ bend @ free, slope)
            length = min(_room(mixture, step), _room(slack, -others @ step))
            mixture = mixture + length * step
            if np.abs(step).max() < 1e-9:
                break
        weight *= 0.1
    return mixture
