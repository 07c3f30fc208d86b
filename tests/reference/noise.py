"""A plugin file: a game in which nothing that is done matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymnasium import spaces

import arena


class Noise(arena.Environment):
    """One seat makes ten moves, each of eight paid by the same normal luck: of mean 0, s.d. 1."""

    def __init__(self) -> None:
        seat = arena.Seat(spaces.Discrete(10), spaces.Discrete(8))
        self.spec = arena.Spec("noise", (seat,), turn_based=True)

    def reset(self, rng: arena.Luck) -> None:
        self.rng, self.turn = rng, 0

    def acting(self) -> tuple[int, ...]:
        return (0,) if self.turn < 10 else ()

    def observe(self, seat: int) -> int:
        return self.turn

    def step(self, actions: Mapping[int, Any]) -> list[float]:
        self.turn += 1
        return [float(self.rng.standard_normal())]


@arena.hookimpl
def arena_environments() -> dict[str, Any]:
    """Return the game."""
    return {"reference/noise": Noise}
