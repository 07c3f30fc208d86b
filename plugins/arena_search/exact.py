"""Small games solved: the value of every position that can be reached from one.

Two seats, zero-sum, perfect information, chance with stated odds: backward induction (von Neumann
and Morgenstern, 1944), depth first. A position is known by its turn, the seat to move and
`Environment.state`; the turn makes sure that no line of play comes back to where it was.
Values are what seat 0 is still to be paid, which seat 1 keeps as low as it can.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from arena import CHANCE, Environment
from arena_search.worlds import freeze

Layer = dict[Hashable, float]


class Rules:
    """What a search must know of a game beside its worlds.

    `turns` is the number of turns after which a match is cut off (None: it ends by itself);
    `actions` are every seat's, for games whose `legal` is None.
    """

    def __init__(self, turns: int | None, actions: Sequence[range | None]) -> None:
        self.turns = 1 << 60 if turns is None else turns
        self.actions = actions

    def choices(self, world: Environment, seat: int) -> tuple[Sequence[Any], list[float] | None]:
        """Return what can happen where `seat` is to move, with the odds if that is nature."""
        if seat == CHANCE:
            outcomes = world.chance()
            return [action for action, _ in outcomes], [odds for _, odds in outcomes]
        legal = world.legal(seat)
        return legal if legal is not None else self.actions[seat] or (), None

    def after(
        self, world: Environment, seat: int, action: Any, turn: int
    ) -> tuple[Environment, float, int | None, int]:
        """Return the world after an action, the pay of seat 0, who is to move, and the turn.

        Nobody (None) is to move where the game is over or cut off.
        """
        world = world.copy()
        pay = world.step({seat: action})
        asked = world.acting()
        turn += seat != CHANCE
        over = not asked or turn >= self.turns
        return world, 0.0 if pay is None else pay[0], None if over else asked[0], turn


class Node:
    """A position being valued: `todo` is what is left to try, `found` what the rest came to."""

    __slots__ = ("found", "gain", "layer", "odds", "seat", "state", "todo", "turn", "world")
    layer: Layer
    state: Hashable

    def __init__(self, rules: Rules, world: Environment, seat: int, turn: int) -> None:
        self.world, self.seat, self.turn = world, seat, turn
        actions, self.odds = rules.choices(world, seat)
        self.todo = list(actions)
        self.todo.reverse()
        self.found: list[float] = []
        self.gain = 0.0  # paid on the way to the child that is being valued

    def value(self) -> float:
        """Return the value, once all children are known."""
        if self.odds is not None:
            return sum(map(float.__mul__, self.odds, self.found))
        return max(self.found) if self.seat == 0 else min(self.found)


class Exact:
    """Values of positions, kept from search to search: each is a fact about the game alone.

    Holds at most `positions` values; positions at which the game is over are not counted.
    """

    def __init__(self, rules: Rules, positions: int) -> None:
        self.rules, self.positions = rules, positions
        self.layers: dict[tuple[int, int], Layer] = {}
        self.size = 0

    def clear(self) -> None:
        """Forget everything."""
        self.layers.clear()
        self.size = 0

    def solve(self, world: Environment, seat: int, turn: int, most: int) -> bool:
        """Value every position that can be reached; False if more than `most` are new.

        Nor are there ever more than `positions` in all. Whether they suffice is a matter of the
        position alone: a table that overflows is emptied, and the search begun again without the
        help, and the burden, of earlier ones.
        """
        fresh = self.size == 0
        if self._walk(world, seat, turn, most):
            return True
        if self.size < self.positions:
            return False
        self.clear()
        return not fresh and self._walk(world, seat, turn, most)

    def best(self, world: Environment, seat: int, turn: int) -> list[Any]:
        """Return the best actions at a position that has been solved."""
        actions, _ = self.rules.choices(world, seat)
        values = [self._value_after(world, seat, action, turn) for action in actions]
        return tied(seat, actions, values)

    def knows(self, world: Environment, seat: int, turn: int) -> bool:
        """Whether the position has been solved."""
        return freeze(world.state()) in self._layer(turn, seat)

    def _layer(self, turn: int, seat: int) -> Layer:
        layer = self.layers.get((turn, seat))
        if layer is None:
            layer = self.layers[turn, seat] = {}
        return layer

    def _value_after(self, world: Environment, seat: int, action: Any, turn: int) -> float:
        world, gain, seat_next, turn = self.rules.after(world, seat, action, turn)
        if seat_next is None:
            return gain
        return gain + self._layer(turn, seat_next)[freeze(world.state())]

    def _walk(self, world: Environment, seat: int, turn: int, most: int) -> bool:
        """Value positions depth first, on a stack of our own: games may be longer than Python's."""
        most = min(self.size + most, self.positions)
        stack = [self._open(world, seat, turn, self._layer(turn, seat), freeze(world.state()))]
        while True:
            node = stack[-1]
            if node.todo:
                child = self._try_next(node)
                if child is not None:
                    stack.append(child)
                continue
            if self.size >= most:
                return False
            value = node.layer[node.state] = node.value()
            self.size += 1
            stack.pop()
            if not stack:
                return True
            stack[-1].found.append(stack[-1].gain + value)

    def _open(
        self, world: Environment, seat: int, turn: int, layer: Layer, state: Hashable
    ) -> Node:
        node = Node(self.rules, world, seat, turn)
        node.layer, node.state = layer, state
        return node

    def _try_next(self, node: Node) -> Node | None:
        """Try an action; return the position it leads to if that must be valued first."""
        action = node.todo.pop()
        world, gain, seat, turn = self.rules.after(node.world, node.seat, action, node.turn)
        if seat is None:
            node.found.append(gain)
            return None
        layer, state = self._layer(turn, seat), freeze(world.state())
        known = layer.get(state)
        if known is not None:
            node.found.append(gain + known)
            return None
        node.gain = gain
        return self._open(world, seat, turn, layer, state)


def tied(seat: int, actions: Sequence[Any], values: Sequence[float]) -> list[Any]:
    """Return the actions whose value is the best for `seat`, but for rounding."""
    top = max(values) if seat == 0 else min(values)
    slack = 1e-9 * max(1.0, abs(top))
    return [action for action, value in zip(actions, values) if abs(value - top) <= slack]
