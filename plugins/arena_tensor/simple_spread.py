"""Agents share the landmarks among themselves and keep out of each other's way (mpe2)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from arena import BadParameter
from arena_tensor.particles import Body, ParticleTable, distance


class SimpleSpread(ParticleTable):
    """All lose the distance of each landmark to its nearest agent; who collides loses 1 more.

    `local_ratio` is the share of the second in a seat's reward.
    """

    def __init__(
        self, size: int, device: str, N: int = 3, local_ratio: float = 0.5,  # noqa: N803
        max_cycles: int = 25,
        continuous_actions: bool = False,
    ) -> None:  # fmt: skip
        if N < 1 or not 0.0 <= local_ratio <= 1.0:
            raise BadParameter(
                f"tensor/simple_spread: N={N}, local_ratio={local_ratio}: "
                "N is 1 at least, local_ratio in [0, 1]"
            )
        agents = [Body(f"agent_{i}", 0.15, collides=True) for i in range(N)]
        landmarks = [Body(f"landmark {i}", 0.05, moves=False) for i in range(N)]
        super().__init__(
            size, device, "simple_spread", "cooperative", [*agents, *landmarks], [6 * N] * N,
            max_cycles, continuous_actions,
        )  # fmt: skip
        self.local_ratio = local_ratio

    def see(self, seat: int) -> Tensor:
        """Return its speed and place, where the others are from it, and words that nobody says."""
        others = self.others(seat)
        silence = torch.zeros_like(self.speed[: len(others)]).flatten(0, 1)
        around = [*self.from_(seat, self.landmarks), *self.from_(seat, others)]
        return torch.cat((self.speed[seat], self.place[seat], *around, silence))

    def pay(self) -> Sequence[Tensor]:
        """Return each seat's reward."""
        many = len(self.agents)
        agents, landmarks = self.place[:many], self.place[many:]
        far = distance(landmarks[:, None] - agents)  # (landmarks, agents, size)
        shared = -sum(far.amin(1).unbind(), self.new(dtype=far.dtype))
        lost = [self.new(dtype=far.dtype) for _ in range(many)]
        for one in range(many):
            for other in range(one):
                both = self.collide(one, other)
                lost[one], lost[other] = lost[one] + both, lost[other] + both
        return [shared * (1.0 - self.local_ratio) - each * self.local_ratio for each in lost]
