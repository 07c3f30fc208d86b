"""A game of one's own."""

import arena


@arena.hookimpl
def arena_environments():
    """Return the games of this plugin."""
    return {"sticks": "arena_sticks.game:Sticks"}
