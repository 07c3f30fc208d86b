"""Names of positions up to symmetry, by which some are kept out of training."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from arena import Observation, Spec, derive

_MOST = 50_000
"""Positions whose names are remembered: most are met many times."""


def grouping(spec: Spec) -> Callable[[Observation], str]:
    """Return what names positions: boards that turn or mirror into one another have one name.

    Whether the game is the same when its board is turned does not matter: at worst positions that
    differ are kept out of training together. Where no board is seen, a position's name is that of
    its text.
    """

    known: dict[bytes, str] = {}

    def group(observation: Observation) -> str:
        shape = getattr(spec.seats[observation.seat].observation_space, "shape", None) or ()
        if len(shape) != 3:
            return _hash(observation.text.encode())
        seen = np.asarray(observation.data)
        content = seen.tobytes()
        if content not in known:
            if len(known) >= _MOST:
                known.clear()
            known[content] = _hash(min(turned.tobytes() for turned in _turned(seen)))
        return known[content]

    return group


def held_out(group: str, share: float, seed: int) -> bool:
    """Return whether a group of positions is kept out of training: `share` of them are."""
    return derive(seed, "held out", group) / 2**63 < share


def _turned(board: NDArray[np.generic]) -> Iterator[NDArray[np.generic]]:
    """Yield a board (channels first or last) turned by quarters, and each of these mirrored."""
    axes = (0, 1) if board.shape[2] < board.shape[0] else (1, 2)
    for quarters in range(4):
        turned = np.rot90(board, quarters, axes)
        yield from (turned, np.flip(turned, axes[1]))


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()
