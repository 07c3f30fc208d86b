"""Populations: policies that answer one another, and the mixtures that are played of them."""

from collections.abc import Mapping

from arena import hookimpl


@hookimpl
def arena_agents() -> Mapping[str, str]:
    """Return the agents of this plugin."""
    return {
        "population": "arena_population.mixture:Mixture",
        "best_answer": "arena_population.answers:Answers",
    }


@hookimpl
def arena_trainers() -> Mapping[str, str]:
    """Return the trainers of this plugin."""
    return {
        "psro": "arena_population.trainers:Psro",
        "fictitious_self_play": "arena_population.trainers:FictitiousSelfPlay",
    }
