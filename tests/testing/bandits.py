"""A plugin file with a small good trainer, and with others that each break a rule."""

from __future__ import annotations

import pickle
import random
from collections.abc import Mapping
from typing import Any

import numpy as np

import arena

LUCK = random.SystemRandom()


class Explorer(arena.Agent):
    def act_batch(self, batch: Any) -> Any:
        return [legal[int(u * len(legal))] for legal, u in zip(batch.legal, batch.u.tolist())]


class Best(arena.Agent):
    """Plays the action that returned most when it was learnt."""

    def __init__(self, checkpoint: str) -> None:
        self.values = arena.read_arrays(checkpoint)["values"]

    def act(self, observation: Any) -> Any:
        return max(observation.legal, key=lambda action: self.values[action])


class Illegal(Best):
    def act(self, observation: Any) -> Any:
        return 0


class Bandit(arena.Learner):
    """The mean return of each action, whatever the position."""

    agent = "best"

    def begin(self, run: Any) -> None:
        self.totals, self.counts, self.left = np.zeros(4), np.zeros(4), run.steps

    def matches(self, step: int) -> Any:
        left = self.left - step
        return arena.Round(arena.self_play(2, 16), [Explorer()], slots=16, limit=left)

    def learn(self, experience: Any) -> Mapping[str, float]:
        returns = arena.returns_to_go(experience)
        np.add.at(self.totals, experience.action, returns)
        np.add.at(self.counts, experience.action, 1)
        return {"mean": float(returns.mean())}

    def weights(self) -> Any:
        return {"values": self.totals / np.maximum(self.counts, 1)}

    def state(self) -> Any:
        return arena.TrainingState({}, {"totals": self.totals, "counts": self.counts})

    def restore(self, state: Any) -> None:
        self.totals, self.counts = state.arrays["totals"].copy(), state.arrays["counts"].copy()


class NoAgent(Bandit):
    agent = "nobody"


class Picky(Bandit):
    def check(self, spec: Any) -> None:
        raise arena.Unsuitable("it is for chess")


class Fails(Bandit):
    def learn(self, experience: Any) -> Any:
        raise FloatingPointError("the loss is not a number")


class Lazy(Bandit):
    def train(self, run: Any) -> None:
        self.begin(run)
        for experience in run.play(self.matches(0)):
            self.learn(experience)
        run.offer(self.weights())


class Pickles(Bandit):
    def train(self, run: Any) -> None:
        self.begin(run)
        while run.step < run.steps:
            for experience in run.play(self.matches(run.step)):
                self.learn(experience)

        def write(folder: Any) -> None:
            (folder / "model.pkl").write_bytes(pickle.dumps(self.totals))

        run.offer(write)


class Mislabels(Pickles):
    def train(self, run: Any) -> None:
        class Run:
            """The run, but for the name of the file."""

            step = property(lambda self: run.step)
            steps, play = run.steps, run.play

            def offer(self, write: Any) -> None:
                def moved(folder: Any) -> None:
                    write(folder)
                    (folder / "model.pkl").rename(folder / "model.safetensors")

                run.offer(moved)

        super().train(Run())


class IllegalBandit(Bandit):
    agent = "illegal"


class Unseeded(Bandit):
    def begin(self, run: Any) -> None:
        super().begin(run)
        self.totals += LUCK.random()


class Forgets(Bandit):
    """Leaves the counts out of its state."""

    def restore(self, state: Any) -> None:
        self.totals = state.arrays["totals"].copy()


class NeverSaves(Pickles):
    """Owns its loop, and cannot be resumed: no rule is broken."""

    def train(self, run: Any) -> None:
        self.begin(run)
        while run.step < run.steps:
            for experience in run.play(self.matches(run.step)):
                self.learn(experience)
        run.offer(self.weights())


class Rolls(Bandit):
    def learn(self, experience: Any) -> Any:
        random.random()
        return super().learn(experience)


@arena.hookimpl
def arena_environments() -> dict[str, str]:
    return {"toy_nim": "tests.testing.games:Nim"}


@arena.hookimpl
def arena_agents() -> dict[str, Any]:
    return {"best": Best, "illegal": Illegal}


@arena.hookimpl
def arena_trainers() -> dict[str, Any]:
    return {
        "bandit": Bandit, "not_one": Best, "no_agent": NoAgent, "picky": Picky, "fails": Fails,
        "lazy": Lazy, "pickles": Pickles, "mislabels": Mislabels, "illegal": IllegalBandit,
        "unseeded": Unseeded, "forgets": Forgets, "never_saves": NeverSaves, "rolls": Rolls,
    }  # fmt: skip
