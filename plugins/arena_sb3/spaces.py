"""Spaces as JSON, so that a checkpoint says what it sees and does without a pickle."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

import arena


def to_json(space: Any) -> dict[str, Any]:
    """Return a space as JSON can hold it. Raises `Unsuitable` for one that is not of numbers."""
    if isinstance(space, spaces.Box):
        bounds = {"low": _bounds(space.low), "high": _bounds(space.high)}
        return {"kind": "box", "shape": list(space.shape), "dtype": str(space.dtype), **bounds}
    if isinstance(space, spaces.Discrete):
        return {"kind": "discrete", "n": int(space.n), "start": int(space.start)}
    if isinstance(space, spaces.MultiDiscrete):
        start = np.asarray(space.start).tolist()
        return {"kind": "multi_discrete", "n": space.nvec.tolist(), "start": start}
    if isinstance(space, spaces.MultiBinary):
        return {"kind": "multi_binary", "shape": list(space.shape)}
    if isinstance(space, spaces.Dict):
        return {"kind": "dict", "parts": {key: to_json(part) for key, part in space.items()}}
    if isinstance(space, spaces.Tuple):
        return {"kind": "tuple", "parts": [to_json(part) for part in space.spaces]}
    raise arena.Unsuitable(f"a network of Stable-Baselines3 cannot read {type(space).__name__}")


def from_json(known: dict[str, Any]) -> Any:
    """Return the space that `to_json` was given."""
    kind = known["kind"]
    if kind == "box":
        shape, dtype = tuple(known["shape"]), np.dtype(known["dtype"])
        low, high = (_array(known[key], shape, dtype) for key in ("low", "high"))
        return spaces.Box(low, high, shape, dtype.type)
    if kind == "discrete":
        return spaces.Discrete(known["n"], start=known["start"])
    if kind == "multi_discrete":
        return spaces.MultiDiscrete(np.array(known["n"]), start=np.array(known["start"]))
    if kind == "multi_binary":
        shape = tuple(known["shape"])
        return spaces.MultiBinary(shape if len(shape) > 1 else shape[0])
    if kind == "dict":
        return spaces.Dict({key: from_json(part) for key, part in known["parts"].items()})
    return spaces.Tuple([from_json(part) for part in known["parts"]])


def _bounds(array: NDArray[Any]) -> Any:
    """Return one number where all are the same, else nested lists; infinity in words."""
    if array.size and (array == array.flat[0]).all():
        return _number(array.flat[0].item())
    return np.vectorize(_number, otypes=[object])(array).tolist()


def _number(value: float) -> float | str:
    return value if np.isfinite(value) else str(float(value))


def _array(bounds: Any, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    return np.broadcast_to(np.array(bounds, object).astype(float), shape).astype(dtype)
