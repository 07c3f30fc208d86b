"""A training run in progress: plays rounds, counts, evaluates, saves and goes on where it was."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from arena.agent import Agent
from arena.checkpoints import (
    add_to_meta,
    find_checkpoint,
    read_arrays,
    replace_folder,
    save_checkpoint,
    write_state,
)
from arena.environment import Environment
from arena.errors import ArenaError
from arena.experience import Experience
from arena.history import MatchQuery, StoredMatch
from arena.lookup import check_suits, find_player, make_agent
from arena.recorder import Recorder
from arena.records import Checkpoint, Match, Pairing, Ref, Rules, Spec
from arena.runner import Runner
from arena.seeds import derive, derive_many
from arena.specs import parse
from arena.table_device import table_device
from arena.trainer import Contents, Round, TrainingRun, TrainingState
from arena.training_progress import Progressed, Terms
from arena.workspace import Workspace

if TYPE_CHECKING:
    from arena.column_runner import ColumnRunner

_REPORTS = 100
_OFFERS = 10
_SEEDS, _DEALS, _BLOCK = 1, 2, 256

Progress = Callable[["LiveRun"], None]
Evaluate = Callable[["LiveRun", Checkpoint], Mapping[str, float]]


class LiveRun(TrainingRun):
    """The core's side of training. Event hooks, displays and evaluation are shown it."""

    kind = "training"

    def __init__(
        self,
        workspace: Workspace,
        terms: Terms,
        environment: Ref,
        spec: Spec,
        make: Callable[[], Environment],
        device: str,
    ) -> None:
        self.workspace, self.terms, self.name = workspace, terms, terms.name
        self.environment, self.spec, self.make, self.device = environment, spec, make, device
        self.folder = workspace.home / "training" / terms.name
        self.progress: Progress | None = None
        self.evaluate: Evaluate | None = None
        self.save_seconds = 10.0
        self.stopped = False
        """Set it (in `progress`) to end the round under way, and with it the run."""
        self.so_far = Progressed()
        self.metrics: dict[str, float] = {}
        """Means since the report before the latest."""
        self._sums: dict[str, tuple[float, int]] = {}
        self._pool: list[Environment] = []
        self._clock = self._saved = time.monotonic()

    @property
    def seed(self) -> int:  # type: ignore[override]
        """The seed that decides everything."""
        return int(self.terms.arguments["seed"])

    @property
    def steps(self) -> int:  # type: ignore[override]
        """The budget, in moves; no more than were made once the run is stopped."""
        return self.step if self.stopped else int(self.terms.arguments["steps"])

    @property
    def step(self) -> int:
        """Moves so far."""
        return self.so_far.step

    @step.setter
    def step(self, step: int) -> None:
        self.so_far.step = step

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

    def agent(self, spec: str) -> Agent:
        """Return a named agent that suits the game."""
        registry, home = self.workspace.registry, self.workspace.home
        player = find_player(registry, home, parse(spec))
        agent = make_agent(registry, home, player.ref, self.device, self.workspace.trust)
        check_suits(agent, player.name, self.spec, Rules())
        return agent

    def checkpoint(self, name: str) -> Checkpoint | None:
        """Return the checkpoint of this name, None if there is none."""
        return find_checkpoint(self.workspace.home, name)

    def replays(self, query: MatchQuery) -> Iterator[StoredMatch]:
        """Yield matches of the history, oldest first."""
        return self.workspace.store.replays(query)

    def report(self, metrics: Mapping[str, float]) -> None:
        """Average metrics, and tell the event hooks of them a hundred times a run."""
        for name, value in metrics.items():
            total, times = self._sums.get(name, (0.0, 0))
            self._sums[name] = (total + float(value), times + 1)
        if self.step >= self.so_far.next_report:
            self.so_far.next_report = self.step + max(1, self.steps // _REPORTS)
            self._tell({name: total / times for name, (total, times) in self._sums.items()})
            self._sums = {}

    def _tell(self, metrics: Mapping[str, float]) -> None:
        self.metrics.update(metrics)
        hook = self.workspace.registry.hook
        hook.arena_learned(run=self, step=self.step, metrics=metrics)
        self._show()

    def _show(self) -> None:
        if self.progress is not None:
            self.progress(self)

    @property
    def offer_due(self) -> bool:
        """Whether a tenth of the run has passed since the last offer, and offers are compared."""
        if self.evaluate is None and self.terms.select_by is None:
            return False
        return self.step >= (self.so_far.next_offer or self._tenth)

    @property
    def _tenth(self) -> int:
        return max(1, self.steps // _OFFERS)

    def offer(
        self,
        contents: Contents,
        agent_parameters: Mapping[str, Any] | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> Mapping[str, float]:
        """Write a checkpoint, evaluate it, and keep it unless the one before was better."""
        begun = time.perf_counter()
        place = self.folder / "candidate"
        checkpoint = save_checkpoint(place, contents, self._meta(agent_parameters or {}))
        found = dict(metrics or {})
        if self.evaluate is not None:
            found.update(self.evaluate(self, checkpoint))
            self.spent(evaluation=time.perf_counter() - begun)
        self._tell(found)
        self.so_far.next_offer = self.step + self._tenth
        value = self._worth(found)
        if value is None or self.so_far.best is None or value >= self.so_far.best:
            self.so_far.best = value
            add_to_meta(place, metrics={**self.metrics, **found})
            replace_folder(place, self.folder / "best")
        shutil.rmtree(place, ignore_errors=True)
        return found

    def _worth(self, metrics: Mapping[str, float]) -> float | None:
        name = self.terms.select_by
        if name is None:
            return None
        if name not in metrics:
            raise ArenaError(f"trainer {self.terms.trainer!r} selects by {name!r}, which it lacks")
        return float(metrics[name])

    def _meta(self, agent_parameters: Mapping[str, Any]) -> dict[str, Any]:
        terms = self.terms
        return {
            "name": terms.name, "trainer": terms.trainer, "parameters": terms.parameters,
            "environment": terms.arguments["environment"], "alias": terms.alias,
            "agent": terms.agent, "agent_parameters": dict(agent_parameters),
            "seed": self.seed, "steps": self.step, "matches": self.so_far.matches,
            "metrics": {}, "arguments": terms.arguments,
        }  # fmt: skip

    @property
    def seconds(self) -> float:
        """Time taken so far, interruptions left out."""
        return self.so_far.seconds + time.monotonic() - self._clock

    @property
    def shares(self) -> dict[str, float]:
        """How the time was spent: in agents' answers, in learning, in judging checkpoints (where it
        is done), and in games and all the rest."""
        return self.so_far.spent.shares(self.seconds)

    def spent(self, agents: float = 0.0, learning: float = 0.0, evaluation: float = 0.0) -> None:
        """Count seconds of a trainer that plays and learns without `play`."""
        spent = self.so_far.spent
        spent.agents += agents
        spent.learning += learning
        spent.evaluation += evaluation

    def save(self, state: Callable[[], TrainingState]) -> None:
        """Save the state of the run and of its trainer, if the last time is long enough ago."""
        if time.monotonic() - self._saved >= self.save_seconds:
            self._save(state())

    def enter(self) -> None:
        """Leave word that this run has begun, for one that is stopped before it saves anything."""
        self._save(None)

    def _save(self, state: TrainingState | None) -> None:
        self.so_far.seconds = self.seconds
        self._clock = self._saved = time.monotonic()
        known = {
            "arguments": self.terms.arguments, "metrics": self.metrics, "sums": self._sums,
            "values": state.values if state else None,
            "progress": asdict(self.so_far),
        }  # fmt: skip
        write_state(self.folder / "state", known, state.arrays if state else {})

    def restore(self, known: Mapping[str, Any]) -> None:
        """Go back to what `arena.checkpoints.read_state` read. Raises `UsageError`s."""
        self.so_far = Progressed.of(known["progress"])
        self.metrics = dict(known["metrics"])
        self._sums = {name: (total, times) for name, (total, times) in known["sums"].items()}
        if known["values"] is not None:
            self.resumed = TrainingState(known["values"], read_arrays(self.folder / "state"))

    def close(self) -> None:
        """Let go of the environments."""
        while self._pool:
            self._pool.pop().close()
