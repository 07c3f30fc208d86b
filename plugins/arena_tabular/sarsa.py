"""Sarsa (Rummery and Niranjan, 1994) and its expected form (van Seijen et al., 2009).

Sutton and Barto, "Reinforcement Learning", 2nd ed., sections 6.4 and 6.6. Both learn what their own
play is worth, random moves and all: they keep away from cliffs that they might step over.
"""

from __future__ import annotations

import numpy as np

from arena_tabular.learner import TableLearner
from arena_tabular.table import Bools, Floats, Ints, odds


class Sarsa(TableLearner):
    """Takes a position for worth the action that was chosen there."""

    name = "sarsa"

    def ahead(self, values: Floats, mask: Bools, column: Ints) -> Floats:
        """Return the value of the action chosen at each position."""
        return np.asarray(values[np.arange(len(values)), column])


class ExpectedSarsa(TableLearner):
    """Takes a position for worth what would be chosen there on average."""

    name = "expected_sarsa"

    def ahead(self, values: Floats, mask: Bools, column: Ints) -> Floats:
        """Return the mean value over the odds of each action, 0 where nothing is legal."""
        legal = mask.any(axis=1)
        chances = odds(values[legal], mask[legal], self.epsilon)
        worth = np.zeros(len(values))
        worth[legal] = (chances * np.where(mask[legal], values[legal], 0.0)).sum(axis=1)
        return worth
