"""Which table a trainer steps: the game's own, or for mpe2 the equal one of tensors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch

from arena import Environment, Ref, Table, TrainingRun, UsageError, make_environment, tensor_table

_EQUAL = {
    "mpe2/simple_spread_v3": "tensor/simple_spread",
    "mpe2/simple_tag_v3": "tensor/simple_tag",
    "mpe2/simple_adversary_v3": "tensor/simple_adversary",
    "mpe2/simple_speaker_listener_v4": "tensor/simple_speaker_listener",
}
"""States, rewards and what is seen are the same; `tests/tensor/test_particles.py` holds it."""


class Maker(NamedTuple):
    """Makes tables of so many worlds on a device; `tensors` if they are stepped as tensors, and
    not one by one."""

    make: Callable[[], Environment]
    tensors: bool

    def __call__(self, size: int, device: torch.device) -> Table:
        return tensor_table(self.make, size, str(device))


def make_worlds(run: TrainingRun, world: str) -> Maker:
    """Return what makes a table of so many worlds on a device.

    A game with parameters that its equal does not have is stepped as it is.
    """
    make: Callable[[], Environment] = run.make
    equal = equal_of(run.environment) if world == "tensor" else None
    if equal is not None:
        try:
            make_environment(equal).close()
            make = partial(make_environment, equal)
        except UsageError:
            pass
    game = make()
    tensors = type(game).table is not Environment.table
    game.close()
    return Maker(make, tensors)


def equal_of(environment: Ref) -> str | None:
    """Return the spec of the tensor world that equals a game of mpe2, None if there is none."""
    name = _EQUAL.get(environment.name)
    if name is None or not environment.parameters:
        return name
    given = (f"{key}={str(value).lower()}" for key, value in environment.parameters.items())
    return f"{name}:{','.join(given)}"
