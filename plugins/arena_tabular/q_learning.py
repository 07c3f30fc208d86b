"""Q-learning (Watkins, 1989; Sutton and Barto, "Reinforcement Learning", 2nd ed., section 6.5)."""

from __future__ import annotations

import numpy as np

from arena_tabular.learner import TableLearner
from arena_tabular.table import Bools, Floats, Ints


class QLearning(TableLearner):
    """Takes a position for worth its best action.

    So what it or an opponent does by way of exploring spoils nothing.
    """

    name = "q_learning"

    def ahead(self, values: Floats, mask: Bools, column: Ints) -> Floats:
        """Return the best legal value of each position, 0 where nothing is legal."""
        best = np.where(mask, values, -np.inf).max(axis=1)
        return np.where(np.isneginf(best), 0.0, best)
