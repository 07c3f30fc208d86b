"""PettingZoo's environments (classic, sisl, butterfly, atari) and those of its sister mpe2."""

from __future__ import annotations

import arena


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    """`pettingzoo/tictactoe_v3`, `mpe2/simple_spread_v3` and their like."""
    return {
        "pettingzoo/*": "arena_pettingzoo.families:PettingZoo",
        "mpe2/*": "arena_pettingzoo.families:Mpe2",
    }
