"""What a table tells positions apart by: a 64-bit hash of what the seat sees, and of the seat.

Two of n different positions share a hash with a probability of about n squared / 2**65: one in 37
million for a million positions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from arena import Batch, Spec, Unsuitable, mix_many

Keys = NDArray[np.uint64]
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HASHED = (
    spaces.Box, spaces.Discrete, spaces.MultiBinary, spaces.MultiDiscrete, spaces.Text,
)  # fmt: skip


def check(spec: Spec) -> None:
    """Raise `Unsuitable` if a table cannot hold the game: its actions, or what seats see."""
    for seat in spec.seats:
        if not isinstance(seat.action_space, spaces.Discrete):
            raise Unsuitable(f"a table needs actions that can be counted, not {seat.action_space}")
        for part in _parts(seat.observation_space):
            if not isinstance(part, _HASHED):
                raise Unsuitable(f"a table cannot tell apart what {part} shows")


def _parts(space: Any) -> list[Any]:
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        within = space.values() if isinstance(space, spaces.Dict) else space.spaces
        return [part for inner in within for part in _parts(inner)]
    return [space]


class Reader:
    """Reads batches of one game as keys and masks of a table's columns.

    Column i of a row is the action `start + i` of the row's seat.
    """

    def __init__(self, spec: Spec) -> None:
        actions = [seat.action_space for seat in spec.seats]
        self.width = max(int(space.n) for space in actions)
        self.starts = np.array([int(space.start) for space in actions])
        first = spec.seats[0].observation_space
        self._alike = all(seat.observation_space == first for seat in spec.seats)

    def keys(self, batch: Batch) -> Keys:
        """Return the hash of each row: uint64 (rows,)."""
        seats = np.array(batch.seats, np.uint64)
        if self._alike:
            return mix_many(_hash(batch.data) + _ODD * seats)
        keys = np.zeros(len(batch), np.uint64)
        for _, rows, part in batch.by_seat():
            keys[rows] = _hash(part.data)
        return mix_many(keys + _ODD * seats)

    def mask(self, batch: Batch) -> NDArray[np.bool_]:
        """Return the legal columns: bool (rows, width)."""
        legals = batch.legal
        rows = np.repeat(np.arange(len(legals)), [len(legal) for legal in legals])
        columns = np.fromiter(chain.from_iterable(legals), np.int64, len(rows))
        mask = np.zeros((len(legals), self.width), np.bool_)
        mask[rows, columns - self.starts[batch.seats][rows]] = True
        return mask


def _hash(data: Any) -> Keys:
    """Return a hash of each row of stacked observations.

    Every 8 bytes are mixed with their place and summed, so that the order of equal parts matters.
    """
    if isinstance(data, dict):
        return _together([_hash(data[key]) for key in sorted(data)])
    if isinstance(data, tuple):
        return _together([_hash(part) for part in data])
    if isinstance(data, list):
        return np.array([_hash_text(text) for text in data], np.uint64)
    array = np.asarray(data)
    if np.issubdtype(array.dtype, np.floating):
        array = array + 0.0  # -0.0 is 0.0
    flat = np.ascontiguousarray(array.reshape(len(array), -1)).view(np.uint8)
    words = np.zeros((len(array), -(-flat.shape[1] // 8)), np.uint64)
    words.view(np.uint8)[:, : flat.shape[1]] = flat
    places = _ODD * np.arange(1, words.shape[1] + 1, dtype=np.uint64)
    return np.asarray(mix_many(words + places).sum(axis=1, dtype=np.uint64))


def _together(parts: Sequence[Keys]) -> Keys:
    total = np.zeros_like(parts[0])
    for part in parts:
        total = mix_many(total + _ODD + part)
    return total


def _hash_text(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
