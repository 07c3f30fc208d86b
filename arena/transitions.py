"""Single moves and what each led to, for learners that look one move ahead."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.experience import Experience
from arena.records import Spec

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Transitions(NamedTuple):
    """A move of each row, and what it led to.

    row     int64 (n,): the row of the experience that holds the move
    reward  float64 (n,): what the mover was paid for it
    next    int64 (n,): the row of the position after it; -1 where the match was over
    sign    float64 (n,): -1 where that position is worth to the mover the negative of what it is
            worth to its own seat, else 1
    group   int64 (n,): numbers the transitions that follow each other, which stand in order
    """

    row: Ints
    reward: Floats
    next: Ints
    sign: Floats
    group: Ints

    def pick(self, chosen: Ints) -> Transitions:
        """Return some of them."""
        row, reward, next_, sign, group = self
        return Transitions(row[chosen], reward[chosen], next_[chosen], sign[chosen], group[chosen])


def are_opposed(spec: Spec) -> bool:
    """Whether two seats with nothing hidden take turns for opposite stakes.

    What a position is worth to one is then the negative of what it is worth to the other.
    """
    open_turns = spec.turn_based and spec.perfect_information
    return len(spec.seats) == 2 and spec.zero_sum and open_turns


def own_transitions(experience: Experience) -> Transitions:
    """Return each seat's moves, from one to its next."""
    group = np.repeat(np.arange(len(experience.offsets) - 1), experience.lengths)
    row = np.flatnonzero(~experience.open)
    ones = np.ones(len(row))
    return Transitions(row, experience.reward[row], experience.next[row], ones, group[row])


def opposed_transitions(experience: Experience) -> Transitions:
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
    return Transitions(order[known], reward[known], follows[known], sign[known], match[known])
