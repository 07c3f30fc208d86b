"""A pendulum is to be swung up and held there. Gymnasium's Pendulum-v1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from gymnasium.spaces import Box
from torch import Tensor

from arena_tensor.control import ControlTable, control_spec

_FAST, _STRONG, _SECONDS = 8.0, 2.0, 0.05  # rad/s, N m, and the length of a step


class Pendulum(ControlTable):
    """The state is the angle, 0 upright, and its velocity; the rod has 1 kg and 1 m."""

    def __init__(self, size: int, device: str, g: float = 10.0) -> None:
        torque = Box(-_STRONG, _STRONG, (1,))
        high = (1.0, 1.0, _FAST)
        low = [-most for most in high]
        spec = control_spec("tensor/pendulum", low, high, torque, 200, (None, 0.0))
        super().__init__(spec, size, device, [-math.pi, -1.0], [math.pi, 1.0])
        self.gravity = g

    def step(self, actions: Sequence[Tensor]) -> Tensor:
        """Turn for a step; what is paid falls with angle, velocity and torque: float32 (size, 1).

        It is Gymnasium's, in which a torque is a number of 32 bits.
        """
        angle, speed = self.state
        torque = actions[0][:, 0].float().clamp(-_STRONG, _STRONG)
        wrapped = torch.remainder(angle + math.pi, 2 * math.pi) - math.pi
        cost = wrapped.square() + 0.1 * speed.square() + 0.001 * torque.square()
        faster = speed + (3 * self.gravity / 2 * angle.sin() + 3 * torque) * _SECONDS
        faster = faster.clamp(-_FAST, _FAST)
        self.become((angle + faster * _SECONDS, faster))
        return (-cost * self.live).float()[:, None]

    def observe(self, seats: Any) -> Tensor:
        """Return the angle's cosine and sine, and its velocity: float32 (size, 3)."""
        angle, speed = self.state
        return torch.stack((angle.cos(), angle.sin(), speed)).float().t()

    def render(self, row: int) -> str:
        """Return the state in words."""
        angle, speed = self.state[:, row].tolist()
        angle = (angle + math.pi) % (2 * math.pi) - math.pi
        return f"the pendulum is at {angle:.3f} rad (0 is upright) and turns by {speed:.3f} rad/s"
