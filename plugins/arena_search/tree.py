"""The decisions of one seat, as Monte-Carlo tree search keeps them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

from arena_search.worlds import Uniform

Branches = dict[Hashable, "Node"]
"""What a seat may come to see next, and its decision there."""
Outcome = tuple[float, ...]
"""What each seat is paid from the root to the end."""


class Node:
    """A decision: how often each action was tried, what it brought, and what it is known to bring.

    `visits` and `sums` are by the index of the action; so is `proven`, for actions whose outcome
    under best play is known.
    """

    __slots__ = ("actions", "branches", "proven", "sums", "tries", "untried", "visits")

    def __init__(self, actions: Sequence[Any]) -> None:
        self.actions = actions
        self.untried = list(range(len(actions)))
        self.tries = 0
        self.visits = [0] * len(actions)
        self.sums = [0.0] * len(actions)
        self.branches: list[Branches | None] = [None] * len(actions)
        self.proven: dict[int, Outcome] = {}

    def select(self, explore: float, uniform: Uniform, seat: int, before: float) -> int:
        """Return the index of an action not tried yet, else of the one with the highest UCB1.

        Of an action that is proven the bound is what it brings; `before` has been paid by then.
        """
        if self.untried:
            return self.untried.pop(int(uniform() * len(self.untried)))
        bonus = explore * math.sqrt(math.log(self.tries))
        bounds = [s / v + bonus / math.sqrt(v) for s, v in zip(self.sums, self.visits)]
        for index, outcome in self.proven.items():
            bounds[index] = outcome[seat] - before
        return bounds.index(max(bounds))

    def after(self, index: int) -> Branches:
        """Return the decisions that may follow an action."""
        branches = self.branches[index]
        if branches is None:
            branches = self.branches[index] = {}
        return branches

    def learn(self, index: int, paid: float) -> None:
        """Add what a simulation brought after an action."""
        self.tries += 1
        self.visits[index] += 1
        self.sums[index] += paid

    def outcome(self, seat: int, highest: float) -> Outcome | None:
        """Return what the seat will bring about here, if that is proven.

        It is once every action is, or one pays the highest return that there is.
        """
        best = max(self.proven.values(), key=lambda outcome: outcome[seat])
        return best if len(self.proven) == len(self.actions) or best[seat] >= highest else None

    def best(self, seat: int, unknown: float) -> Any:
        """Return the action to play: the one tried most, of equals the better one.

        Those proven to pay more than `unknown` come before all others, those that pay less last.
        """
        ranks = [
            (self.proven[i][seat] - unknown if i in self.proven else 0.0, v, s)
            for i, (v, s) in enumerate(zip(self.visits, self.sums))
        ]
        return self.actions[ranks.index(max(ranks))]

    def thought(self, seat: int, solved: bool) -> tuple[list[float], float]:
        """Return the share of tries of each action, and what the seat was paid from here on.

        Where it is `solved`, the best actions share, and the value is what they are known to pay.
        """
        if solved:
            known = {index: outcome[seat] for index, outcome in self.proven.items()}
            value = max(known.values())
            best = [known.get(index) == value for index in range(len(self.actions))]
            return [round(one / sum(best), 4) for one in best], value
        shares = [round(visits / self.tries, 4) for visits in self.visits]
        return shares, round(sum(self.sums) / self.tries, 4)
