"""Contains what draws from the process-wide generators, and what computes on many threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from arena import GlobalLuck

_SMALL = 5_000_000


@contextmanager
def contained(seed: int) -> Iterator[None]:
    """Have the process-wide generators hold streams begun from `seed` within, as before after."""
    with torch.random.fork_rng(), GlobalLuck(seed)():
        torch.manual_seed(seed % 2**63)
        yield


@contextmanager
def few_threads(module: torch.nn.Module) -> Iterator[None]:
    """Compute a small network by one thread: more wait for each other longer than they compute."""
    before = torch.get_num_threads()
    if sum(p.numel() for p in module.parameters()) < _SMALL:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
