"""What the tests of networks share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arena.records import Checkpoint
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

GAMES = str(Path(__file__).with_name("games.py"))
Learn = Callable[..., Checkpoint]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace of its own, with the games of these tests."""
    return Workspace.open(home=str(tmp_path), plugins=(GAMES,))


@pytest.fixture
def learn(workspace: Workspace) -> Learn:
    """Return a function that trains: learn(trainer, game, steps, seed=, name=, resume=, ...)."""

    def run(trainer: str, game: str, steps: int | None = None, **given: Any) -> Checkpoint:
        order = Order(
            parse(trainer), parse(game), given.pop("name", "mine"), steps, given.pop("seed", 0)
        )
        return train(workspace, order, "cpu", **given)

    return run
