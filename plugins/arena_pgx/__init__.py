"""pgx's games, written in JAX: chess, go, shogi and others, thousands at once on a device."""

from __future__ import annotations

import arena


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    """`pgx/chess` and the others of `arena_pgx.family`."""
    return {"pgx/*": "arena_pgx.family:Pgx"}
