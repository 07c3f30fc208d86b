"""A whole game in sequence form: everything that may happen in it.

Koller, Megiddo and von Stengel, "Efficient computation of equilibria for extensive two-person
games" (Games and Economic Behavior 14, 1996).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.columns import frozen
from arena.environment import Environment
from arena.errors import Unsuitable
from arena.records import CHANCE, DEFAULT_MAX_TURNS, Spec
from arena.seeds import Luck
from arena.slot import whole

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Joint = tuple[tuple[int, Any], ...]
_EACH = 100
"""Positions between two looks at the clock."""


class TooLarge(Unsuitable):
    """A game of more positions than were to be looked at."""


class Decision(NamedTuple):
    """What a seat cannot tell apart: it has seen the same, and done the same, so far.

    `first` numbers its first legal action among all the sequences of the game, `before` is the
    sequence of the seat's that led here (0: none), `level` counts the decisions that the seat took
    before, and `node` is one of the positions that it may be in.
    """

    seat: int
    legal: tuple[Any, ...]
    first: int
    before: int
    level: int
    node: int


@dataclass
class GameTree:
    """Everything that may happen in a game.

    A seat's sequence is one of its decisions and an action there, with all that it did before;
    number 0 is the empty sequence of every seat. `chances` float64 (ends,), `returns` float64
    (ends, seats) and `last` int64 (ends, seats), the seat's last sequence, describe the ends.
    """

    spec: Spec
    decisions: list[Decision] = field(default_factory=list)
    sequences: int = 1
    positions: int = 0
    chances: Floats = field(default_factory=lambda: np.zeros(0))
    returns: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    last: Ints = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    parents: array[int] = field(default_factory=lambda: array("l"))
    joints: list[Joint] = field(default_factory=list)

    def path(self, node: int) -> list[Joint]:
        """Return what was done from the beginning to a position."""
        done = []
        while node:
            done.append(self.joints[node])
            node = self.parents[node]
        return done[::-1]

    def levels(self) -> Iterator[list[int]]:
        """Yield the decisions (by index) that seats take first, then those second, and so on."""
        by_level: dict[int, list[int]] = {}
        for index, decision in enumerate(self.decisions):
            by_level.setdefault(decision.level, []).append(index)
        return (by_level[level] for level in sorted(by_level))

    def even(self) -> Floats:
        """Return the policy of equal odds for all legal actions; see `arena.sequence_form`."""
        odds = np.ones(self.sequences)
        for decision in self.decisions:
            count = len(decision.legal)
            odds[decision.first : decision.first + count] = 1 / count
        return odds


def enumerate_game(
    environment: Environment, limit: int = 1_000_000, over: Callable[[int], bool] | None = None
) -> GameTree:
    """Return everything that may happen in a game.

    What a seat sees (`observe` and `text`) and has seen and done at its own decisions is what it
    knows; where nothing is hidden, everything. Raises `TooLarge` beyond `limit` positions, or where
    `over`, which is told how many there are so far, says that this must do; and `Unsuitable` for a
    game that cannot be copied or whose actions cannot be counted.
    """
    environment.reset(Luck(0))
    return _Walk(environment, limit, over).tree


class _Here(NamedTuple):
    """A position on the way: its number, the odds of chance, and by seat returns and sequences."""

    environment: Environment
    node: int
    turn: int
    chance: float
    returns: tuple[float, ...]
    last: tuple[int, ...]


class _Walk:
    """The walk through all positions, deepest first."""

    def __init__(
        self, environment: Environment, limit: int, over: Callable[[int], bool] | None
    ) -> None:
        spec = environment.spec
        self.spec, self.limit, self.over, seats = spec, limit, over, len(spec.seats)
        self.tree = GameTree(spec)
        self.known: dict[Hashable, int] = {}
        self.ends: list[tuple[float, tuple[float, ...], tuple[int, ...]]] = []
        self.levels = [-1]  # by sequence: how many decisions the seat took before
        self.moves: dict[Joint, Joint] = {}
        self.last_turn = spec.max_turns or DEFAULT_MAX_TURNS
        self._enter(0, ())
        stack = [_Here(environment, 0, 0, 1.0, (0.0,) * seats, (0,) * seats)]
        while stack:
            stack.extend(self._next(stack.pop()))
        chances, returns, last = zip(*self.ends)
        self.tree.chances, self.tree.returns = np.array(chances), np.array(returns)
        self.tree.last = np.array(last, np.int64)

    def _enter(self, parent: int, joint: Joint) -> int:
        """Give a position its number."""
        tree = self.tree
        tree.parents.append(parent)
        tree.joints.append(self.moves.setdefault(joint, joint))
        tree.positions += 1
        if tree.positions > self.limit:
            raise TooLarge(f"{self.spec.name} has more than {self.limit:,} positions")
        if self.over and tree.positions % _EACH == 0 and self.over(tree.positions):
            raise TooLarge(f"{self.spec.name} has more than the {tree.positions:,} positions seen")
        return tree.positions - 1

    def _next(self, here: _Here) -> Iterator[_Here]:
        """Yield the positions that follow; note an end."""
        environment = here.environment
        asked = tuple(environment.acting())
        if not asked or (asked[0] != CHANCE and here.turn >= self.last_turn):
            self.ends.append((here.chance, here.returns, here.last))
        elif asked[0] == CHANCE:
            for action, odds in environment.chance():
                if odds > 0:
                    yield self._after(here, ((CHANCE, action),), here.last, odds)
        else:
            decisions = [self._decision(here, seat) for seat in asked]
            for choice in product(*(range(len(d.legal)) for d in decisions)):
                last = list(here.last)
                for decision, index in zip(decisions, choice):
                    last[decision.seat] = decision.first + index
                joint = tuple((d.seat, d.legal[index]) for d, index in zip(decisions, choice))
                yield self._after(here, joint, tuple(last), 1.0)

    def _after(self, here: _Here, joint: Joint, last: tuple[int, ...], odds: float) -> _Here:
        environment = here.environment.copy()
        paid = environment.step(dict(joint))
        returns = here.returns
        if paid is not None:
            returns = tuple(total + float(more) for total, more in zip(returns, paid))
        node = self._enter(here.node, joint)
        turn = here.turn + (joint[0][0] != CHANCE)
        return _Here(environment, node, turn, here.chance * odds, returns, last)

    def _decision(self, here: _Here, seat: int) -> Decision:
        """Return what a seat decides here, with all positions that it cannot tell from this."""
        environment, tree = here.environment, self.tree
        legal: Sequence[Any] | None = environment.legal(seat)
        legal = legal if legal is not None else whole(self.spec, seat)
        if legal is None:
            raise Unsuitable(f"{self.spec.name} has actions that cannot be counted")
        before = here.last[seat]
        key: Hashable = (seat, here.node)
        if not self.spec.perfect_information:
            key = (seat, before, tuple(legal), _seen(environment, seat))
        index = self.known.setdefault(key, len(tree.decisions))
        if index == len(tree.decisions):
            level = self.levels[before] + 1
            tree.decisions.append(
                Decision(seat, tuple(legal), tree.sequences, before, level, here.node)
            )
            self.levels += [level] * len(legal)
            tree.sequences += len(legal)
        return tree.decisions[index]


def _seen(environment: Environment, seat: int) -> Hashable:
    """Return what a seat sees, as something that is equal where it sees the same."""
    return frozen(environment.observe(seat)), environment.text(seat)
