"""The log-likelihood ratio of two Elo differences, and when a sequential test may stop.

The generalised sequential probability ratio test: each hypothesis is given the distribution of
scores that is likeliest of those that obey it (M. Van den Bergh, "Comments on normalized Elo" and
"A practical introduction to the GSPRT", 2020), so that draws, and how the games of a pair hang
together, are estimated and not assumed.

Logistic Elo speaks of the expected score, 1 / (1 + 10 ** (-elo / 400)). Normalized Elo speaks of
t = (expected score - 1/2) / (standard deviation of a game's score) = elo * ln(10) / 800: as many
games tell 5 from 0 in a game full of draws as in one without. For pairs of games t is sqrt(2) times
as large.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from arena.tally import Floats, Ints

EloModel = Literal["normalized", "logistic"]
NORMALIZED_ELO = 800 / math.log(10)
"""Normalized Elo points in one standard deviation of a game's score."""
_UNSEEN = 1e-3
"""What stands for a count of nought, so that no outcome is taken to be impossible."""


def bounds(alpha: float, beta: float) -> tuple[float, float]:
    """Return Wald's bounds: H0 is accepted at or below the first, H1 at or above the second.

    `alpha` is the chance to accept H1 though H0 is true, `beta` to accept H0 though H1 is.
    """
    return math.log(beta / (1 - alpha)), math.log((1 - beta) / alpha)


def log_likelihood_ratio(
    counts: Ints | Floats, elo0: float, elo1: float, model: EloModel = "normalized"
) -> Floats:
    """Return the log-likelihood ratio of `elo1` to `elo0`, float64 (...).

    `counts`, (..., outcomes), says how often each outcome came up: losses, draws and wins for three
    outcomes; pairs of games that scored 0, 1/2, 1, 3/2 and 2 for five.
    """
    outcomes = counts.shape[-1]
    seen = np.where(counts == 0, _UNSEEN, counts).astype(np.float64)
    total = seen.sum(axis=-1)
    shares = seen / total[..., None]
    scores = np.linspace(0.0, 1.0, outcomes)
    if model == "logistic":
        one, other = (
            _likeliest(shares, np.broadcast_to(scores - expected(elo), shares.shape))
            for elo in (elo1, elo0)
        )
    else:
        unit = math.sqrt(2.0 if outcomes == 5 else 1.0) / NORMALIZED_ELO
        one, other = (_likeliest_of_t(shares, scores, elo * unit) for elo in (elo1, elo0))
    ratio: Floats = total * np.sum(shares * np.log(one / other), axis=-1)
    return ratio


def expected(elo: float) -> float:
    """Return the score that a logistic Elo difference lets expect."""
    return float(1 / (1 + 10 ** (-elo / 400)))


def _likeliest(shares: Floats, values: Floats) -> Floats:
    """Return the likeliest distribution under which the mean of `values` is nought.

    By Lagrange it is shares / (1 + x * values) for the x that gives this mean: a root of a falling
    function, found by Newton's method kept within a bracket that shrinks.
    """
    low, high = -1 / values.max(axis=-1), -1 / values.min(axis=-1)
    x = np.zeros_like(low)
    for _ in range(50):
        weights = 1 / (1 + x[..., None] * values)
        mean = np.sum(shares * values * weights, axis=-1)
        low, high = np.where(mean > 0, x, low), np.where(mean > 0, high, x)
        step = x + mean / np.sum(shares * (values * weights) ** 2, axis=-1)
        inside = (step > low) & (step < high)
        moved = np.where(inside, step, (low + high) / 2)
        if np.all(np.abs(moved - x) < 1e-12):
            break
        x = moved
    likeliest: Floats = shares / (1 + x[..., None] * values)
    return likeliest


def _likeliest_of_t(shares: Floats, scores: Floats, t: float) -> Floats:
    """Return the likeliest distribution whose mean is t standard deviations above 1/2.

    The condition is made linear about the distribution found last, until that stays where it is.
    """
    likeliest = np.full_like(shares, 1 / len(scores))
    for _ in range(20):
        mean = likeliest @ scores
        away = scores - mean[..., None]
        deviation = np.sqrt(np.sum(likeliest * away**2, axis=-1))[..., None]
        values = scores - 0.5 - t * deviation * (1 + (away / deviation) ** 2) / 2
        found = _likeliest(shares, values)
        settled = np.abs(found - likeliest).max() < 1e-9
        likeliest = found
        if settled:
            break
    return likeliest
