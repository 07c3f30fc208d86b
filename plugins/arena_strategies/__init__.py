"""Plain strategies, which answer thousands of games at once: of the repeated prisoner's dilemma,
and of mpe2's worlds of particles."""

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
        "nearest_landmark": "arena_strategies.particles:NearestLandmark",
        "assigned_landmark": "arena_strategies.particles:AssignedLandmark",
        "chase": "arena_strategies.particles:Chase",
        "flee": "arena_strategies.particles:Flee",
    }


@hookimpl
def arena_field(spec: Spec) -> Sequence[str]:
    """Propose those of the game that they are known from."""
    if spec.name.endswith("prisoners_dilemma"):
        return ["always_cooperate", "always_defect", "tit_for_tat", "grudger"]
    if "/simple_spread" in spec.name:
        return ["assigned_landmark", "nearest_landmark"]
    return []
