"""Stable-Baselines3 and sb3-contrib: trainers for one seat of any game, and players of models."""

from __future__ import annotations

import arena

_TRAINERS = (
    "dqn", "a2c", "ppo", "sac", "td3", "ddpg", "her", "maskable_ppo", "recurrent_ppo", "qrdqn",
    "trpo", "tqc", "ars",
)  # fmt: skip


@arena.hookimpl
def arena_agents() -> dict[str, str]:
    """Return the agent of checkpoints, and that of models saved elsewhere."""
    return {
        "sb3": "arena_sb3.archive:Sb3",
        "sb3_policy": "arena_sb3.agents:Sb3Policy",
    }


@arena.hookimpl
def arena_trainers() -> dict[str, str]:
    """Return the trainers of this plugin."""
    return {f"sb3_{name}": f"arena_sb3.trainers:{name}" for name in _TRAINERS}
