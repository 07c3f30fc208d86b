"""What comes with the core, brought as any plugin brings it."""

from __future__ import annotations

from arena.hookspecs import hookimpl


@hookimpl
def arena_formats() -> dict[str, str]:
    """Tournament formats."""
    return {
        "round_robin": "arena.formats.round_robin:RoundRobin",
        "gauntlet": "arena.formats.gauntlet:Gauntlet",
        "score": "arena.formats.score:Score",
    }


@hookimpl
def arena_raters() -> dict[str, str]:
    """Rating systems."""
    return {
        "elo": "arena.ratings.elo:Elo",
        "bradley_terry": "arena.ratings.bradley_terry:BradleyTerry",
        "mean_return": "arena.ratings.mean_return:MeanReturn",
    }


@hookimpl
def arena_stores() -> dict[str, str]:
    """Histories, by the scheme of their URL."""
    return {"sqlite": "arena.store:SqlStore", "postgresql": "arena.store:SqlStore"}


@hookimpl
def arena_executors() -> dict[str, str]:
    """Ways to play matches."""
    return {
        "here": "arena.executors.here:Here",
        "processes": "arena.executors.processes:Processes",
    }
