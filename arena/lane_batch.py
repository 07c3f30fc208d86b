"""What agents see of matches in lanes: the columns of a `Batch`, without an object a match."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from arena.batch import Batch
from arena.environment import Environment
from arena.seeds import uniforms
from arena.slot import Slot


class Columns(Protocol):
    """What is known of the matches in flight: int64, one entry a row; and their slots, if any."""

    seed: NDArray[np.int64]
    seat: NDArray[np.int64]
    turn: NDArray[np.int64]
    lifted: dict[int, Slot] | None

    def lift(self) -> dict[int, Slot]:
        """Return the matches in flight as slots, by row."""


class LaneBatch(Batch):
    """A batch of rows of `Lanes`. Whoever looks at a match by itself turns all into slots.

    An agent's batch is a part of the `whole` of a tick: what is in both is computed for the whole.
    """

    def __init__(
        self, lanes: Columns, rows: NDArray[np.int64], seats: list[int], games: list[Environment]
    ) -> None:
        self._lanes, self._rows, self._seats, self._environments = lanes, rows, seats, games
        self._lifted: list[Slot] | None = None
        self._whole: LaneBatch | None = None
        self._places = slice(None)
        self._may_imagine, self._attempt = False, 0
        self._some_legal = {}

    def part(self, places: slice, may_imagine: bool) -> LaneBatch:
        """Return the rows at these places as a batch for one agent."""
        part = LaneBatch(
            self._lanes, self._rows[places], self._seats[places], self._environments[places]
        )
        part._whole, part._places, part._may_imagine = self, places, may_imagine
        return part

    def take(self, rows: Sequence[int]) -> Batch:
        """Return a batch of the chosen rows."""
        seats, games = self._seats, self._environments
        taken = LaneBatch(
            self._lanes, self._rows[list(rows)], [seats[r] for r in rows], [games[r] for r in rows]
        )
        taken._may_imagine = self._may_imagine
        return taken

    @property
    def _slots(self) -> list[Slot]:
        if self._lifted is None:
            slots = self._lanes.lift()
            self._lifted = [slots[row] for row in self._rows.tolist()]
        return self._lifted

    def __len__(self) -> int:
        return len(self._seats)

    @property
    def turns(self) -> list[int]:
        """How many steps have asked a player so far, for each row."""
        turns: list[int] = self._lanes.turn[self._rows].tolist()
        return turns

    @property
    def u(self) -> NDArray[np.float64]:
        """A number in [0, 1) for each row, from its match's seed, its seat and its turn."""
        if self._whole is not None:
            return self._whole.u[self._places]
        if self._u is None:
            lanes, rows = self._lanes, self._rows
            self._u = uniforms(lanes.seed[rows], lanes.seat[rows], lanes.turn[rows])
        return self._u

    @property
    def legal(self) -> list[Any]:
        """The legal actions of each row (a sequence of int; None where they cannot be counted)."""
        if self._legal is None and self._whole is not None:
            with suppress(Exception):  # a game that fails need not be in this part
                self._legal = self._whole.legal[self._places]
        return super().legal

    @property
    def reward(self) -> NDArray[np.float64]:
        """Nothing, float64 (rows,): games in lanes have paid nobody before they are over."""
        return np.zeros(len(self))

    def _games(self) -> list[Environment]:
        return self._environments

    def _pages(self) -> list[dict[str, Any]]:
        return [] if self._lanes.lifted is None else super()._pages()

    def _restore(self, pages: list[dict[str, Any]]) -> None:
        if self._lanes.lifted is not None:
            super()._restore(pages)
