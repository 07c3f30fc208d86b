"""The hooks a plugin may implement (pluggy; entry-point group "arena").

Those that provide return `{name: factory}`, where a factory is a callable, a string
"module:attribute" that is imported on use, or a `Family` of names. Those that hear return nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pluggy

PROJECT = "arena"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Factories = Mapping[str, "str | Callable[..., Any] | Any"]


@hookspec
def arena_agents() -> Factories:
    """Agents: factories of `Agent`."""
    return {}


@hookspec
def arena_environments() -> Factories:
    """Environments: factories of `Environment` or `Table`, or families of names."""
    return {}


@hookspec
def arena_trainers() -> Factories:
    """Trainers: factories of `Trainer` or `Learner`."""
    return {}


@hookspec
def arena_raters() -> Factories:
    """Rating systems: factories of `Rater`."""
    return {}


@hookspec
def arena_formats() -> Factories:
    """Tournament formats: factories of `Format`."""
    return {}


@hookspec
def arena_scorers() -> Factories:
    """Judges of answers: factories of `Scorer`."""
    return {}


@hookspec
def arena_stores() -> Factories:
    """Histories, by the scheme of their URL: factories of `Store`, called with the URL."""
    return {}


@hookspec
def arena_executors() -> Factories:
    """Ways to play matches: factories of `Executor`."""
    return {}


@hookspec
def arena_commands() -> Factories:
    """Commands of the command line: click commands."""
    return {}


@hookspec
def arena_pages() -> Factories:
    """Web pages: factories of `Page`."""
    return {}


@hookspec
def arena_field(spec: Any) -> Sequence[str]:
    """Propose agents, as specs, for a tournament of this game that names none.

    Those that do not suit the game are left out; whatever is proposed should play without a
    checkpoint, a server or a person, and quickly.
    """
    return []


@hookspec
def arena_findings(store: Any, tournament: int) -> Mapping[str, Any]:
    """Tell what the matches of a tournament (by its id) show beside their results.

    Nothing for games of others. "says", where there is one, is that in a sentence or two.
    """
    return {}


@hookspec
def arena_started(run: Any) -> None:
    """Hear that a run (a tournament or a training run) begins."""


@hookspec
def arena_played(run: Any, episodes: Sequence[Any]) -> None:
    """Hear of a block of episodes that have been played and stored."""


@hookspec
def arena_learned(run: Any, step: int, metrics: Mapping[str, float]) -> None:
    """Hear how a training run does after `step` moves."""


@hookspec
def arena_finished(run: Any) -> None:
    """Hear that a run is over, finished or interrupted."""
