"""95 % intervals of shares and of means."""

from __future__ import annotations

import math

import numpy as np

from arena.tally import Floats

Z95 = 1.959963984540054
"""The normal distribution's two-sided 95 % point."""
_FEWEST, _MOST, _RESAMPLES = 10, 500, 1999
"""How many clusters a bootstrap is for, and how often it resamples them."""


def student95(freedom: int) -> float:
    """Return Student's two-sided 95 % point; `freedom` is at least 1. Raises `ValueError` below.

    Abramowitz and Stegun, 26.7.3 and 26.7.4, solved by bisection; 26.7.5 above 200 degrees.
    """
    if freedom < 1:
        raise ValueError(f"no interval from {freedom} degrees of freedom")
    if freedom > 200:
        return Z95 + (Z95**3 + Z95) / (4 * freedom)
    low, high = Z95, 13.0
    while high - low > 1e-10:
        middle = (low + high) / 2
        if _student_within(middle, freedom) < 0.95:
            low = middle
        else:
            high = middle
    return high


def _student_within(t: float, freedom: int) -> float:
    """Return the chance that Student's t lies within -t and t."""
    angle = math.atan(t / math.sqrt(freedom))
    odd = freedom % 2
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for k in range(odd + 1, freedom, 2):
        total += term
        term *= math.cos(angle) ** 2 * k / (k + 1)
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total


def wilson(share: float, games: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval (JASA 22, 1927) of a share seen in `games` games."""
    weight = Z95**2 / games
    centre = (share + weight / 2) / (1 + weight)
    half = math.sqrt(weight * share * (1 - share) + weight**2 / 4) / (1 + weight)
    return (centre - half if share > 0 else 0.0), (centre + half if share < 1 else 1.0)


def clustered_mean(totals: Floats, sizes: Floats) -> tuple[float, float | None, float | None]:
    """Return a mean and its 95 % interval from clusters of dependent numbers.

    `totals` and `sizes`, float64 (clusters,), hold each cluster's sum and count; at least one
    cluster. The error is that of a ratio (Cochran, Sampling Techniques, 1977, 6.4) with Student's
    point; the ends are None where there is only one cluster.
    """
    count, size = len(totals), float(sizes.sum())
    mean = float(totals.sum()) / size
    if count < 2:
        return mean, None, None
    squares = float(np.sum((totals - mean * sizes) ** 2))
    half = student95(count - 1) * math.sqrt(squares * count / (count - 1)) / size
    return mean, mean - half, mean + half


def bootstrapped_mean(totals: Floats, sizes: Floats) -> tuple[float, float | None, float | None]:
    """Return a mean and its 95 % interval as `clustered_mean`, by resampling clusters.

    The studentized bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, 12.5)
    follows the skew of the numbers; an end is Student's where that is further off, as resamples of
    few numbers vary too little. A resample's own error counts the plain one as one cluster's, so
    that one of few different numbers cannot seem sure. With less than 10 clusters, or more than
    500, the interval is Student's.
    """
    mean, low, high = clustered_mean(totals, sizes)
    count = len(totals)
    away = totals - mean * sizes
    squares = float(away @ away)
    if not _FEWEST <= count <= _MOST or squares == 0:
        return mean, low, high
    order = np.lexsort((sizes, totals))  # that in which they come must not matter
    totals, sizes = totals[order], sizes[order]
    drawn = np.random.default_rng(0).integers(0, count, (_RESAMPLES, count))
    all_, size = totals[drawn], sizes[drawn]
    means = all_.sum(axis=1) / size.sum(axis=1)
    spread = np.sum((all_ - means[:, None] * size) ** 2, axis=1)
    ratio = (means - mean) * size.sum(axis=1) / np.sqrt(spread + squares / (count - 1))
    below, above = np.quantile(ratio, [0.025, 0.975]).tolist()
    error = math.sqrt(squares * count / (count - 1)) / float(sizes.sum())
    assert low is not None and high is not None
    return mean, min(low, mean - above * error), max(high, mean - below * error)
