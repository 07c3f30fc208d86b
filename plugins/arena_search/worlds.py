"""Imagined worlds, as searches walk through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from arena import CHANCE, Environment

Uniform = Callable[[], float]
"""A source of numbers in [0, 1)."""


def draw(odds: Sequence[tuple[Any, float]], u: float) -> Any:
    """Return the outcome of nature that `u` in [0, 1) falls on."""
    for action, probability in odds:
        u -= probability
        if u < 0.0:
            return action
    return next(action for action, probability in reversed(odds) if probability > 0.0)


def play_out(
    world: Environment,
    turns: int,
    actions: Sequence[range | None],
    uniform: Uniform,
    totals: list[float],
) -> None:
    """Play at random to the end, at most `turns` turns; add what each seat is paid to `totals`.

    `actions` are every seat's, for games whose `legal` is None.
    """
    asked = world.acting()
    while asked and turns > 0:
        joint = {}
        for seat in asked:
            if seat == CHANCE:
                joint[seat] = draw(world.chance(), uniform())
                turns += 1  # those of nature are not counted
                continue
            legal = world.legal(seat)
            if legal is None:
                legal = actions[seat] or ()
            joint[seat] = legal[int(uniform() * len(legal))]
        turns -= 1
        pay = world.step(joint)
        if pay is not None:
            for seat, reward in enumerate(pay):
                totals[seat] += reward
        asked = world.acting()


def position_key(world: Environment, choices: Sequence[Any]) -> bytes:
    """Return a key of a position that hides nothing, at a known turn of a known seat.

    Neither state nor text need tell all, nor do they in OpenSpiel: tensors leave out whose die is
    rolling in pig, drawings who owns a box in dots_and_boxes, both of them the die in
    einstein_wurfelt_nicht.
    """
    return freeze((world.state(), world.text(0), hash(tuple(choices))))


def freeze(value: Any) -> bytes:
    """Return a digest of 16 bytes, equal for equal values, and for no others."""
    digest = blake2b(digest_size=16)
    _feed(digest, value)
    return digest.digest()


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        digest.update(value.tobytes())
    elif isinstance(value, str):
        digest.update(value.encode())
    elif isinstance(value, dict):
        _feed(digest, [(key, value[key]) for key in sorted(value)])
    elif isinstance(value, (list, tuple)):
        digest.update(b"%d(" % len(value))
        for part in value:
            _feed(digest, part)
    else:
        digest.update(b"%s," % repr(value).encode())
