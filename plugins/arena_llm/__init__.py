"""Language models that play: prompts from observations, moves from log-probabilities or replies."""

from __future__ import annotations

import arena


@arena.hookimpl
def arena_agents() -> dict[str, str]:
    """Return the agents of this plugin."""
    return {"llm": "arena_llm.agents:Llm", "chat": "arena_llm.chat:Chat"}


@arena.hookimpl
def arena_scorers() -> dict[str, str]:
    """Return the judges of this plugin."""
    return {
        "rules": "arena_llm.judging:Rules",
        "reward_model": "arena_llm.scorers:RewardModel",
        "dpo": "arena_llm.scorers:Dpo",
    }
