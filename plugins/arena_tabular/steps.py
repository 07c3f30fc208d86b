"""What tables learn from: moves, and what each led to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from arena import Experience
from arena_tabular.table import Floats, Ints


class Steps(NamedTuple):
    """A move of each row, and what it led to.

    `next` is the row of the position after it (-1: the match was over), `sign` -1 where that is
    worth to the mover the negative of what it is worth to its own. `group` numbers, in order, the
    rows that follow each other.
    """

    row: Ints
    reward: Floats
    next: Ints
    sign: Floats
    group: Ints

    def pick(self, chosen: Ints) -> Steps:
        """Return some of the steps."""
        return Steps(*(column[chosen] for column in self))


def own(experience: Experience) -> Steps:
    """Return each seat's moves, from one to its next."""
    group = np.repeat(np.arange(len(experience.offsets) - 1), experience.lengths)
    row = np.flatnonzero(~experience.open)
    return Steps(row, experience.reward[row], experience.next[row], np.ones(len(row)), group[row])


def opposed(experience: Experience) -> Steps:
    """Return the moves of both seats, from one to the other's next.

    A move's reward is what the mover was paid before the next move beyond what both were paid on
    average: the same where the stakes sum to nought, and fair where they sum to a constant.
    """
    order = np.lexsort((experience.turn, experience.match))
    match, seat, turn = (c[order] for c in (experience.match, experience.seat, experience.turn))
    # Where a match was cut off both seats may have been asked once more, at the same turn.
    same = np.append((match[1:] == match[:-1]) & (turn[1:] > turn[:-1]), False)
    follows = np.where(same, np.append(order[1:], -1), -1)
    later = np.where(same[:, None], experience.before[follows], experience.after[order])
    paid = later - experience.before[order]
    reward = paid[np.arange(len(order)), seat] - paid.mean(axis=1)
    sign = np.where(experience.seat[follows] == seat, 1.0, -1.0)
    known = same | ~experience.open[order]
    return Steps(order[known], reward[known], follows[known], sign[known], match[known])


def backwards(steps: Steps) -> Iterator[Steps]:
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
