"""Q-learning (Watkins, 1989; Sutton and Barto, "Reinforcement Learning", 2nd ed., section 6.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from arena import (
    BadParameter,
    Experience,
    Learner,
    Round,
    Spec,
    TrainingRun,
    TrainingState,
    self_play,
)
from arena_tabular.agents import Explorer
from arena_tabular.keys import Reader, check
from arena_tabular.table import Bools, Floats, Ints, Table


class Steps(NamedTuple):
    """What is learnt from: a move of each row, and what it led to.

    `next` is the row of the position after it (-1: the match was over), `sign` -1 where that is
    worth to the mover the negative of what it is worth to its own. `group` numbers, in order, the
    rows that follow each other.
    """

    row: Ints
    reward: Floats
    next: Ints
    sign: Floats
    group: Ints


class QLearning(Learner):
    """A table of values of actions, learnt by playing: against itself, or alone.

    alpha     how far a value moves towards its target, in (0, 1]
    epsilon   the share of moves that are random while it learns
    gamma     discount of a move

    Where two seats with nothing hidden take turns for opposite stakes, the target of a move is its
    reward minus the best value of the opponent's answer (negamax), so that what the opponent does
    by way of exploring spoils nothing. In all other games each seat learns from its own rewards,
    from one of its moves to its next, and takes the others for a part of the game. Every seat has
    a table of its own.
    """

    agent = "q_table"

    def __init__(self, alpha: float = 0.5, epsilon: float = 0.1, gamma: float = 1.0) -> None:
        for name, value, lowest in (
            ("alpha", alpha, 1e-9),
            ("epsilon", epsilon, 0),
            ("gamma", gamma, 0),
        ):
            if not lowest <= value <= 1:
                raise BadParameter(f"q_learning: {name}={value:g} is not between 0 and 1")
        self.alpha, self.epsilon, self.gamma = alpha, epsilon, gamma

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where actions cannot be counted or positions not told apart."""
        check(spec)

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for tic_tac_toe, or for CliffWalking."""
        return 500_000 if len(spec.seats) > 1 else 50_000

    def begin(self, run: TrainingRun) -> None:
        """Start with an empty table."""
        spec = run.spec
        self.game, self.seats, self.budget = spec.name, len(spec.seats), run.steps
        self.opposed = (
            self.seats == 2 and spec.zero_sum and spec.turn_based and spec.perfect_information
        )
        self.reader = Reader(spec)
        self.use(Table(self.reader.width))

    def use(self, table: Table) -> None:
        """Learn in this table."""
        self.table = table
        self.explorer = Explorer(table, self.reader, self.epsilon)

    def matches(self, step: int) -> Round:
        """Return whole games, many at once; or episodes of a single seat, learnt from under way."""
        left = self.budget - step
        if self.seats > 1:
            slots = min(512, 1 + left // 64)
            return Round(
                self_play(self.seats, 4096), [self.explorer], slots=slots, every=4096, limit=left
            )
        pairings = self_play(1, 64)
        return Round(pairings, [self.explorer], slots=8, every=64, whole=False, limit=left)

    def learn(self, experience: Experience) -> Mapping[str, float]:
        """Update the values, last moves first."""
        steps = _opposed(experience) if self.opposed else _own(experience)
        state, mask = experience.columns["state"], experience.columns["mask"]
        column = experience.action - self.reader.starts[experience.seat]
        distance = 0.0
        for part in _backwards(steps):
            ahead = self._worth(state[part.next], mask[part.next])
            ahead = np.where(part.next < 0, 0.0, ahead)
            targets = part.reward + self.gamma * part.sign * ahead
            cells = state[part.row] * self.reader.width + column[part.row]
            distance += self.table.move(cells, targets, self.alpha)
        metrics = {"positions": float(len(self.table))}
        if len(steps.row):
            metrics["change"] = distance / len(steps.row)
        return metrics if self.opposed else metrics | _returns(experience)

    def _worth(self, states: Ints, mask: Bools) -> Floats:
        """Return the best legal value of each position, 0 where nothing is legal."""
        best = np.where(mask, self.table.values[states], -np.inf).max(axis=1)
        return np.where(np.isneginf(best), 0.0, best)

    def weights(self) -> Mapping[str, np.ndarray]:
        """Return the table, and how much it explored."""
        return {**self.table.arrays(), "epsilon": np.array(self.epsilon)}

    def agent_parameters(self) -> Mapping[str, str]:
        """Return the name of the game: a table knows no other."""
        return {"game": self.game}

    def state(self) -> TrainingState:
        """Return the table: there is nothing else."""
        return TrainingState({}, self.table.arrays())

    def restore(self, state: TrainingState) -> None:
        """Go on with a table."""
        self.use(Table.of(state.arrays))


def _own(experience: Experience) -> Steps:
    """Return each seat's moves, from one to its next."""
    group = np.repeat(np.arange(len(experience.offsets) - 1), experience.lengths)
    row = np.flatnonzero(~experience.open)
    return Steps(row, experience.reward[row], experience.next[row], np.ones(len(row)), group[row])


def _opposed(experience: Experience) -> Steps:
    """Return the moves of both seats, from one to the other's next.

    A move's reward is what the mover was paid before the next move beyond what both were paid on
    average: the same where the stakes sum to nought, and fair where they sum to a constant.
    """
    order = np.lexsort((experience.turn, experience.match))
    match, seat = experience.match[order], experience.seat[order]
    same = np.append(match[1:] == match[:-1], False)
    follows = np.where(same, np.append(order[1:], -1), -1)
    later = np.where(same[:, None], experience.before[follows], experience.after[order])
    paid = later - experience.before[order]
    reward = paid[np.arange(len(order)), seat] - paid.mean(axis=1)
    sign = np.where(experience.seat[follows] == seat, 1.0, -1.0)
    known = same | ~experience.open[order]
    return Steps(order[known], reward[known], follows[known], sign[known], match[known])


def _backwards(steps: Steps) -> Iterator[Steps]:
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
        yield Steps(
            steps.row[rows], steps.reward[rows], steps.next[rows], steps.sign[rows],
            steps.group[rows],
        )  # fmt: skip


def _returns(experience: Experience) -> dict[str, float]:
    """Return the mean return of the seats whose matches are over."""
    first = experience.offsets[:-1]
    returns = experience.after[first, experience.seat[first]]
    returns = returns[~np.isnan(returns)]
    return {"return": float(returns.mean())} if len(returns) else {}
