"""Rows made into columns, and columns moved between the host and a device."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.errors import Unsuitable


def stack(rows: Sequence[Any]) -> Any:
    """Stack elements of a space: arrays and numbers to (rows, ...), dicts and tuples by part."""
    first = rows[0]
    if isinstance(first, dict):
        return {key: stack([row[key] for row in rows]) for key in first}
    if isinstance(first, tuple):
        return tuple(stack(part) for part in zip(*rows))
    if isinstance(first, str):
        return list(rows)
    return np.stack(rows) if isinstance(first, np.ndarray) else np.array(rows)


def masks(space: Any, legal: Sequence[Sequence[int] | None]) -> NDArray[np.bool_]:
    """Return which actions of a discrete space are legal in each row: bool, shape (rows, n).

    Raises `Unsuitable` for a space whose actions cannot be counted.
    """
    known = [actions for actions in legal if actions is not None]
    if len(known) < len(legal):
        raise Unsuitable(f"there is no list of legal actions in {space}")
    made = np.zeros((len(known), int(space.n)), np.bool_)
    rows = np.repeat(np.arange(len(known)), list(map(len, known)))
    actions = np.fromiter(chain.from_iterable(known), np.int64, len(rows))
    made[rows, actions - int(getattr(space, "start", 0))] = True
    return made


def host(array: Any) -> NDArray[Any]:
    """Return an array, a tensor on any device or a number as a numpy array."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
    return np.asarray(array)


def like(tree: Any, example: Any) -> Any:
    """Return numpy arrays (a tree of them) as arrays of the example's kind, on its device."""
    if isinstance(tree, dict):
        return {key: like(part, example) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(like(part, example) for part in tree)
    if isinstance(example, np.ndarray) or isinstance(tree, list):
        return tree
    return sys.modules["torch"].as_tensor(tree, device=example.device)


def pick_rows(parts: Sequence[tuple[Any, slice]]) -> Any:
    """Return the rows of several trees of tensors, one after the other; a view where it is one."""
    tree, rows = parts[0]
    if isinstance(tree, dict):
        return {key: pick_rows([(part[key], rows) for part, rows in parts]) for key in tree}
    if isinstance(tree, tuple):
        places = range(len(tree))
        return tuple(pick_rows([(part[i], rows) for part, rows in parts]) for i in places)
    if isinstance(tree, list):
        return [row for part, rows in parts for row in part[rows]]
    if tree is None or len(parts) == 1:
        return tree if tree is None else tree[rows]
    return sys.modules["torch"].cat([part[rows] for part, rows in parts])


def map_rows(tree: Any, change: Callable[[Any], Any]) -> Any:
    """Return a tree with every array of it changed."""
    if isinstance(tree, dict):
        return {key: map_rows(part, change) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(map_rows(part, change) for part in tree)
    return change(tree)


def frozen(value: Any) -> Hashable:
    """Return an observation as something to look it up by: equal where the observations are."""
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, Mapping):
        return tuple((key, frozen(part)) for key, part in sorted(value.items()))
    if isinstance(value, (tuple, list)):
        return tuple(map(frozen, value))
    return value if isinstance(value, Hashable) else str(value)
