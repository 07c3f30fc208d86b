"""Small games solved: the value of every position that can be reached from one.

Two seats, zero-sum, perfect information, chance with stated odds: backward induction (von Neumann
and Morgenstern, 1944), depth first. A position is known by its turn, the seat to move and what
`position_key` says; the turn makes sure that no line of play comes back to where it was.
Values are what seat 0 is still to be paid, which seat 1 keeps as low as it can.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from arena import CHANCE, Environment
from arena_search.worlds import position_key

Choices = tuple[Sequence[Any], list[float] | None]
"""What can happen next, with the odds if that is up to nature."""
Layer = dict[bytes, float]


class Rules:
    """What a search must know of a game beside its worlds.

    `turns` is the number of turns after which a match is cut off (None: it ends by itself);
    `actions` are every seat's, for games whose `legal` is None.
    """

    def __init__(self, turns: int | None, actions: Sequence[range | None]) -> None:
        self.turns = 1 << 60 if turns is None else turns
        self.actions = actions

    def choices(self, world: Environment, seat: int) -> Choices:
        """Return what can happen where `seat` is to move."""
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

    __slots__ = (
        "found",
        "gain",
        "layer",
        "odds",
        "seat",
        "state",
        "todo",
        "turn",
        "width",
        "world",
    )

    def __init__(
        self, world: Environment, seat: int, turn: int, choices: Choices, place: tuple[Layer, bytes]
    ) -> None:
        self.world, self.seat, self.turn = world, seat, turn
        self.layer, self.state = place
        self.todo, self.odds = list(choices[0]), choices[1]
        self.todo.reverse()
        self.width = len(self.todo)
        self.found: list[float] = []
        self.gain = 0.0  # paid on the way to the child that is being valued

    def value(self) -> float:
        """Return the value, once all children are known."""
        if self.odds is not None:
            return sum(map(float.__mul__, self.odds, self.found))
        return max(self.found) if self.seat == 0 else min(self.found)


class Exact:
    """Values of positions, kept from search to search: each is a fact about the game alone.

    The budget is of `positions` looked at: as many as there are moves at all the positions held.
    """

    def __init__(self, rules: Rules, positions: int) -> None:
        self.rules, self.positions = rules, positions
        self.layers: dict[tuple[int, int], Layer] = {}
        self.looked = 0

    def clear(self) -> None:
        """Forget everything."""
        self.layers.clear()
        self.looked = 0

    def solve(self, world: Environment, seat: int, turn: int, most: int) -> bool:
        """Value every position that can be reached; False if more than `most` are to be looked at.

        Whether the budget suffices is a matter of the position alone. Where that cannot be told
        because earlier searches left less to do, their values are forgotten and it is tried again.
        """
        before = self.looked
        done = self._walk(world, seat, turn, before + most)
        if self.looked <= self.positions:
            return done
        self.clear()
        return done and before > 0 and self._walk(world, seat, turn, most)

    def value(self, world: Environment, seat: int, turn: int) -> float | None:
        """Return the value of a position, None if it has not been solved."""
        layer, state = self._place(world, seat, turn, self.rules.choices(world, seat))
        return layer.get(state)

    def best(self, world: Environment, seat: int, turn: int) -> list[Any]:
        """Return the best actions at a position that has been solved."""
        actions, _ = self.rules.choices(world, seat)
        values = [self._value_after(world, seat, action, turn) for action in actions]
        return tied(seat, actions, values)

    def _value_after(self, world: Environment, seat: int, action: Any, turn: int) -> float:
        world, gain, seat_next, turn = self.rules.after(world, seat, action, turn)
        if seat_next is None:
            return gain
        value = self.value(world, seat_next, turn)
        assert value is not None, f"state() of {world.spec.name} does not tell all"
        return gain + value

    def _place(
        self, world: Environment, seat: int, turn: int, choices: Choices
    ) -> tuple[Layer, bytes]:
        """Return where the value of a position is kept."""
        layer = self.layers.get((turn, seat))
        if layer is None:
            layer = self.layers[turn, seat] = {}
        return layer, position_key(world, choices[0])

    def _walk(self, world: Environment, seat: int, turn: int, most: int) -> bool:
        """Value positions depth first, on a stack of our own: games may be longer than Python's."""
        choices = self.rules.choices(world, seat)
        child: Node | None = Node(
            world, seat, turn, choices, self._place(world, seat, turn, choices)
        )
        stack: list[Node] = []
        while True:
            if child is not None:
                stack.append(child)
                self.looked += child.width
                if self.looked > most:
                    self.looked -= sum(node.width for node in stack)
                    return False
            node = stack[-1]
            child = self._try_next(node) if node.todo else None
            if child is None and not node.todo:
                value = node.layer[node.state] = node.value()
                stack.pop()
                if not stack:
                    return True
                stack[-1].found.append(stack[-1].gain + value)

    def _try_next(self, node: Node) -> Node | None:
        """Try an action; return the position it leads to if that must be valued first."""
        action = node.todo.pop()
        world, gain, seat, turn = self.rules.after(node.world, node.seat, action, node.turn)
        if seat is None:
            node.found.append(gain)
            return None
        choices = self.rules.choices(world, seat)
        place = self._place(world, seat, turn, choices)
        known = place[0].get(place[1])
        if known is not None:
            node.found.append(gain + known)
            return None
        node.gain = gain
        return Node(world, seat, turn, choices, place)


def tied(seat: int, actions: Sequence[Any], values: Sequence[float]) -> list[Any]:
    """Return the actions whose value is the best for `seat`, but for rounding."""
    top = max(values) if seat == 0 else min(values)
    slack = 1e-9 * max(1.0, abs(top))
    return [action for action, value in zip(actions, values) if abs(value - top) <= slack]
