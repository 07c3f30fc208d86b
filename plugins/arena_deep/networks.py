"""Networks: a torso chosen by what is seen, and what is read off it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from gymnasium import spaces
from torch import Tensor, nn

from arena import Spec, Unsuitable
from arena_deep.heads import head_of
from arena_deep.sight import Flat, follow, kind_of, leaves, part_of
from arena_deep.trees import Tree


@dataclass(frozen=True)
class Shape:
    """What a network is made of, beside what the game prescribes.

    net        auto: convolutions for boards and pictures; mlp: none
    hidden     units of each layer above what is seen
    channels   of the convolutions of a board
    blocks     residual blocks of a board
    window     cells a side that the first convolution of a board sees at once
    activation relu or tanh, in the hidden layers
    shared     whether values are read off the same torso as actions
    dueling    whether a Q-network has a stream for the position and one for the actions
    """

    net: Literal["auto", "mlp"] = "auto"
    hidden: tuple[int, ...] = (64, 64)
    channels: int = 32
    blocks: int = 1
    window: int = 3
    activation: Literal["relu", "tanh"] = "relu"
    shared: bool = True
    dueling: bool = False


def check_alike(spec: Spec) -> None:
    """Raise `Unsuitable` if the seats of a game differ in what they see or do."""
    first = spec.seats[0]
    for seat in spec.seats[1:]:
        if seat.observation_space != first.observation_space:
            raise Unsuitable("its seats see different things, and one network plays all of them")
        if seat.action_space != first.action_space:
            raise Unsuitable("its seats do different things, and one network plays all of them")


def looks_at_boards(space: Any) -> bool:
    """Whether any part of what is seen is a board or a picture."""
    boxes = (leaf for _, leaf in leaves(space) if isinstance(leaf, spaces.Box))
    return any(kind_of(box) != "flat" for box in boxes)


class Torso(nn.Module):
    """Features of what a seat sees: its parts side by side, with the seat, and layers above."""

    def __init__(self, spec: Spec, shape: Shape) -> None:
        super().__init__()
        found = list(leaves(spec.seats[0].observation_space))
        self.paths = [path for path, _ in found]
        self.seats = len(spec.seats) if len(spec.seats) > 1 else 0
        self.parts = nn.ModuleList(
            part_of(leaf, self.seats, shape.net, shape.channels, shape.blocks, shape.window)
            for _, leaf in found
        )
        width = sum(int(part.width) for part in self.parts) + self.seats  # type: ignore[arg-type]
        self.layers, self.width = layers(width, shape.hidden, shape.activation)
        self._plain = len(found) == 1 and isinstance(self.parts[0], Flat) and not self.seats

    def forward(self, seen: Tree, seats: Tensor | None) -> Tensor:
        """Return features: float32 (rows, width)."""
        if self._plain:
            return self.layers(self.parts[0](follow(seen, self.paths[0]), None))  # type: ignore[no-any-return]
        parts = [part(follow(seen, path), seats) for part, path in zip(self.parts, self.paths)]
        if self.seats and seats is not None:
            parts.append(nn.functional.one_hot(seats, self.seats).to(parts[0].dtype))
        features: Tensor = self.layers(parts[0] if len(parts) == 1 else torch.cat(parts, dim=1))
        return features


def layers(width: int, hidden: Sequence[int], activation: str) -> tuple[nn.Sequential, int]:
    """Return linear layers, each with its activation, and the width that they end in."""
    made: list[nn.Module] = []
    for units in hidden:
        made += [nn.Linear(width, units), nn.Tanh() if activation == "tanh" else nn.ReLU()]
        width = units
    return nn.Sequential(*made), width


def orthogonal(module: nn.Module, gain: float = 2**0.5) -> None:
    """Draw the weights of all layers within as orthogonal matrices (Saxe et al., 2014)."""
    for layer in module.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.orthogonal_(layer.weight, gain)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]


class ActorCritic(nn.Module):
    """A policy and a value of what a seat sees.

    Call it for (outputs, values): the outputs, float32 (rows, width), are what `head` makes actions
    of, the values, float32 (rows,), what the seat is to be paid.
    """

    def __init__(self, spec: Spec, shape: Shape) -> None:
        super().__init__()
        self.head = head_of(spec.seats[0].action_space)
        self.torso = Torso(spec, shape)
        self.critic = None if shape.shared else Torso(spec, shape)
        self.actions = nn.Linear(self.torso.width, self.head.width)
        self.value = nn.Linear(self.torso.width, 1)
        orthogonal(self)
        orthogonal(self.actions, 0.01)
        orthogonal(self.value, 1.0)

    def forward(self, seen: Tree, seats: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return outputs and values."""
        features = self.torso(seen, seats)
        judged = features if self.critic is None else self.critic(seen, seats)
        return self.actions(features), self.value(judged)[:, 0]


class QNetwork(nn.Module):
    """Values of the actions of a Discrete space: call it for float32 (rows, n).

    With two streams: Wang et al., "Dueling network architectures for deep reinforcement learning",
    2016, equation 9: the value of the position plus how much better than average each action is.
    """

    def __init__(self, spec: Spec, shape: Shape) -> None:
        super().__init__()
        self.torso = Torso(spec, shape)
        self.actions = nn.Linear(self.torso.width, int(spec.seats[0].action_space.n))
        self.value = nn.Linear(self.torso.width, 1) if shape.dueling else None

    def forward(self, seen: Tree, seats: Tensor | None) -> Tensor:
        """Return values of all actions, legal or not."""
        features = self.torso(seen, seats)
        actions: Tensor = self.actions(features)
        if self.value is None:
            return actions
        return self.value(features) + actions - actions.mean(dim=1, keepdim=True)
