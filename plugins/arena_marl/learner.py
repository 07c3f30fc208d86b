"""What trainers of several seats share: the worlds they step, the actors, and what is offered."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from arena_deep.device import Threads, pick_device
from arena_deep.learner import positive
from arena_deep.luck import seeded
from arena_deep.weights import write_network
from torch import Tensor

from arena import Spec, Trainer, TrainingRun, TrainingState, Unsuitable, derive
from arena_marl.acting import doing_of
from arena_marl.agents import config_of
from arena_marl.groups import Grouped, groups_of, seen_width
from arena_marl.league import MARKS, League, sides_of
from arena_marl.scoring import team_return
from arena_marl.worlds import Worlds, check_joint
from arena_marl.worlds_of import make_worlds

_ROUND = 50
"""About so many joint steps are played between two moments at which a run may be interrupted."""
_MANY, _FEW = 512, 64
"""Worlds stepped together where nothing is said: of tensors, and where each is a game by itself."""
_GAMES = 256
"""Games by which a checkpoint is judged."""


@dataclass(eq=False)
class JointTrainer(Trainer):
    """Steps worlds of several seats, and learns an actor for each of them.

    learning_rate    of Adam, for all networks; it falls to nought over the second half
    worlds           worlds stepped together; None for as many as suit: 512 of tensors, else 64
    gamma            discount of a joint step
    actor, critic    units of the hidden layers
    shared           whether seats of a role share networks
    reward           team: all learn from the mean of the seats' rewards; own: each from its own;
                     auto: team where the game is cooperative
    opponents        latest: all seats are played by what is learnt; pool: in half of the worlds one
                     side (a team, a role, or a seat) is played by a past self, for rivals
    world            tensor: in place of `mpe2/...` the equal world of tensors is stepped, where
                     there is one; mpe2: the game as it is
    """

    learning_rate: float = 1e-3
    worlds: int | None = 64
    gamma: float = 0.95
    actor: list[int] | None = None
    critic: list[int] | None = None
    shared: bool = True
    reward: Literal["auto", "team", "own"] = "auto"
    opponents: Literal["latest", "pool"] = "latest"
    world: Literal["tensor", "mpe2"] = "tensor"

    agent = "seat_policies"
    select_by = "worth"
    by_turns = False
    """Whether seats may move by turns, and may be barred from some actions."""
    recurrent = 0
    """Numbers that an actor remembers from turn to turn."""

    def __post_init__(self) -> None:
        positive(self.name, learning_rate=self.learning_rate, worlds=self.worlds, gamma=self.gamma)

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where there is one seat, or a network cannot choose."""
        check_joint(spec, self.by_turns)
        for seat in spec.seats:
            doing_of(seat.action_space)
        if self.opponents == "pool" and (spec.kind == "cooperative" or len(sides_of(spec)) < 2):
            raise Unsuitable("it has no rivals, of whom opponents=pool would play some")

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for simple_spread: 3.2 million joint steps."""
        return 3_200_000 * len(spec.seats)

    def train(self, run: TrainingRun) -> None:
        """Play and learn by turns."""
        self.begin(run)
        try:
            while run.step < run.steps:
                self._meet_past()
                run.report(self.play_round(self.luck("round", self.joint_steps)))
                if run.offer_due or run.step >= run.steps:
                    self._offer()
                run.save(self._whole_state)
        finally:
            self.arena.table.close()
            self.test.close()

    def begin(self, run: TrainingRun) -> None:
        """Make worlds and networks, as they were if the run is resumed."""
        self.run, self.spec, self.seats = run, run.spec, len(run.spec.seats)
        self.device = pick_device(run.device)
        cooperative = run.spec.kind == "cooperative"
        self.team = self.reward == "team" or (self.reward == "auto" and cooperative)
        make = make_worlds(run, self.world)
        size = self.worlds or (_MANY if make.tensors else _FEW)
        self.arena = Worlds(make(size, self.device), run.seed)
        self.test = make(_GAMES if self.team else 1, self.device)
        self.doing = [doing_of(seat.action_space) for seat in run.spec.seats]
        self.groups = groups_of(run.spec, self.shared)
        self.sights = [seen_width(seat.observation_space) for seat in run.spec.seats]
        self.joint_steps = 0
        with seeded(run.seed, "networks"):
            widths = [doing.width for doing in self.doing]
            hidden = self.actor or [64, 64]
            actors = Grouped(self.groups, self.sights, widths, hidden, self.recurrent)
            self.actors = actors.to(self.device)
            self.build()
        self.threads = Threads(self.actors)
        self.league = League(self.actors, run.spec, size, self.device)
        if run.resumed:
            self.restore(run.resumed)
            self.league.restore(run.resumed.arrays)

    @abstractmethod
    def build(self) -> None:
        """Make what learns, beside the actors; luck is torch's own, which is seeded."""

    @abstractmethod
    def play_round(self, luck: torch.Generator) -> dict[str, float]:
        """Play some joint steps (see `round_steps`), learn, and return metrics."""

    @abstractmethod
    def state(self) -> TrainingState:
        """Return all that later rounds depend on."""

    @abstractmethod
    def restore(self, state: TrainingState) -> None:
        """Take back what `state` returned."""

    @property
    def round_steps(self) -> int:
        """Joint steps in a round: whole games where their length is known."""
        limit = self.spec.max_turns or _ROUND
        return limit * max(1, round(_ROUND / limit))

    @property
    def progress(self) -> float:
        """How much of the run is over, in [0, 1]."""
        return min(1.0, self.run.step / self.run.steps)

    def now(self, values: list[float]) -> float:
        """Return what goes evenly from the first of some values to the last, over the run."""
        return values[0] + (values[-1] - values[0]) * self.progress

    @property
    def rate(self) -> float:
        """The learning rate as it is now."""
        return self.learning_rate * min(1.0, 2.0 * (1.0 - self.progress))

    def wages(self, rewards: Tensor) -> Tensor:
        """Return what seats learn from: float32 (rows, seats); a team's is the mean for all."""
        return rewards.mean(-1, keepdim=True).expand_as(rewards) if self.team else rewards

    def stepped(self) -> None:
        """Count a joint step of all worlds."""
        self.joint_steps += 1
        self.run.step += self.arena.size * self.seats

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Let time count as played within; few threads, no gradients."""
        begun = time.perf_counter()
        with self.threads, torch.no_grad():
            yield
        self.run.spent(agents=time.perf_counter() - begun)

    @contextmanager
    def learning(self) -> Iterator[None]:
        """Let time count as learnt within; few threads."""
        begun = time.perf_counter()
        with self.threads:
            yield
        self.run.spent(learning=time.perf_counter() - begun)

    def luck(self, *path: int | str) -> torch.Generator:
        """Return a generator that depends on the run's seed and the path alone."""
        return torch.Generator(self.device).manual_seed(derive(self.run.seed, *path) >> 1)

    def outputs(self, seen: list[Tensor]) -> list[Tensor]:
        """Return what the actors make of what is seen in the worlds, and those of rivals."""
        return self.league.play(seen, self.actors(seen))

    def _meet_past(self) -> None:
        """Draw a past self, and keep the present one now and then."""
        if self.opponents == "latest":
            return
        if len(self.league.past) < MARKS * self.progress:
            self.league.keep(self.actors)
        self.league.renew(self.luck("league", self.joint_steps))

    def _whole_state(self) -> TrainingState:
        values, arrays = self.state()
        return TrainingState(values, {**arrays, **self.league.arrays()})

    def _offer(self) -> None:
        """Offer the actors as they are; a team's with what it returns in games of its own."""
        config = config_of(self.spec, self.groups, self.actor or [64, 64], self.recurrent)

        def write(folder: Path) -> None:
            write_network(folder, self.actors, config)

        self.run.offer(write, {"game": self.spec.name}, self._appraised())

    def _appraised(self) -> dict[str, float]:
        """Return what a team returns; rivals are all worth the same, so that the last is kept."""
        if not self.team:
            return {"worth": 0.0}
        begun = time.perf_counter()
        with self.threads, torch.no_grad():
            units, seed = self.recurrent, self.run.seed
            worth = team_return(self.test, self.actors, self.doing, units, seed)
        self.run.spent(evaluation=time.perf_counter() - begun)
        return {"worth": worth, "return": worth}
