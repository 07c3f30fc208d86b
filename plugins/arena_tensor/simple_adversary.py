"""Good agents cover a landmark that only they know; an adversary guesses which (mpe2)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from arena import BadParameter
from arena_tensor.particles import Body, ParticleTable, distance


class SimpleAdversary(ParticleTable):
    """The adversary loses its distance to the goal, which the good agents win.

    They lose that of the nearest of them.
    """

    luck = 1

    def __init__(
        self, size: int, device: str, N: int = 2, max_cycles: int = 25,  # noqa: N803
        continuous_actions: bool = False,
    ) -> None:  # fmt: skip
        if N < 1:
            raise BadParameter(f"tensor/simple_adversary: N={N} is too few")
        adversary = Body("adversary_0", 0.15, team="adversaries", role="adversary")
        good = [Body(f"agent_{i}", 0.15, team="agents", role="agent") for i in range(N)]
        landmarks = [Body(f"landmark {i}", 0.08, moves=False) for i in range(N)]
        super().__init__(
            size, device, "simple_adversary", "mixed", [adversary, *good, *landmarks],
            [4 * N] + [4 * N + 2] * N, max_cycles, continuous_actions,
        )  # fmt: skip
        self.goal = self.new()

    def deal(self, rows: Tensor, u: Sequence[Tensor]) -> None:
        """Choose the goal."""
        goal = (u[0] * len(self.landmarks)).long()
        self.goal = torch.where(rows, goal, self.goal)

    def aim(self) -> Tensor:
        """Return where the goal is: (2, size)."""
        return chosen(self.place[len(self.agents) :], self.goal)

    def see(self, seat: int) -> Tensor:
        """Return where the goal is (not for the adversary) and all others, from the seat."""
        goal = [self.aim() - self.place[seat]] if seat else []
        around = [*self.from_(seat, self.landmarks), *self.from_(seat, self.others(seat))]
        return torch.cat((*goal, *around))

    def pay(self) -> Sequence[Tensor]:
        """Return each seat's reward."""
        far = distance(self.place[: len(self.agents)] - self.aim())
        good = far[0] - far[1:].amin(0)
        return [-far[0], *(good for _ in self.agents[1:])]


def chosen(places: Tensor, which: Tensor) -> Tensor:
    """Return one of the places (n, 2, size) for each row, `which` int64 (size,): (2, size)."""
    index = which.expand(1, 2, -1)
    return places.gather(0, index)[0]
