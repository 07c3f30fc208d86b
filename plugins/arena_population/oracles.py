"""Who answers a population: a trainer that learns it by playing against members that are drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from arena import (
    Agent,
    ArenaError,
    BadParameter,
    Checkpoint,
    Experience,
    Learner,
    MatchQuery,
    Pairing,
    Ref,
    Round,
    StoredMatch,
    Trainer,
    TrainingRun,
    TrainingState,
    UsageError,
    derive,
    uniform,
)
from arena_population.population import Floats, Member

_DRAWN = 7
"""Sets the luck by which opponents are drawn apart from that of matches."""


def check_learner(trainer: Trainer, name: str) -> Learner:
    """Return a trainer whose matches can be chosen for it. Raises `UsageError`."""
    if not isinstance(trainer, Learner):
        raise UsageError(f"oracle {name!r} plays as it likes, and cannot learn to answer others")
    return trainer


def learnt_answer(
    run: TrainingRun, oracle: str, number: int, opponents: Sequence[Agent], mixture: Floats,
    steps: int,
) -> Member:  # fmt: skip
    """Return a member that learnt in all seats in turn, the others held by members drawn for it.

    number    of the answer: it decides the luck
    mixture   float64 (seats, members)
    """
    learner = check_learner(run.trainer(oracle), oracle)
    learning = Answering(run, number, opponents, mixture, steps)
    learner.train(learning)
    run.spent(agents=learning.inner.agent_seconds)
    if learning.offered is None:
        raise ArenaError(f"oracle {oracle!r} ended without offering a checkpoint")
    contents, parameters = learning.offered
    return Member.of(learner.agent, parameters, contents)


class Answering(TrainingRun):
    """A run within a run, for one answer. Its luck hangs on the seed and its number alone."""

    def __init__(
        self, run: TrainingRun, number: int, opponents: Sequence[Agent], mixture: Floats, steps: int
    ) -> None:
        self.outer, self.inner = run, run.worker(number)(0)
        self.name, self.environment, self.spec, self.make = (
            "answer",
            run.environment,
            run.spec,
            run.make,
        )
        self.seed = derive(run.seed, "answer", number)
        self.steps, self.device, self.folder = steps, run.device, Path(run.folder)
        self.opponents, self.heaped = opponents, mixture.cumsum(axis=1)
        self.offered: tuple[Any, Mapping[str, Any]] | None = None
        self._seated = 0

    @property
    def step(self) -> int:  # type: ignore[override]
        """Moves so far, for this answer."""
        return self.inner.step

    @step.setter
    def step(self, step: int) -> None:
        self.inner.step = step

    @property
    def matches(self) -> int:  # type: ignore[override]
        """Matches begun so far, for this answer."""
        return self.inner.matches

    @matches.setter
    def matches(self, matches: int) -> None:
        self.inner.matches = matches

    def play(self, round_: Round) -> Iterator[Experience]:
        """Play what the learner wants played, but in one seat and against members."""
        first, learner = len(round_.agents), round_.learners[0]
        pairings = (
            Pairing(self._seats(learner, first), pairing.deal) for pairing in round_.pairings
        )
        agents = [*round_.agents, *self.opponents]
        for experience in self.inner.play(replace(round_, pairings=pairings, agents=agents)):
            begun = time.perf_counter()
            yield experience
            self.outer.spent(learning=time.perf_counter() - begun)

    def _seats(self, learner: int, first: int) -> tuple[int, ...]:
        """Return who sits where in the next match: the learner in each seat in turn."""
        seats = len(self.spec.seats)
        mine = self._seated % seats
        luck = [uniform(self.seed, _DRAWN + seat, self._seated) for seat in range(seats)]
        self._seated += 1
        return tuple(
            learner if seat == mine else first + _place(self.heaped[seat], luck[seat])
            for seat in range(seats)
        )

    def report(self, metrics: Mapping[str, float]) -> None:
        """Pass it on, under names that say whose it is."""
        self.outer.report({f"answer_{name}": value for name, value in metrics.items()})

    @property
    def offer_due(self) -> bool:
        """Never: the latest answer counts."""
        return False

    def offer(
        self,
        contents: Any,
        agent_parameters: Mapping[str, Any] | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> Mapping[str, float]:
        """Keep the answer."""
        self.offered = contents, dict(agent_parameters or {})
        return dict(metrics or {})

    def agent(self, spec: str | Ref) -> Agent:
        """Return a named agent."""
        return self.outer.agent(spec)

    def trainer(self, spec: str) -> Trainer:
        """Return a named trainer."""
        return self.outer.trainer(spec)

    def checkpoint(self, name: str) -> Checkpoint | None:
        """Return the checkpoint of this name."""
        return self.outer.checkpoint(name)

    def replays(self, query: MatchQuery) -> Iterator[StoredMatch]:
        """Yield matches of the history."""
        return self.outer.replays(query)

    def worker(self, number: int) -> Callable[[int], TrainingRun]:
        """Raise `BadParameter`: opponents are drawn in this process."""
        raise BadParameter("an oracle that plays in several processes cannot answer a population")

    def save(self, state: Callable[[], TrainingState]) -> None:
        """Save nothing: a run that is interrupted goes on at the answer that was under way."""
        return None


def _place(heaped: Floats, u: float) -> int:
    return min(int(np.searchsorted(heaped, u * heaped[-1], "right")), len(heaped) - 1)
