"""A Gymnasium environment as a game with one seat."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import arena
from arena_gymnasium import words

_SEEDS = 2**31  # what every environment accepts
_MAX_TURNS = 10_000  # where Gymnasium sets no limit: a policy can circle in CliffWalking for ever
_PICTURE = 500  # numbers: more are no text for anyone


class Solo(arena.Environment):
    """One game in progress; `limit` steps end it `truncated` as Gymnasium's `TimeLimit` would.

    `foreign` environments may draw from the process-wide generators, and are contained. Those that
    carry something from one match into the next are made `anew` for each. Tables are of Gymnasium's
    kind `vector`, None for no table.
    """

    def __init__(
        self, name: str, make: Callable[[], Any], limit: int | None, foreign: bool, anew: bool,
        vector: str | None = None,
    ) -> None:  # fmt: skip
        self.vector = vector
        self.make, self.limit, self.foreign, self.anew = make, limit, foreign, anew
        self.env = env = make()
        self.name = name.partition("/")[2].rpartition("-v")[0]
        self.spec = arena.Spec(
            name=name,
            seats=(arena.Seat(env.observation_space, env.action_space),),
            turn_based=True,
            max_turns=_MAX_TURNS if limit is None else None,
            no_model="what is hidden in it, its luck above all, cannot be drawn anew",
        )
        self._counted = hasattr(env.action_space, "n") and np.ndim(env.action_space.n) == 0
        self._first = int(getattr(env.action_space, "start", 0)) if self._counted else 0
        self._luck: arena.GlobalLuck | None = None
        self._seen: Any = None
        self._mask: Any = None
        self._asked: Sequence[int] = ()
        self._steps = 0

    def reset(self, rng: arena.Luck) -> None:
        """Begin a new game from the seed."""
        self._luck = arena.GlobalLuck(rng.seed) if self.foreign else None
        if self.anew and self._steps:
            self.env.close()
            self.env = self.make()
        self._seen, info = self._call(self.env.reset, seed=rng.seed % _SEEDS)
        self._mask = info.get("action_mask") if self._counted else None
        self._asked, self._steps, self.truncated = (0,), 0, False

    def acting(self) -> Sequence[int]:
        """Return the one seat until it is over."""
        return self._asked

    def legal(self, seat: int) -> Sequence[int] | None:
        """Return what the mask allows (Taxi has one); None: the whole action space."""
        if self._mask is None:
            return None
        allowed: Sequence[int] = (np.flatnonzero(self._mask) + self._first).tolist()
        return allowed

    def observe(self, seat: int) -> Any:
        """Return a copy of the observation."""
        return copy.deepcopy(self._seen)

    @classmethod
    def observe_many(cls, games: Sequence[Any], seats: Sequence[int]) -> Any:
        """Return the observations of many games, stacked, which copies arrays."""
        if isinstance(games[0]._seen, np.ndarray):
            return np.stack([game._seen for game in games])
        return super().observe_many(games, seats)

    def step(self, actions: Mapping[int, Any]) -> Sequence[float]:
        """Take the action and pay its reward."""
        (action,) = actions.values()
        self._seen, reward, over, cut, info = self._call(self.env.step, action)
        self._steps += 1
        if self._mask is not None:
            self._mask = info.get("action_mask")
        if over or cut or self._steps == self.limit:
            self._asked, self.truncated = (), not over
        return (float(reward),)

    def text(self, seat: int) -> str:
        """Return the drawing of a toy, else the numbers that are seen."""
        if self.env.render_mode == "ansi":
            return self.render()
        if self.name in words.SEEN:
            return words.SEEN[self.name](self._seen)
        if isinstance(self._seen, np.ndarray) and self._seen.size > _PICTURE:
            return f"{self._seen.dtype} array of shape {self._seen.shape}"
        with np.printoptions(precision=3, suppress=True):
            return str(self._seen)

    def label(self, seat: int, action: Any) -> str:
        """Return the word for an action where it has one."""
        known = words.MOVES.get(self.name)
        return known[int(action)] if known and self._counted else str(action)

    def render(self) -> str:
        """Return the drawing of a toy, else what is seen."""
        if self.env.render_mode == "ansi":
            return words.plain(self._call(self.env.render))
        return self.text(0)

    def frame(self) -> Any:
        """Return Gymnasium's own picture; None for toys, which are drawn as text.

        Raises `Unsuitable` where it cannot be made here, MuJoCo without OpenGL for instance.
        """
        base = self.env.unwrapped
        if "rgb_array" not in base.metadata.get("render_modes", ()) or base.render_mode == "ansi":
            return None
        from arena_gymnasium.pictures import picture

        return self._call(picture, self.spec.name, base)

    def table(self, size: int, device: str) -> Any:
        """Return Gymnasium's vector environment where `vector` names one, else None."""
        if self.vector is None:
            return None
        from arena_gymnasium.vector import VectorTable

        return VectorTable(self.spec, self.vector, self.make, self.limit, size)

    def close(self) -> None:
        """Let the environment go."""
        self.env.close()

    def _call(self, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        if self._luck is None:
            return function(*given, **named)
        with self._luck():
            return function(*given, **named)
