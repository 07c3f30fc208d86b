"""Wrappers that Gymnasium has not, or not quite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium.wrappers import DtypeObservation, RescaleObservation

import arena


class Physics(gymnasium.Wrapper[Any, Any, Any, Any]):
    """A MuJoCo world whose masses, friction and gravity are multiplied by factors.

    For each of `ranges` (mass, friction, gravity) a factor is drawn at every reset, uniformly
    between two numbers, from the seed of the reset: domain randomisation as in Peng et al.,
    "Sim-to-real transfer of robotic control with dynamics randomization" (ICRA 2018). One factor
    holds for all bodies; inertia goes with mass, and friction is that of sliding.
    """

    def __init__(self, env: Any, ranges: Mapping[str, tuple[float, float]]) -> None:
        super().__init__(env)
        self.ranges = dict(ranges)
        model = env.unwrapped.model
        self._plain = {
            "mass": (model.body_mass, model.body_mass.copy()),
            "inertia": (model.body_inertia, model.body_inertia.copy()),
            "friction": (model.geom_friction[:, 0], model.geom_friction[:, 0].copy()),
            "gravity": (model.opt.gravity, model.opt.gravity.copy()),
        }
        self.factors: dict[str, float] = {}

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        """Draw the factors of this match, and begin it."""
        import mujoco

        if seed is not None:
            for name, (low, high) in self.ranges.items():
                u = arena.uniform(arena.derive(seed, "physics", name), 0, 0)
                self.factors[name] = low + u * (high - low)
        for name, factor in self.factors.items():
            for part in (name, "inertia") if name == "mass" else (name,):
                now, plain = self._plain[part]
                now[...] = factor * plain
        world = self.env.unwrapped
        mujoco.mj_setConst(world.model, world.data)  # what MuJoCo derives from masses
        return self.env.reset(seed=seed, options=options)


class Rescaled(RescaleObservation[Any, Any, Any]):
    """Gymnasium's wrapper, kept from stepping over its bounds by rounding."""

    def observation(self, observation: Any) -> Any:
        """Return the observation in the new bounds."""
        space: Any = self.observation_space
        seen = np.clip(super().observation(observation), space.low, space.high)
        return seen.astype(space.dtype)


def rescaled(env: Any) -> Any:
    """Return an environment that shows numbers in [-1, 1] where they have bounds.

    Raises ValueError where what is seen is not a box of numbers.
    """
    box = env.observation_space
    if not isinstance(box, gymnasium.spaces.Box):
        raise ValueError(f"rescale is for boxes of numbers, not {box}")
    if not np.issubdtype(box.dtype, np.floating):
        env = DtypeObservation(env, np.float32)
        box = env.observation_space
    bounded = np.isfinite(box.low) & np.isfinite(box.high) & (box.low < box.high)
    if not bounded.any():
        raise ValueError("nothing that is seen has bounds to rescale by")
    return Rescaled(env, np.where(bounded, -1.0, box.low), np.where(bounded, 1.0, box.high))
