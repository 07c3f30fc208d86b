"""What all learners of tables share: how they play, what they learn from, and what is kept."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping

import numpy as np

from arena import (
    Appraiser,
    BadParameter,
    Experience,
    Learner,
    Round,
    Spec,
    TrainingRun,
    TrainingState,
    Transitions,
    are_opposed,
    opposed_transitions,
    own_transitions,
    self_play,
)
from arena_tabular.agents import Explorer, Player
from arena_tabular.keys import Reader, check
from arena_tabular.steps import backwards
from arena_tabular.table import Bools, Floats, Ints, Table

_COMPANY = 512


class TableLearner(Learner):
    """A table of values of actions, learnt by playing: against itself, or alone.

    alpha     how far a value moves towards its target, in (0, 1]
    epsilon   the share of moves that are random while it learns
    gamma     discount of a move
    slots     games at once, each learnt from as often; if not said, 1 alone and 512 in company

    Where two seats with nothing hidden take turns for opposite stakes, the target of a move is its
    reward minus what the opponent's answer is worth to the opponent (negamax). In all other games
    each seat learns from its own rewards, from one of its moves to its next, and takes the others
    for a part of the game. Every seat has a table of its own.

    Of ten tables on the way the latest of the best is kept. In a small game with nothing hidden the
    best is the one that loses the fewest lines of play, whatever it is answered; alone, the one
    that finishes the most of its episodes rather than be cut off; else all are equal.
    """

    agent = "q_table"
    select_by = "worth"
    name: str
    whole = False
    """Whether an episode of a single seat is learnt from only when it is over."""
    negamax = True
    """Whether what a position is worth to an opponent is of any use."""

    def __init__(
        self,
        alpha: float = 0.5,
        epsilon: float = 0.1,
        gamma: float = 1.0,
        slots: int | None = None,
    ) -> None:
        for name, value, lowest in (
            ("alpha", alpha, 1e-9),
            ("epsilon", epsilon, 0),
            ("gamma", gamma, 0),
        ):
            if not lowest <= value <= 1:
                raise BadParameter(f"{self.name}: {name}={value:g} is not between 0 and 1")
        if slots is not None and slots < 1:
            raise BadParameter(f"{self.name}: slots={slots} is not a positive number")
        self.alpha, self.epsilon, self.gamma, self.slots = alpha, epsilon, gamma, slots

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where actions cannot be counted or positions not told apart."""
        check(spec)

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for tic_tac_toe, or for CliffWalking."""
        return 500_000 if len(spec.seats) > 1 else 20_000

    def begin(self, run: TrainingRun) -> None:
        """Start with an empty table."""
        spec = self.spec = run.spec
        self.budget, self.appraiser = run.steps, Appraiser(run.make, spec, run.seed)
        self.seats = len(spec.seats)
        self.opposed = self.negamax and are_opposed(spec)
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
            slots = min(self.slots or _COMPANY, 1 + left // 64)
            return Round(
                self_play(self.seats, 8 * slots), [self.explorer], slots=slots, every=8 * slots,
                limit=left,
            )  # fmt: skip
        slots = self.slots or 1
        return Round(
            self_play(1, 64), [self.explorer], slots=slots, every=8 * slots if slots > 1 else 1,
            whole=self.whole, limit=left,
        )  # fmt: skip

    def learn(self, experience: Experience) -> Mapping[str, float]:
        """Update the values, last moves first."""
        steps = (opposed_transitions if self.opposed else own_transitions)(experience)
        state = experience.columns["state"]
        column = experience.action - self.reader.starts[experience.seat]
        cells = state * self.reader.width + column
        distance = 0.0
        for rows, targets in self.targets(steps, experience, column):
            distance += self.table.move(cells[rows], targets, self.alpha)
        metrics = {"positions": float(len(self.table))}
        if len(steps.row):
            metrics["change"] = distance / len(steps.row)
        if not self.opposed and len(returns := experience.returns):
            metrics["return"] = float(returns.mean())
        return metrics

    def targets(
        self, steps: Transitions, experience: Experience, column: Ints
    ) -> Iterator[tuple[Ints, Floats]]:
        """Yield rows, and what the values of the moves made there are to move towards.

        What is yielded later sees the values as they are then.
        """
        state, mask = experience.columns["state"], experience.columns["mask"]
        for part in backwards(steps):
            ahead = self.ahead(
                self.table.values[state[part.next]], mask[part.next], column[part.next]
            )
            ahead = np.where(part.next < 0, 0.0, ahead)
            yield part.row, part.reward + self.gamma * part.sign * ahead

    @abstractmethod
    def ahead(self, values: Floats, mask: Bools, column: Ints) -> Floats:
        """Return what positions are worth to those who move there: (rows,).

        `values` (rows, width) are those of their actions, `mask` says which are legal, and `column`
        (rows,) which one was chosen.
        """

    def weights(self) -> Mapping[str, np.ndarray]:
        """Return the table, and how much it explored."""
        return {**self.table.arrays(), "epsilon": np.array(self.epsilon)}

    def agent_parameters(self) -> Mapping[str, str]:
        """Return the name of the game: a table knows no other."""
        return {"game": self.spec.name}

    def assess(self) -> Mapping[str, float]:
        """Return what the table is worth, played greedily."""
        player = Player(self.table, self.reader)
        found = self.appraiser(player)
        return {**found, "worth": found.get("finished", 0.0 - found.get("lost_lines", 0.0))}

    def state(self) -> TrainingState:
        """Return the table, and whether the game is small enough to count its lines."""
        return TrainingState({"small": self.appraiser.small}, self.table.arrays())

    def restore(self, state: TrainingState) -> None:
        """Go on with a table."""
        self.appraiser.small = bool(state.values["small"])
        self.use(Table.of(state.arrays))
