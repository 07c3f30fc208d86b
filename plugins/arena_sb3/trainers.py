"""The trainers: one class, and a function for each algorithm, whose signature is its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gymnasium import spaces

from arena import Spec, Trainer, TrainingRun, Unsuitable
from arena_sb3 import settings
from arena_sb3.algorithms import ALGORITHMS, Algorithm
from arena_sb3.sight import Sight

_ABOUT = """
    Its hyperparameters are those of the library, and go by the same names. Beside them:

    opponents         who plays the other seats: in each match and seat one of them, at random
    seat              the seat it learns to hold; each in turn if it is not given
    illegal           what an illegal move costs while it learns: "random", a random legal one is
                      played instead, or "forfeit"; it plays legal moves only, once it has learnt
    n_envs            matches side by side
    normalise         observations by their running mean and variance, which the checkpoint keeps
    normalise_reward  rewards by the running variance of their discounted sum
    rescale           observations to [-1, 1] where they have bounds
    frames            so many observations in a row are shown
    net               the sizes of hidden layers, and `activation` what is between them; SB3's own
                      if they are not given
    evaluations       episodes of greedy play, ten times a run, whose mean return decides which
                      checkpoint is kept; 0 keeps the last
"""


class Sb3Trainer(Trainer):
    """Trains by an algorithm of Stable-Baselines3 or sb3-contrib; a step is a move of its seat."""

    agent = "sb3_policy"

    def __init__(self, algorithm: Algorithm, given: Mapping[str, Any]) -> None:
        self.algorithm, self.given = algorithm, dict(given)
        self.what = f"trainer 'sb3_{algorithm.name}'"
        settings.check(self.what, algorithm, given)
        self.select_by = "mean_return" if given["evaluations"] else None

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for spaces that the algorithm, or the library, does not take."""
        settings.library(self.algorithm, self.given.get("base", ""))
        alone = len(spec.seats) == 1
        seat = self.given["seat"]
        if not alone and not self.given["opponents"]:
            raise Unsuitable("it needs opponents for the other seats")
        if seat is not None and not 0 <= seat < len(spec.seats):
            raise Unsuitable(f"it has no seat {seat}")
        held = spec.seats[seat or 0]
        for other in spec.seats if seat is None else ():
            both = other.observation_space, other.action_space
            if both != (held.observation_space, held.action_space):
                raise Unsuitable("its seats differ in their spaces; name one of them (seat=0)")
        self._check_actions(held.action_space)
        self._check_sight(held.observation_space)

    def _check_actions(self, space: Any) -> None:
        kind = type(space).__name__
        if kind not in self.algorithm.acts:
            raise Unsuitable(f"it learns {' or '.join(self.algorithm.acts)} actions, not {space}")
        if isinstance(space, spaces.Box) and not (
            space.is_bounded() and space.dtype.kind == "f" and space.shape
        ):
            raise Unsuitable(f"it learns arrays of bounded real numbers, not {space}")
        flat = not isinstance(space, (spaces.MultiDiscrete, spaces.MultiBinary))
        if not flat and len(space.shape) != 1:
            raise Unsuitable(f"it learns rows of actions, not {space}")

    def _check_sight(self, space: Any) -> None:
        sight = self.sight(space)
        settings.reading(self.algorithm, sight)
        if self.given["normalise"] and not any(part.numbers for part in sight.parts.values()):
            raise Unsuitable("normalise is for real numbers, and it sees none")
        if self.algorithm.goals:
            named = set(space) if isinstance(space, spaces.Dict) else set()
            if not {"observation", "achieved_goal", "desired_goal"} <= named:
                raise Unsuitable("it learns goal environments, which show achieved and desired")

    def sight(self, space: Any) -> Sight:
        """Return what shows observations of a space to the network."""
        return Sight(space, self.given["rescale"], self.given["frames"])

    def train(self, run: TrainingRun) -> None:
        """Train until the budget is spent."""
        from arena_sb3.course import Course

        held = run.spec.seats[self.given["seat"] or 0]
        Course(run, self.algorithm, self.given, self.sight(held.observation_space)).go()


def _trainer(name: str) -> Callable[..., Sb3Trainer]:
    """Return the factory of an algorithm's trainer."""
    algorithm = ALGORITHMS[name]
    signature = algorithm.signature()
    defaults = {key: parameter.default for key, parameter in signature.parameters.items()}

    def make(**given: Any) -> Sb3Trainer:
        return Sb3Trainer(algorithm, {**defaults, **given})

    make.__doc__ = f"Stable-Baselines3: {algorithm.about}.\n{_ABOUT}"
    make.__signature__ = signature  # type: ignore[attr-defined]
    make.__annotations__ = {
        key: parameter.annotation for key, parameter in signature.parameters.items()
    }
    make.__name__ = make.__qualname__ = name
    return make


(
    dqn, a2c, ppo, sac, td3, ddpg, her, maskable_ppo, recurrent_ppo, qrdqn, trpo, tqc, ars,
) = map(_trainer, ALGORITHMS)  # fmt: skip
