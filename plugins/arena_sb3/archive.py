"""Plays models that Stable-Baselines3 saved elsewhere, in its own archives.

These hold cloudpickle, which runs whatever code was put in: only a process that the user started
with `arena --trust` opens one.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from arena import Agent, BadParameter, Batch, Spec, Unsuitable
from arena_sb3 import settings
from arena_sb3.agents import Player
from arena_sb3.algorithms import ALGORITHMS
from arena_sb3.convert import convert
from arena_sb3.luck import ProcessLuck
from arena_sb3.network import Unconvertible, one_thread
from arena_sb3.sight import Page, Sight
from arena_sb3.world import from_nought

_STATE = "lstm"


class Sb3(Agent):
    """Plays `path`, a model that Stable-Baselines3 saved; it needs `arena --trust`.

    algorithm   what trained it: ppo, dqn, sac, recurrent_ppo, ...
    normalise   the file in which a VecNormalize kept its running statistics, if there is one
    frames      how many observations in a row it was shown
    greedy      the best action rather than one by its odds; not for networks of unknown parts
    """

    needs = frozenset({"trust"})
    files = ("path", "normalise")

    def __init__(
        self,
        path: str,
        algorithm: str,
        normalise: str = "",
        frames: int = 1,
        greedy: bool = True,
        device: str = "auto",
    ) -> None:
        if algorithm not in ALGORITHMS:
            raise BadParameter(f"sb3: algorithm={algorithm!r}; there are {', '.join(ALGORITHMS)}")
        for file in filter(None, (path, normalise)):
            if not Path(file).is_file():
                raise BadParameter(f"sb3: there is no file {file!r}")
        self.path, self.algorithm, self.frames = path, algorithm, frames
        self.greedy, self.device = greedy, device
        with ProcessLuck(0).swapped():  # a model sets the process's seed to its own
            self.model = _load(path, algorithm, device)
            self.normal = _unpickled(normalise) if normalise else None
        self._spec: Spec | None = None
        self._player: Player | None = None

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` if it saw or did other things than a seat of this game."""
        self._for(spec).check(spec)

    def act_batch(self, batch: Batch) -> list[Any]:
        """Return an action for each row."""
        return self._for(batch.spec).act_batch(batch)

    def policy(self, batch: Batch) -> list[NDArray[np.float64]] | None:
        """Return the odds of the legal actions of each row, where it can tell."""
        return self._for(batch.spec).policy(batch)

    def _for(self, spec: Spec) -> Player:
        """Return what plays this game."""
        if self._player is None or spec is not self._spec:
            self._spec, self._player = spec, self._made(spec)
        return self._player

    def _made(self, spec: Spec) -> Player:
        model, why = self.model, ""
        for seat in spec.seats:
            sight = Sight(seat.observation_space, frames=self.frames)
            why = _differs("sees", model.observation_space, sight.shown) or _differs(
                "does", model.action_space, from_nought(seat.action_space)
            )
            if not why:
                return Player(self._brain(sight, seat.action_space), self.greedy)
        raise Unsuitable(f"{self.path} {why}")

    def _brain(self, sight: Sight, actions: Any) -> Any:
        try:
            brain = convert(self.model, self.algorithm, sight, actions, self.normal)
        except Unconvertible as error:
            if not self.greedy:
                raise Unsuitable(f"{self.path} plays greedily only: {error}") from error
            return Borrowed(self.model, self.normal, sight, actions)
        return brain.to(self.device)


class Borrowed:
    """A policy that only Stable-Baselines3 can run, in the place of one that was converted."""

    def __init__(self, model: Any, normal: Any, sight: Sight, actions: Any) -> None:
        self.model, self.normal, self.sight, self.space = model, normal, sight, actions
        self.counted = isinstance(actions, spaces.Discrete)
        self._recurrent = hasattr(model.policy, "lstm_actor")
        self._masks = type(model).__name__ == "MaskablePPO"
        self.remembers = self._recurrent or sight.frames > 1

    def answer(
        self, data: Any, pages: Sequence[Page], mask: NDArray[np.bool_] | None, draws: None
    ) -> NDArray[Any]:
        """Return the best action of each row; only MaskablePPO knows of masks."""
        shown = self.sight.see(data, pages)
        if self.normal is not None:
            shown = self.normal.normalize_obs(shown)
        given: dict[str, Any] = {"action_masks": mask} if self._masks else {}
        if self._recurrent and _STATE in pages[0]:
            given["state"] = tuple(np.stack(part, 1) for part in zip(*(p[_STATE] for p in pages)))
        with one_thread():
            chosen, state = self.model.policy.predict(shown, deterministic=True, **given)
        if self._recurrent:
            for row, page in enumerate(pages):
                page[_STATE] = tuple(part[:, row] for part in state)
        return np.asarray(chosen + getattr(self.space, "start", 0))


def _load(path: str, algorithm: str, device: str) -> Any:
    """Unpickle a model, without what only learning needs. Raises `BadParameter`."""
    known = ALGORITHMS[algorithm]
    kind = settings.library(known)
    unneeded: dict[str, Any] = {}
    if known.off_policy:
        unneeded = {
            "buffer_size": 1, "optimize_memory_usage": False,
            "replay_buffer_class": None, "replay_buffer_kwargs": {},
        }  # fmt: skip
    still = {"learning_rate": 0.0, "lr_schedule": _nought, "clip_range": _nought}
    try:
        return kind.load(path, device=device, custom_objects=still, **unneeded)
    except Exception as error:
        why = settings.first_line(error)
        raise BadParameter(f"sb3: {path} cannot be read as {algorithm}: {why}") from error


def _nought(_: float) -> float:
    return 0.0


def _unpickled(file: str) -> Any:
    """Return the VecNormalize in a file. Raises `BadParameter`."""
    try:
        with Path(file).open("rb") as opened:
            normal = pickle.load(opened)
    except Exception as error:
        why = settings.first_line(error)
        raise BadParameter(f"sb3: normalise={file!r} cannot be read: {why}") from error
    if not hasattr(normal, "obs_rms") and not hasattr(normal, "ret_rms"):
        raise BadParameter(f"sb3: normalise={file!r} holds no VecNormalize")
    return normal


def _differs(verb: str, theirs: Any, ours: Any) -> str:
    """Return how two spaces differ, but for bounds; nothing if they do not."""
    if _kind(theirs) == _kind(ours):
        return ""
    return f"{verb} {theirs}, and in this game that is {ours}"


def _kind(space: Any) -> Any:
    if isinstance(space, spaces.Dict):
        return {name: _kind(part) for name, part in space.items()}
    if isinstance(space, spaces.MultiDiscrete):
        return space.nvec.tolist()
    return type(space).__name__, int(getattr(space, "n", 0) or 0), space.shape
