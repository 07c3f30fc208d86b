"""Trainers of populations: psro, and fictitious self-play."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

import numpy as np

from arena import BadParameter, Spec, Trainer, TrainingRun, Unsuitable
from arena_population.meetings import gain, play_missing
from arena_population.meta import SOLVERS
from arena_population.oracles import learnt_answer
from arena_population.population import Floats, Population
from arena_population.training import Training

BEST = "best_response"
Meta = Literal["nash", "prd", "alpha_rank", "uniform"]


class PopulationTrainer(Trainer):
    """Collects policies, each an answer to a mixture of those before it; a step is a policy.

    The best response is exact, and needs a game that can be looked at whole; a trainer learns its
    answer by playing members that the mixture draws.
    """

    agent = "population"
    name: str

    def __init__(
        self,
        oracle: str = BEST,
        oracle_steps: int = 20_000,
        first: str = "random",
        positions: int = 20_000,
    ) -> None:
        if oracle_steps < 1 or positions < 0:
            raise BadParameter(f"{self.name}: oracle_steps and positions are to be positive")
        self.oracle, self.oracle_steps = oracle, oracle_steps
        self.first, self.positions = first, positions

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` unless seats, each by itself, meet others."""
        if len(spec.sides) < 2 or len(spec.sides) < len(spec.seats):
            raise Unsuitable(
                f"{self.name} has policies answer each other, seat by seat, and here "
                + ("nobody is met" if len(spec.sides) < 2 else "seats play in teams")
            )

    def default_steps(self, spec: Spec) -> int:
        """Return ten policies."""
        return 10

    @abstractmethod
    def meet(self, training: Training) -> Mapping[str, float]:
        """Learn how the newest member does among the others; return metrics."""

    @abstractmethod
    def mixture(self, population: Population) -> Floats:
        """Return the mixture to answer next, float64 (seats, members)."""

    def train(self, run: TrainingRun) -> None:
        """Answer the mixture until there are as many policies as steps."""
        with TemporaryDirectory() as folder:
            training = Training(run, Path(folder), self.first, self.positions)
            if run.resumed is None:
                run.step = 1
            while run.step < run.steps:
                self._grow(training, run)
                if run.offer_due and run.step < run.steps:
                    self._offer(training, run)
                run.save(training.state)
            self._offer(training, run)

    def _grow(self, training: Training, run: TrainingRun) -> None:
        population = training.population
        if self.oracle == BEST:
            member = training.best_answer()
        else:
            member = learnt_answer(
                run, self.oracle, len(population), training.agents, population.mixture,
                self.oracle_steps,
            )  # fmt: skip
        training.add(member)
        metrics = dict(self.meet(training))
        population.mixture = self.mixture(population)
        run.step = len(population)
        run.report({**metrics, **training.judged()})

    def _offer(self, training: Training, run: TrainingRun) -> None:
        run.offer(training.population.write, {"game": run.spec.name}, training.judged())


class Psro(PopulationTrainer):
    """Policy-space response oracles: answers an equilibrium of the matches that were played.

    Lanctot et al., "A unified game-theoretic approach to multiagent reinforcement learning"
    (NIPS 2017). In games of two seats; each has a mixture of its own.

    meta          which mixture of the members is answered next, and played in the end: "nash",
                  where stakes are opposite; "prd" (projected replicator dynamics), "alpha_rank" or
                  "uniform"
    games         that two members play in either seat, all on the same deals; 0 takes what is to be
                  expected instead, where the whole game can be looked at
    oracle        who answers: "best_response", exact, or a trainer that learns it, like q_learning
    oracle_steps  the moves that a learnt answer may take
    first         the agent that the population begins with
    positions     games of more are not looked at whole
    """

    name = "psro"

    def __init__(
        self,
        meta: Meta = "nash",
        games: int = 500,
        oracle: str = BEST,
        oracle_steps: int = 20_000,
        first: str = "random",
        positions: int = 20_000,
    ) -> None:
        super().__init__(oracle, oracle_steps, first, positions)
        if meta not in get_args(Meta):
            raise BadParameter(f"psro: meta={meta!r}; use {', '.join(get_args(Meta))}")
        if games < 0:
            raise BadParameter(f"psro: games={games} is below nought")
        self.meta, self.games = meta, games

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` unless two seats meet, for opposite stakes if meta is nash."""
        super().check(spec)
        if len(spec.seats) != 2:
            raise Unsuitable(
                f"psro plays games of two seats, and here are {len(spec.seats)}; "
                "use fictitious_self_play"
            )
        if self.meta == "nash" and not spec.zero_sum:
            raise Unsuitable("its stakes are not opposite, and meta=nash needs that; use meta=prd")

    def meet(self, training: Training) -> Mapping[str, float]:
        """Play the matches that are missing; return what the newest member gains."""
        if not self.games and training.whole is None:
            raise Unsuitable(f"games=0 needs a game looked at whole ({training.reason})")
        population = training.population
        play_missing(training, self.games)
        return {"gain": gain(population.payoffs, population.mixture)}

    def mixture(self, population: Population) -> Floats:
        """Return the meta-solver's."""
        return SOLVERS[self.meta](population.payoffs)


class FictitiousSelfPlay(PopulationTrainer):
    """Answers the average of all policies before; their even mixture is what is played.

    With the best response as oracle it comes to an equilibrium of zero-sum games of two (Heinrich,
    Lanctot and Silver, "Fictitious self-play in extensive-form games", ICML 2015). Any number of
    seats.

    oracle        who answers: "best_response", exact, or a trainer that learns it, like q_learning
    oracle_steps  the moves that a learnt answer may take
    first         the agent that the population begins with
    positions     games of more are not looked at whole
    """

    name = "fictitious_self_play"

    def meet(self, training: Training) -> Mapping[str, float]:
        """Return nothing: how members do among each other does not matter."""
        return {}

    def mixture(self, population: Population) -> Floats:
        """Return even odds for all members."""
        size = len(population)
        return np.full((len(population.mixture), size), 1 / size)
