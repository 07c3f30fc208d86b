"""Games written as tensor operations: thousands stepped together, on any device of torch."""

from __future__ import annotations

import arena


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    """`tensor/tic_tac_toe` and the others of `arena_tensor.family`."""
    return {"tensor/*": "arena_tensor.family:Tensor"}
