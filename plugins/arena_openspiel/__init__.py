"""OpenSpiel's games and bots. Hooks only: nothing of OpenSpiel is imported here."""

from __future__ import annotations

import arena


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    """Every registered game, as `openspiel/NAME` and by its bare short name."""
    return {"openspiel/*": "arena_openspiel.family:OpenSpiel"}


@arena.hookimpl
def arena_agents() -> dict[str, str]:
    """OpenSpiel's own search."""
    return {"openspiel_mcts": "arena_openspiel.agents:OpenSpielMcts"}
