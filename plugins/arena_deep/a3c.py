"""Asynchronous advantage actor-critic: several processes play and move one network's weights.

Mnih et al., "Asynchronous methods for deep reinforcement learning", 2016, algorithm S3: each worker
copies the weights, plays some moves, finds the gradient, and the weights are moved along it,
whatever the others have made of them meanwhile. Unlike there, the moves are Adam's, and one at a
time, so that nobody ever sees half of one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

import torch
import torch.multiprocessing  # lets tensors in shared memory pass to other processes
from torch import Tensor

from arena import BadParameter, Child, Experience, TrainingRun, Unsuitable
from arena_deep.a2c import A2C
from arena_deep.learner import positive
from arena_deep.rollouts import Samples
from arena_deep.weights import Adam

assert torch.multiprocessing


@dataclass(eq=False)
class A3C(A2C):
    """Asynchronous advantage actor-critic: `workers` processes share one network.

    workers          processes that play; with one, all is done in this one, as `a2c` does it
    ordered          whether they take turns in moving the weights, else whoever is done first
    slots, rollout   games at once of each worker, and moves of each between updates: 8 and 8
                     alone, 256 and 4 in company (of games that are over)

    A worker's gradient is one of weights that the others have moved on from meanwhile: that is what
    is asynchronous about it, and with two workers or more it is so in either case.

    What is reproducible: the seed and the number of workers fix every worker's luck, which does not
    depend on the others. With `ordered` they fix the weights, too, to the last bit on one kind of
    machine, and a run that is resumed ends as one that was not: worker 0 moves the weights, then
    worker 1, and whoever is done early waits. With `ordered=false`, as in the paper, which gradient
    comes before which hangs on the clock, and so do the weights; a resumed run then goes on from
    what was saved, but ends elsewhere. Another number of workers is another run.

    Workers compute on the processor. With several, `opponents` must be latest: past selves would be
    others in each process. The other parameters are those of `a2c`.
    """

    workers: int = 2
    ordered: bool = True

    name = "a3c"

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self.name, workers=self.workers)
        if self.workers > 1 and self.opponents != "latest":
            raise BadParameter(
                f"{self.name}: opponents={self.opponents} needs workers=1, or take a2c"
            )

    def begin(self, run: TrainingRun) -> None:
        """Make the network, and no workers yet."""
        if self.workers > 1 and run.device not in ("auto", "cpu"):
            raise Unsuitable(
                f"its workers compute on the processor; leave out --device {run.device}"
            )
        super().begin(run)
        self.crew: list[_Hand] = []

    def train(self, run: TrainingRun) -> None:
        """Train until the budget is spent; no worker is left behind."""
        try:
            super().train(run)
        finally:
            for hand in self.crew:
                hand.stop()

    def play(self, run: TrainingRun) -> None:
        """Let every worker play its part of a round, and move the weights as they say."""
        if self.workers == 1:
            return super().play(run)
        if not self.crew:
            self.crew = [_Hand(self, run.worker(n)) for n in range(self.workers)]
        slots, moves = self.flight()
        part = math.ceil(self.stretch(moves * self.workers, slots * self.workers) / self.workers)
        for hand in self.crew:
            hand.begin(run.step, part, self.progress, self.adam.vector)
        for hand, update in self._updates():
            run.step += update.moves
            run.matches += update.matches
            run.spent(update.agents / self.workers, update.learning / self.workers)
            if update.fresh:
                with self.threads:
                    self.adam.gradient.copy_(hand.gradient)
                    self.adam.move(self.rate_now(), self.clip_gradient)
                self.updates += 1
            if not update.over:
                hand.go_on(self.progress, run.step < run.steps, self.adam.vector)
            if update.told:
                run.report(update.told)
        return None

    def _updates(self) -> Iterator[tuple[_Hand, Update]]:
        """Yield what the workers found, in turn or as it comes, until all are done."""
        busy = list(self.crew)
        while busy:
            for hand in list(busy) if self.ordered else _ready(busy):
                update: Update = hand.hear()
                if update.over:
                    busy.remove(hand)
                yield hand, update


class Update(NamedTuple):
    """What a worker tells: what it did since it told last, and whether its gradient is fresh."""

    moves: int
    matches: int
    agents: float
    learning: float
    fresh: bool
    told: Mapping[str, float]
    over: bool = False


class _Hand(Child):
    """A worker's process, and the memory shared with it: the weights it plays, its gradient."""

    def __init__(self, learner: A3C, make: Callable[[int], TrainingRun]) -> None:
        size = len(learner.adam.vector)
        self.weights, self.gradient = (torch.zeros(size).share_memory_() for _ in range(2))
        given = {field.name: getattr(learner, field.name) for field in fields(A2C)}
        super().__init__(_work, make, _Part(**given), self.weights, self.gradient)
        self.there = False

    def begin(self, step: int, moves: int, progress: float, weights: Tensor) -> None:
        """Let it play its part of a round, of so many moves."""
        if not self.there:
            self.there = self.hear()
        self.weights.copy_(weights)
        self.send((step, moves, progress))

    def go_on(self, progress: float, more: bool, weights: Tensor) -> None:
        """Let it go on from these weights; or no more, where the run is over."""
        self.weights.copy_(weights)
        self.send((progress, more))


def _ready(hands: Sequence[_Hand]) -> list[_Hand]:
    """Wait until some have something to tell; return these."""
    heard = wait([hand.connection for hand in hands])
    return [hand for hand in hands if hand.connection in heard]


@dataclass(eq=False)
class _Part(A2C):
    """What a worker does of learning: it finds gradients, and moves no weights."""

    fresh = False
    so_far = 0.0

    @property
    def progress(self) -> float:
        """How much of the run was over when the weights were copied, in [0, 1]."""
        return self.so_far

    def lie_in(self, weights: Tensor, gradient: Tensor) -> None:
        """Let the network lie in memory that is shared."""
        self.adam = Adam(self.network, self.rate(), memory=(weights, gradient))

    def found(self, run: TrainingRun, moves: int, connection: Connection) -> Iterator[Update]:
        """Play so many moves; yield what was found after each update, the last when it is over.

        Between two of them it hears how to go on.
        """
        self.updates = 0  # what is drawn by it is to depend on the run's seed alone
        before = run.step
        playing = run.play(replace(self.matches(run.step), limit=moves))
        for experience in playing:
            begun = time.perf_counter()
            metrics = self.learn(experience)
            seconds = time.perf_counter() - begun
            yield Update(run.step - before, 0, 0.0, seconds, self.fresh, metrics)
            before = run.step
            self.so_far, more = connection.recv()
            if not more:
                break
        playing.close()  # type: ignore[attr-defined]
        yield Update(run.step - before, run.matches, run.agent_seconds, 0.0, False, {}, over=True)

    def learn(self, experience: Experience) -> Mapping[str, float]:
        """Find the gradient, if there are moves to learn from; return metrics."""
        self.fresh = False
        return super().learn(experience)

    def improve(self, samples: Samples) -> Mapping[str, float]:
        """Find the gradient."""
        loss, told = self.loss(samples)
        self.adam.find(loss)
        self.fresh = True
        return told


def _work(
    connection: Connection, make: Callable[[int], TrainingRun], part: _Part, *memory: Tensor
) -> None:
    """Play and find gradients as the trainer says. Runs in the worker's process."""
    torch.set_num_threads(1)
    part.begin(make(0))
    part.lie_in(*memory)
    connection.send(True)
    try:
        while True:
            step, moves, part.so_far = connection.recv()
            for update in part.found(make(step), moves, connection):
                connection.send(update)
    except EOFError:  # the run is over
        return
