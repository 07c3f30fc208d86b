"""A trainer of one's own, and its agent."""

import arena


@arena.hookimpl
def arena_trainers():
    """Return the trainers of this plugin."""
    return {"averages": "arena_averages.learn:Averages"}


@arena.hookimpl
def arena_agents():
    """Return the agents of this plugin."""
    return {"average_player": "arena_averages.players:AveragePlayer"}
