"""Players: what training made (`sb3_policy`), and a model saved elsewhere (`sb3`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena import Agent, Batch, Spec, Unsuitable
from arena_sb3.policy import Policy, read_policy


class Player(Agent):
    """Plays a policy: its best action, or one by its odds if not `greedy`; only legal ones.

    `policy` is a `Policy`, or what answers like one; `game` the name of the game that was learnt,
    where it is to play no other.
    """

    def __init__(self, policy: Any, greedy: bool = True, game: str = "") -> None:
        self.brain, self.greedy, self.game = policy, greedy, game
        self._spec: Spec | None = None  # the game met last, and which of its seats it can hold
        self._seats: set[int] = set()

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for another game, or one in which no seat sees and does the same."""
        if self.game not in ("", spec.name):
            raise Unsuitable(f"it learnt {self.game}")
        if not any(self._fits(spec, seat) for seat in range(len(spec.seats))):
            seat = spec.seats[0]
            raise Unsuitable(
                f"it learnt to see {_short(self.brain.sight.space)} and to do "
                f"{_short(self.brain.space)}, and here that is {_short(seat.observation_space)} "
                f"and {_short(seat.action_space)}"
            )

    def _fits(self, spec: Spec, seat: int) -> bool:
        held = spec.seats[seat]
        seen, done = self.brain.sight.space, self.brain.space
        return bool(held.observation_space == seen and held.action_space == done)

    def act_batch(self, batch: Batch) -> list[Any]:
        """Return an action for each row."""
        spec = batch.spec
        if spec is not self._spec:
            seats = range(len(spec.seats))
            self._spec, self._seats = spec, {seat for seat in seats if self._fits(spec, seat)}
        if len(self._seats) == len(spec.seats):
            return self._answers(batch)
        actions: list[Any] = [None] * len(batch)
        for seat, rows, part in batch.by_seat():
            if seat not in self._seats:
                raise Unsuitable(f"it did not learn to hold seat {seat}")
            for row, action in zip(rows, self._answers(part)):
                actions[row] = action
        return actions

    def _answers(self, batch: Batch) -> list[Any]:
        """Return an action for each row of seats that see and do the same."""
        brain = self.brain
        mask = batch.mask if brain.counted else None
        draws = None if self.greedy else RowLuck(batch)
        pages = batch.memory if brain.remembers else [{} for _ in range(len(batch))]
        chosen = brain.answer(batch.data, pages, mask, draws)
        return chosen.tolist() if brain.counted else list(chosen)

    def policy(self, batch: Batch) -> list[NDArray[np.float64]] | None:
        """Return the odds of the legal actions of each row; None where they are not counted."""
        if not isinstance(self.brain, Policy) or not self.brain.counted or self.brain.remembers:
            return None
        rows = self.brain.odds(batch.data, [{}] * len(batch), batch.mask, self.greedy)
        first = int(self.brain.space.start)
        return [odds[np.asarray(legal) - first] for odds, legal in zip(rows, batch.legal)]


class RowLuck:
    """The luck of the rows of a batch: each match's, seat's and turn's own."""

    def __init__(self, batch: Batch) -> None:
        self.u, self._batch = batch.u, batch

    def normal(self, n: int) -> NDArray[np.float64]:
        """Return standard normal numbers: (rows, n)."""
        return np.stack([row.rng.normal(size=n) for row in self._batch])

    def uniform(self, n: int) -> NDArray[np.float64]:
        """Return numbers in [0, 1): (rows, n)."""
        return np.stack([row.rng.random(n) for row in self._batch])


class Sb3Policy(Player):
    """Plays a checkpoint that a trainer `sb3_...` made; it needs torch alone.

    `greedy=false` draws actions as in training.
    """

    def __init__(
        self, checkpoint: str, greedy: bool = True, game: str = "", device: str = "auto"
    ) -> None:
        super().__init__(read_policy(checkpoint).to(device), greedy, game)


def _short(space: Any) -> str:
    text = " ".join(str(space).split())
    return text if len(text) <= 80 else f"{text[:77]}..."
