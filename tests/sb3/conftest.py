"""What the tests of Stable-Baselines3 share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from arena.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return an empty one."""
    return Workspace.open(home=str(tmp_path))


@pytest.fixture(autouse=True)
def luck_kept() -> Iterator[None]:
    """Leave the process's generators alone in every test."""
    before = torch.random.get_rng_state(), np.random.get_state(legacy=False)["state"]["pos"]
    yield
    assert torch.equal(before[0], torch.random.get_rng_state())
    assert before[1] == np.random.get_state(legacy=False)["state"]["pos"]
