"""Many games of one environment stepped together: the seam between games and the column driver.

A runner that finds a `Table` plays it in a fixed number of array operations a tick, however many
games there are:

    table.reset(table.over(), deals)      # the games that are over begin anew, the others go on
    asked = table.acting()                # (size, seats) bool
    table.legal(seats), table.observe(seats)
    pay = table.step(actions)             # (size, seats); then table.over(), table.truncated()

Arrays are numpy's, or torch tensors on `device`; a table gives and takes one kind only. Nothing in
the interface needs a value back on the host, so a table on an accelerator never has to wait.
`LoopTable` makes a table of any `Environment`, with numpy and a loop.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.columns import stack
from arena.environment import Environment
from arena.records import CHANCE, Spec
from arena.seeds import Luck, draw, uniform

Array = Any
"""A numpy array, or a torch tensor on the table's device."""
Tree = Any
"""An array, or a dict or tuple of such where the space is a Dict or a Tuple."""
Seats = Any
"""One seat for every row (an int), or one a row: int64 (size,), where the seats' spaces are equal.
"""


class Table(ABC):
    """`size` games of one environment, in rows that do not affect each other.

    All rows of a new table are over. A row that is over asks nobody and pays nothing, and `step`
    leaves it alone; a row may be begun anew at any time. What a row becomes depends on its deal and
    on the moves made in it, not on `size` or on the other rows.

    Luck is counter-based. The n-th outcome (from 0) that nature draws in a row is the one that
    `arena.seeds.draw` finds for `uniform(deal, CHANCE, n)` among the odds of the `Environment` of
    the same rules, so that a table's match can be replayed there; `check_table` holds it to that.

    The caller enforces `spec.max_turns` (by beginning a row anew); the table knows only the rules.
    """

    spec: Spec
    size: int
    device: Any = "cpu"

    @abstractmethod
    def reset(self, rows: Array, deals: Array) -> None:
        """Begin a new game in each row of the mask `rows`, bool (size,).

        `deals`, int64 (size,), holds their seeds in [0, 2**63) (int64, as torch has no arithmetic
        on uint64); what it holds for other rows does not matter. Nature moves on until a player is
        asked or the game is over; what it pays before the first move is left out.
        """

    @abstractmethod
    def acting(self) -> Array:
        """Return who is asked to move: bool (size, seats). Never nature."""

    @abstractmethod
    def legal(self, seats: Seats) -> Array | None:
        """Return the legal actions of a seat of each row: bool (size, n).

        Column i stands for the action `action_space.start + i`. None where the action space is
        not Discrete. Rows whose seat is not asked hold anything.
        """

    @abstractmethod
    def observe(self, seats: Seats) -> Tree:
        """Return what a seat of each row sees: its observation space's shapes after (size, ...).

        Rows whose seat is not asked hold anything. Like every array that a table returns, it is
        good until the next `reset` or `step`: copy what is to be kept.
        """

    @abstractmethod
    def step(self, actions: Sequence[Tree]) -> Array:
        """Move in every row that is not over; return every seat's pay: float (size, seats).

        `actions[seat]` holds the seat's actions, (size, *shape of an action): legal ones (the
        referee has seen to it) where the seat is asked, and any element of the action space
        elsewhere. Nature's moves that follow are made and paid too.
        """

    @abstractmethod
    def over(self) -> Array:
        """Return which games are over: bool (size,)."""

    def truncated(self) -> Array:
        """Return which games were cut off rather than ended by their rules: bool (size,)."""
        return self.over() & False

    def drawn(self) -> Array | None:
        """Return what nature did in the latest `reset` or `step`: int64 (size, most in a row).

        A row's actions come first, in order, then -1 to the end. None where nature never moves.
        """
        return None

    def close(self) -> None:
        """Let go of memory, processes and files."""
        return None


class LoopTable(Table):
    """`size` games made by `make`, as a table of numpy arrays: the same answers, one by one."""

    def __init__(self, make: Callable[[], Environment], size: int) -> None:
        self._games = [make() for _ in range(size)]
        self.spec = self._games[0].spec
        self.size = size
        self._asked: list[Sequence[int]] = [()] * size
        self._deals = [0] * size
        self._draws = [0] * size
        self._drawn: list[list[int]] = [[] for _ in range(size)]
        self._truncated = np.zeros(size, np.bool_)

    def reset(self, rows: Array, deals: Array) -> None:
        """Begin a new game in the chosen rows."""
        self._drawn = [[] for _ in range(self.size)]
        for row in np.flatnonzero(rows).tolist():
            self._deals[row], self._draws[row] = int(deals[row]), 0
            self._games[row].reset(Luck(self._deals[row]))
            self._advance(row, np.zeros(len(self.spec.seats)))

    def acting(self) -> NDArray[np.bool_]:
        """Return who is asked to move."""
        asked = np.zeros((self.size, len(self.spec.seats)), np.bool_)
        for row, seats in enumerate(self._asked):
            asked[row, list(seats)] = True
        return asked

    def legal(self, seats: Seats) -> NDArray[np.bool_] | None:
        """Return the legal actions, all False where the seat is not asked."""
        rows = self._rows(seats)
        space = self.spec.seats[int(np.asarray(seats).flat[0])].action_space
        if not hasattr(space, "n") or np.ndim(space.n) != 0:
            return None
        start = int(getattr(space, "start", 0))
        mask = np.zeros((self.size, int(space.n)), np.bool_)
        for row, seat in rows:
            legal = self._games[row].legal(seat)
            mask[row, slice(None) if legal is None else np.asarray(legal, np.int64) - start] = True
        return mask

    def observe(self, seats: Seats) -> Tree:
        """Return what the seats see, nought where the seat is not asked."""
        rows = self._rows(seats)
        seen = [self._games[row].observe(seat) for row, seat in rows]
        if not rows:
            seen = [self.spec.seats[int(np.asarray(seats).flat[0])].observation_space.sample()]
        return _spread(stack(seen), [row for row, _ in rows], self.size)

    def step(self, actions: Sequence[Tree]) -> NDArray[np.float64]:
        """Move in every row that is not over."""
        self._drawn = [[] for _ in range(self.size)]
        pay = np.zeros((self.size, len(self.spec.seats)))
        for row, seats in enumerate(self._asked):
            if seats:
                moves = {seat: _row(actions[seat], row) for seat in seats}
                rewards = self._games[row].step(moves)
                pay[row] += 0.0 if rewards is None else np.asarray(rewards, np.float64)
                self._advance(row, pay[row])
        return pay

    def over(self) -> NDArray[np.bool_]:
        """Return which games are over."""
        return np.array([not seats for seats in self._asked], np.bool_)

    def truncated(self) -> NDArray[np.bool_]:
        """Return which games were cut off rather than ended by their rules."""
        return self._truncated.copy()

    def drawn(self) -> NDArray[np.int64]:
        """Return what nature did in the latest `reset` or `step`."""
        drawn = np.full((self.size, max(map(len, self._drawn))), -1, np.int64)
        for row, actions in enumerate(self._drawn):
            drawn[row, : len(actions)] = actions
        return drawn

    def close(self) -> None:
        """Close every game."""
        for game in self._games:
            game.close()

    def _rows(self, seats: Seats) -> list[tuple[int, int]]:
        """Return (row, seat) wherever the seat is asked."""
        chosen = np.broadcast_to(np.asarray(seats), self.size).tolist()
        return [(row, seat) for row, seat in enumerate(chosen) if seat in self._asked[row]]

    def _advance(self, row: int, pay: NDArray[np.float64]) -> None:
        """Let nature move while it is asked, adding what it pays to `pay`."""
        game = self._games[row]
        asked = game.acting()
        while asked and asked[0] == CHANCE:
            u = uniform(self._deals[row], CHANCE, self._draws[row])
            action = draw(game.chance(), u)
            self._draws[row] += 1
            self._drawn[row].append(action)
            rewards = game.step({CHANCE: action})
            pay += 0.0 if rewards is None else np.asarray(rewards, np.float64)
            asked = game.acting()
        self._asked[row] = asked
        self._truncated[row] = not asked and game.truncated


def _row(tree: Tree, row: int) -> Any:
    """Return a row of an array (a plain int where that is a whole number) or of a tree of them."""
    if isinstance(tree, dict):
        return {key: _row(part, row) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(_row(part, row) for part in tree)
    value = tree[row]
    return int(value) if np.ndim(value) == 0 and np.issubdtype(value.dtype, np.integer) else value


def _spread(tree: Tree, rows: list[int], size: int) -> Tree:
    """Return a tree of `size` rows with those of `tree` at `rows`, and nought elsewhere."""
    if isinstance(tree, dict):
        return {key: _spread(part, rows, size) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(_spread(part, rows, size) for part in tree)
    if isinstance(tree, list):
        texts = dict(zip(rows, tree))
        return [texts.get(row, "") for row in range(size)]
    spread = np.zeros((size, *tree.shape[1:]), tree.dtype)
    spread[rows] = tree[: len(rows)]
    return spread
