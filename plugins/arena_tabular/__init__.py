"""Learning with tables, and the agent that plays what was learnt."""

from collections.abc import Mapping

from arena import hookimpl


@hookimpl
def arena_agents() -> Mapping[str, str]:
    """Return the agents of this plugin."""
    return {"q_table": "arena_tabular.agents:QTable"}


@hookimpl
def arena_trainers() -> Mapping[str, str]:
    """Return the trainers of this plugin."""
    return {
        "q_learning": "arena_tabular.q_learning:QLearning",
        "sarsa": "arena_tabular.sarsa:Sarsa",
        "expected_sarsa": "arena_tabular.sarsa:ExpectedSarsa",
        "monte_carlo": "arena_tabular.monte_carlo:MonteCarlo",
    }
