"""Luck for networks: from the seeds a match or a run carries, never from torch's own generator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray

from arena import derive, mix_many, tensor_mix

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_TO_UNIT = 2.0**-53


def spread(u: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return `count` independent numbers in [0, 1) for each one of u: float64 (rows, count).

    The first is u itself; the others are hashes of its bits (see `arena.uniform`).
    """
    if count == 1:
        return u[:, None]
    bits = np.ascontiguousarray(u).view(np.uint64)[:, None]
    more = mix_many(bits + _GOLDEN * np.arange(1, count, dtype=np.uint64))
    return np.concatenate([u[:, None], (more >> np.uint64(11)) * _TO_UNIT], axis=1)


def tensor_spread(u: torch.Tensor, count: int) -> torch.Tensor:
    """Return `spread` of a float64 tensor (rows,), bit for bit, where it is: (rows, count)."""
    if count == 1:
        return u[:, None]
    # int64 has the bits of uint64, and wraps around alike
    steps = torch.arange(1, count, device=u.device) * int(_GOLDEN.astype(np.int64))
    more = tensor_mix(u.contiguous().view(torch.int64)[:, None] + steps)
    more = (more >> 11).bitwise_and_((1 << 53) - 1)
    return torch.cat([u[:, None], more.double() * _TO_UNIT], dim=1)


@contextmanager
def seeded(seed: int, *path: int | str) -> Iterator[None]:
    """Let torch's own generator start at a seed within, and be as it was without.

    One thread computes within: orthogonal weights differ by how many there are.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(seed, *path))
            yield
    finally:
        torch.set_num_threads(before)


def generator(seed: int, *path: int | str) -> np.random.Generator:
    """Return a generator that depends on the seed and the path alone."""
    return np.random.Generator(np.random.PCG64(derive(seed, *path)))
