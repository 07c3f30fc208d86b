"""Rows of observations made into columns."""

from __future__ import annotations

from collections.abc import Sequence
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
