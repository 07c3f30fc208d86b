"""Learning from what was played before: worlds are stepped, and transitions drawn from a replay."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from arena_deep.learner import positive, share
from arena_deep.weights import Adam
from numpy.typing import NDArray
from torch import Tensor, nn

from arena import TrainingState, Unsuitable
from arena_marl.learner import JointTrainer
from arena_marl.replay import Replay, Transitions


@dataclass(eq=False)
class OffPolicy(JointTrainer):
    """An update (or several) after each joint step of the worlds, from transitions drawn evenly.

    updates          updates after each joint step
    batch, replay    transitions of an update, and how many are kept
    tau              how fast target networks follow

    The other parameters are those of `JointTrainer`.
    """

    updates: int = 1
    batch: int = 512
    replay: int = 1_000_000
    tau: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self.name, batch=self.batch, replay=self.replay, updates=self.updates)
        share(self.name, gamma=self.gamma, tau=self.tau)

    def build(self) -> None:
        """Make the replay; who inherits adds what is `learnt`."""
        widths = [doing.width for doing in self.doing]
        self.memory = Replay(self.replay, self.sights, widths, self.device)
        self.update = 0
        self.learnt: dict[str, Learnt] = {}

    @abstractmethod
    def explore(self, outputs: list[Tensor], luck: torch.Generator) -> list[Tensor]:
        """Return what each seat does, from its actor's outputs: (worlds, width) each."""

    @abstractmethod
    def learn(self, rows: Transitions, luck: torch.Generator) -> dict[str, Tensor]:
        """Update the networks; return metrics."""

    def play_round(self, luck: torch.Generator) -> dict[str, float]:
        """Step the worlds some times, beginning anew in all, and learn after each step."""
        self.arena.begin(self.joint_steps)
        self._check_free()
        told: dict[str, Tensor] = {}
        for _ in range(self.round_steps):
            with self.playing():
                self._step_worlds(luck)
            if len(self.memory) < self.batch:
                continue
            with self.learning():
                for _ in range(self.updates):
                    self.update += 1
                    told |= self.learn(self.memory.sample(self.batch, luck), luck)
        return {name: float(value) for name, value in told.items()}

    def _check_free(self) -> None:
        """Raise `Unsuitable` where a seat may not do all that its action space holds."""
        if not all(legal is None or bool(legal.all()) for legal in self.arena.legal()):
            raise Unsuitable(f"{self.name} cannot be barred from actions, as here; try mappo")

    def _step_worlds(self, luck: torch.Generator) -> None:
        seen = self.arena.observe()
        acts = self.explore(self.outputs(seen), luck)
        moves = [doing.actions(act) for doing, act in zip(self.doing, acts)]
        step = self.arena.step(moves)
        self.memory.add(Transitions(seen, acts, step.rewards, step.seen, step.over))
        self.stepped()

    def state(self) -> TrainingState:
        """Return the replay, the networks and their optimisers."""
        arrays = self.memory.arrays()
        for name, learnt in self.learnt.items():
            arrays |= learnt.arrays(name)
        return TrainingState({"joint_steps": self.joint_steps, "update": self.update}, arrays)

    def restore(self, state: TrainingState) -> None:
        """Take them back."""
        self.joint_steps = int(state.values["joint_steps"])
        self.update = int(state.values["update"])
        self.memory.restore(state.arrays)
        for name, learnt in self.learnt.items():
            learnt.restore(name, state.arrays)


class Learnt:
    """A network with its optimiser, and a target network that follows it slowly."""

    def __init__(self, network: nn.Module, rate: float) -> None:
        self.late: Any = copy.deepcopy(network).requires_grad_(False)
        self._late = _vector(self.late)
        self._adam = Adam(network, rate)

    def step(self, loss: Tensor, rate: float, clip: float | None = None) -> Tensor:
        """Move down the gradient of a loss; return the loss."""
        self._adam.step(loss, rate, clip)
        return loss.detach()

    def follow(self, share: float) -> None:
        """Let the target network go a share of the way."""
        self._late.lerp_(self._adam.vector, share)

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return the weights of both, and the optimiser's state."""
        late = self._late.numpy(force=True).copy()
        return {**self._adam.arrays(name), f"late.{name}": late}

    def restore(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take them back."""
        self._adam.restore(name, arrays)
        self._late.copy_(torch.as_tensor(np.array(arrays[f"late.{name}"])))


def _vector(network: nn.Module) -> Tensor:
    """Make a network's weights views of one vector, and return it."""
    parameters = list(network.parameters())
    vector = torch.cat([p.detach().reshape(-1) for p in parameters])
    place = 0
    for parameter in parameters:
        part = slice(place, place := place + parameter.numel())
        parameter.data = vector[part].view_as(parameter)
    return vector


def unit(like: Tensor, luck: torch.Generator) -> Tensor:
    """Return numbers in (0, 1), shaped alike."""
    u = torch.rand(like.shape, generator=luck, device=like.device)
    return u.clamp(1e-7, 1.0 - 1e-7)
