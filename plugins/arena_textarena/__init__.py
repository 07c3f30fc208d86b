"""TextArena's games of words for two and more players, those that need no network and no key."""

from __future__ import annotations

import arena


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    """`textarena/KuhnPoker-v0` and its like."""
    return {"textarena/*": "arena_textarena.family:TextArena"}
