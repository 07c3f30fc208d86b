"""The games that a model of Stable-Baselines3 learns in: seats of matches, stepped side by side."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

import arena
from arena_sb3.sight import Page, Sight

GOALS = ("observation", "achieved_goal", "desired_goal")
"""What a goal environment shows."""


class Shown(gymnasium.Wrapper[Any, Any, Any, Any]):
    """A seat as Stable-Baselines3 takes it: observations through a `Sight`, actions from nought.

    The end of an episode says what it came to, as SB3's monitor does: `info["episode"]`.
    """

    def __init__(self, env: arena.SeatEnv, sight: Sight) -> None:
        super().__init__(env)
        self.seat_env, self.sight = env, sight
        self.observation_space = sight.shown
        self.action_space = from_nought(env.action_space)
        counted = isinstance(env.action_space, (spaces.Discrete, spaces.MultiDiscrete))
        self._first = env.action_space.start if counted else None
        self._page: Page = {}
        self._paid, self._steps = 0.0, 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        """Begin a match."""
        seen, info = self.env.reset(seed=seed, options=options)
        self._page, self._paid, self._steps = {}, 0.0, 0
        return self._show(seen), info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Make a move."""
        move = action if self._first is None else action + self._first
        seen, reward, over, cut, info = self.env.step(move)
        self._paid, self._steps = self._paid + float(reward), self._steps + 1
        if over or cut:
            info["episode"] = {"r": self._paid, "l": self._steps, "t": 0.0}
        return self._show(seen), reward, over, cut, info

    def _show(self, seen: Any) -> Any:
        shown = self.sight.see(arena.stack([seen]), [self._page])
        return shown[0] if self.sight.single else {key: row[0] for key, row in shown.items()}

    @property
    def position(self) -> dict[str, Any]:
        """The match in flight: its number and seed, and the moves made in it."""
        env = self.seat_env
        moves = [np.asarray(move) for move in env.actions]
        stacked = np.stack(moves) if moves else None
        return {"seed": env.match_seed, "match": env.match, "moves": stacked}

    def go_to(self, position: dict[str, Any]) -> None:
        """Play up to a position that was noted."""
        self.reset(seed=position["seed"], options={"match": position["match"]})
        moves = position["moves"]
        for move in () if moves is None else moves:
            self.step(move if self._first is None else move - self._first)


class Goals(Shown):
    """A goal environment: it can say what would have been paid for another goal."""

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Make a move; the end says whether the goal was reached, where that is paid for alone."""
        seen, reward, over, cut, info = super().step(action)
        if over or cut:
            goal = seen["desired_goal"]
            info["is_success"] = bool(reward >= self.compute_reward(goal, goal, {}))
        return seen, reward, over, cut, info

    def compute_reward(self, achieved: Any, desired: Any, info: Any) -> Any:
        """Return what is paid where `achieved` was reached and `desired` wanted, row by row."""
        library = goal_library(self.seat_env.environment)
        return library.compute_reward(achieved, desired, info)


class World:
    """Matches side by side in `vector`, SB3's way of stepping many.

    `seconds` is what games and opponents took so far.
    """

    def __init__(
        self,
        makers: Sequence[Callable[[], arena.SeatEnv]],
        sight: Sight,
        goals: bool,
        normalise: dict[str, Any] | None,
    ) -> None:
        kind = Goals if goals else Shown
        self.games = [kind(make(), sight) for make in makers]
        self.timed = _Timed([(lambda game=game: game) for game in self.games])
        self.vector: Any = self.timed
        if normalise is not None:
            self.vector = VecNormalize(self.timed, **normalise)

    @property
    def seconds(self) -> float:
        """What games and opponents took so far."""
        return self.timed.seconds

    def positions(self) -> list[dict[str, Any]]:
        """Return where each match is."""
        return [game.position for game in self.games]

    def go_to(self, positions: Sequence[dict[str, Any]]) -> None:
        """Play each match up to where it was."""
        for game, position in zip(self.games, positions):
            game.go_to(position)

    def close(self) -> None:
        """Let go of the games."""
        self.vector.close()


class _Timed(DummyVecEnv):
    """Keeps account of the time that steps take."""

    seconds = 0.0

    def step_wait(self) -> Any:
        begun = time.perf_counter()
        stepped = super().step_wait()
        self.seconds += time.perf_counter() - begun
        return stepped


def from_nought(space: Any) -> Any:
    """Return a space of actions that SB3 takes, with luck of its own: counted from 0."""
    if isinstance(space, spaces.Discrete):
        return spaces.Discrete(int(space.n))
    if isinstance(space, spaces.MultiDiscrete):
        return spaces.MultiDiscrete(space.nvec)
    return copy.deepcopy(space)


def goal_library(environment: arena.Environment) -> Any:
    """Return the library's goal environment behind one of ours. Raises `Unsuitable`."""
    inner = getattr(getattr(environment, "env", None), "unwrapped", None)
    if not hasattr(inner, "compute_reward"):
        raise arena.Unsuitable("it cannot say what another goal would have paid")
    return inner
