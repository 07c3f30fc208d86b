"""Contains what draws from the process-wide generators, as Stable-Baselines3 does, torch's too."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

Streams = Mapping[str, Any]
"""The states of the generators: tuples, arrays and tensors, as `random`, numpy and torch say."""


class ProcessLuck:
    """Streams of its own for `random`, `numpy.random` and torch, begun from `seed`.

    `with luck.swapped():` puts them in the place of the process's, and within such a block puts
    those back.
    """

    def __init__(self, seed: int) -> None:
        outside = _streams()
        random.seed(seed)
        np.random.seed(seed % 2**32)  # the only kind that numpy's globals take
        torch.manual_seed(seed % 2**63)
        self.streams = _streams()
        _set(outside)

    @contextmanager
    def swapped(self) -> Iterator[None]:
        """Swap its streams with those in use; and again at the end."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        used = _streams()
        _set(self.streams)
        self.streams = used


def _streams() -> Streams:
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return {
        "random": random.getstate(), "numpy": np.random.get_state(),
        "torch": torch.random.get_rng_state(), "gpus": gpus,
    }  # fmt: skip


def _set(streams: Streams) -> None:
    random.setstate(streams["random"])
    np.random.set_state(streams["numpy"])
    torch.random.set_rng_state(streams["torch"])
    if streams["gpus"] and torch.cuda.is_initialized():
        torch.cuda.set_rng_state_all(streams["gpus"])
