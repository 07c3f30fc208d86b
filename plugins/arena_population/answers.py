"""A policy that says for every decision of a game which action to take, and who plays it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena import Agent, Batch, Spec, Unsuitable, read_arrays

Keys = list[int]


def keys_of(batch: Batch, history: bool) -> Keys:
    """Return the number of each row's decision: 64 bits of a hash of the seat and what it sees.

    With `history` the words for it and the moves that it knows of, its own and others, are too.
    """
    keys = [0] * len(batch)
    for seat, rows, part in batch.by_seat():
        told = [[f"{seat}".encode(), each] for each in _bytes(part.data, len(rows))]
        if history:
            for row, observation in zip(told, part):
                seen = observation.text, observation.history, observation.own
                row.append(repr(seen).encode())
        for place, parts in zip(rows, told):
            digest = hashlib.blake2b(b"\n".join(parts), digest_size=8).digest()
            keys[place] = int.from_bytes(digest, "big")
    return keys


def _bytes(data: Any, rows: int) -> list[bytes]:
    """Return what each row of stacked observations is made of."""
    if isinstance(data, dict):
        data = tuple(data[key] for key in sorted(data))
    if isinstance(data, tuple):
        return [b"|".join(parts) for parts in zip(*(_bytes(part, rows) for part in data))]
    if isinstance(data, list):
        return [str(each).encode() for each in data]
    return [row.tobytes() for row in np.ascontiguousarray(data).reshape(rows, -1)]


class Answers(Agent):
    """Plays the action that a checkpoint names for each decision: a member of a population.

    Decisions that it does not name are played by the first legal action.
    """

    def __init__(self, checkpoint: str) -> None:
        arrays = read_arrays(checkpoint)
        self.history = bool(arrays["history"])
        self._actions = dict(zip(arrays["keys"].tolist(), arrays["actions"].tolist()))

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where actions cannot be counted."""
        if not all(hasattr(seat.action_space, "n") for seat in spec.seats):
            raise Unsuitable("it names actions by number, and here they cannot be counted")

    def act_batch(self, batch: Batch) -> Sequence[int]:
        """Return the action of each row."""
        found = [self._actions.get(key) for key in keys_of(batch, self.history)]
        return [
            action if action in legal else legal[0] for action, legal in zip(found, batch.legal)
        ]

    def policy(self, batch: Batch) -> list[NDArray[np.float64]]:
        """Return certainty of it."""
        return [
            np.eye(len(legal))[list(legal).index(action)]
            for action, legal in zip(self.act_batch(batch), batch.legal)
        ]
