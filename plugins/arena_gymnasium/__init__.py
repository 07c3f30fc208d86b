"""Gymnasium's environments: games for one, compared by what they return."""

from __future__ import annotations

import arena


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    """`gymnasium/CartPole-v1` and every other id of Gymnasium's registry."""
    return {"gymnasium/*": "arena_gymnasium.family:Gymnasium"}
