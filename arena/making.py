"""Games by name, for code outside a command: scripts, notebooks and tests."""

from __future__ import annotations

from arena.environment import Environment
from arena.lookup import environment_maker
from arena.specs import parse
from arena.workspace import Workspace


def make_environment(spec: str, workspace: Workspace | None = None) -> Environment:
    """Return the game that a spec names, as on the command line (`"hex:board_size=5"`).

    Call its `reset` before anything else. Raises `UsageError`s.
    """
    make, _ = environment_maker((workspace or Workspace.open()).registry, parse(spec))
    return make()
