"""The covariance of fitted parameters when games that share a deal are not independent.

The sandwich H^-1 S H^-1 (Huber 1967; clustered: Liang and Zeger, Biometrika 73, 1986) has the
information H outside and the spread S of the clusters' scores inside. S is measured from the games,
which goes wrong where few surprises can have happened: an entrant that won all its games shows no
spread at all, and would get an interval of width nought. So each group's S is shrunk towards the
model's own H, times a dispersion common to all groups, as far as the group lacks surprises.
"""

from __future__ import annotations

import numpy as np

from arena.ratings.layout import Layout
from arena.ratings.likelihood import Model, curvature
from arena.results import Results
from arena.tally import Clusters, Floats, Ints, Pairwise, deals_told_apart

SURPRISES = 5.0
"""The variance (in games that could go either way) at which a group's own spread counts half."""

_FADES = 0.75
"""How far dispersion goes back to one where the outcome is all but certain.

Draws, and luck that both games of a pair share, save variance among equals, and less where one side
is far better: there a game that goes against the odds is the only thing that can surprise. Without
this, fields 400 points wide with many draws had 92 % coverage; with all of it 97 %.
"""


def covariance(
    model: Model, x: Floats, results: Results, table: Pairwise, layout: Layout
) -> Floats:
    """Return the covariance of the parameters `x`, float64 (size, size), in the model's units."""
    clusters = Clusters(deals_told_apart(results), layout.group[results.lineup])
    scores = clusters.sums(match_scores(model, x, results, table, layout))
    most = layout.members.shape[1]
    spread = model.spread(x)
    expected = np.bincount(layout.cell_group, spread, len(layout.members))
    seen = (scores[:, :most] ** 2).sum() / 2
    # a full ranking of k equals spreads (k + 1) / 3 times as much as independent comparisons do
    ranking = (most + 1) / 3
    # the fit has taken up a degree of freedom for each rating, out of those that the scores have
    free = 1 - (model.entrants - 1) / (len(clusters) * (most - 1))
    correction = 1 / max(free, 0.5)
    dispersion = (seen * correction + SURPRISES * ranking) / (expected.sum() + SURPRISES)
    trust = expected / (expected + SURPRISES)
    inside = model.prior_information(x)
    inside += correction * outer_sum(model, layout, clusters.groups, scores, trust)
    spared = _FADES * max(0.0, 1 - dispersion) * _certainty(model, x)
    inside += model.information(x, (dispersion + spared) * (1 - trust)[layout.cell_group])
    outside = np.linalg.inv(curvature(model, x))
    result: Floats = outside @ inside @ outside
    return result


def _certainty(model: Model, x: Floats) -> Floats:
    """Return the square of each cell's expected margin: 0 for equals, 1 where all is certain."""
    odds = model.probabilities(x)
    result: Floats = (odds[:, 0] - odds[:, 2]) ** 2
    return result


def match_scores(
    model: Model, x: Floats, results: Results, table: Pairwise, layout: Layout
) -> Floats:
    """Return each match's score, the slope of its log-likelihood, on the parameters it touches.

    float64 (matches, members of a group + seats + 1 if draws are modelled).
    """
    odds = model.probabilities(x)
    edge = (odds[:, 0] - odds[:, 2]) / 2
    # by outcome: better, equal, worse, both forfeit (a draw); a last row of zeros for no cell
    lead = np.zeros((len(odds) + 1, 4))
    lead[:-1] = np.array([0.5, 0.0, -0.5, 0.0]) - edge[:, None]
    most, seats = layout.members.shape[1], layout.seats
    scores = np.zeros((len(results), most + seats + model.davidson))
    rows = np.arange(len(results))
    for column, (a, b) in enumerate(table.pairs):
        cell = layout.cell[results.lineup, column]
        score = lead[cell, table.outcomes[:, column]]
        for seat, sign in ((a, 1), (b, -1)):
            scores[rows, layout.place[results.lineup, seat]] += sign * score
            if seats:
                scores[:, most + seat] += sign * score
        if model.davidson:
            draw = np.zeros((len(odds) + 1, 4))
            draw[:-1] = np.array([0.0, 1.0, 0.0, 1.0]) - odds[:, 1, None]
            scores[:, -1] += draw[cell, table.outcomes[:, column]]
    return scores


def outer_sum(model: Model, layout: Layout, groups: Ints, scores: Floats, trust: Floats) -> Floats:
    """Return the sum of each cluster's scores squared, times its group's trust: (size, size).

    `groups`, int64 (clusters,), ascends.
    """
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    present = groups[starts]
    shared = np.arange(model.entrants, model.size)
    indices = np.concatenate(
        [layout.members, np.broadcast_to(shared, (len(layout.members), len(shared)))], axis=1
    )[present]
    total = np.zeros(model.size**2)
    for a in range(scores.shape[1]):
        for b in range(a + 1):
            sums = np.add.reduceat(scores[:, a] * scores[:, b], starts) * trust[present]
            for row, column in {(a, b), (b, a)}:
                total += np.bincount(
                    indices[:, row] * model.size + indices[:, column], sums, model.size**2
                )
    return total.reshape(model.size, model.size)
