"""Playing for a trainer: rounds of matches, counted, and handed over as experience.

In the process of the run `LiveRun` does it; in others, for trainers that have several, `Worker`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from arena.agent import Agent
from arena.checkpoints import find_checkpoint
from arena.environment import Environment
from arena.errors import ArenaError
from arena.experience import Experience
from arena.history import MatchQuery, StoredMatch
from arena.lookup import (
    check_suits,
    environment_maker,
    find_player,
    find_trainer,
    make_agent,
)
from arena.plugins import registry_of
from arena.recorder import Recorder
from arena.records import Checkpoint, Match, Pairing, Ref, Rules, Spec
from arena.roles import Setting
from arena.runner import Runner
from arena.seeds import derive, derive_many
from arena.specs import parse
from arena.table_device import table_device
from arena.trainer import Contents, Round, Trainer, TrainingRun, TrainingState
from arena.training_progress import Progressed

if TYPE_CHECKING:
    from arena.column_runner import ColumnRunner

_SEEDS, _DEALS, _BLOCK = 1, 2, 256


class PlayingRun(TrainingRun):
    """A run that plays; whoever hears of it, and what becomes of what is learnt, is left open."""

    stopped = False
    """Set it to end the round under way, and with it the run."""

    def __init__(
        self,
        setting: Setting,
        environment: Ref,
        spec: Spec,
        make: Callable[[], Environment],
        device: str,
    ) -> None:
        self.setting, self.environment, self.spec, self.make = setting, environment, spec, make
        self.device = device
        self.so_far = Progressed()
        self._pool: list[Environment] = []

    @property
    def step(self) -> int:
        """Moves so far."""
        return self.so_far.step

    @step.setter
    def step(self, step: int) -> None:
        self.so_far.step = step

    @property
    def matches(self) -> int:
        """Matches begun so far."""
        return self.so_far.matches

    @matches.setter
    def matches(self, matches: int) -> None:
        self.so_far.matches = matches

    @property
    def agent_seconds(self) -> float:
        """Seconds that agents took for their moves."""
        return self.so_far.spent.agents

    def play(self, round_: Round) -> Iterator[Experience]:
        """Play a round; yield its experience as it comes."""
        recorder, runner = self._runner(round_)
        before, handed = self.step, 0
        limit = math.inf if round_.limit is None else round_.limit
        matches = self._matches(round_.pairings, lambda: recorder.steps < limit)
        try:
            for _ in runner.blocks(matches):
                self.step = before + recorder.steps
                self._show()
                if self.stopped or recorder.steps >= (2 * limit if round_.whole else limit):
                    break
                fresh = recorder.over if round_.whole else recorder.steps - handed
                if round_.every is not None and fresh >= round_.every:
                    handed = recorder.steps
                    yield from self._handed(recorder.take(round_.whole))
            yield from self._handed(recorder.take(round_.whole))
        finally:
            runner.abandon()
            self._pool += getattr(runner, "spare", ())
            self.spent(agents=runner.agent_seconds)

    def _runner(self, round_: Round) -> tuple[Recorder, Runner | ColumnRunner]:
        """Return what plays a round, a table where that can be, and what listens to it."""
        agents, slots = round_.agents, round_.slots
        device = table_device(self._environment, agents, self.device)
        if device is None:
            recorder = Recorder(agents, round_.learners, round_.fields)
            return recorder, Runner(self._environment, agents, slots=slots, recorder=recorder)
        from arena.column_recorder import ColumnRecorder
        from arena.column_runner import ColumnRunner

        columns = ColumnRecorder(self.spec, agents, round_.learners, round_.fields)
        return columns, ColumnRunner(self._environment, agents, slots, device, columns)

    def _handed(self, experience: Experience) -> Iterator[Experience]:
        """Yield it, if there is anything, and time what the learner does with it."""
        if len(experience):
            begun = time.perf_counter()
            yield experience
            self.spent(learning=time.perf_counter() - begun)

    def _environment(self) -> Environment:
        return self._pool.pop() if self._pool else self.make()

    def _matches(self, pairings: Iterable[Pairing], more: Callable[[], bool]) -> Iterator[Match]:
        root, first = derive(self.seed, "training"), self.so_far.matches
        source = iter(pairings)
        while block := list(islice(source, _BLOCK)):
            numbers = self.so_far.matches + np.arange(len(block))
            deals = first + np.array([pairing.deal for pairing in block])
            seeds = derive_many(root, _SEEDS, numbers).tolist()
            for pairing, seed, deal in zip(block, seeds, derive_many(root, _DEALS, deals).tolist()):
                if not more():
                    return
                self.so_far.matches += 1
                yield Match(self.so_far.matches - 1, pairing.seats, seed, deal)

    def agent(self, spec: str | Ref) -> Agent:
        """Return a named agent that suits the game."""
        registry, home = registry_of(self.setting.plugins), Path(self.setting.home or ".")
        player = find_player(registry, home, parse(spec) if isinstance(spec, str) else spec)
        agent = make_agent(registry, home, player.ref, self.device, self.setting.trust)
        check_suits(agent, player.name, self.spec, Rules())
        return agent

    def trainer(self, spec: str) -> Trainer:
        """Return a named trainer that suits the game."""
        return find_trainer(registry_of(self.setting.plugins), self.spec, parse(spec))

    def checkpoint(self, name: str) -> Checkpoint | None:
        """Return the checkpoint of this name, None if there is none."""
        return find_checkpoint(Path(self.setting.home or "."), name)

    def spent(
        self, agents: float = 0.0, learning: float = 0.0, evaluation: float = 0.0,
        preparation: float = 0.0,
    ) -> None:  # fmt: skip
        """Count seconds that `play` does not know of."""
        spent = self.so_far.spent
        spent.agents += agents
        spent.learning += learning
        spent.evaluation += evaluation
        spent.preparation += preparation

    def _show(self) -> None:
        """Tell whoever looks on how far it is."""
        return None

    def close(self) -> None:
        """Let go of the environments."""
        while self._pool:
            self._pool.pop().close()


class Worker:
    """Makes, in another process, a run that plays there for the trainer of this one: picklable.

    Call it with the step from which on to play, each time it is to go on; it returns the same run,
    whose luck from there on depends on the seed, its number and the step alone. It plays on the
    processor, counts what it plays itself, and keeps, evaluates and tells nothing.
    """

    def __init__(
        self, setting: Setting, environment: Ref, seed: int, steps: int, number: int
    ) -> None:
        self.setting, self.environment = setting, environment
        self.seed, self.steps, self.number = seed, steps, number
        self._run: _WorkerRun | None = None

    def __call__(self, step: int) -> TrainingRun:
        """Return the run, as it is to go on after `step` moves of all workers."""
        if self._run is None:
            make, spec = environment_maker(registry_of(self.setting.plugins), self.environment)
            self._run = _WorkerRun(self.setting, self.environment, spec, make, "cpu")
            self._run.steps = self.steps
        self._run.so_far = Progressed(step=step)
        self._run.seed = derive(self.seed, "worker", self.number, step)
        return self._run


class _WorkerRun(PlayingRun):
    """A part of a run, played elsewhere."""

    def report(self, metrics: Mapping[str, float]) -> None:
        """Tell nobody: the trainer sends what is worth knowing to where the run is."""
        return None

    @property
    def offer_due(self) -> bool:
        """Never: a worker has nothing to offer."""
        return False

    def offer(
        self,
        contents: Contents,
        agent_parameters: Mapping[str, Any] | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> Mapping[str, float]:
        """Raise `ArenaError`."""
        raise ArenaError("a worker offers no checkpoints; send what it learnt to where the run is")

    def replays(self, query: MatchQuery) -> Iterator[StoredMatch]:
        """Raise `ArenaError`."""
        raise ArenaError("a worker does not read the history; send it what it needs")

    def save(self, state: Callable[[], TrainingState]) -> None:
        """Save nothing: the run is saved where it is."""
        return None

    def worker(self, number: int) -> Callable[[int], TrainingRun]:
        """Raise `ArenaError`."""
        raise ArenaError("a worker has no workers of its own")
