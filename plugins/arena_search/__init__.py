"""Simple players and search: random, first_legal, human, minimax, mcts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from arena import hookimpl

if TYPE_CHECKING:
    from arena import Spec

_LONG = 50
"""Rounds in which all move at once, of which more are too many to look ahead at each."""


@hookimpl
def arena_agents() -> Mapping[str, str]:
    """Return the agents of this plugin."""
    return {
        "random": "arena_search.simple:Random",
        "first_legal": "arena_search.simple:FirstLegal",
        "human": "arena_search.human:Human",
        "minimax": "arena_search.minimax:Minimax",
        "mcts": "arena_search.mcts:Mcts",
    }


@hookimpl
def arena_field(spec: Spec) -> Sequence[str]:
    """Propose players that are quick in a game of any size; those that do not suit are left out."""
    long = spec.max_turns is not None and spec.max_turns > _LONG
    return ["random", "first_legal"] + ["mcts:simulations=20"] * (spec.turn_based or not long)
