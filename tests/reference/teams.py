"""What the scripts on games of several seats share: who is trained, and what they play."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from arena.checkpoints import find_checkpoint
from arena.lookup import environment_maker
from arena.making import make_agent
from arena.playing import play
from arena.records import Episode, Match
from arena.seeds import derive
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace


def trained(trainer: str, game: str, name: str, moves: int | None, seed: int) -> str:
    """Train for so many moves of single seats, unless it is done; return the checkpoint's name.

    None is for as many as the trainer takes by itself.
    """
    training(trainer, game, name, moves, seed)
    return name


def training(trainer: str, game: str, name: str, moves: int | None, seed: int) -> dict[str, Any]:
    """Train the same, and return what is known of it: that of the checkpoint, and `cpu`, seconds.

    A run that was interrupted goes on; what processor time it took is then not known.
    """
    workspace = Workspace.open()
    kept = workspace.home / "reference" / f"{name}.json"
    if not kept.is_file():
        order = Order(parse(trainer), parse(game), name, moves, seed)
        begun = time.process_time()
        before = (workspace.home / "training" / name / "state").is_dir()
        before = before or find_checkpoint(workspace.home, name) is not None
        made = train(workspace, order, "cpu", resume=before)
        seconds = f"{time.process_time() - begun:.0f}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({**made.meta, "cpu": "interrupted" if before else seconds}))
    known: dict[str, Any] = json.loads(kept.read_text())
    return known


def played(
    game: str, names: Sequence[str], lineup: tuple[int, ...], salt: int, deals: int
) -> list[Episode]:
    """Play the same deals, by `salt`, whoever plays; `lineup` says which of `names` has a seat."""
    workspace = Workspace.open()
    make, spec = environment_maker(workspace.registry, parse(game))
    agents = [make_agent(name, spec, workspace) for name in names]
    matches = [
        Match(n, lineup, derive(salt, "seat", n), derive(salt, "deal", n)) for n in range(deals)
    ]
    return list(play(make, agents, matches))
