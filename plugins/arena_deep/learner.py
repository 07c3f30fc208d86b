"""What all learners of networks share: how they begin, what is kept, and what is worth keeping."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import nn

from arena import (
    Appraiser,
    BadParameter,
    Experience,
    Learner,
    Spec,
    TrainingRun,
    TrainingState,
)
from arena_deep.agents import Player
from arena_deep.device import Threads, pick_device
from arena_deep.heads import head_of
from arena_deep.luck import seeded
from arena_deep.networks import Shape, Torso, check_alike
from arena_deep.weights import Adam, write_network

_ROUND = 16
"""Updates between two moments at which a run may be interrupted."""
_LONG = 1000
"""Moves that an episode may well have of whose length nothing is said."""


class DeepLearner(Learner):
    """A network, learnt by playing: against itself and others, or alone.

    Of ten networks on the way, and the last, the latest of the best is kept. In a small game with
    nothing hidden the best is the one that loses the fewest lines of play, whatever it is answered;
    alone, the one of the highest mean return over 10 episodes; else all are equal.
    """

    agent = "network"
    select_by = "worth"
    name: str
    kind: str
    """What the network holds: see `arena_deep.agents.Network`."""
    network: nn.Module
    adam: Adam

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where a network cannot see or act, or seats differ too much."""
        check_alike(spec)
        head_of(spec.seats[0].action_space)
        with seeded(0):
            Torso(spec, Shape(hidden=()))

    @abstractmethod
    def shape(self, spec: Spec) -> Shape:
        """Return what the network is made of."""

    @abstractmethod
    def build(self, spec: Spec) -> nn.Module:
        """Return a new network; luck is torch's own, which is seeded."""

    @abstractmethod
    def rate(self) -> float:
        """Return the learning rate to begin with."""

    def begin(self, run: TrainingRun) -> None:
        """Make the network."""
        self.run, self.spec, self.device = run, run.spec, pick_device(run.device)
        self.several = len(run.spec.seats) > 1
        with seeded(run.seed, "network"):
            self.network = self.build(run.spec).to(self.device)
        self.adam = Adam(self.network, self.rate())
        self.threads = Threads(self.network)
        self.appraiser = Appraiser(run.make, run.spec, run.seed)
        self.updates = 0

    @property
    def progress(self) -> float:
        """How much of the run is over, in [0, 1]."""
        return min(1.0, self.run.step / self.run.steps)

    def stretch(self, moves: int, slots: int) -> int:
        """Return the moves of a round, at whose end games are left unfinished.

        16 updates, each after so many `moves`, but in company no more than a tenth of the run.
        Alone more where a game of `slots` at once is long, for its end is to be seen too.
        """
        tenth = self.run.steps // 10
        if self.several:
            wanted = max(moves, min(_ROUND * moves, tenth))
        else:
            longest = 4 * slots * (self.spec.max_turns or _LONG)
            wanted = max(_ROUND * moves, min(tenth, longest))
        return min(self.run.steps - self.run.step, wanted)

    def weights(self) -> Callable[[Path], None]:
        """Return what writes the network into a folder."""
        config = {"kind": self.kind, "shape": asdict(self.shape(self.spec)), **self.settings()}
        return lambda folder: write_network(folder, self.network, config)

    def settings(self) -> dict[str, Any]:
        """Return what its player must know beside the network."""
        return {}

    def agent_parameters(self) -> Mapping[str, str]:
        """Return the name of the game: a network knows no other."""
        return {"game": self.spec.name}

    def assess(self) -> Mapping[str, float]:
        """Return what the network is worth, played greedily."""
        player = Player.of(self.network, self.spec, self.device)  # type: ignore[arg-type]
        found = self.appraiser(player)
        return {**found, "worth": found.get("mean_return", 0.0 - found.get("lost_lines", 0.0))}

    def state(self) -> TrainingState:
        """Return the network, its optimiser, and what was counted and found out so far."""
        values = {"updates": self.updates, "small": self.appraiser.small}
        return TrainingState(values, self.adam.arrays("adam"))

    def restore(self, state: TrainingState) -> None:
        """Take them back."""
        self.updates = int(state.values["updates"])
        self.appraiser.small = bool(state.values["small"])
        self.adam.restore("adam", state.arrays)


def mean_return(experience: Experience) -> dict[str, float]:
    """Return the mean return of the seats whose matches are over, if there are any."""
    returns = experience.returns
    return {"return": float(returns.mean())} if len(returns) else {}


def positive(name: str, **values: float | int | None) -> None:
    """Raise `BadParameter` for a value that is not above nought."""
    for key, value in values.items():
        if value is not None and not value > 0:
            raise BadParameter(f"{name}: {key}={value} is not a positive number")


def share(name: str, **values: float | None) -> None:
    """Raise `BadParameter` for a value outside of [0, 1]."""
    for key, value in values.items():
        if value is not None and not 0 <= value <= 1:
            raise BadParameter(f"{name}: {key}={value} is not between 0 and 1")


def among(name: str, choices: Sequence[str], **values: str) -> None:
    """Raise `BadParameter` for a value that is none of the choices."""
    for key, value in values.items():
        if value not in choices:
            raise BadParameter(f"{name}: {key}={value!r} is none of {', '.join(choices)}")
