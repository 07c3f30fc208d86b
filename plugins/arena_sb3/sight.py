"""From what a seat sees to what a network is shown: the same in training and in play.

Stable-Baselines3 takes boxes, counted and binary spaces, and dictionaries of these. Other nestings
are flattened into a dictionary, floats are float32, and pictures have their channels first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

import arena

Page = dict[str, Any]
Shown = NDArray[Any] | dict[str, NDArray[Any]]
PICTURE = 36
"""Pixels by pixels that the convolutions of Stable-Baselines3 need."""
_FRAMES = "frames of "
_BOUNDED = 1e30  # a bound beyond it is none


class Sight:
    """Reads observations of `space`, in rows.

    rescale   numbers to [-1, 1] where both their bounds are finite
    frames    so many observations in a row, the newest last (along the last axis, or the channels
              of a picture), nought before the first: they are kept on the page of a match

    `space` is what is seen, `shown` what comes of it. Raises `Unsuitable` for what has no numbers.
    """

    def __init__(self, space: Any, rescale: bool = False, frames: int = 1) -> None:
        self.space, self.rescale, self.frames = space, rescale, frames
        self.parts = {name: _Part(part, rescale) for name, part in _leaves(space)}
        boxes = [part for part in self.parts.values() if isinstance(part.shown, spaces.Box)]
        if (frames > 1 or rescale) and not boxes:
            raise arena.Unsuitable(f"frames and rescale are for boxes of numbers, not {space}")
        shown = {name: part.stacked(frames) for name, part in self.parts.items()}
        self.single = "" in shown
        self.shown: Any = shown[""] if self.single else spaces.Dict(shown)

    def see(self, data: Any, pages: Sequence[Page]) -> Shown:
        """Return stacked observations, (rows, ...) each, as they are shown; write on the pages."""
        shown = {name: part.read(_at(data, name)) for name, part in self.parts.items()}
        if self.frames > 1:
            shown = {name: self._with_past(name, rows, pages) for name, rows in shown.items()}
        return shown[""] if self.single else shown

    def _with_past(self, name: str, rows: NDArray[Any], pages: Sequence[Page]) -> NDArray[Any]:
        """Return each row behind the ones before it, which it takes its place among."""
        part = self.parts[name]
        if not isinstance(part.shown, spaces.Box):
            return rows
        key, axis = _FRAMES + name, part.axis
        empty = np.zeros(self._stack_shape(name), part.shown.dtype)
        past = np.stack([page.get(key, empty) for page in pages])
        axis = axis if axis < 0 else axis + 1
        length = rows.shape[axis]
        kept = np.take(past, range(length, past.shape[axis]), axis)
        stacked = np.concatenate([kept, rows], axis)
        for page, row in zip(pages, stacked):
            page[key] = row
        return stacked

    def _stack_shape(self, name: str) -> tuple[int, ...]:
        part = self.shown if self.single else self.shown[name]
        return tuple(part.shape)


class _Part:
    """A part of an observation that is a space of numbers: `seen`, and as it is `shown`."""

    def __init__(self, seen: Any, rescale: bool) -> None:
        self.seen, self.axis = seen, -1
        self.picture = _is_picture(seen)
        self.channels_last = self.picture and int(np.argmin(seen.shape)) != 0
        self.scale: tuple[Any, Any] | None = None  # the middle, and half the span
        self.shown = self._shown(rescale)
        self.numbers = isinstance(self.shown, spaces.Box) and not self.picture

    def _shown(self, rescale: bool) -> Any:
        seen = self.seen
        if isinstance(seen, spaces.Discrete):
            return spaces.Discrete(int(seen.n))
        if isinstance(seen, spaces.MultiDiscrete):
            return spaces.MultiDiscrete(seen.nvec.reshape(-1))
        if isinstance(seen, spaces.MultiBinary):
            return spaces.MultiBinary(int(np.prod(seen.shape)))
        if self.picture:
            self.axis = 0
            height, width, channels = seen.shape if self.channels_last else _last(seen.shape)
            return spaces.Box(0, 255, (channels, height, width), np.uint8)
        if _is_picture(seen, smallest=0):  # too small: numbers like others, from 0 to 1
            self.scale = np.float32(0), np.float32(255)
            return spaces.Box(0, 1, seen.shape, np.float32)
        if rescale or np.issubdtype(seen.dtype, np.floating):
            return self._floats(rescale)
        return spaces.Box(_deep(seen.low), _deep(seen.high), dtype=seen.dtype.type)

    def _floats(self, rescale: bool) -> spaces.Box:
        low, high = (_deep(bound).astype(np.float32) for bound in (self.seen.low, self.seen.high))
        if rescale:
            bounded = (low > -_BOUNDED) & (high < _BOUNDED) & (low < high)
            bottom, top = np.where(bounded, low, -1.0), np.where(bounded, high, 1.0)
            middle, half = (top + bottom) / 2, (top - bottom) / 2
            self.scale = middle.astype(np.float32), half.astype(np.float32)
            low, high = np.where(bounded, -1.0, low), np.where(bounded, 1.0, high)
        return spaces.Box(low.astype(np.float32), high.astype(np.float32), dtype=np.float32)

    def stacked(self, frames: int) -> Any:
        """Return the space of so many in a row."""
        box = self.shown
        if frames == 1 or not isinstance(box, spaces.Box):
            return box
        low, high = (np.repeat(bound, frames, self.axis) for bound in (box.low, box.high))
        return spaces.Box(low, high, dtype=box.dtype.type)

    def read(self, rows: Any) -> NDArray[Any]:
        """Return rows as they are shown."""
        array = np.asarray(rows)
        if array.ndim == 1 and isinstance(self.seen, spaces.Box):
            array = array[:, None]
        if isinstance(self.seen, spaces.Discrete):
            return array - int(self.seen.start)
        if isinstance(self.seen, (spaces.MultiDiscrete, spaces.MultiBinary)):
            start = getattr(self.seen, "start", 0)
            return (array - start).reshape(len(array), -1)
        if self.channels_last:
            array = np.moveaxis(array, -1, 1)
        if self.shown.dtype == np.float32:
            array = array.astype(np.float32)
        if self.scale is not None:
            middle, half = self.scale
            array = (array - middle) / half
        return array


def _leaves(space: Any, name: str = "") -> list[tuple[str, Any]]:
    """Return the parts of a space that are not made of parts, with their names ("a.0.b")."""
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        inner = space.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)
        found = []
        for key, part in inner:
            found += _leaves(part, f"{name}.{key}" if name else str(key))
        return found
    if isinstance(space, (spaces.Box, spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)):
        return [(name, space)]
    raise arena.Unsuitable(f"a network of Stable-Baselines3 cannot read {type(space).__name__}")


def _at(data: Any, name: str) -> Any:
    """Return the part of stacked observations that a name leads to."""
    while name:
        if isinstance(data, dict) and name in data:
            return data[name]
        key, _, name = name.partition(".")
        data = data[key] if isinstance(data, dict) else data[int(key)]
    return data


def _deep(bound: NDArray[Any]) -> NDArray[Any]:
    """Return bounds of at least one dimension."""
    return np.atleast_1d(bound)


def _is_picture(space: Any, smallest: int = PICTURE) -> bool:
    """Whether it is a picture, large enough for convolutions."""
    if not isinstance(space, spaces.Box) or len(space.shape) != 3 or space.dtype != np.uint8:
        return False
    if (space.low != 0).any() or (space.high != 255).any():
        return False
    return sorted(space.shape)[1] >= smallest


def _last(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (*shape[1:], shape[0])
