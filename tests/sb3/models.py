"""Models of every kind for tests, and spaces to try them on."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import torch
from arena_sb3 import settings
from arena_sb3.algorithms import ALGORITHMS
from arena_sb3.luck import ProcessLuck
from arena_sb3.sight import Sight
from arena_sb3.trainers import Sb3Trainer
from gymnasium import spaces

NUMBERS = spaces.Box(-3.0, 3.0, (5,), np.float32)
BOARD = spaces.Box(0, 1, (3, 3, 2), np.int8)
PICTURE = spaces.Box(0, 255, (40, 44, 3), np.uint8)
MIXED = spaces.Dict(
    at=spaces.Box(-np.inf, np.inf, (4,), np.float64), face=spaces.Discrete(6, start=1),
    lit=spaces.MultiBinary(3), held=spaces.MultiDiscrete([2, 3]),
)  # fmt: skip
GOAL = spaces.Dict({
    name: spaces.Box(-np.inf, np.inf, (size,), np.float64)
    for name, size in (("observation", 4), ("achieved_goal", 2), ("desired_goal", 2))
})  # fmt: skip
FIVE = spaces.Discrete(5)
ARMS = spaces.Box(np.float32([-2.0, -1.0]), np.float32([2.0, 3.0]))


class Blank(gymnasium.Env[Any, Any]):
    """Shows anything and takes anything."""

    def __init__(self, seen: Any, done: Any) -> None:
        self.observation_space, self.action_space = seen, done

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self.observation_space.sample(), 0.0, False, False, {}

    def compute_reward(self, achieved: Any, desired: Any, info: Any) -> Any:
        return np.zeros(len(achieved))


def model_of(name: str, seen: Any, done: Any, **given: Any) -> tuple[Any, Sight]:
    """Return a model with weights that are all but nought, and what shows it observations."""
    algorithm = ALGORITHMS[name]
    trainer: Any = Sb3Trainer(algorithm, {**defaults(name), **given})
    sight = trainer.sight(seen)
    vector = settings.library(algorithm)._wrap_env(Blank(sight.shown, done))
    small = {"buffer_size": 100} if algorithm.off_policy else {}
    with ProcessLuck(0).swapped():
        model = settings.build(
            "test", algorithm, {**trainer.given, **small}, sight, vector, 0, "cpu"
        )
        shaken = torch.Generator().manual_seed(1)
        with torch.no_grad():
            for weight in model.policy.parameters():
                weight += 0.2 * torch.randn(weight.shape, generator=shaken)
    return model, sight


def defaults(name: str) -> dict[str, Any]:
    """Return the parameters of a trainer that nobody set."""
    given = ALGORITHMS[name].signature().parameters
    return {key: parameter.default for key, parameter in given.items()}


def sampled(space: Any, rows: int, seed: int = 0) -> list[Any]:
    """Return elements of a space."""
    space.seed(seed)
    return [space.sample() for _ in range(rows)]
