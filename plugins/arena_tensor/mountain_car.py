"""A car too weak for the hill gathers speed in the valley. Gymnasium's MountainCar-v0.

A. W. Moore, "Efficient memory-based learning for robot control", Cambridge (1990), as told by
Sutton and Barto, "Reinforcement Learning" (2018), example 10.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from gymnasium.spaces import Discrete
from torch import Tensor

from arena_tensor.control import ControlTable, control_spec

_LEFT, _RIGHT, _GOAL, _FAST = -1.2, 0.6, 0.5, 0.07
_FORCE, _GRAVITY = 0.001, 0.0025


class MountainCar(ControlTable):
    """The state is the car's position and velocity."""

    labels = "left", "coast", "right"

    def __init__(self, size: int, device: str, goal_velocity: float = 0.0) -> None:
        low, high = (_LEFT, -_FAST), (_RIGHT, _FAST)
        spec = control_spec("tensor/mountain_car", low, high, Discrete(3), 200, (None, 0.0))
        super().__init__(spec, size, device, [-0.6, 0.0], [-0.4, 0.0])
        self.goal_velocity = goal_velocity

    def step(self, actions: Sequence[Tensor]) -> Tensor:
        """Push for a step, and pay -1: float32 (size, 1)."""
        x, speed = self.state
        speed = speed + ((actions[0] - 1) * _FORCE + (3 * x).cos() * -_GRAVITY)
        speed = speed.clamp(-_FAST, _FAST)
        x = (x + speed).clamp(_LEFT, _RIGHT)
        stopped = (x == _LEFT) & (speed < 0)  # by the wall
        self.become((x, speed * ~stopped))
        there = (self.state[0] >= _GOAL) & (self.state[1] >= self.goal_velocity)
        before, self.live = self.live, self.live & ~there
        return -before.float()[:, None]

    def render(self, row: int) -> str:
        """Return the state in words."""
        x, speed = self.state[:, row].tolist()
        return f"the car is at {x:.3f} of {_LEFT} to {_GOAL}, the goal, and moves by {speed:.4f}"
