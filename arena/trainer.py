"""What makes agents: a `Trainer` owns its loop; a `Learner` leaves the loop to the core."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from arena.agent import Agent
from arena.environment import Environment
from arena.errors import ArenaError
from arena.experience import Experience
from arena.history import MatchQuery, StoredMatch
from arena.records import Checkpoint, Pairing, Ref, Spec

Arrays = Mapping[str, NDArray[Any]]
Contents = Arrays | Callable[[Path], None]
"""What a checkpoint holds: named arrays, or a function that writes files into a folder (JSON,
safetensors, text; nothing that runs code when it is read)."""


class TrainingState(NamedTuple):
    """All that a trainer must have back to go on as if it had never stopped.

    `values` is anything JSON can say; `arrays` are named arrays. Nothing is pickled.
    """

    values: Mapping[str, Any]
    arrays: Arrays


@dataclass(frozen=True)
class Round:
    """Matches that a trainer wants played, and how what happens in them is handed to it.

    pairings   who meets whom: seats hold indices into `agents`; `deal` counts within the round, and
               pairings of one deal get the same luck. May be endless if there is a `limit`
    agents     who plays
    learners   the agents (by index) whose moves are recorded
    fields     what is recorded of their observations, beside what they hand back themselves
    slots      matches in flight
    every      hand over experience after at least so many moves, None for only at the end
    whole      only matches that have ended; else what there is, cut off with open rows
    limit      moves after which the round is cut off, None for never; where matches are to be
               whole, no more are dealt then, and it is cut off after twice as many
    """

    pairings: Iterable[Pairing]
    agents: Sequence[Agent]
    learners: tuple[int, ...] = (0,)
    fields: tuple[str, ...] = ()
    slots: int = 256
    every: int | None = None
    whole: bool = True
    limit: int | None = None


def self_play(seats: int, matches: int | None = None) -> Iterable[Pairing]:
    """Yield pairings in which agent 0 holds all seats, each on its own deal; endless if None."""
    return islice((Pairing((0,) * seats, deal) for deal in count()), matches)


class TrainingRun(ABC):
    """What a trainer is handed: what to train on, how far, and all it needs of the core."""

    name: str
    """The checkpoint's name."""
    environment: Ref
    spec: Spec
    make: Callable[[], Environment]
    """Makes a game in progress."""
    seed: int
    """Decides everything: draw from `arena.derive(run.seed, "what for", ...)`."""
    steps: int
    """The budget, in moves."""
    device: str
    """auto, cpu or cuda."""
    folder: Path
    """A folder for logs; it may not exist yet, and what is in it is kept."""
    step: int = 0
    """Moves so far. A trainer that plays without `play` counts them here itself."""
    matches: int = 0
    """Matches begun so far; counted likewise."""
    resumed: TrainingState | None = None
    """What the interrupted run that this one continues saved last."""

    @abstractmethod
    def play(self, round_: Round) -> Iterator[Experience]:
        """Play a round, counting its moves in `step`; yield what was recorded as it comes.

        Raises `ArenaError` if an agent that learns commits a fault, `Infrastructure` if the
        environment fails.
        """

    @abstractmethod
    def agent(self, spec: str | Ref) -> Agent:
        """Return a named agent, for an opponent. Raises `UsageError`s."""

    @abstractmethod
    def trainer(self, spec: str) -> Trainer:
        """Return a named trainer, for one that has others learn. Raises `UsageError`s."""

    @abstractmethod
    def checkpoint(self, name: str) -> Checkpoint | None:
        """Return the checkpoint of this name, to build on; None if there is none."""

    @abstractmethod
    def replays(self, query: MatchQuery) -> Iterator[StoredMatch]:
        """Yield matches of the history, oldest first; what learns from them hangs on them too.

        Where the query names no environment they are those of the run's own.
        """

    @abstractmethod
    def report(self, metrics: Mapping[str, float]) -> None:
        """Tell how it goes at this step; displays and event hooks hear of it."""

    @property
    @abstractmethod
    def offer_due(self) -> bool:
        """Whether the checkpoint is to be offered, and so evaluated, about now."""

    @abstractmethod
    def offer(
        self,
        contents: Contents,
        agent_parameters: Mapping[str, Any] | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> Mapping[str, float]:
        """Offer what was learnt so far as the checkpoint; return its metrics.

        It is written and evaluated; it replaces the one before unless the trainer's `select_by`
        says that that was better. A run must end with an offer.
        """

    @property
    def agent_seconds(self) -> float:
        """Seconds that agents took for their moves in `play`."""
        return 0.0

    @abstractmethod
    def worker(self, number: int) -> Callable[[int], TrainingRun]:
        """Return what makes a run of its own in another process, to `play` there for this one.

        It is picklable, and called there with the step at which it begins or goes on; the luck of
        its matches depends on the seed, its number and that step alone. What it counts, and what is
        learnt, is for the trainer to bring home. See `arena.Child`.
        """

    def spent(
        self, agents: float = 0.0, learning: float = 0.0, evaluation: float = 0.0,
        preparation: float = 0.0,
    ) -> None:  # fmt: skip
        """Tell how many seconds went into agents' moves, learning and judging checkpoints.

        `preparation` is what came before all learning: a model loaded, rows to learn from made.
        `play` knows of the first two, and a `Learner` of the third: only a trainer with a loop of
        its own need tell, so that the shares of time shown are true.
        """
        return None

    @abstractmethod
    def save(self, state: Callable[[], TrainingState]) -> None:
        """Save what `state` returns, if it is time to, for a run that resumes this one.

        Call it where nothing is in flight: what is played and learnt from here on must follow from
        the state, `seed` and `step` alone.
        """


class Trainer(ABC):
    """Makes a checkpoint. The constructor's signature is its configuration."""

    agent: str
    """The registered agent that plays its checkpoints: made with the folder as `checkpoint`, or as
    the first of its `files`."""
    select_by: str | None = None
    """The metric whose highest value decides which checkpoint is kept; None keeps the latest."""

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable`, with the reason, if it cannot learn this game."""
        return None

    def default_steps(self, spec: Spec) -> int:
        """Return how many moves it trains for if nobody says."""
        return 100_000

    @abstractmethod
    def train(self, run: TrainingRun) -> None:
        """Train until `run.step` has reached `run.steps`; end with `run.offer`."""


class Learner(Trainer):
    """A trainer that says what it wants played and learns from it; the core does the rest."""

    @abstractmethod
    def begin(self, run: TrainingRun) -> None:
        """Make what is to be trained, drawing only from `run.seed`."""

    @abstractmethod
    def matches(self, step: int) -> Round:
        """Return what is to be played after `step` moves. A run resumes between rounds."""

    @abstractmethod
    def learn(self, experience: Experience) -> Mapping[str, float]:
        """Learn from some of the round's experience; return metrics."""

    @abstractmethod
    def weights(self) -> Contents:
        """Return what the agent needs to play: named arrays, or what writes files."""

    def agent_parameters(self) -> Mapping[str, Any]:
        """Return the parameters that the checkpoint's agent is made with, beside `checkpoint`."""
        return {}

    def assess(self) -> Mapping[str, float]:
        """Return metrics of the checkpoint about to be offered."""
        return {}

    @abstractmethod
    def state(self) -> TrainingState:
        """Return everything that later rounds depend on."""

    @abstractmethod
    def restore(self, state: TrainingState) -> None:
        """Take back what `state` returned; called after `begin`."""

    def train(self, run: TrainingRun) -> None:
        """Play rounds and learn from them until the budget is spent."""
        self.begin(run)
        if run.resumed is not None:
            self.restore(run.resumed)
        while run.step < run.steps:
            before = run.step
            self.play(run)
            if run.step == before:
                raise ArenaError(f"{type(self).__name__}.matches gave a round without a move")
            if run.offer_due and run.step < run.steps:
                self._offer(run)
            run.save(self.state)
        self._offer(run)

    def play(self, run: TrainingRun) -> None:
        """Play a round, and learn from it. After it nothing is in flight."""
        for experience in run.play(self.matches(run.step)):
            run.report(self.learn(experience))

    def _offer(self, run: TrainingRun) -> None:
        begun = time.perf_counter()
        found = self.assess()
        run.spent(evaluation=time.perf_counter() - begun)
        run.offer(self.weights(), self.agent_parameters(), found)
