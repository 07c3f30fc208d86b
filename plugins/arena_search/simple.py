"""Players that do not think."""

from __future__ import annotations

from collections.abc import Sequence
from operator import getitem
from typing import Any

import numpy as np

from arena import Agent, Batch, Observation, Spec, Unsuitable, tensor_pick
from arena_search.suits import require_countable


class Random(Agent):
    """Plays any legal action with equal odds; anything in the space where none can be counted.

    Where moves are words it does not play: letters drawn at random say nothing.
    """

    columns = True

    def __init__(self) -> None:
        self._ends: dict[tuple[int, str], Any] = {}  # what is brought to a device but once

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves are words."""
        if any(seat.in_words for seat in spec.seats):
            raise Unsuitable("its moves are words, and none can be drawn at random")

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        """Return a random action for each row."""
        if batch.device is not None:
            return self._column(batch)
        try:
            legal = batch.legal
            counts = np.fromiter(map(len, legal), np.int64, len(legal))
            return list(map(getitem, legal, (batch.u * counts).astype(np.int64).tolist()))
        except TypeError:  # some row's legal is None; looking for it first would slow every game
            return [_sample(observation) for observation in batch]

    def policy(self, batch: Batch) -> Sequence[Sequence[float]] | None:
        """Return even odds; None where actions cannot be counted."""
        if any(legal is None for legal in batch.legal):
            return None
        return [[1 / len(legal)] * len(legal) for legal in batch.legal]

    def _column(self, batch: Any) -> Any:
        """Return a tensor of actions for the rows of a table."""
        space, u = batch.action_space, batch.u
        if batch.countable:
            places = tensor_pick(batch.mask, u)
            return places + int(space.start) if space.start else places
        from arena_search import evenly

        key = id(space), str(u.device)
        if key not in self._ends:
            self._ends[key] = evenly.ends(space, u)  # which holds the space, so that its id lasts
        return evenly.elements(self._ends[key], u)


def _sample(observation: Observation) -> Any:
    legal = observation.legal
    if legal is not None:
        return legal[int(observation.u * len(legal))]
    from arena_search import evenly  # which loads Gymnasium's spaces

    space = observation.action_space
    if evenly.suits(space):
        return evenly.element(space, observation.u)
    space.seed(observation.rng.seed)
    return space.sample()


class FirstLegal(Agent):
    """Plays the first legal action: the least that a player can do, and always the same."""

    columns = True

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where actions cannot be counted: none of them is the first."""
        require_countable("first_legal", spec)

    def act_batch(self, batch: Batch) -> Sequence[int]:
        """Return the first legal action of each row."""
        if batch.device is None:
            return [legal[0] for legal in batch.legal]
        columns: Any = batch
        places: Any = columns.mask.char().argmax(1)  # the first of the greatest
        return places + int(columns.action_space.start)
