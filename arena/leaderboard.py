"""Ratings with what else is known of them, and the ranks that they can bear out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from arena.intervals import Z95
from arena.records import Rating
from arena.tally import Floats

_FEWEST, _MOST, _WORK, _BLOCK = 2_000, 10_000, 10_000_000, 500
"""How many fields are drawn for the critical point: as many as look at so many pairs in all. 2,000
put a standard error of about 1 % on the point."""


class Ratings(dict[str, Rating]):
    """Ratings by entrant, best first.

    covariance  of the ratings' errors, in their order: float64 (entrants, entrants); None where
                nothing is known of them beyond the intervals, and they are taken as independent
    notes       what a reader of these ratings must know, a sentence each
    """

    def __init__(
        self,
        ratings: Iterable[tuple[str, Rating]] = (),
        covariance: Floats | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(ratings)
        self.covariance, self.notes = covariance, tuple(notes)


class Rank(NamedTuple):
    """Where an entrant stands: `rank` is 1 plus the number of those that are surely better.

    `low` and `high` are the best and the worst place that it can have. With confidence of 95 % they
    hold for all entrants at once, and no two that are equally good have been told apart.
    """

    rank: int
    low: int
    high: int


def ranks(ratings: Mapping[str, Rating]) -> list[Rank] | None:
    """Return the rank of each entrant in the order of `ratings`; None if there are no intervals.

    Two entrants are told apart where they are further from each other than, with 95 % confidence,
    any two equals out of the field would be (Tukey's method of multiple comparisons, with the point
    found by simulation, for errors of any covariance). Those that are told apart from the same
    number of better ones share a rank.
    """
    gaps = differences(ratings)
    if gaps is None:
        return None
    gap, error = gaps
    apart = np.abs(gap) > critical(ratings, error) * error
    better = (apart & (gap < 0)).sum(axis=1)
    worse = (apart & (gap > 0)).sum(axis=1)
    return [
        Rank(1 + above, 1 + above, len(gap) - below)
        for above, below in zip(better.tolist(), worse.tolist())
    ]


def superiority(ratings: Mapping[str, Rating]) -> Floats | None:
    """Return the likelihood that each entrant (row) is better than each other (column).

    float64 (entrants, entrants) in the order of `ratings`, 0.5 on the diagonal; None if there are
    no intervals.
    """
    gaps = differences(ratings)
    if gaps is None:
        return None
    gap, error = gaps
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(gap == 0, 0.0, gap / error)
    odds = [math.erfc(-each / math.sqrt(2)) / 2 for each in z.ravel().tolist()]
    return np.array(odds).reshape(z.shape)


def differences(ratings: Mapping[str, Rating]) -> tuple[Floats, Floats] | None:
    """Return how far each entrant is above each other, and the standard errors of that.

    Two arrays, float64 (entrants, entrants), in the order of `ratings`; infinite errors where an
    entrant has no interval; None if none has.
    """
    values = np.array([r.rating for r in ratings.values()])
    spread = _covariance(ratings)
    if spread is None:
        return None
    known = np.isfinite(np.diag(spread))
    spread = np.where(known[:, None] & known[None, :], spread, 0.0)
    variance = np.where(known, np.diag(spread), np.inf)
    sums = variance[:, None] + variance[None, :] - 2 * spread
    return values[:, None] - values[None, :], np.sqrt(np.maximum(sums, 0))


def critical(ratings: Mapping[str, Rating], error: Floats) -> float:
    """Return how many standard errors apart the furthest two of a field of equals are at most, in
    95 of 100 fields; `error` is that of the differences."""
    spread = _covariance(ratings)
    assert spread is not None
    known = np.flatnonzero(np.isfinite(np.diag(spread)))
    pairs = [(i, j) for i, j in combinations(known.tolist(), 2) if error[i, j] > 0]
    if len(pairs) < 2:
        return Z95
    first, second = np.array(pairs).T
    values, vectors = np.linalg.eigh(spread[np.ix_(known, known)])
    root = np.zeros((len(spread), len(known)))
    root[known] = vectors * np.sqrt(np.maximum(values, 0))
    draws = min(_MOST, max(_FEWEST, _WORK // len(pairs)))
    # the errors of pairs in units of their own
    rng = np.random.default_rng(0)
    largest = [
        (np.abs(drawn[:, first] - drawn[:, second]) / error[first, second]).max(axis=1)
        for drawn in (
            rng.standard_normal((_BLOCK, len(known))) @ root.T for _ in range(draws // _BLOCK)
        )
    ]
    return float(np.quantile(np.concatenate(largest), 0.95))


def _covariance(ratings: Mapping[str, Rating]) -> Floats | None:
    """Return the covariance given, or that of independent errors as wide as the intervals."""
    given = getattr(ratings, "covariance", None)
    if given is not None:
        result: Floats = given
        return result
    if all(r.low is None or r.high is None for r in ratings.values()):
        return None
    errors = [
        np.inf if r.low is None or r.high is None else (r.high - r.low) / 2 / Z95
        for r in ratings.values()
    ]
    return np.diag(np.square(errors))
