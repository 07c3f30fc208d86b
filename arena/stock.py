"""What comes with the core, brought as any plugin brings it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arena.hookspecs import hookimpl


@hookimpl
def arena_formats() -> dict[str, str]:
    """Tournament formats."""
    return {
        "fixed_seats": "arena.formats.fixed_seats:FixedSeats",
        "round_robin": "arena.formats.round_robin:RoundRobin",
        "gains": "arena.formats.gains:Gains",
        "gauntlet": "arena.formats.gauntlet:Gauntlet",
        "score": "arena.formats.score:Score",
        "free_for_all": "arena.formats.free_for_all:FreeForAll",
        "cross_play": "arena.formats.cross_play:CrossPlay",
        "focal_background": "arena.formats.focal_background:FocalBackground",
        "by_side": "arena.formats.by_side:BySide",
        "evolution": "arena.formats.evolution:Evolution",
        "swiss": "arena.formats.swiss:Swiss",
        "ladder": "arena.formats.ladder:Ladder",
        "sprt": "arena.formats.sprt:Sprt",
        "knockout": "arena.formats.knockout:Knockout",
        "double_elimination": "arena.formats.double_elimination:DoubleElimination",
    }


@hookimpl
def arena_raters() -> dict[str, str]:
    """Rating systems."""
    return {
        "elo": "arena.ratings.elo:Elo",
        "bradley_terry": "arena.ratings.bradley_terry:BradleyTerry",
        "mean_return": "arena.ratings.mean_return:MeanReturn",
        "glicko2": "arena.ratings.glicko2:Glicko2",
        "openskill": "arena.ratings.openskill:OpenSkill",
        "alpha_rank": "arena.ratings.alpha_rank:AlphaRank",
        "nash_averaging": "arena.ratings.nash_averaging:NashAveraging",
        "maximal_lotteries": "arena.ratings.maximal_lotteries:MaximalLotteries",
    }


@hookimpl
def arena_stores() -> dict[str, str]:
    """Histories, by the scheme of their URL."""
    return {"sqlite": "arena.store.sql:SqlStore", "postgresql": "arena.store.sql:SqlStore"}


@hookimpl
def arena_executors() -> dict[str, str]:
    """Ways to play matches."""
    return {
        "here": "arena.executors.here:Here",
        "processes": "arena.executors.processes:Processes",
    }


@hookimpl
def arena_commands() -> dict[str, str]:
    """The core's commands."""
    modules = {
        "tournament": ("tournament", "match"),
        "play": ("play",),
        "training": ("train",),
        "listings": (
            "agents", "environments", "trainers", "formats", "raters", "scorers", "stores",
            "executors", "plugins",
        ),
        "history": ("matches", "replay", "verify", "tournaments", "export"),
        "ratings": ("ratings", "compare"),
        "bench": ("bench",),
        "check": ("check",),
        "new": ("new",),
        "exploit": ("exploit",),
    }  # fmt: skip
    return {
        name: f"arena.cli.{module}:{name}" for module, names in modules.items() for name in names
    } | {"import": "arena.cli.importing:import_", "web": "arena.web.command:web"}


@hookimpl
def arena_started(run: Any) -> None:
    """Keep a log of training runs."""
    from arena.training_log import begin

    begin(run)


@hookimpl
def arena_learned(run: Any, step: int, metrics: Mapping[str, float]) -> None:
    """Keep what a training run reports."""
    from arena.training_log import note

    note(run, step, metrics)


@hookimpl
def arena_finished(run: Any) -> None:
    """Keep that a training run is over."""
    from arena.training_log import end

    end(run)
