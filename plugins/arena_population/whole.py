"""A game that can be looked at whole: what answers a population best, and what that gains."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from arena import (
    Agent,
    Environment,
    GameTree,
    Unsuitable,
    ask,
    best_answer,
    decisions_shown,
    enumerate_game,
    mixed_plan,
    plan_of,
    returns_of,
    worths_of_plan,
)
from arena_population.answers import keys_of
from arena_population.population import Floats, Member


class WholeGame:
    """A game of `positions` at most. Raises `Unsuitable` for a larger one, and others that
    cannot be walked through."""

    def __init__(self, make: Callable[[], Environment], positions: int) -> None:
        self.make = make
        self.tree: GameTree = enumerate_game(make(), positions)

    def plan(self, agent: Agent, seed: int) -> Floats:
        """Return how an agent plays: see `arena.sequence_form`."""
        return plan_of(self.tree, ask(agent, self.tree, self.make, 200, seed).odds)

    def nash_conv(self, plans: Sequence[Floats], mixture: Floats) -> float:
        """Return what the best answers to a mixture (seats, members) gain, over all seats."""
        return worths_of_plan(self.tree, mixed_plan(self.tree, plans, mixture)).nash_conv

    def returns(self, plans: Sequence[Floats]) -> Floats:
        """Return what is to be expected where each seat has its own plan: float64 (seats,)."""
        return returns_of(self.tree, plans)

    def answer(self, plans: Sequence[Floats], mixture: Floats) -> Member:
        """Return who answers a mixture best in each seat."""
        policy = best_answer(self.tree, mixed_plan(self.tree, plans, mixture))
        actions = [
            int(each.legal[int(policy[each.first : each.first + len(each.legal)].argmax())])
            for each in self.tree.decisions
        ]
        keys, history = self._keys()
        arrays = {
            "keys": np.array(keys, np.uint64),
            "actions": np.array(actions, np.int64),
            "history": np.array(history),
        }
        return Member.of("best_answer", {}, arrays)

    def _keys(self) -> tuple[list[int], bool]:
        """Return what tells all decisions apart, and whether that takes more than what is seen."""
        for history in (False, True):
            keys = [0] * len(self.tree.decisions)
            for indices, batch in decisions_shown(self.tree, self.make):
                for index, key in zip(indices, keys_of(batch, history)):
                    keys[index] = key
            if len(set(keys)) == len(keys):
                return keys, history
        raise Unsuitable(
            f"what a seat sees in {self.tree.spec.name} does not tell all that it has seen; name a "
            "trainer as oracle, like oracle=q_learning"
        )
