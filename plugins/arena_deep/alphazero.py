"""AlphaZero: a policy and a value, learnt from what a search with them finds in self-play.

Silver et al., "A general reinforcement learning algorithm that masters chess, shogi, and Go through
self-play", Science 362, 2018; with the search of Danihelka et al., 2022 (`arena_deep.search`), that
improves on the network with few simulations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from arena import (
    Experience,
    Round,
    Spec,
    TrainingRun,
    TrainingState,
    Unsuitable,
    host,
    returns_to_go,
    self_play,
)
from arena_deep.heads import masked
from arena_deep.learner import DeepLearner, among, positive, share
from arena_deep.luck import generator
from arena_deep.networks import ActorCritic, Shape, looks_at_boards
from arena_deep.replay import Replay
from arena_deep.search import Search
from arena_deep.searching import Judge, Thinker, check_searchable, scale_of
from arena_deep.symmetry import symmetries


@dataclass(eq=False)
class AlphaZero(DeepLearner):
    """Searches with its network, and learns what the search found and how the games ended.

    simulations    of a search while it learns, and when its checkpoint is assessed; the checkpoint
                   plays with four times as many, if nobody says
    considered     actions that are compared at the root, at most
    trust          weight of what a search finds against what the network thought
    learning_rate, anneal  of Adam; whether it falls evenly to nought over the run
    window         positions that are kept to learn from, the latest
    reuse          how often a position is learnt from, on average
    minibatch      positions an update
    found          share of the search's value in the target of values; the rest is the outcome
    slots          games at once: 512, or 128 of a game on a small board
    net, hidden, channels, blocks   of the network: auto for convolutions where a board is seen, or
                   mlp, which answers several times as many positions a second
    """

    simulations: int = 32
    considered: int = 16
    trust: float = 0.25
    learning_rate: float = 1e-3
    anneal: bool = True
    window: int = 150_000
    reuse: float = 6.0
    minibatch: int = 256
    found: float = 0.5
    slots: int | None = None
    channels: int = 32
    blocks: int = 1
    hidden: list[int] | None = None
    net: Literal["auto", "mlp"] = "auto"

    name = "alphazero"
    kind = "policy"
    agent = "network_search"

    def __post_init__(self) -> None:
        positive(
            self.name, simulations=self.simulations, considered=self.considered, trust=self.trust,
            learning_rate=self.learning_rate, window=self.window, reuse=self.reuse,
            minibatch=self.minibatch, slots=self.slots, channels=self.channels,
        )  # fmt: skip
        share(self.name, found=self.found)
        among(self.name, ("auto", "mlp"), net=self.net)

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for a game that is not to be searched, or seen."""
        check_searchable(spec)
        if spec.seats[0].observation_space.shape is None:
            raise Unsuitable("its seats see things of several kinds, and it learns from one array")
        super().check(spec)

    def shape(self, spec: Spec) -> Shape:
        """Return what the network is made of."""
        boards = self.net == "auto" and looks_at_boards(spec.seats[0].observation_space)
        large = looks_at_boards(spec.seats[0].observation_space)
        hidden = (128,) if boards else (512, 256) if large else (128, 128)
        return Shape(self.net, tuple(self.hidden or hidden), self.channels, self.blocks)

    def build(self, spec: Spec) -> ActorCritic:
        """Return a new network."""
        return ActorCritic(spec, self.shape(spec))

    def rate(self) -> float:
        """Return the learning rate to begin with."""
        return self.learning_rate

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for connect_four, or for tic_tac_toe."""
        boards = looks_at_boards(spec.seats[0].observation_space)
        return 500_000 if boards else 30_000

    def begin(self, run: TrainingRun) -> None:
        """Make the network and who searches with it."""
        super().begin(run)
        self.replay, self.length = Replay(self.window, self.device), 1.0
        self.twins = [
            [torch.as_tensor(part, device=self.device) for part in parts]
            for parts in zip(*symmetries(run.make, run.spec, run.seed))
        ]
        network: Any = self.network
        self.judge = Judge(network, self.device)
        search = Search(
            self.judge, self.simulations, self.considered, self.trust, scale_of(run.spec)
        )
        self.thinker = Thinker(network, search, self.device, learning=True)
        self.player = Thinker(network, search, self.device)
        self.appraiser.small = not looks_at_boards(run.spec.seats[0].observation_space)

    def matches(self, step: int) -> Round:
        """Return games against itself."""
        left = math.ceil((self.run.steps - step) / self.length)
        boards = looks_at_boards(self.spec.seats[0].observation_space)
        slots = self.slots or (512 if boards else 128)
        games = min(left, 4 * slots)
        return Round(
            self_play(2, games), [self.thinker], fields=("data", "mask"), slots=slots,
            every=16 * min(games, slots),
        )  # fmt: skip

    def learn(self, experience: Experience) -> Mapping[str, float]:
        """Take in whole games, and update the network; return metrics."""
        self.replay.add(self._rows(experience))
        self.length = len(experience) / len(np.unique(experience.match))
        updates = max(1, round(len(experience) * self.reuse / self.minibatch))
        with self.threads:
            for _ in range(updates):
                told = self._update()
        return {**told, "turns": self.length}

    def _rows(self, experience: Experience) -> dict[str, Tensor]:
        """Return positions with what is to be thought of them."""
        columns, scale = experience.columns, scale_of(self.spec)
        found = host(columns["value"]).astype(np.float64)
        came = returns_to_go(experience, 1.0, found * scale) / scale
        target = (self.found * found + (1.0 - self.found) * came).astype(np.float32)
        everything = {name: columns[name] for name in ("data", "mask", "policy")}
        everything |= {"seat": experience.seat, "target": target}
        rows = torch.as_tensor(np.flatnonzero(~experience.open), device=self.device)
        return {
            name: torch.as_tensor(column, device=self.device)[rows]
            for name, column in everything.items()
        }

    def _update(self) -> dict[str, float]:
        rng = generator(self.run.seed, "minibatches", self.updates)
        rows = torch.as_tensor(self.replay.draw(rng.random(self.minibatch)), device=self.device)
        batch = {name: column[rows] for name, column in self.replay.columns.items()}
        self._turn(batch, rng)
        with torch.autocast(self.device.type, torch.bfloat16, self.judge.short):
            outputs, values = self.network(batch["data"], batch["seat"])
        policy, value, divergence = losses(outputs.float(), values.float(), batch)
        left = 1.0 - self.progress if self.anneal else 1.0
        self.adam.step(policy + value, self.rate() * left)
        self.updates += 1
        return {
            "policy_loss": float(policy.detach()),
            "value_loss": float(value.detach()),
            "kl": float(divergence),
        }

    def _turn(self, batch: dict[str, Tensor], rng: np.random.Generator) -> None:
        """Put one of its images, drawn evenly, in the place of each position."""
        sees, does = self.twins
        if len(sees) == 1:
            return
        drawn = torch.as_tensor(rng.integers(len(sees), size=self.minibatch), device=self.device)
        seen = batch["data"]
        batch["data"] = seen.flatten(1).gather(1, torch.stack(sees)[drawn]).view_as(seen)
        back = torch.stack([each.argsort() for each in does])[drawn]
        for name in ("policy", "mask"):
            batch[name] = batch[name].gather(1, back)

    def assess(self) -> Mapping[str, float]:
        """Return what searching with the network is worth, in a small game."""
        found = self.appraiser(self.player)
        return {**found, "worth": 0.0 - found.get("lost_lines", 0.0)}

    def agent_parameters(self) -> Mapping[str, Any]:
        """Return how its checkpoint plays, if nobody says: with four times the simulations."""
        return {
            **super().agent_parameters(), "simulations": 4 * self.simulations,
            "considered": self.considered, "trust": self.trust,
        }  # fmt: skip

    def state(self) -> TrainingState:
        """Return everything that later rounds depend on."""
        values, arrays = super().state()
        values = {**values, "length": self.length}
        return TrainingState(values, {**arrays, **self.replay.arrays()})

    def restore(self, state: TrainingState) -> None:
        """Take it back."""
        super().restore(state)
        self.length = float(state.values["length"])
        self.replay.restore(state.arrays)


def losses(outputs: Tensor, values: Tensor, batch: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    """Return the cross-entropy of the policy, the squared error of the values, and how far the
    policy is from what was found: a Kullback-Leibler divergence. Means over rows."""
    logs = masked(outputs, batch["mask"]).log_softmax(dim=1)
    policy = -(batch["policy"] * logs.clamp(min=-30.0)).sum(dim=1).mean()
    own = torch.special.entr(batch["policy"]).sum(dim=1).mean()
    value = functional.mse_loss(values, batch["target"])
    return policy, value, (policy - own).detach()
