"""How far results are cyclic: what no ratings, whatever the system, can tell of who beats whom."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from arena.results import Results
from arena.tally import POINTS, Clusters, Floats, Ints, Pairwise, deals_told_apart

_SURPRISES = 5.0
"""The variance, in games, at which the games' own spread counts as much as that of a coin."""


class Cyclicity(NamedTuple):
    """The cyclic share of what sets entrants apart, beyond what chance makes: 0 to 1.

    0 says that one number for each entrant tells it all, 1 that such numbers tell nothing, as in
    rock-paper-scissors. `p` is how often chance alone would make games without any cycle look as
    cyclic as these.
    """

    share: float
    p: float


def cyclicity(results: Results) -> Cyclicity | None:
    """Measure how cyclic results are; None where no entrants met in a circle.

    The log odds of the points between every two that met, a flow on their graph, are split into
    differences of ratings, fitted by least squares, and the circles that are left (Jiang, Lim, Yao
    and Ye, "Statistical ranking and combinatorial Hodge theory", Mathematical Programming 127,
    2011; for games: Balduzzi et al., "Open-ended learning in symmetric zero-sum games", 2019).
    Edges weigh as much as their games tell, and what chance adds to either part is taken off.
    """
    first, second, flow, weight = _flow(results)
    size = len(results.entrants)
    laplacian = np.zeros((size, size))
    np.add.at(laplacian, (first, second), -weight)
    laplacian += laplacian.T
    laplacian -= np.diag(laplacian.sum(axis=1))
    rank = int(np.linalg.matrix_rank(laplacian, hermitian=True))
    circles = len(flow) - rank
    if circles < 1:
        return None
    pull = np.bincount(first, weight * flow, size) - np.bincount(second, weight * flow, size)
    strength = np.linalg.pinv(laplacian, hermitian=True) @ pull
    fitted = strength[first] - strength[second]
    straight = float(weight @ fitted**2)
    cyclic = float(weight @ (flow - fitted) ** 2)
    beyond = max(0.0, cyclic - circles)
    whole = beyond + max(0.0, straight - rank)
    return Cyclicity(beyond / whole if whole else 0.0, _chance_above(cyclic, circles))


def _flow(results: Results) -> tuple[Ints, Ints, Floats, Floats]:
    """Return the pairs that met (first < second), their log odds, and one over its variance."""
    size = len(results.entrants)
    table = Pairwise(results)
    pairs, points, played = [], [], []
    for column, (a, b) in enumerate(table.pairs):
        rows = np.flatnonzero(table.met[results.lineup, column])
        one, other = (table.holders[results.lineup[rows], side] for side in (a, b))
        won = POINTS[table.outcomes[rows, column]]
        points.append(np.where(one < other, won, 1 - won))
        pairs.append(np.minimum(one, other) * size + np.maximum(one, other))
        played.append(deals_told_apart(results)[rows])
    if not pairs:
        return (np.zeros(0, np.int64),) * 2 + (np.zeros(0),) * 2
    clusters = Clusters(np.concatenate(played), np.concatenate(pairs))
    scored = np.concatenate(points)
    totals, sizes = clusters.sums(np.stack([scored, np.ones(len(scored))], axis=1)).T
    keys, edge = np.unique(clusters.groups, return_inverse=True)
    games, won = np.bincount(edge, sizes), np.bincount(edge, totals)
    # half a game is added to either side, so that the odds are finite (Haldane 1955)
    share = (won + 0.5) / (games + 1)
    coin = (games + 1) * share * (1 - share)
    deals = np.bincount(edge)
    several = deals > 1  # a pair's only deal shows no spread
    squares = np.bincount(edge, (totals - (won / games)[edge] * sizes) ** 2)[several]
    spread = squares * deals[several] / (deals[several] - 1)
    expected = (coin * games / (games + 1))[several]
    dispersion = (spread.sum() + _SURPRISES) / (expected.sum() + _SURPRISES)
    return keys // size, keys % size, np.log(share / (1 - share)), coin / dispersion


def _chance_above(square: float, freedom: int) -> float:
    """Return how often chi-square of so many degrees is above `square`.

    Wilson and Hilferty (PNAS 17, 1931): its cube root is all but normal.
    """
    middle = 1 - 2 / (9 * freedom)
    z = ((square / freedom) ** (1 / 3) - middle) / math.sqrt(2 / (9 * freedom))
    return math.erfc(z / math.sqrt(2)) / 2
