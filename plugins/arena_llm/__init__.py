"""Language models that play: prompts from observations, moves from log-probabilities or replies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import arena


@arena.hookimpl
def arena_agents() -> dict[str, str]:
    """Return the agents of this plugin."""
    return {
        "llm": "arena_llm.agents:Llm",
        "chat": "arena_llm.chat:Chat",
        "scripted": "arena_llm.scripted:Scripted",
    }


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    """Return the games of words of this plugin."""
    return {"prompt_duel": "arena_llm.duel:PromptDuel"}


@arena.hookimpl
def arena_findings(store: Any, tournament: int) -> Mapping[str, Any]:
    """Return what the duels of a tournament show of their judge; of other games, who was tied."""
    if store.tournament(tournament).record.game.ref.name != "prompt_duel":
        from arena_llm.ties import ties

        return ties(store, tournament)
    from arena_llm.findings import findings

    return findings(store, tournament)


@arena.hookimpl
def arena_scorers() -> dict[str, str]:
    """Return the judges of this plugin."""
    return {
        "rules": "arena_llm.judging:Rules",
        "reward_model": "arena_llm.scorers:RewardModel",
        "dpo": "arena_llm.scorers:Dpo",
        "llm_judge": "arena_llm.judge:LlmJudge",
        "votes": "arena_llm.votes:Votes",
    }
