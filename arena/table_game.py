"""One game in progress of any table: the same rules, played alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from arena.columns import host, like, stack
from arena.environment import Action, Environment
from arena.records import CHANCE
from arena.seeds import Luck
from arena.table import BranchingTable, Table


class TableGame(Environment):
    """The game of a table with one row, so that what was played on a table can be replayed.

    `make(size, device)` makes the table. Nature is left to the runner wherever the table says what
    it may do (`Table.hold`); what it draws unseen is drawn from the same deal.
    """

    def __init__(self, make: Callable[[int, str], Table]) -> None:
        self._make = make
        self._table = make(1, "cpu")
        self._table.hold()
        self.spec = self._table.spec
        self._kind: Any = None  # an array of the table's kind
        self._idle: list[Any] | None = None

    def table(self, size: int, device: str) -> Table:
        """Return `size` games like this one, stepped together on `device`."""
        made = self._make(size, device)
        made.spec = self.spec
        return made

    def reset(self, rng: Luck) -> None:
        """Begin a new game; the seed of `rng` is the deal."""
        self._kind = self._table.over()
        self._table.reset(self._put(np.ones(1, np.bool_)), self._put(np.array([rng.seed])))
        self._look()

    def acting(self) -> Sequence[int]:
        """Return the seats that must move now."""
        return self._asked

    def legal(self, seat: int) -> Sequence[int] | None:
        """Return the legal actions, None for a space whose actions cannot be counted."""
        mask = self._table.legal(seat)
        if mask is None:
            return None
        start = int(getattr(self.spec.seats[seat].action_space, "start", 0))
        actions: list[int] = (np.flatnonzero(host(mask)[0]) + start).tolist()
        return actions

    def observe(self, seat: int) -> Any:
        """Return what the seat sees."""
        return _first(self._table.observe(seat))

    def step(self, actions: Mapping[int, Action]) -> Sequence[float] | None:
        """Play an action of each seat that is asked, or nature's."""
        if CHANCE in actions:
            pay = self._table.fall(self._put(np.array([actions[CHANCE]])))
        else:
            pay = self._table.step(self._columns(actions))
        self._look()
        paid: list[float] = host(pay)[0].tolist()
        return paid if any(paid) else None

    def chance(self) -> Sequence[tuple[int, float]]:
        """Return nature's actions and their odds."""
        return self._table.odds(0)

    def label(self, seat: int, action: Action) -> str:
        """Return a seat's action in the notation of the game."""
        return self._table.label(seat, action)

    def text(self, seat: int) -> str:
        """Return in words what the seat sees."""
        told = self._table.text(0, seat)
        return super().text(seat) if told is None else told

    def rules(self, seat: int) -> str:
        """Return in words what the game is about."""
        return self._table.rules(seat) or super().rules(seat)

    def render(self) -> str:
        """Return the position drawn."""
        drawn = self._table.render(0)
        return super().render() if drawn is None else drawn

    def copy(self) -> Self:
        """Return this game as it stands, independent of this one."""
        twin = copy.copy(self)
        twin._table = self._table.copy()
        return twin

    @classmethod
    def tabled(cls, games: Sequence[Any]) -> BranchingTable | None:
        """Return these games as they stand as a table, None if its rows cannot be taken."""
        first: Table = games[0]._table
        if not isinstance(first, BranchingTable):
            return None
        table = first.take(games[0]._put(np.zeros(len(games), np.int64)))
        for row, game in enumerate(games):
            table.put(game._put(np.array([row])), game._table)
        return table

    def imagine(self, seat: int, rng: Luck) -> Environment:
        """Return a game that the seat may believe to be in. Raises `Unsuitable` where it cannot."""
        if not self.spec.model:
            return super().imagine(seat, rng)
        world = self.copy()
        world._table.resample(seat, rng)
        return world

    def close(self) -> None:
        """Close the table."""
        self._table.close()

    def _look(self) -> None:
        """Find out who is asked."""
        table = self._table
        nature = table.nature()
        if nature is not None and host(nature)[0]:
            self._asked: Sequence[int] = (CHANCE,)
            return
        self._asked = tuple(np.flatnonzero(host(table.acting())[0]).tolist())
        self.truncated = not self._asked and bool(host(table.truncated())[0])

    def _put(self, array: Any) -> Any:
        return like(array, self._kind)

    def _columns(self, actions: Mapping[int, Action]) -> list[Any]:
        """Return a column of one action for each seat, any element of its space for the others."""
        if self._idle is None:
            self._idle = [_element(seat.action_space) for seat in self.spec.seats]
        given = {seat: self._put(stack([action])) for seat, action in actions.items()}
        return [given[seat] if seat in given else self._put(i) for seat, i in enumerate(self._idle)]


def _element(space: Any) -> Any:
    """Return a column of one element of a space."""
    space = copy.deepcopy(space)
    space.seed(0)
    return stack([space.sample()])


def _first(tree: Any) -> Any:
    """Return the first row of a tree, apart from the table's arrays; whole numbers as ints."""
    if isinstance(tree, dict):
        return {key: _first(part) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(_first(part) for part in tree)
    if isinstance(tree, list):
        return tree[0]
    row = host(tree)[0]
    if row.ndim == 0 and np.issubdtype(row.dtype, np.integer):
        return int(row)
    return np.array(row)
