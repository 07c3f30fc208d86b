"""The order in which tables learn from moves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from arena import Transitions


def backwards(steps: Transitions) -> Iterator[Transitions]:
    """Yield the last step of every group, then those before these, and so on."""
    if not len(steps.row):
        return
    last = np.append(steps.group[1:] != steps.group[:-1], True)
    ends = np.flatnonzero(last)
    place = np.arange(len(last))
    back = ends[np.searchsorted(ends, place)] - place
    order = np.argsort(back, kind="stable")
    bounds = np.cumsum(np.bincount(back))
    for rows in np.split(order, bounds[:-1]):
        yield steps.pick(rows)
