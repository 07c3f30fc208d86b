"""Elements of bounded spaces, any with equal odds: the same on tables and in single games."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from gymnasium.spaces import Box, MultiDiscrete, Space

from arena import Unsuitable, like, tensor_uniforms, uniform

_BITS = 2.0**53  # of luck


def suits(space: Space[Any]) -> bool:
    """Return whether the space is one of numbers with two bounds each."""
    return isinstance(space, MultiDiscrete) or (isinstance(space, Box) and space.is_bounded())


def element(space: Any, u: float) -> Any:
    """Return the element of a space that `u`, in [0, 1), stands for: an array."""
    seed = int(u * _BITS)
    numbers = np.array([uniform(seed, place, 0) for place in range(_count(space))])
    low, wide = _range(space)
    return _within(space, low + wide * numbers.reshape(low.shape)).astype(space.dtype)


class Ends(NamedTuple):
    """A bounded space where tensors are: its least numbers, how wide they range, and places."""

    space: Any
    low: Any
    wide: Any
    places: Any
    kind: Any


def ends(space: Any, u: Any) -> Ends:
    """Return a space where the tensor `u` is. Raises `Unsuitable` for other spaces."""
    if not suits(space):
        raise Unsuitable(f"nothing can be drawn from {space}: its numbers have no bounds")
    parts = (*_range(space), np.arange(_count(space)), np.zeros(0, space.dtype))
    return Ends(space, *(like(part, u) for part in parts))


def elements(known: Ends, u: Any) -> Any:
    """Return `element` of each of `u`, a tensor of float64 (rows,): (rows, *shape)."""
    space, low, wide, places, kind = known
    numbers = tensor_uniforms((u * _BITS).long()[:, None], places, 0).view(len(u), *space.shape)
    found = _within(space, low + wide * numbers)
    return found.long() if _whole(space) else found.to(kind.dtype)


def _count(space: Any) -> int:
    return int(np.prod(space.shape))


def _whole(space: Any) -> bool:
    return bool(np.issubdtype(space.dtype, np.integer))


def _within(space: Any, numbers: Any) -> Any:
    return numbers // 1 if _whole(space) else numbers


def _range(space: Any) -> tuple[Any, Any]:
    """Return the least numbers, and how wide they range: float64, of the space's shape."""
    if isinstance(space, MultiDiscrete):
        return space.start.astype(np.float64), space.nvec.astype(np.float64)
    low, high = space.low.astype(np.float64), space.high.astype(np.float64)
    return low, high - low + _whole(space)
