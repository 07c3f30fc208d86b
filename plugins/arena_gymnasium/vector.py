"""Gymnasium's vector environments as tables: its own loop, or a process for each game."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from numpy.typing import NDArray

import arena

_SEEDS = 2**31  # as in the adapter of single games
_PROCESSES = max(16, 4 * (os.cpu_count() or 1))


class VectorTable(arena.Table):
    """Games for one, each begun with the seed of its deal.

    A game that is over goes on unseen (NEXT_STEP autoreset) until it is dealt anew. `limit` steps
    cut a game off.
    """

    truncates = True

    def __init__(
        self, spec: arena.Spec, kind: str, make: Callable[[], Any], limit: int | None, size: int
    ) -> None:
        if kind == "async" and size > _PROCESSES:
            raise arena.BadParameter(
                f"{spec.name}: vector=async takes a process for each game in flight, and {size} "
                f"are too many here: say --slots {_PROCESSES} or fewer"
            )
        self.spec, self.size, self.limit = spec, size, limit or 0
        vector: Any = SyncVectorEnv if kind == "sync" else AsyncVectorEnv
        self.envs = vector([make] * size)
        space = spec.seats[0].action_space
        self._counted = isinstance(space, gymnasium.spaces.Discrete)
        self._first = int(getattr(space, "start", 0)) if self._counted else 0
        self._mask = np.ones((size, int(space.n) if self._counted else 0), np.bool_)
        self._seen: Any = None
        self._steps = np.zeros(size, np.int64)
        self._live, self._cut = np.zeros(size, np.bool_), np.zeros(size, np.bool_)

    def reset(self, rows: Any, deals: Any) -> None:
        """Begin anew in the chosen rows."""
        if not rows.any():
            return
        seeds = [int(deal) % _SEEDS if row else None for row, deal in zip(rows, deals)]
        # At the very first all must be begun, so that all can be stepped.
        chosen = {"reset_mask": np.array(rows)} if self._seen is not None else None
        self._look(*self.envs.reset(seed=seeds, options=chosen), rows)
        self._steps[rows] = 0
        self._live, self._cut = self._live | rows, self._cut & ~rows

    def acting(self) -> NDArray[np.bool_]:
        """Return who is asked: (size, 1)."""
        return self._live[:, None].copy()

    def legal(self, seats: Any) -> NDArray[np.bool_] | None:
        """Return what the masks allow, (size, n); None where actions cannot be counted."""
        return self._mask.copy() if self._counted else None

    def observe(self, seats: Any) -> Any:
        """Return what is seen, as Gymnasium batches it."""
        return self._seen

    def step(self, actions: Sequence[Any]) -> NDArray[np.float64]:
        """Take a step in all games: (size, 1)."""
        space = self.envs.single_action_space
        column = np.asarray(actions[0]).astype(space.dtype, copy=False)
        seen, rewards, over, cut, infos = self.envs.step(column)
        self._look(seen, infos, self._live)
        self._steps += self._live
        ended = self._live & (over | cut | (self._steps == self.limit))
        pay = np.where(self._live, rewards, 0.0)[:, None]
        self._live, self._cut = self._live & ~ended, self._cut | (ended & ~over)
        return pay

    def over(self) -> NDArray[np.bool_]:
        """Return which games are over."""
        return ~self._live

    def truncated(self) -> NDArray[np.bool_]:
        """Return which games were cut off."""
        return self._cut

    def close(self) -> None:
        """Let the environments go, and their processes."""
        self.envs.close()

    def _look(self, seen: Any, infos: Any, rows: Any) -> None:
        """Take up what these rows show; the others stay as they were."""
        self._seen = seen if self._seen is None else _chosen(rows, seen, self._seen)
        if self._counted and "action_mask" in infos:
            told = infos["_action_mask"] & rows
            self._mask[told] = np.stack(list(infos["action_mask"][told])).astype(np.bool_)


def _chosen(rows: Any, new: Any, old: Any) -> Any:
    """Return the new rows where they are chosen, else the old ones; trees alike."""
    if isinstance(new, dict):
        return {key: _chosen(rows, new[key], old[key]) for key in new}
    if isinstance(new, tuple):
        return tuple(_chosen(rows, *both) for both in zip(new, old))
    return np.where(rows.reshape(-1, *[1] * (new.ndim - 1)), new, old)
