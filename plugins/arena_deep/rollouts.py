"""What learners of policies share: the games they play, and what they learn from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor, nn

from arena import Agent, Experience, Round, Spec, TrainingRun, TrainingState, uniform
from arena_deep.agents import Actor, Player
from arena_deep.learner import DeepLearner, among, mean_return, positive, share
from arena_deep.luck import generator, seeded
from arena_deep.networks import ActorCritic, Shape, looks_at_boards
from arena_deep.opponents import RULES, Opponents, Rule, pairings
from arena_deep.reading import of_experience
from arena_deep.trees import Tree, pick, tensors


class Samples(NamedTuple):
    """What a policy learns from, a move a row.

    `advantage` says how much better than expected the move turned out, `target` what the value of
    the position is to be; `logp` and `value` are what the policy thought of both when it moved.
    """

    data: Tree
    seats: Any
    mask: Any
    chosen: Tensor
    logp: Tensor
    value: Tensor
    advantage: Tensor
    target: Tensor

    def pick(self, rows: Tensor) -> Samples:
        """Return some rows."""
        return Samples(*(None if part is None else pick(part, rows) for part in self))


@dataclass(eq=False)
class PolicyLearner(DeepLearner):
    """A policy and the value of positions; see `arena_deep.ppo` for the parameters."""

    learning_rate: float | None = None
    gamma: float | None = None
    decay: float | None = None
    entropy: list[float] | None = None
    value_weight: float = 0.5
    clip_gradient: float = 0.5
    slots: int | None = None
    rollout: int | None = None
    hidden: list[int] | None = None
    net: Literal["auto", "mlp"] = "auto"
    shared: bool | None = None
    opponents: Rule = "latest"
    rivals: list[str] = field(default_factory=list)
    share: float = 0.5

    kind = "policy"
    whole_alone = False
    """Whether a single seat's episodes are learnt from only when they are over."""
    boards = False
    """Whether it learns in company on boards of five cells a side or more."""

    def __post_init__(self) -> None:
        positive(
            self.name, learning_rate=self.learning_rate, slots=self.slots, rollout=self.rollout
        )
        share(self.name, gamma=self.gamma, decay=self.decay, share=self.share)
        among(self.name, RULES, opponents=self.opponents)
        among(self.name, ("auto", "mlp"), net=self.net)

    def shape(self, spec: Spec) -> Shape:
        """Return what the network is made of."""
        boards = self.net == "auto" and looks_at_boards(spec.seats[0].observation_space)
        several = len(spec.seats) > 1
        small = {"channels": 64, "blocks": 0, "window": 4} if boards and several else {}
        hidden = (128,) if boards else (128, 128) if several else (64, 64)
        shared = self.shared
        if shared is None:
            shared = boards or several or not isinstance(spec.seats[0].action_space, spaces.Box)
        return Shape(
            net=self.net, hidden=tuple(self.hidden or hidden), shared=shared,
            activation="relu" if shared else "tanh", **small,
        )  # fmt: skip

    def build(self, spec: Spec) -> nn.Module:
        """Return a new network."""
        return ActorCritic(spec, self.shape(spec))

    def rate(self) -> float:
        """Return the learning rate to begin with."""
        if self.learning_rate is not None:
            return self.learning_rate
        if self.several:
            return 1e-3
        return 3e-4 if isinstance(self.spec.seats[0].action_space, spaces.Box) else 3e-3

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for tic_tac_toe, or for CartPole."""
        return 500_000 if len(spec.seats) > 1 else 100_000

    def begin(self, run: TrainingRun) -> None:
        """Make the network and who plays it."""
        super().begin(run)
        self.boards = self.several and looks_at_boards(run.spec.seats[0].observation_space)
        self.discount = self.gamma if self.gamma is not None else 1.0 if self.several else 0.99
        self.actor = Actor(self.network, run.spec, self.device)  # type: ignore[arg-type]
        self.named = [run.agent(rival) for rival in self.rivals] if self.several else []
        self.pool = Opponents(self.opponents if self.several else "latest", len(self.named))
        self.facing: int | None = None

    def matches(self, step: int) -> Round:
        """Return whole games, many at once; or episodes of a single seat, learnt from under way."""
        slots, moves = self.flight()
        agents: list[Agent] = [self.actor]
        self.pool.keep(self.adam.vector.numpy(force=True), self.progress)
        self.facing = self.pool.draw(uniform(self.run.seed, 0, self.updates))
        if self.facing is not None:
            agents.append(self.rival(self.facing))
        return Round(
            pairings(len(self.spec.seats), self.share if len(agents) > 1 else 0.0), agents,
            fields=("data",), slots=slots, every=moves, whole=self.several or self.whole_alone,
            limit=self.stretch(moves, slots),
        )  # fmt: skip

    def rival(self, number: int) -> Agent:
        """Return an opponent: an agent that was named, or a past self, as it played then."""
        if number < len(self.named):
            return self.named[number]
        with seeded(0):
            network = self.build(self.spec).to(self.device)
        past = torch.as_tensor(self.pool.past[number - len(self.named)], device=self.device)
        nn.utils.vector_to_parameters(past, network.parameters())
        player = Player(self.device, epsilon=0.0)
        player.use(network, self.spec)  # type: ignore[arg-type]
        return player

    @property
    def trace(self) -> float:
        """The decay of advantages."""
        return self.decay if self.decay is not None else 0.8 if self.boards else 0.95

    def flight(self) -> tuple[int, int]:
        """Return the games in flight, and the moves from update to update."""
        crowd = max(64, min(1024, self.run.steps // 400))  # a short run is to see games end
        slots = self.slots or (crowd if self.boards else 256 if self.several else 64)
        each = self.rollout or (16 if self.several else 32)
        return slots, slots * each

    def bonus(self) -> float:
        """Return what entropy is worth now: it changes evenly over the run."""
        company = [0.15, 0.05] if self.boards else [0.2, 0.1]
        first, *rest = self.entropy or (company if self.several else [0.0])
        return first + (rest[-1] - first if rest else 0.0) * self.progress

    def learn(self, experience: Experience) -> Mapping[str, float]:
        """Update the network; return metrics."""
        if self.facing is not None:
            self.pool.note(self.facing, experience)
        returned = {} if self.several else mean_return(experience)
        if bool(experience.open.all()):
            return returned
        samples = self.samples(experience)
        with self.threads:
            told = self.improve(samples)
        self.updates += 1
        return {**told, **returned}

    @abstractmethod
    def estimates(self, experience: Experience, values: NDArray[np.float64]) -> Any:
        """Return advantages and targets of all rows, open ones too: float64 (rows,) each."""

    @abstractmethod
    def improve(self, samples: Samples) -> Mapping[str, float]:
        """Update the network by samples; return metrics."""

    def samples(self, experience: Experience) -> Samples:
        """Return the moves to learn from, as tensors."""
        columns = experience.columns
        values = torch.as_tensor(columns["value"]).double().numpy(force=True)
        advantage, target = self.estimates(experience, values)
        seen = of_experience(columns, experience.seat, self.several)
        if seen.mask is not None and bool(seen.mask.all()):
            seen = seen._replace(mask=None)
        everything = (
            seen.data, seen.seats, seen.mask, columns["chosen"], columns["logp"],
            columns["value"], advantage.astype(np.float32), target.astype(np.float32),
        )  # fmt: skip
        rows = torch.as_tensor(np.flatnonzero(~experience.open), device=self.device)
        parts = (None if part is None else tensors(part, self.device) for part in everything)
        return Samples(*parts).pick(rows)

    def minibatches(self, samples: Samples, size: int, epochs: int) -> Iterator[Samples]:
        """Yield parts of about equal size, every row once an epoch, in an order drawn anew."""
        count = len(samples.logp)
        rng = generator(self.run.seed, "minibatches", self.updates)
        parts = max(1, round(count / size))
        for _ in range(epochs):
            order = torch.as_tensor(rng.permutation(count), device=self.device)
            for rows in order.tensor_split(parts):
                yield samples.pick(rows)

    def state(self) -> TrainingState:
        """Return everything that later rounds depend on."""
        values, arrays = super().state()
        return TrainingState(values, {**arrays, **self.pool.arrays()})

    def restore(self, state: TrainingState) -> None:
        """Take it back."""
        super().restore(state)
        self.pool.restore(state.arrays)
