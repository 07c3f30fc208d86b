"""Monte Carlo control with a constant step (Sutton and Barto, 2nd ed., sections 5.4 and 6.1)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from arena import Experience, Transitions, returns_to_go
from arena_tabular.learner import TableLearner
from arena_tabular.table import Bools, Floats, Ints


class MonteCarlo(TableLearner):
    """Learns each move's value from what was paid from it on to the end, at every visit.

    No estimate enters into another, but where a match is cut off: there the value of the action
    that was chosen stands for the rest. It learns what its own play is worth, random moves and all.
    """

    name = "monte_carlo"
    whole = True
    negamax = False

    def __init__(
        self,
        alpha: float = 0.05,
        epsilon: float = 0.1,
        gamma: float = 1.0,
        slots: int | None = None,
    ) -> None:
        super().__init__(alpha, epsilon, gamma, slots)

    def targets(
        self, steps: Transitions, experience: Experience, column: Ints
    ) -> Iterator[tuple[Ints, Floats]]:
        """Yield all moves, and what was paid to each mover from there on."""
        mask, values = experience.columns["mask"], self.table.values[experience.columns["state"]]
        rest = self.ahead(values, mask, column)
        yield steps.row, returns_to_go(experience, self.gamma, rest)[steps.row]

    def ahead(self, values: Floats, mask: Bools, column: Ints) -> Floats:
        """Return the value of the action chosen at each position."""
        return np.asarray(values[np.arange(len(values)), column])
