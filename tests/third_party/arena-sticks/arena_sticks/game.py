"""Sticks: nature lays out a heap, two seats take one to three; who takes the last one loses."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import numpy as np
from gymnasium.spaces import Box, Discrete

import arena


class Sticks(arena.Environment):
    """A heap of `least` to `most` sticks, each size equally likely."""

    def __init__(self, least: int = 7, most: int = 12) -> None:
        if not 1 <= least <= most:
            raise arena.BadParameter(f"sticks: least={least} and most={most} leave no heap")
        self.sizes = range(least, most + 1)
        seat = arena.Seat(Box(-1, most, (1,), np.int64), Discrete(3, start=1))
        self.spec = arena.Spec(
            "sticks", (seat, seat), zero_sum=True, returns=(-1.0, 1.0), turn_based=True,
            perfect_information=True, model=True,
        )  # fmt: skip

    def reset(self, rng: arena.Luck) -> None:
        """Begin with the heap still to be laid out."""
        self.left, self.mover = -1, 0

    def acting(self) -> Sequence[int]:
        """Return who is to move: nature first."""
        if self.left < 0:
            return (arena.CHANCE,)
        return (self.mover,) if self.left else ()

    def chance(self) -> Sequence[tuple[int, float]]:
        """Return the sizes of the heap with their odds."""
        return [(size, 1 / len(self.sizes)) for size in self.sizes]

    def legal(self, seat: int) -> Sequence[int]:
        """Return how many may be taken."""
        return range(1, min(3, self.left) + 1)

    def observe(self, seat: int) -> np.ndarray:
        """Return the sticks that are left, -1 before they are laid out."""
        return np.array([self.left])

    def step(self, actions: Mapping[int, int]) -> Sequence[float] | None:
        """Lay out the heap, or take from it."""
        ((seat, action),) = actions.items()
        if seat == arena.CHANCE:
            self.left = action
            return None
        self.left -= action
        self.mover = 1 - seat
        return None if self.left else (-1.0, 1.0) if seat == 0 else (1.0, -1.0)

    def label(self, seat: int, action: int) -> str:
        """Return a move in words."""
        return f"take {action}"

    def render(self) -> str:
        """Return the sticks."""
        return "|" * max(0, self.left) or "(none)"

    def copy(self) -> Sticks:
        """Return this game as it stands."""
        return copy.copy(self)

    def imagine(self, seat: int, rng: arena.Luck) -> Sticks:
        """Return a copy: nothing is hidden."""
        return self.copy()
