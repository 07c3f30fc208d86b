"""VMAS's scenarios: many worlds of several agents each, in torch."""

from __future__ import annotations

import arena


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    """`vmas/balance` and every other scenario of VMAS."""
    return {"vmas/*": "arena_vmas.family:Vmas"}
