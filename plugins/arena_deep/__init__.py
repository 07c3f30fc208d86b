"""Learning with networks, in plain torch, and the agents that play what was learnt."""

from collections.abc import Mapping

from arena import hookimpl


@hookimpl
def arena_agents() -> Mapping[str, str]:
    """Return the agents of this plugin."""
    return {"network": "arena_deep.agents:Network"}


@hookimpl
def arena_trainers() -> Mapping[str, str]:
    """Return the trainers of this plugin."""
    return {
        "dqn": "arena_deep.dqn:DQN",
        "double_dqn": "arena_deep.dqn:DoubleDQN",
        "dueling_dqn": "arena_deep.dqn:DuelingDQN",
        "ppo": "arena_deep.ppo:PPO",
    }
