"""Learning of language models: from moves, from preferences, from rewards and from matches."""

from collections.abc import Mapping

from arena import hookimpl


@hookimpl
def arena_agents() -> Mapping[str, str]:
    """Return the agents of this plugin."""
    return {"reward_greedy": "arena_align.agents:RewardGreedy"}


@hookimpl
def arena_trainers() -> Mapping[str, str]:
    """Return the trainers of this plugin."""
    return {
        "tiny_lm": "arena_align.sft:Tiny",
        "sft": "arena_align.sft:Sft",
        "reward_model": "arena_align.reward_model:RewardModel",
        "dpo": "arena_align.preference_trainers:Dpo",
        "rlhf_ppo": "arena_align.reward_trainers:RlhfPpo",
        "grpo": "arena_align.group_trainers:Grpo",
        "rloo": "arena_align.group_trainers:Rloo",
        "kto": "arena_align.preference_trainers:Kto",
    }


@hookimpl
def arena_commands() -> Mapping[str, str]:
    """Return the commands of this plugin."""
    return {"preferences": "arena_align.command:preferences"}
