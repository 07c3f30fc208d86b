"""A plugin file for tests: Nim, a learner whose every number hangs on all that went before, and
trainers that do what a trainer should not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

import arena
from tests.toys import Nim


class Means(arena.Agent):
    """Plays the move whose mean return was best; moves with odds `wander` at random."""

    def __init__(self, checkpoint: str = "", wander: float = 0.0) -> None:
        self.wander = wander
        arrays = arena.read_arrays(checkpoint) if checkpoint else {}
        self.means = arrays.get("means", np.zeros((13, 4)))

    def act_batch(self, batch: arena.Batch) -> list[int]:
        """Return a move for each row."""
        moves = []
        for left, legal, u in zip(batch.data.tolist(), batch.legal, batch.u.tolist()):
            if u < self.wander:
                moves.append(legal[int(u / self.wander * len(legal))])
            else:
                moves.append(max(legal, key=lambda move: self.means[left, move]))
        return moves


class Tally(arena.Learner):
    """Keeps a noisy running mean of the return of each move at Nim."""

    agent = "means"

    def __init__(self, rate: float = 0.1, whole: bool = True, slots: int = 5) -> None:
        self.rate, self.whole, self.slots = rate, whole, slots

    def check(self, spec: arena.Spec) -> None:
        """Only Nim."""
        if spec.name != "nim":
            raise arena.Unsuitable("it counts matches only")

    def default_steps(self, spec: arena.Spec) -> int:
        """As many as a test can wait for."""
        return 600

    def begin(self, run: arena.TrainingRun) -> None:
        """Start from nothing."""
        self.player, self.seed, self.learnt = Means(wander=0.3), run.seed, 0
        self.opponent = run.agent("means:wander=1")

    def matches(self, step: int) -> arena.Round:
        """Return a few games with itself, or with one that plays at random."""
        pairings = [arena.Pairing(seats, deal) for deal, seats in enumerate([(0, 0), (0, 1)] * 5)]
        return arena.Round(
            pairings, [self.player, self.opponent], fields=("data",), slots=self.slots, every=20,
            whole=self.whole,
        )  # fmt: skip

    def learn(self, experience: arena.Experience) -> Mapping[str, float]:
        """Move the means towards the returns, and shake them a little."""
        rng = np.random.default_rng(arena.derive(self.seed, "noise", self.learnt))
        self.learnt += 1
        values = self.player.means[experience.columns["data"], experience.action]
        returns = arena.returns_to_go(experience, 0.9, values)
        for row in np.flatnonzero(~experience.open):
            cell = int(experience.columns["data"][row]), int(experience.action[row])
            change = self.rate * (returns[row] - self.player.means[cell]) + 1e-3 * rng.normal()
            self.player.means[cell] += change
        return {"mean": float(self.player.means.mean()), "rows": float(len(experience))}

    def weights(self) -> Mapping[str, Any]:
        """Return the means."""
        return {"means": self.player.means}

    def state(self) -> arena.TrainingState:
        """Return the means and how often it learnt."""
        return arena.TrainingState({"learnt": self.learnt}, {"means": self.player.means})

    def restore(self, state: arena.TrainingState) -> None:
        """Take both back."""
        self.learnt = state.values["learnt"]
        self.player.means = state.arrays["means"].copy()


class Peak(Tally):
    """Says itself how good it is: best a third into the run."""

    select_by = "worth"

    def begin(self, run: arena.TrainingRun) -> None:
        """Keep the run, to see how far it is."""
        super().begin(run)
        self.run = run

    def assess(self) -> Mapping[str, float]:
        """Return how near the first third's end is."""
        return {"worth": -abs(self.run.step - self.run.steps / 3)}


class OwnLoop(arena.Trainer):
    """Counts to the budget by itself, as a library that owns its loop does."""

    agent = "means"

    def __init__(self, fail_at: int = -1) -> None:
        self.fail_at = fail_at

    def train(self, run: arena.TrainingRun) -> None:
        """Count, reporting and saving on the way."""
        total = np.zeros((13, 4))
        if run.resumed is not None:
            total = run.resumed.arrays["total"].copy()
        while run.step < run.steps:
            if run.step == self.fail_at and run.resumed is None:
                raise RuntimeError("the library fell over")
            total += np.sin(run.step)
            run.step += 1
            run.report({"total": float(total.sum())})
            run.save(lambda: arena.TrainingState({}, {"total": total}))
        run.offer({"means": total}, {"wander": 0.25})


class NoOffer(arena.Trainer):
    """Ends without a checkpoint."""

    agent = "means"

    def train(self, run: arena.TrainingRun) -> None:
        """Do nothing."""


class NoMetric(Tally):
    """Selects by what it never measures."""

    select_by = "beauty"


class Idle(Tally):
    """Wants nothing played."""

    def matches(self, step: int) -> arena.Round:
        """Return no match."""
        return arena.Round([], [self.player])


class Cheats(Tally):
    """Makes an illegal move."""

    def matches(self, step: int) -> arena.Round:
        """Return a game of an agent that takes four."""

        class Greedy(arena.Agent):
            def act(self, observation: Any) -> int:
                return 4

        return arena.Round(arena.self_play(2, 1), [Greedy()])


class Homeless(Tally):
    """Names an agent that nobody brings."""

    agent = "nobody"


class OpenNim(Nim):
    """Nim, saying that nothing is hidden."""

    def __init__(self, heap: int = 12) -> None:
        super().__init__(heap)
        self.spec = replace(self.spec, perfect_information=True)


class Short(Nim):
    """Nim by another name."""

    def __init__(self, heap: int = 12) -> None:
        super().__init__(heap)
        self.spec = replace(self.spec, name="short")


@arena.hookimpl
def arena_environments() -> dict[str, Any]:
    """Return Nim, under a name of its own."""
    return {"test/nim": OpenNim, "test/short": Short}


@arena.hookimpl
def arena_agents() -> dict[str, Any]:
    """Return the agent that plays the checkpoints."""
    return {"means": Means}


@arena.hookimpl
def arena_trainers() -> dict[str, Any]:
    """Return the trainers."""
    return {
        "tally": Tally, "peak": Peak, "own_loop": OwnLoop, "no_offer": NoOffer,
        "no_metric": NoMetric, "idle": Idle, "cheats": Cheats, "homeless": Homeless,
        "not_a_trainer": Means,
    }  # fmt: skip
