"""Games too large to be solved: alpha-beta, one turn deeper at a time."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

from arena import CHANCE, Environment
from arena_search.exact import Rules, tied
from arena_search.worlds import position_key

DEEPEST = 100
"""Turns: much deeper, Python's own stack would end."""
_CLOSE = 4e-9
"""How far below the best a window must open for equal moves to be told from worse ones."""


class _Spent(Exception):
    """The budget of positions is used up."""


class Deepening:
    """One search of one position, by a budget of positions.

    Iterative deepening (Slate and Atkin, 1977) over alpha-beta (Knuth and Moore, 1975) with bounds
    kept in a transposition table. A position at which a line is cut off is worth `unknown` to seat
    0 from there on. Chance nodes are averaged over, whole.
    """

    def __init__(self, rules: Rules, unknown: float, positions: int) -> None:
        self.rules, self.unknown, self.left = rules, unknown, positions
        self.bounds: dict[Hashable, tuple[float, float]] = {}  # at this depth
        self.hints: dict[Hashable, Any] = {}  # the best action so far, to be tried first
        self.cut = self.deep = False

    def best(self, world: Environment, seat: int, turn: int, depth: int) -> list[Any]:
        """Return the actions that are best by the deepest search that the budget allowed.

        It looks one turn ahead whatever that costs, and at most `depth`.
        """
        actions = best = list(self.rules.choices(world, seat)[0])
        for ahead in range(1, min(depth, DEEPEST) + 1):
            self.cut, self.bounds, self.deep = False, {}, ahead > 1
            try:
                values = self._root(world, seat, turn, ahead, actions)
            except _Spent:
                break
            best = tied(seat, actions, values)
            if not self.cut:  # solved
                break
            rank = dict(zip(actions, values))
            actions.sort(key=rank.__getitem__, reverse=seat == 0)
        return best

    def _root(
        self, world: Environment, seat: int, turn: int, ahead: int, actions: Sequence[Any]
    ) -> list[float]:
        """Return the value of each action; of those that are not among the best, a bound."""
        values: list[float] = []
        low, high = -math.inf, math.inf
        for action in actions:
            values.append(self._after(world, seat, action, turn, ahead, low, high))
            slack = _CLOSE * max(1.0, abs(values[-1]))
            if seat == 0:
                low = max(low, values[-1] - slack)
            else:
                high = min(high, values[-1] + slack)
        return values

    def _after(
        self,
        world: Environment,
        seat: int,
        action: Any,
        turn: int,
        ahead: int,
        low: float,
        high: float,
    ) -> float:
        """Return the value of an action; of one outside of (low, high), a bound on that side."""
        if self.left <= 0 and self.deep:
            raise _Spent
        self.left -= 1
        world, gain, seat_next, turn = self.rules.after(world, seat, action, turn)
        if seat_next is None:
            return gain
        ahead -= seat != CHANCE
        return gain + self._value(world, seat_next, turn, ahead, low - gain, high - gain)

    def _value(
        self, world: Environment, seat: int, turn: int, ahead: int, low: float, high: float
    ) -> float:
        if ahead == 0 and seat != CHANCE:
            self.cut = True
            return self.unknown
        actions, odds = self.rules.choices(world, seat)
        if odds is not None:
            window = -math.inf, math.inf
            values = (self._after(world, seat, a, turn, ahead, *window) for a in actions)
            return sum(map(float.__mul__, odds, values))
        key = turn, seat, position_key(world, actions)
        least, most = self.bounds.get(key, (-math.inf, math.inf))
        if least >= high or least == most:
            return least
        if most <= low:
            return most
        if (hint := self.hints.get(key)) is not None:
            actions = [hint, *(action for action in actions if action != hint)]
        value, self.hints[key] = self._among(world, seat, turn, ahead, low, high, actions)
        self.bounds[key] = value if value > low else least, value if value < high else most
        return value

    def _among(
        self, world: Environment, seat: int, turn: int, ahead: int, low: float, high: float,
        actions: Sequence[Any],
    ) -> tuple[float, Any]:  # fmt: skip
        """Return the best value and its action; once it is outside of (low, high), stop there."""
        best, choice = -math.inf if seat == 0 else math.inf, actions[0]
        for action in actions:
            value = self._after(world, seat, action, turn, ahead, low, high)
            if seat == 0 and value > best:
                best, choice, low = value, action, max(low, value)
            elif seat == 1 and value < best:
                best, choice, high = value, action, min(high, value)
            if low >= high:
                break
        return best, choice
