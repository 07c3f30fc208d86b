"""Strategies of the repeated prisoner's dilemma, which answer thousands of games at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from arena import hookimpl

if TYPE_CHECKING:
    from arena import Spec


@hookimpl
def arena_agents() -> Mapping[str, str]:
    """Return the agents of this plugin."""
    return {
        "always_cooperate": "arena_strategies.dilemma:AlwaysCooperate",
        "always_defect": "arena_strategies.dilemma:AlwaysDefect",
        "tit_for_tat": "arena_strategies.dilemma:TitForTat",
        "grudger": "arena_strategies.dilemma:Grudger",
    }


@hookimpl
def arena_field(spec: Spec) -> Sequence[str]:
    """Propose all of them for the game that they are known from."""
    return list(arena_agents()) if spec.name.endswith("prisoners_dilemma") else []
