"""Learning with networks, in plain torch, and the agents that play what was learnt."""

from collections.abc import Mapping

from arena import hookimpl


@hookimpl
def arena_agents() -> Mapping[str, str]:
    """Return the agents of this plugin."""
    return {
        "network": "arena_deep.agents:Network",
        "network_search": "arena_deep.searching:NetworkSearch",
    }


@hookimpl
def arena_trainers() -> Mapping[str, str]:
    """Return the trainers of this plugin."""
    return {
        "a2c": "arena_deep.a2c:A2C",
        "a3c": "arena_deep.a3c:A3C",
        "alphazero": "arena_deep.alphazero:AlphaZero",
        "dqn": "arena_deep.dqn:DQN",
        "double_dqn": "arena_deep.dqn:DoubleDQN",
        "dueling_dqn": "arena_deep.dqn:DuelingDQN",
        "ppo": "arena_deep.ppo:PPO",
        "reinforce": "arena_deep.a2c:Reinforce",
    }
