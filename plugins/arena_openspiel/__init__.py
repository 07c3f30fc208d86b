"""OpenSpiel's games and bots. Hooks only: nothing of OpenSpiel is imported here."""

from __future__ import annotations

import arena


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    """Every registered game, as `openspiel/NAME` and by its bare short name."""
    return {"openspiel/*": "arena_openspiel.family:OpenSpiel"}


@arena.hookimpl
def arena_agents() -> dict[str, str]:
    """OpenSpiel's own search, and what plays the policies that its solvers find."""
    return {
        "openspiel_mcts": "arena_openspiel.agents:OpenSpielMcts",
        "tabular_policy": "arena_openspiel.policy_table:TabularPolicy",
    }


@arena.hookimpl
def arena_trainers() -> dict[str, str]:
    """OpenSpiel's solvers of games that hide something."""
    return {
        "cfr": "arena_openspiel.cfr:Cfr",
        "cfr_plus": "arena_openspiel.cfr:CfrPlus",
        "mccfr": "arena_openspiel.cfr:Mccfr",
    }
