"""Many positions of a game at once, for searches that branch: a table's rows, or single games."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
import torch
from torch import Tensor

from arena import Batch, BranchingTable, Environment, masks
from arena_deep.trees import Tree, mapped


class Positions(ABC):
    """Positions of a game of two in turns, without luck. All tensors have an entry for each."""

    def __len__(self) -> int:
        return len(self.over)

    @property
    @abstractmethod
    def over(self) -> Tensor:
        """Which are ends of the game: bool (n,)."""

    @property
    @abstractmethod
    def seats(self) -> Tensor:
        """Who is to move: int64 (n,), anything at an end."""

    @abstractmethod
    def look(self) -> tuple[Tree, Tensor]:
        """Return what the seats to move see, (n, ...), and the legal moves, bool (n, actions).

        None of them may be at an end.
        """

    @abstractmethod
    def step(self, actions: Tensor) -> Tensor:
        """Move, counting actions from 0, in all of them; return what seat 0 is paid: (n,)."""

    @abstractmethod
    def take(self, rows: Tensor) -> Self:
        """Return copies of some of them, of any as often as it is named."""

    @abstractmethod
    def room(self, count: int) -> Self:
        """Return room for `count` positions, to `put` others into."""

    @abstractmethod
    def put(self, rows: Tensor, others: Self) -> None:
        """Put others in the place of some; `others` is not used any more."""


class TablePositions(Positions):
    """The rows of a table that can be taken apart."""

    def __init__(self, table: BranchingTable) -> None:
        self.table = table

    @property
    def over(self) -> Tensor:
        """Which are ends of the game."""
        over: Tensor = self.table.over()
        return over

    @property
    def seats(self) -> Tensor:
        """Who is to move."""
        second: Tensor = self.table.acting()[:, 1]
        return second.long()

    def look(self) -> tuple[Tree, Tensor]:
        """Return what is seen, and the legal moves."""
        seats = self.seats
        legal: Tensor = self.table.legal(seats)  # type: ignore[assignment]
        return self.table.observe(seats), legal

    def step(self, actions: Tensor) -> Tensor:
        """Move; return what seat 0 is paid."""
        start = int(self.table.spec.seats[0].action_space.start)
        moves = actions + start if start else actions
        pay: Tensor = self.table.step([moves, moves])
        return pay[:, 0].float()

    def take(self, rows: Tensor) -> TablePositions:
        """Return copies of some rows."""
        return TablePositions(self.table.take(rows))

    def room(self, count: int) -> TablePositions:
        """Return a table of `count` rows."""
        return self.take(self.seats.new_zeros(count))

    def put(self, rows: Tensor, others: TablePositions) -> None:
        """Put others in the place of some rows."""
        self.table.put(rows, others.table)


class ListedPositions(Positions):
    """Games in a list, each copied and stepped by itself."""

    def __init__(self, games: Sequence[Environment], asked: Sequence[Sequence[int]]) -> None:
        self.games, self.asked = list(games), list(asked)

    @classmethod
    def of(cls, games: Sequence[Environment]) -> ListedPositions:
        """Return games as they stand."""
        return cls(games, [game.acting() for game in games])

    @property
    def over(self) -> Tensor:
        """Which are ends of the game."""
        return torch.tensor([not asked for asked in self.asked])

    @property
    def seats(self) -> Tensor:
        """Who is to move."""
        return torch.tensor([asked[0] if asked else 0 for asked in self.asked])

    def look(self) -> tuple[Tree, Tensor]:
        """Return what is seen, and the legal moves."""
        kind, seats = type(self.games[0]), [asked[0] for asked in self.asked]
        space = self.games[0].spec.seats[0].action_space
        every = range(int(space.start), int(space.start + space.n))
        legal = kind.legal_many(self.games, seats)
        mask = masks(space, [every if row is None else row for row in legal])
        seen = kind.observe_many(self.games, seats)
        return mapped(torch.as_tensor, seen), torch.as_tensor(mask)

    def step(self, actions: Tensor) -> Tensor:
        """Move; return what seat 0 is paid. Raises what a game raises."""
        kind, seats = type(self.games[0]), [asked[0] for asked in self.asked]
        start = int(self.games[0].spec.seats[0].action_space.start)
        stepped = kind.step_many(self.games, seats, (actions + start).tolist())
        for error in stepped.failed.values():
            raise error
        self.asked = stepped.asked
        pay = np.zeros(len(self.games), np.float32)
        for row, paid in stepped.paid.items():
            pay[row] = paid[0]
        return torch.as_tensor(pay)

    def take(self, rows: Tensor) -> ListedPositions:
        """Return copies of some."""
        chosen = rows.tolist()
        return ListedPositions(
            [self.games[row].copy() for row in chosen], [self.asked[row] for row in chosen]
        )

    def room(self, count: int) -> ListedPositions:
        """Return a list of `count` places."""
        return ListedPositions(self.games[:1] * count, self.asked[:1] * count)

    def put(self, rows: Tensor, others: ListedPositions) -> None:
        """Put others in the place of some."""
        for row, game, asked in zip(rows.tolist(), others.games, others.asked):
            self.games[row], self.asked[row] = game, asked


def positions_of(batch: Batch) -> Positions:
    """Return the positions of a batch's rows, in which a seat that sees everything is to move."""
    if batch.device is not None:
        return TablePositions(batch.imagine())  # type: ignore[attr-defined]
    worlds = [observation.imagine(observation.rng) for observation in batch]
    table = type(worlds[0]).tabled(worlds)
    return ListedPositions.of(worlds) if table is None else TablePositions(table)
