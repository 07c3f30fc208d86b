"""What the scripts on games of several seats share: who is trained, and what they play."""

from __future__ import annotations

from collections.abc import Sequence

from arena.checkpoints import find_checkpoint
from arena.lookup import environment_maker
from arena.making import make_agent
from arena.playing import play
from arena.records import Episode, Match
from arena.seeds import derive
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace


def trained(trainer: str, game: str, name: str, moves: int, seed: int) -> str:
    """Train for so many moves of single seats, unless it is done; return the checkpoint's name."""
    workspace = Workspace.open()
    if find_checkpoint(workspace.home, name) is None:
        train(workspace, Order(parse(trainer), parse(game), name, moves, seed), "cpu")
    return name


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
