"""A training run in progress: plays rounds, counts, evaluates, saves and goes on where it was."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from arena.checkpoints import (
    add_to_meta,
    read_arrays,
    replace_folder,
    save_checkpoint,
    write_state,
)
from arena.environment import Environment
from arena.errors import ArenaError, UsageError
from arena.history import MatchQuery, StoredMatch
from arena.playing_run import PlayingRun, Worker
from arena.records import Checkpoint, Ref, Spec
from arena.specs import canonical
from arena.trainer import Contents, TrainingRun, TrainingState
from arena.training_progress import Progressed, Terms
from arena.workspace import Workspace

if TYPE_CHECKING:
    pass

_REPORTS = 100
_OFFERS = 10

Progress = Callable[["LiveRun"], None]
Evaluate = Callable[["LiveRun", Checkpoint], Mapping[str, float]]


class LiveRun(PlayingRun):
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
        super().__init__(workspace.setting, environment, spec, make, device)
        self.workspace, self.terms, self.name = workspace, terms, terms.name
        self.folder = workspace.home / "training" / terms.name
        self.progress: Progress | None = None
        self.evaluate: Evaluate | None = None
        self.save_seconds = 10.0
        self._saving = 0.0
        self.metrics: dict[str, float] = {}
        """Means since the report before the latest."""
        self._sums: dict[str, tuple[float, int]] = {}
        self._clock = self._saved = time.monotonic()

    @property
    def seed(self) -> int:  # type: ignore[override]
        """The seed that decides everything."""
        return int(self.terms.arguments["seed"])

    @property
    def steps(self) -> int:  # type: ignore[override]
        """The budget, in moves; no more than were made once the run is stopped."""
        return self.step if self.stopped else int(self.terms.arguments["steps"])

    def worker(self, number: int) -> Callable[[int], TrainingRun]:
        """Return what plays for this run in another process."""
        return Worker(self.setting, self.environment, self.seed, self.steps, number)

    def replays(self, query: MatchQuery) -> Iterator[StoredMatch]:
        """Yield matches of the history, oldest first: of this game, if the query names none."""
        own = query.environment or canonical(self.environment)
        return self.workspace.store.replays(replace(query, environment=own))

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

    def save(self, state: Callable[[], TrainingState]) -> None:
        """Save the state of the run and of its trainer, if the last time is long enough ago.

        What takes long to save, a large replay, is saved less often: in 5 % of the time at most.
        """
        begun = time.monotonic()
        if begun - self._saved >= self.save_seconds * (1.0 + 2.0 * self._saving):
            self._save(state())
            self._saving = time.monotonic() - begun

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
        try:
            self.so_far = Progressed.of(known["progress"])
        except (KeyError, TypeError):
            raise UsageError(
                f"what run {self.name!r} left was written by another version of Arena; start it "
                "anew without --resume, or resume it with that version"
            ) from None
        self.metrics = dict(known["metrics"])
        self._sums = {name: (total, times) for name, (total, times) in known["sums"].items()}
        if known["values"] is not None:
            self.resumed = TrainingState(known["values"], read_arrays(self.folder / "state"))
