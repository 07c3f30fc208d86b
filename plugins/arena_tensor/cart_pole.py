"""A pole upon a cart: push it left or right so that it stays up. Gymnasium's CartPole-v1.

Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning control
problems", IEEE Transactions on Systems, Man and Cybernetics 13 (1983); the equations are (23) and
(24) of R. V. Florian, "Correct equations for the dynamics of the cart-pole system" (2007), without
friction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from gymnasium.spaces import Discrete
from torch import Tensor

from arena_tensor.control import ControlTable, control_spec

_GRAVITY, _FORCE, _SECONDS = 9.8, 10.0, 0.02  # m/s^2, N, and the length of a step
_POLE, _ALL, _HALF = 0.1, 1.1, 0.5  # kg of the pole, of pole and cart; m: half the pole's length
_FAR, _TILTED = 2.4, 12 * 2 * math.pi / 360  # m and radians beyond which it is over


class CartPole(ControlTable):
    """The state is the cart's position and velocity (m, m/s), the pole's angle and its velocity."""

    labels = "left", "right"

    def __init__(self, size: int, device: str, sutton_barto_reward: bool = False) -> None:
        returns = (-1.0, 0.0) if sutton_barto_reward else (0.0, None)
        high = (2 * _FAR, math.inf, 2 * _TILTED, math.inf)
        low = [-most for most in high]
        spec = control_spec("tensor/cart_pole", low, high, Discrete(2), 500, returns)
        super().__init__(spec, size, device, [-0.05] * 4, [0.05] * 4)
        self.punished = sutton_barto_reward

    def step(self, actions: Sequence[Tensor]) -> Tensor:
        """Push for a step of Euler's method; pay 1, or -1 at the end only: float32 (size, 1)."""
        x, speed, angle, turning = self.state
        cos, sin = angle.cos(), angle.sin()
        push = (actions[0] * (2 * _FORCE) - _FORCE + _POLE * _HALF * turning.square() * sin) / _ALL
        bent = (_GRAVITY * sin - cos * push) / (_HALF * (4 / 3 - _POLE * cos.square() / _ALL))
        pushed = push - _POLE * _HALF * bent * cos / _ALL
        self.become(
            (
                x + _SECONDS * speed,
                speed + _SECONDS * pushed,
                angle + _SECONDS * turning,
                turning + _SECONDS * bent,
            )
        )
        fallen = (self.state[0].abs() > _FAR) | (self.state[2].abs() > _TILTED)
        before, self.live = self.live, self.live & ~fallen
        pay = -(before & fallen).float() if self.punished else before.float()
        return pay[:, None]

    def render(self, row: int) -> str:
        """Return the state in words."""
        x, speed, angle, turning = self.state[:, row].tolist()
        return (
            f"the cart is at {x:.3f} m and moves by {speed:.3f} m/s; "
            f"the pole is at {angle:.3f} rad and turns by {turning:.3f} rad/s"
        )
