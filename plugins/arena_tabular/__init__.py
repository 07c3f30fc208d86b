"""Learning with tables: q_learning, and the agent that plays what it learnt."""

from collections.abc import Mapping

from arena import hookimpl


@hookimpl
def arena_agents() -> Mapping[str, str]:
    """Return the agents of this plugin."""
    return {"q_table": "arena_tabular.agents:QTable"}


@hookimpl
def arena_trainers() -> Mapping[str, str]:
    """Return the trainers of this plugin."""
    return {"q_learning": "arena_tabular.q_learning:QLearning"}
