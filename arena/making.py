"""Games, agents and judges by name, for code outside a command: scripts, notebooks and plugins."""

from __future__ import annotations

from arena import lookup
from arena.agent import Agent
from arena.environment import Environment
from arena.errors import UsageError
from arena.records import Rules, Spec
from arena.roles import Scorer
from arena.specs import parse
from arena.workspace import Workspace


def make_environment(spec: str, workspace: Workspace | None = None) -> Environment:
    """Return the game that a spec names, as on the command line (`"hex:board_size=5"`).

    Call its `reset` before anything else. Raises `UsageError`s.
    """
    make, _ = lookup.environment_maker((workspace or Workspace.open()).registry, parse(spec))
    return make()


def make_agent(spec: str, game: Spec, workspace: Workspace | None = None) -> Agent:
    """Return the agent that a spec names, as on the command line, for a game that it suits.

    Raises `UsageError`s.
    """
    workspace = workspace or Workspace.open()
    player = lookup.find_player(workspace.registry, workspace.home, parse(spec))
    agent = lookup.make_agent(workspace.registry, workspace.home, player.ref, trust=workspace.trust)
    lookup.check_suits(agent, player.name, game, Rules())
    return agent


def make_scorer(spec: str, workspace: Workspace | None = None) -> Scorer:
    """Return the judge of answers that a spec names. Raises `UsageError`s.

    What its `files` name may be a checkpoint of the workspace.
    """
    workspace = workspace or Workspace.open()
    ref, _ = lookup.find_scorer(workspace.registry, workspace.home, parse(spec))
    made = workspace.registry.make("scorers", ref)
    if not isinstance(made, Scorer):
        raise UsageError(f"scorer {spec!r} is a {type(made).__name__}, not an arena.Scorer")
    return made
