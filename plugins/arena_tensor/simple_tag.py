"""Slow predators hunt faster prey among obstacles (mpe2)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from arena import BadParameter
from arena_tensor.particles import Body, ParticleTable


class SimpleTag(ParticleTable):
    """Every catch pays all predators 10 and costs the prey 10; prey that runs away pays for it.

    In float64: contacts amplify what float32 rounds.
    """

    def __init__(
        self, size: int, device: str, num_good: int = 1, num_adversaries: int = 3,
        num_obstacles: int = 2, max_cycles: int = 25, continuous_actions: bool = False,
    ) -> None:  # fmt: skip
        if num_good < 1 or num_adversaries < 1 or num_obstacles < 0:
            raise BadParameter(
                f"tensor/simple_tag: num_good={num_good}, num_adversaries={num_adversaries}, "
                f"num_obstacles={num_obstacles}: one of either side at least"
            )
        hunters = _team(num_adversaries, "adversaries", "adversary", 0.075, 3.0, 1.0)
        prey = _team(num_good, "agents", "agent", 0.05, 4.0, 1.3)
        obstacles = [
            Body(f"landmark {i}", 0.2, moves=False, collides=True, spread=0.9)
            for i in range(num_obstacles)
        ]
        many = num_adversaries + num_good
        base = 4 + 2 * num_obstacles + 2 * (many - 1)
        seen = [base + 2 * num_good] * num_adversaries + [base + 2 * (num_good - 1)] * num_good
        super().__init__(
            size, device, "simple_tag", "mixed", [*hunters, *prey, *obstacles], seen,
            max_cycles, continuous_actions, torch.float64,
        )  # fmt: skip
        self.hunters = list(range(num_adversaries))
        self.prey = list(range(num_adversaries, many))

    def see(self, seat: int) -> Tensor:
        """Return its speed and place, where all others are from it, and how fast the prey is."""
        others = self.others(seat)
        around = [*self.from_(seat, self.landmarks), *self.from_(seat, others)]
        fleeing = [self.speed[prey] for prey in self.prey if prey != seat]
        return torch.cat((self.speed[seat], self.place[seat], *around, *fleeing))

    def pay(self) -> Sequence[Tensor]:
        """Return each seat's reward."""
        caught = {
            prey: torch.stack([self.collide(prey, hunter) for hunter in self.hunters]).sum(0)
            for prey in self.prey
        }
        catches = 10.0 * torch.stack(tuple(caught.values())).sum(0)
        away = [-10.0 * caught[prey] - self._outside(prey) for prey in self.prey]
        return [*(catches.to(self.place.dtype) for _ in self.hunters), *away]

    def _outside(self, prey: int) -> Tensor:
        """Return what it costs to be near the edge or beyond it: (size,)."""
        x = self.place[prey].abs()
        near, beyond = (x - 0.9) * 10.0, (2.0 * x - 2.0).exp().clamp(max=10.0)
        along, across = torch.where(x < 0.9, 0.0, torch.where(x < 1.0, near, beyond)).unbind()
        return along + across


def _team(
    count: int, team: str, role: str, size: float, accel: float, max_speed: float
) -> list[Body]:
    """Return the bodies of one side, all alike."""
    return [
        Body(
            f"{role}_{i}", size, collides=True, accel=accel, max_speed=max_speed, team=team,
            role=role,
        )
        for i in range(count)
    ]  # fmt: skip
