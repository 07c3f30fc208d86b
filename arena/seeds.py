"""Luck that depends on (seed, seat, turn) and nothing else.

Every random number in a match is a counter-based hash, the finaliser of splitmix64 (Steele, Lea
and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), so that it does not
matter how many games are in flight, in which order they are played or in which process.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
_M1 = 0xBF58476D1CE4E5B9
_M2 = 0x94D049BB133111EB
_TO_UNIT = 2.0**-53

_U_GOLDEN, _U_M1, _U_M2 = np.uint64(GOLDEN), np.uint64(_M1), np.uint64(_M2)
_S27, _S30, _S31, _S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
_ONE = np.uint64(1)
_SEATS = 1024

_FEW = 4
"""Up to so many numbers are worked out one by one: a dozen calls of numpy take longer."""
Floats = NDArray[np.float64]
Numbers = Sequence[int] | NDArray[np.int64]


def mix(z: int) -> int:
    """Return splitmix64's finaliser of a 64-bit integer."""
    z &= MASK
    z = ((z ^ (z >> 30)) * _M1) & MASK
    z = ((z ^ (z >> 27)) * _M2) & MASK
    return z ^ (z >> 31)


def mix_many(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `mix` of each element of a uint64 array, shape kept; `z` itself is left alone."""
    z = z ^ (z >> _S30)
    z *= _U_M1
    z ^= z >> _S27
    z *= _U_M2
    z ^= z >> _S31
    return z


def derive(seed: int, *path: int | str) -> int:
    """Return the seed at `path` below `seed`: an integer in [0, 2**63)."""
    z = mix(seed)
    for step in path:
        if isinstance(step, str):
            step = int.from_bytes(hashlib.blake2b(step.encode(), digest_size=8).digest(), "big")
        z = mix(z + GOLDEN * (step + 1))
    return z >> 1


def derive_many(seed: int, stream: int, numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return `derive(seed, stream, n)` for each n of `numbers` (any shape), as uint64."""
    base = np.uint64(mix(mix(seed) + GOLDEN * (stream + 1)))
    return mix_many(base + _U_GOLDEN * (numbers.astype(np.uint64) + _ONE)) >> _ONE


def uniform(seed: int, seat: int, turn: int) -> float:
    """Return the number in [0, 1) that belongs to this turn of this seat of this match.

    It is an output of the splitmix64 stream that starts at `seed`: number 1024 turn + seat + 2,
    for seats from -1 (chance) to 1021.
    """
    return (mix(seed + GOLDEN * (_SEATS * turn + seat + 2)) >> 11) * _TO_UNIT


def uniforms(seeds: Numbers, seats: Numbers, turns: Numbers) -> Floats:
    """Return `uniform` of each triple: float64, shape (len(seeds),)."""
    if len(seeds) <= _FEW and isinstance(seeds, list):
        return np.array([uniform(*triple) for triple in zip(seeds, seats, turns)], np.float64)
    z = np.array(turns, dtype=np.int64)
    z *= _SEATS
    z += np.array(seats, dtype=np.int64)
    z += 2
    u = z.view(np.uint64)
    u *= _U_GOLDEN
    u += np.array(seeds, dtype=np.uint64)
    u ^= u >> _S30
    u *= _U_M1
    u ^= u >> _S27
    u *= _U_M2
    u ^= u >> _S31
    u >>= _S11
    return np.asarray(u * _TO_UNIT, np.float64)


def draw(odds: Sequence[tuple[Any, float]], u: float) -> Any:
    """Return the outcome that `u` in [0, 1) falls on."""
    for action, probability in odds:
        u -= probability
        if u < 0.0:
            return action
    return next(action for action, probability in reversed(odds) if probability > 0.0)


class Luck:
    """A numpy generator that costs nothing until it is used.

    `seed` is an integer in [0, 2**63) for libraries that seed themselves; every other attribute is
    that of a `numpy.random.Generator` made from it on first use.
    """

    __slots__ = ("_generator", "seed")

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._generator: np.random.Generator | None = None

    @property
    def generator(self) -> np.random.Generator:
        """The generator itself, made on first use."""
        if self._generator is None:
            self._generator = np.random.Generator(np.random.PCG64(self.seed))
        return self._generator

    def __getattr__(self, name: str) -> Any:
        return getattr(self.generator, name)


class GlobalLuck:
    """Contains a library that draws from the process-wide `random` and `numpy.random`.

    Within `with luck():` both hold a stream of this object's own, begun from `seed`; outside they
    are as they were.
    """

    def __init__(self, seed: int) -> None:
        twister = np.random.RandomState(seed % 2**32)  # the only kind that numpy's globals take
        self._states = (random.Random(seed).getstate(), twister.get_state())

    @contextmanager
    def __call__(self) -> Iterator[None]:
        outside = random.getstate(), np.random.get_state()
        random.setstate(self._states[0])
        np.random.set_state(self._states[1])
        try:
            yield
        finally:
            self._states = random.getstate(), np.random.get_state()
            random.setstate(outside[0])
            np.random.set_state(outside[1])
