"""What the values of moves are to be."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from arena import Transitions
from arena_deep.heads import masked
from arena_deep.trees import Tree, pick

Floats = NDArray[np.float64]


class Moves(NamedTuple):
    """Moves to learn from, with what each led to: (rows, ...).

    The value of a move is to be its `reward` plus `counts` times that of the position `ahead`.
    """

    seen: Tree
    seats: Any
    ahead: Tree
    ahead_seats: Any
    ahead_mask: Any
    chosen: Tensor
    reward: Tensor
    counts: Tensor

    def part(self, rows: slice) -> Moves:
        """Return some of them."""
        return Moves(*(None if p is None else pick(p, rows) for p in self))


def targets(network: nn.Module, moves: Moves, ahead: Tensor, double: bool) -> Tensor:
    """Return what the values of moves are to be: float32 (rows,).

    `ahead` (rows, actions) is how the target network values the positions ahead, illegal actions
    far below all others. Mnih et al., "Human-level control through deep reinforcement learning",
    2015: the best of it counts. With `double`, van Hasselt et al., "Deep reinforcement learning
    with double Q-learning", 2016, equation 4: that of the action which the network thinks best.
    """
    if double:
        thought = masked(network(moves.ahead, moves.ahead_seats), moves.ahead_mask)
        worth = ahead.gather(1, thought.argmax(dim=1, keepdim=True))[:, 0]
    else:
        worth = ahead.amax(dim=1)
    return moves.reward + moves.counts * worth


def several(steps: Transitions, rows: int, gamma: float, n: int) -> tuple[Floats, Any, Floats]:
    """Return n-step rewards, the rows of the positions n moves on, and what these count.

    Sutton, "Learning to predict by the methods of temporal differences", 1988: the reward is the
    sum of gamma^k r[t + k], signed as its mover's stakes are; what comes after n moves counts
    gamma^n, or nought where the match was over before. Fewer than n where no more are known.
    `rows` is the length of the experience.
    """
    place = np.full(rows + 1, -1)
    place[steps.row] = np.arange(len(steps.row))
    reward, ahead = steps.reward.copy(), steps.next.copy()
    each = np.where(steps.next < 0, 0.0, gamma * steps.sign)
    counts = each.copy()
    for _ in range(n - 1):
        further = place[ahead]
        known = np.flatnonzero(further >= 0)
        at = further[known]
        reward[known] += counts[known] * steps.reward[at]
        counts[known] *= each[at]
        ahead[known] = steps.next[at]
    return reward, ahead, counts
