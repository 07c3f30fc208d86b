"""How a seat sees a position of OpenSpiel: as numbers and in words."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyspiel
from numpy.typing import NDArray
from open_spiel.python.observation import INFO_STATE_OBS_TYPE, make_observation

from arena_openspiel.quiet import quiet
from arena_openspiel.words import words_of

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_TENSORS = {"observation": None, "information_state": INFO_STATE_OBS_TYPE}


class Sight:
    """What the seats of one game can see of a state.

    `shape` is that of the observation tensor (of the information-state tensor where there is no
    other), None where a game has neither.
    """

    def __init__(self, game: Any) -> None:
        kind = game.get_type()
        self.shape, self._make_observer = _observer(game, kind)
        self._observer = None if _in_python(game) else self._make_observer()
        self._lock = threading.Lock()
        self._words = words_of(game)
        self.hides = kind.information == pyspiel.GameType.Information.IMPERFECT_INFORMATION
        self._one_shot = kind.information == pyspiel.GameType.Information.ONE_SHOT
        self._has_observation = kind.provides_observation_string
        self._has_information = kind.provides_information_state_string

    def tensor(self, state: Any, seat: int) -> NDArray[np.float32]:
        """Return the tensor of what a seat sees: float32, of `shape`."""
        with self._lock:  # one buffer, that is copied before another thread may fill it
            observer = self._observer or self._make_observer()
            observer.set_from(state, seat)
            values: NDArray[np.float32] = observer.tensor.copy()
        return values.reshape(self.shape or ())

    def tensors(self, states: Sequence[Any], seats: Sequence[int]) -> NDArray[np.float32]:
        """Return the tensors of what seats see, one of each state: float32 (rows, *shape)."""
        if self._observer is None:
            return np.stack([self.tensor(state, seat) for state, seat in zip(states, seats)])
        seen = []
        with self._lock:
            look, copy = self._observer._observation.set_from, self._observer.tensor.tobytes
            for state, seat in zip(states, seats):
                look(state, seat)
                seen.append(copy())
        values = np.frombuffer(bytearray().join(seen), np.float32)
        return values.reshape(len(states), *(self.shape or ()))

    def text(self, state: Any, seat: int) -> str:
        """Return what a seat sees in words.

        Where something is hidden this is the observation and all that the seat remembers; where
        nothing is, and in a game of one move, whose observation leaves out what is at stake, the
        position as OpenSpiel writes it.
        """
        if self._words is not None:
            return self._words(state, seat)
        if self._one_shot or not (self._has_observation or self._has_information):
            return plain(str(state))
        if not self.hides and self._has_observation:
            return plain(state.observation_string(seat))
        seen = state.observation_string(seat) if self._has_observation else ""
        known = state.information_state_string(seat) if self._has_information else ""
        if not seen or seen.strip() in known:
            return plain(known)
        return plain(f"{seen}\n{known}" if known else seen)

    def view(self, state: Any, seat: int) -> Any:
        """Return something that is equal in two states if the seat cannot tell them apart by it."""
        if self._has_information:
            return state.information_state_string(seat)
        if self._has_observation:
            return state.observation_string(seat)
        return self.tensor(state, seat).tobytes() if self.shape else None


def plain(text: str) -> str:
    """Return text without terminal colours."""
    return _COLOURS.sub("", text) if "\x1b" in text else text


def _in_python(game: Any) -> bool:
    """Whether a game is written in Python: what its observers have seen they may not forget."""
    return not type(game).__module__.startswith("pyspiel")


def _observer(game: Any, kind: Any) -> tuple[tuple[int, ...] | None, Callable[[], Any]]:
    """Return the shape of the tensor that the game has (None: it has none), and what makes it."""
    for name, observes in _TENSORS.items():
        if not getattr(kind, f"provides_{name}_tensor"):
            continue
        make = partial(make_observation, game, observes)
        with quiet():  # some games say that they have one and do not
            try:
                shape = tuple(getattr(game, f"{name}_tensor_shape")())
                if shape and make().tensor is not None:
                    return shape, make
            except Exception:
                continue
    return None, lambda: None
