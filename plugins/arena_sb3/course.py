"""A training run: the model's own loop, and between its rollouts what the core wants to know."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import KVWriter, Logger

import arena
from arena_sb3 import settings, state
from arena_sb3.agents import Player
from arena_sb3.algorithms import Algorithm
from arena_sb3.convert import convert
from arena_sb3.luck import ProcessLuck
from arena_sb3.network import one_thread
from arena_sb3.policy import Policy
from arena_sb3.sight import Sight
from arena_sb3.world import World

_NAMES = {
    "rollout/ep_rew_mean": "return", "rollout/ep_len_mean": "length",
    "rollout/success_rate": "success",
}  # fmt: skip
_UNTOLD = ("time/", "train/n_updates", "train/iterations", "rollout/exploration_rate")
_SAVING = 0.02
"""The share of time that saving may take: a replay buffer is large."""
_LOOPS = ("collect_rollouts", "_do_one_update")
"""What a model calls at the beginning of each round of its loop."""


class Course:
    """One run of one trainer."""

    def __init__(
        self, run: arena.TrainingRun, algorithm: Algorithm, given: Mapping[str, Any], sight: Sight
    ) -> None:
        self.run, self.algorithm, self.given, self.sight = run, algorithm, given, sight
        self.what = f"trainer 'sb3_{algorithm.name}'"
        self.opponents = [run.agent(text) for text in given["opponents"]] if _others(run) else []
        self.luck = ProcessLuck(arena.derive(run.seed, "process"))
        self.world = World(self._makers(), sight, algorithm.goals, self._normalising())
        self.saved = self.saving = 0.0
        self.learning = 0.0
        with self.luck.swapped():
            seed = arena.derive(run.seed, "model") % 2**31
            self.model = settings.build(
                self.what, algorithm, given, sight, self.world.vector, seed, run.device
            )
        self.model.set_logger(Logger(None, [_Told(self)]))
        self._hook_loop()

    def go(self) -> None:
        """Learn until the budget is spent, and offer what was learnt."""
        try:
            with self.luck.swapped(), one_thread():
                self.model.learn(self.run.steps, callback=_Hearing(self))
            self.run.step = int(self.model.num_timesteps)
            self.offer()
        finally:
            self.world.close()

    def _makers(self) -> list[Any]:
        """Return what makes the seats to learn in, each with luck of its own."""
        run, given = self.run, self.given

        def maker(number: int) -> Any:
            seed = arena.derive(run.seed, "games", number)
            seat, illegal = self.seat, given["illegal"]
            return lambda: arena.SeatEnv(run.make, self.opponents, seat, seed, illegal)

        return [maker(number) for number in range(given["n_envs"])]

    @property
    def seat(self) -> int | None:
        """The seat that is learnt, None for each in turn."""
        seat: int | None = self.given["seat"]
        return seat if _others(self.run) else 0

    def _normalising(self) -> dict[str, Any] | None:
        """Return how running statistics are kept, if they are wanted."""
        given = self.given
        if not (given["normalise"] or given["normalise_reward"]):
            return None
        how = {"norm_obs": given["normalise"], "norm_reward": given["normalise_reward"]}
        if not self.sight.single and given["normalise"]:
            how["norm_obs_keys"] = numbers_of(self.sight)
        return {**how, "gamma": given.get("gamma", 0.99)}

    def _hook_loop(self) -> None:
        """Have the model call `between` before each round of its loop."""
        name = next(name for name in _LOOPS if hasattr(self.model, name))
        play = getattr(self.model, name)
        ended = time.perf_counter()

        def round_(*arguments: Any, **named: Any) -> Any:
            nonlocal ended
            self.learning += time.perf_counter() - ended
            self.between()
            begun, games = time.perf_counter(), self.world.seconds
            try:
                return play(*arguments, **named)
            finally:
                ended = time.perf_counter()
                games = self.world.seconds - games
                self.run.spent(agents=ended - begun - games, learning=self.learning)
                self.learning = 0.0

        setattr(self.model, name, round_)

    def between(self) -> None:
        """Nothing is in flight but the games: tell, offer and save what is due."""
        with self.luck.swapped():
            self.run.step = int(self.model.num_timesteps)
            if self.run.offer_due and self.run.step < self.run.steps:
                self.offer()
            self._save()

    def _save(self) -> None:
        """Save the state, unless that would take too much of the time."""
        now = time.monotonic()
        if now - self.saved < self.saving / _SAVING:
            return
        taken = False

        def captured() -> arena.TrainingState:
            nonlocal taken
            taken = True
            return state.capture(self.model, self.world, self.luck)

        self.run.save(captured)
        if taken:
            self.saved = time.monotonic()
            self.saving = self.saved - now

    def resume(self) -> None:
        """Take up an interrupted run, if this is one."""
        if self.run.resumed is not None:
            state.restore(self.run.resumed, self.model, self.world, self.luck)

    def policy(self) -> Policy:
        """Return the policy as it is now, free of Stable-Baselines3."""
        actions = self.run.spec.seats[self.seat or 0].action_space
        return convert(self.model, self.algorithm.name, self.sight, actions)

    def offer(self) -> None:
        """Offer what was learnt, with how it does."""
        policy = self.policy()
        metrics = self.evaluate(policy) if self.given["evaluations"] else {}
        self.run.offer(policy.write, {"game": self.run.spec.name}, metrics)

    def evaluate(self, policy: Policy) -> dict[str, float]:
        """Return the mean return of greedy play, on the same deals each time."""
        run, count = self.run, self.given["evaluations"]
        matches = [self._match(number) for number in range(count)]
        returns = []
        agents = [Player(policy), *self.opponents]
        for episode in arena.play(run.make, agents, matches, slots=min(count, 16)):
            if 0 in [episode.match.seats[fault.seat or 0] for fault in episode.faults]:
                raise arena.ArenaError(f"{self.what}: {episode.faults[0].message}")
            returns.append(episode.returns[episode.match.seats.index(0)])
        return {"mean_return": float(np.mean(returns))}

    def _match(self, number: int) -> arena.Match:
        root = arena.derive(self.run.seed, "evaluation")
        seats = len(self.run.spec.seats)
        held = number % seats if self.seat is None else self.seat
        others = max(1, len(self.opponents))
        players = [1 + arena.derive(root, "who", number, s) % others for s in range(seats)]
        players[held] = 0
        luck, deal = arena.derive(root, "luck", number), arena.derive(root, "deal", number)
        return arena.Match(number, tuple(players), luck, deal)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Give the process its own luck back, for whoever listens."""
        with self.luck.swapped():
            yield


class _Hearing(BaseCallback):
    """What the model's loop calls: the beginning, and every step."""

    def __init__(self, course: Course) -> None:
        super().__init__()
        self.course, self.due = course, 0

    def _on_training_start(self) -> None:
        self.course.resume()

    def _on_step(self) -> bool:
        run = self.course.run
        if self.model.num_timesteps >= self.due:
            self.due = self.model.num_timesteps + max(1, run.steps // 500)
            with self.course.outside():
                run.step = int(self.model.num_timesteps)
                run.report({})
        return True


class _Told(KVWriter):
    """Hands what the model logs to the run."""

    def __init__(self, course: Course) -> None:
        self.course = course

    def write(
        self, key_values: dict[str, Any], key_excluded: dict[str, tuple[str, ...]], step: int = 0
    ) -> None:
        """Tell the numbers, under short names."""
        told = {
            _NAMES.get(name, name.rpartition("/")[2]): float(value)
            for name, value in sorted(key_values.items(), key=lambda item: item[0] not in _NAMES)
            if isinstance(value, (int, float, np.number)) and not name.startswith(_UNTOLD)
        }
        with self.course.outside():
            self.course.run.step = int(self.course.model.num_timesteps)
            self.course.run.report(told)

    def close(self) -> None:
        """There is nothing to close."""


def numbers_of(sight: Sight) -> Sequence[str]:
    """Return the parts of an observation that are numbers, and no picture."""
    return [name for name, part in sight.parts.items() if part.numbers]


def _others(run: arena.TrainingRun) -> bool:
    return len(run.spec.seats) > 1
