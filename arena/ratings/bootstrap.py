"""The covariance of fitted parameters by the bootstrap: deals drawn again, and the fit made anew.

Efron and Tibshirani, "An Introduction to the Bootstrap" (1993). Games that share a deal are drawn
together. It assumes less than the sandwich does, and like any bootstrap cannot know of surprises
that did not happen: where somebody won all its games, or played a handful, the sandwich is right.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arena.ratings.layout import Layout
from arena.ratings.likelihood import Cells, Model, maximise
from arena.results import Results
from arena.tally import Clusters, Floats, Ints, Pairwise, deals_told_apart

RESAMPLES = 500


def resampled_covariance(
    model: Model, x: Floats, results: Results, table: Pairwise, layout: Layout
) -> Floats:
    """Return the covariance of the parameters `x`, float64 (size, size), in the model's units."""
    clusters = Clusters(deals_told_apart(results), layout.group[results.lineup])
    # numbered as they come up in the matches, so that names decide nothing
    _, first, cluster = np.unique(clusters.rows(), return_index=True, return_inverse=True)
    cluster = np.argsort(np.argsort(first))[cluster]
    flat, match = _comparisons(results, table, layout)
    rng = np.random.default_rng(0)
    fits = []
    for _ in range(RESAMPLES):
        drawn = rng.poisson(1.0, len(clusters)).astype(np.float64)
        counts = np.bincount(flat, drawn[cluster[match]], model.cells.counts.size).astype(
            np.float64
        )
        again = replace(model, cells=Cells(model.cells.columns, counts.reshape(-1, 3)))
        fit = maximise(again, start=x, tolerance=1e-6)
        if fit is not None:
            fits.append(fit)
    centred = np.stack(fits)
    for part in (slice(0, model.entrants), slice(model.entrants, model.entrants + model.seats)):
        if centred[:, part].size:
            centred[:, part] -= centred[:, part].mean(axis=1, keepdims=True)
    result: Floats = np.cov(centred, rowvar=False).reshape(model.size, model.size)
    return result


def _comparisons(results: Results, table: Pairwise, layout: Layout) -> tuple[Ints, Ints]:
    """Return by comparison where it counts (cell * 3 + win, draw or loss), and its match."""
    kind = np.array([0, 1, 2, 1])
    cell = layout.cell[results.lineup]
    match, pair = np.nonzero(cell >= 0)
    return cell[match, pair] * 3 + kind[table.outcomes[match, pair]], match
