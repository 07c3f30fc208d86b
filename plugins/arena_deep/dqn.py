"""Deep Q-learning (Mnih et al., 2015) and what was added to it, each of which can be had alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from arena import Experience, Round, Spec, TrainingRun, TrainingState, Unsuitable, self_play
from arena_deep.agents import Explorer
from arena_deep.heads import masked
from arena_deep.learner import DeepLearner, among, mean_return, positive, share
from arena_deep.luck import generator
from arena_deep.memory import Memory
from arena_deep.networks import QNetwork, Shape, looks_at_boards
from arena_deep.replay import Replay
from arena_deep.targets import Moves, targets
from arena_deep.trees import pick

Rows = NDArray[np.int64]
_NUMBERS = 1_000_000
"""Numbers of what was seen that are drawn at once."""
_AT_ONCE = 512
"""Positions that a network values at once: more would not stay in the processor's cache."""
_BETA = 0.4
"""How far the odds of replay are made up for at first; fully at last (Schaul et al., 2016)."""


class Settings(NamedTuple):
    """What may be left to the learner: see `DQN`."""

    learning_rate: float
    gamma: float
    buffer: int
    batch: int
    slots: int
    every: int
    steps: int
    target: int
    epsilon: Sequence[float]
    exploring: float
    n_step: int


ALONE = Settings(2.3e-3, 0.99, 100_000, 64, 8, 256, 128, 1, (1.0, 0.04), 0.16, 3)
COMPANY = Settings(1e-3, 1.0, 50_000, 512, 256, 1024, 16, 4, (1.0, 0.1), 0.5, 1)


@dataclass(eq=False)
class DQN(DeepLearner):
    """Deep Q-learning: the values of actions, from replayed moves and a target network.

    learning_rate, anneal   of Adam; whether it falls evenly to nought over the run
    gamma            discount of a move: 0.99 alone, 1 in company
    double           the best next action is chosen by the network, and valued by its target
    dueling          the network has a stream for the position and one for the actions
    prioritised      moves are replayed the more often, the more wrong their values were
    n_step           moves after which a value is estimated: 3 alone, 1 in company
    buffer, start    moves kept; and made before the first update
    batch            moves of a step of Adam
    slots            games at once: 8 alone, 256 in company (of games that are over)
    every, steps     moves between updates, and steps of Adam in each
    target           updates between copies of the network to its target
    epsilon          the share of random moves, first and last: `1;0.04` alone, `1;0.1` in company
    exploring        the share of the run over which it falls
    clip_gradient    the greatest norm of a gradient
    hidden, net      units of the layers above what is seen; auto or mlp (boards as plain numbers)

    In company it plays all seats. Where two seats with nothing hidden take turns for opposite
    stakes, a move is worth its reward minus what the answer is worth to the other; elsewhere each
    seat learns from its own rewards, from one of its moves to its next.
    """

    learning_rate: float | None = None
    anneal: bool = True
    gamma: float | None = None
    double: bool = False
    dueling: bool = False
    prioritised: bool = False
    n_step: int | None = None
    buffer: int | None = None
    start: int = 1_000
    batch: int | None = None
    slots: int | None = None
    every: int | None = None
    steps: int | None = None
    target: int | None = None
    epsilon: list[float] | None = None
    exploring: float | None = None
    clip_gradient: float = 10.0
    hidden: list[int] | None = None
    net: Literal["auto", "mlp"] = "auto"

    name = "dqn"
    kind = "values"

    def __post_init__(self) -> None:
        counts = ("n_step", "buffer", "start", "batch", "slots", "every", "steps", "target")
        numbers = ("learning_rate", "clip_gradient", *counts)
        positive(self.name, **{key: getattr(self, key) for key in numbers})
        share(self.name, gamma=self.gamma, exploring=self.exploring)
        for part in self.epsilon or ():
            share(self.name, epsilon=part)
        among(self.name, ("auto", "mlp"), net=self.net)

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where actions cannot be counted, too."""
        super().check(spec)
        if not isinstance(spec.seats[0].action_space, spaces.Discrete):
            raise Unsuitable("it learns the values of actions that can be counted, one at a time")

    def shape(self, spec: Spec) -> Shape:
        """Return what the network is made of."""
        boards = self.net == "auto" and looks_at_boards(spec.seats[0].observation_space)
        several_ = len(spec.seats) > 1
        hidden = (128,) if boards else (128, 128) if several_ else (256, 256)
        return Shape(net=self.net, hidden=tuple(self.hidden or hidden), dueling=self.dueling)

    def build(self, spec: Spec) -> nn.Module:
        """Return a new network."""
        return QNetwork(spec, self.shape(spec))

    def rate(self) -> float:
        """Return the learning rate."""
        return self.set.learning_rate

    def default_steps(self, spec: Spec) -> int:
        """Return enough moves for tic_tac_toe, or for CartPole."""
        return 400_000 if len(spec.seats) > 1 else 50_000

    def settings(self) -> dict[str, Any]:
        """Return the share of random moves that its player makes if it is not to be greedy."""
        return {"epsilon": self.set.epsilon[-1]}

    def settled(self, spec: Spec) -> Settings:
        """Return what was set, and for the rest what suits the number of seats."""
        given = {name: getattr(self, name) for name in Settings._fields}
        own = COMPANY if len(spec.seats) > 1 else ALONE
        return own._replace(**{name: value for name, value in given.items() if value is not None})

    def begin(self, run: TrainingRun) -> None:
        """Make the network, its target, an empty replay, and who plays."""
        self.set = self.settled(run.spec)
        super().begin(run)
        self.goal = copy.deepcopy(self.network)
        self._follow()
        self.owed = 0.0
        self.replay = Replay(self.set.buffer, self.device, self.prioritised)
        self.memory = Memory(run.spec, self.replay, self.set.gamma, self.set.n_step)
        self.explorer = Explorer(self.network, run.spec, self.device)  # type: ignore[arg-type]

    def _follow(self) -> None:
        """Copy the network to its target."""
        nn.utils.vector_to_parameters(self.adam.vector.clone(), self.goal.parameters())

    def matches(self, step: int) -> Round:
        """Return whole games, many at once; or episodes of a single seat, learnt from under way."""
        self._explore()
        return Round(
            self_play(len(self.spec.seats)), [self.explorer], fields=("data",),
            slots=self.set.slots, every=self.set.every, whole=self.several,
            limit=self.stretch(self.set.every, self.set.slots),
        )  # fmt: skip

    def _explore(self) -> None:
        first, *rest = self.set.epsilon
        over = self.set.exploring
        so_far = min(1.0, self.progress / over) if over else 1.0
        last = rest[-1] if rest else first
        self.explorer.epsilon = first + (last - first) * so_far

    def learn(self, experience: Experience) -> Mapping[str, float]:
        """Keep the moves, and learn from some of those that are kept."""
        returned = {} if self.several else mean_return(experience)
        fresh = self.memory.keep(experience)
        self._explore()
        told = {"epsilon": self.explorer.epsilon, **returned}
        if self.run.step < self.start or not self.replay.count:
            return told
        self.owed += fresh * self.set.steps / self.set.every
        steps, self.owed = int(self.owed), self.owed % 1.0
        if not steps:
            return told
        with self.threads:
            told |= self._improve(steps)
        self.updates += 1
        if self.updates % self.set.target == 0:
            self._follow()
        return told

    def _improve(self, steps: int) -> dict[str, float]:
        """Take steps down the gradient; return metrics of the last."""
        rng = generator(self.run.seed, "replay", self.updates)
        size = self.set.batch
        together = 1 if self.prioritised else max(1, _NUMBERS // (size * self.memory.width))
        for begin in range(0, steps, together):
            count = min(together, steps - begin)
            drawn = self.replay.draw(rng.random(count * size))
            for moves, goals, rows in self._batches(drawn):
                loss, values = self._step(moves, goals, rows)
        return {"loss": float(loss), "value": float(values.mean())}

    def _goals(self, moves: Moves) -> Tensor:
        """Return how the target network values the positions ahead: (rows, actions)."""
        count = len(moves.chosen)
        parts = (slice(begin, begin + _AT_ONCE) for begin in range(0, count, _AT_ONCE))
        seats = moves.ahead_seats
        return torch.cat([
            self.goal(pick(moves.ahead, part), None if seats is None else seats[part])
            for part in parts
        ])  # fmt: skip

    def _batches(self, drawn: Rows) -> Iterator[tuple[Moves, Tensor, Rows]]:
        """Yield the moves of each step, what their values are to be, and their rows.

        Reading the replay, and the target network, which does not move meanwhile, is done for all
        steps at once.
        """
        moves, goals = self.memory.moves(drawn), None
        with torch.no_grad():
            ahead = masked(self._goals(moves), moves.ahead_mask)
            if not self.double:  # then the network has no say in what they are to be
                goals = targets(self.network, moves, ahead, double=False)
                moves = moves._replace(ahead=None, ahead_seats=None, ahead_mask=None)
        for begin in range(0, len(drawn), self.set.batch):
            rows = slice(begin, begin + self.set.batch)
            part = moves.part(rows)
            if goals is None:
                with torch.no_grad():
                    goal = targets(self.network, part, ahead[rows], double=True)
            else:
                goal = goals[rows]
            yield part, goal, drawn[rows]

    def _step(self, moves: Moves, goals: Tensor, drawn: Rows) -> tuple[Tensor, Tensor]:
        """Take one step; return its loss, and the values of its moves."""
        values = self.network(moves.seen, moves.seats).gather(1, moves.chosen[:, None])[:, 0]
        weights = self.replay.weights(drawn, _BETA + (1 - _BETA) * self.progress)
        if weights is None:
            loss = functional.smooth_l1_loss(values, goals)
        else:
            each = functional.smooth_l1_loss(values, goals, reduction="none")
            loss = (each * torch.as_tensor(weights, device=self.device)).mean()
            errors = (values - goals).detach().double().numpy(force=True)
            self.replay.judge(drawn, errors)
        rate = self.rate() * (1.0 - self.progress if self.anneal else 1.0)
        self.adam.step(loss, rate, self.clip_gradient)
        return loss.detach(), values.detach()

    def state(self) -> TrainingState:
        """Return everything that later rounds depend on: the replay, too."""
        values, arrays = super().state()
        goal = nn.utils.parameters_to_vector(self.goal.parameters()).numpy(force=True).copy()
        return TrainingState(
            {**values, "owed": self.owed}, {**arrays, "goal": goal, **self.replay.arrays()}
        )

    def restore(self, state: TrainingState) -> None:
        """Take it back."""
        super().restore(state)
        self.owed = float(state.values["owed"])
        goal = torch.as_tensor(np.array(state.arrays["goal"]), device=self.device)
        nn.utils.vector_to_parameters(goal, self.goal.parameters())
        self.replay.restore(state.arrays)


@dataclass(eq=False)
class DoubleDQN(DQN):
    """Double deep Q-learning (van Hasselt et al., 2016): see `dqn`."""

    double: bool = True

    name = "double_dqn"


@dataclass(eq=False)
class DuelingDQN(DQN):
    """Deep Q-learning with two streams (Wang et al., 2016): see `dqn`; `double=true` for both."""

    dueling: bool = True

    name = "dueling_dqn"
