"""Many games of one environment as a table of numpy arrays, with a loop over them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from arena.columns import stack
from arena.environment import Environment
from arena.records import CHANCE
from arena.seeds import Luck, draw, uniform
from arena.table import Array, BranchingTable, Seats, Tree

_ROWS = ("_asked", "_deals", "_draws", "_drawn")
"""What a table knows of each row beside its game: lists."""


class LoopTable(BranchingTable):
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
        self._held = False

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
            asked[row, [seat for seat in seats if seat != CHANCE]] = True
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
        """Return what the seats see, nought where the seat is not asked nor was cut off."""
        rows = self._rows(seats, cut=True)
        seen = [self._games[row].observe(seat) for row, seat in rows]
        if not rows:
            seen = [self.spec.seats[int(np.asarray(seats).flat[0])].observation_space.sample()]
        return _spread(stack(seen), [row for row, _ in rows], self.size)

    def step(self, actions: Sequence[Tree]) -> NDArray[np.float64]:
        """Move in every row that is not over."""
        self._drawn = [[] for _ in range(self.size)]
        pay = np.zeros((self.size, len(self.spec.seats)))
        for row, seats in enumerate(self._asked):
            if seats and seats[0] != CHANCE:
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

    def hold(self) -> None:
        """Leave nature's moves to the caller from now on."""
        self._held = True

    def nature(self) -> NDArray[np.bool_]:
        """Return which rows of a table on hold wait for nature."""
        return np.array([CHANCE in seats for seats in self._asked], np.bool_)

    def odds(self, row: int) -> Sequence[tuple[int, float]]:
        """Return nature's actions and their odds in a row that waits for it."""
        return self._games[row].chance()

    def fall(self, actions: Array) -> NDArray[np.float64]:
        """Let nature move in the rows that wait."""
        pay = np.zeros((self.size, len(self.spec.seats)))
        for row in np.flatnonzero(self.nature()).tolist():
            rewards = self._games[row].step({CHANCE: int(actions[row])})
            pay[row] += 0.0 if rewards is None else np.asarray(rewards, np.float64)
            self._advance(row, pay[row])
        return pay

    def label(self, seat: int, action: Any) -> str:
        """Return a seat's action in the notation of the game."""
        return self._games[0].label(seat, action)

    def text(self, row: int, seat: int) -> str:
        """Return in words what a seat of a row sees."""
        return self._games[row].text(seat)

    def render(self, row: int) -> str:
        """Return a row's position drawn."""
        return self._games[row].render()

    def copy(self) -> Self:
        """Return copies of these games."""
        return self.take(np.arange(self.size))

    def take(self, rows: Array) -> Self:
        """Return copies of some rows' games. Raises `Unsuitable` where a game has none."""
        twin, chosen = copy.copy(self), np.asarray(rows).tolist()
        twin.size = len(chosen)
        twin._games = [self._games[row].copy() for row in chosen]
        for name in _ROWS:
            setattr(twin, name, [getattr(self, name)[row] for row in chosen])
        twin._truncated = self._truncated[chosen]
        return twin

    def put(self, rows: Array, games: Self) -> None:
        """Put the games of another table in the place of some rows; it is not used any more."""
        for place, row in enumerate(np.asarray(rows).tolist()):
            self._games[row] = games._games[place]
            for name in _ROWS:
                getattr(self, name)[row] = getattr(games, name)[place]
            self._truncated[row] = games._truncated[place]

    def resample(self, seat: int, rng: Luck) -> None:
        """Put worlds that the seat may believe in in the place of the games."""
        self._games = [game.imagine(seat, rng) for game in self._games]

    def _rows(self, seats: Seats, cut: bool = False) -> list[tuple[int, int]]:
        """Return (row, seat) wherever the seat is asked, or, with `cut`, the game was cut off."""
        chosen = enumerate(np.broadcast_to(np.asarray(seats), self.size).tolist())
        also = self._truncated & cut
        return [(row, seat) for row, seat in chosen if also[row] or seat in self._asked[row]]

    def _advance(self, row: int, pay: NDArray[np.float64]) -> None:
        """Let nature move while it is asked, adding what it pays to `pay`."""
        game = self._games[row]
        asked = game.acting()
        while asked and asked[0] == CHANCE and not self._held:
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
