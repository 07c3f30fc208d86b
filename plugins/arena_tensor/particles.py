"""Discs on a plane that push themselves and each other: the physics of mpe2's worlds.

From Lowe et al., "Multi-Agent Actor-Critic for Mixed Cooperative-Competitive Environments"
(NeurIPS 2017). States, rewards and observations are those of mpe2 1.1 for the same state and
actions; what the deal draws is uniform in the same ranges, but other numbers.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import torch
from gymnasium.spaces import Box, Discrete
from torch import Tensor

from arena import CHANCE, BadParameter, Kind, Seat, Spec, tensor_uniforms
from arena_tensor.table import TensorTable

_DT, _DAMPING = 0.1, 0.25
_STIFFNESS, _MARGIN = 100.0, 1e-3  # of a contact; a contact is felt a little before it happens
_STEPS = ("stay", "left", "right", "down", "up")
_WIDE, _HIGH, _REACH = 41, 21, 1.5  # characters, and the distance from the middle to an edge


class Body(NamedTuple):
    """A disc. `accel` is the force of a full push; what does not move is a landmark, or speaks.

    `words` is how many words it can say: it says one instead of moving. `spread` is how far from
    the middle it may be dealt, along either axis.
    """

    name: str
    size: float
    moves: bool = True
    collides: bool = False
    accel: float = 5.0
    max_speed: float | None = None
    words: int = 0
    spread: float = 1.0
    team: str | None = None
    role: str | None = None


class ParticleTable(TensorTable):
    """Worlds of the same bodies, agents first: all of them act at once, `max_cycles` times.

    `place` is (bodies, 2, size) and `speed` (agents, 2, size), in `dtype`. With
    `continuous_actions` an action is five numbers in [0, 1] (unused, left, right, down, up), or
    how loudly each word is said; otherwise one of five steps, or a word.
    """

    luck = 0
    """How many numbers a deal draws before the places."""

    def __init__(
        self, size: int, device: str, name: str, kind: Kind, bodies: Sequence[Body], seen: Any,
        max_cycles: int, continuous_actions: bool, dtype: torch.dtype = torch.float32,
    ) -> None:  # fmt: skip
        if max_cycles < 1:
            raise BadParameter(f"tensor/{name}: max_cycles={max_cycles} is too few")
        self.agents = [body for body in bodies if body.moves or body.words]
        self.bodies, self.continuous = bodies, continuous_actions
        seats = tuple(
            Seat(
                Box(-np.inf, np.inf, (numbers,), np.float32), _actions(agent, continuous_actions),
                agent.team, agent.role,
            )
            for agent, numbers in zip(self.agents, seen, strict=True)
        )  # fmt: skip
        spec = Spec(f"tensor/{name}", seats, kind=kind, max_turns=max_cycles)
        super().__init__(spec, size, device)
        self.place = self.new(len(bodies), 2, dtype=dtype)
        self.speed = self.new(len(self.agents), 2, dtype=dtype)
        self._directions = self.constant([[0, -1, 1, 0, 0], [0, 0, 0, -1, 1]], dtype)
        self._spread = self.constant([body.spread for body in bodies], dtype)[:, None, None]
        fastest = [agent.max_speed or float("inf") for agent in self.agents]
        self._fastest = self.constant(fastest, dtype)[:, None, None]
        self._has_limit = any(agent.max_speed for agent in self.agents)
        self._contacts = [
            (a, b) for (a, one), (b, other) in combinations(enumerate(bodies), 2)
            if one.collides and other.collides and a < len(self.agents)
        ]  # fmt: skip
        self._first = self.constant([a for a, _ in self._contacts])
        self._second = self.constant([b for _, b in self._contacts])
        touching = [bodies[a].size + bodies[b].size for a, b in self._contacts]
        self._touching = self.constant(touching, dtype)[:, None, None]

    @abstractmethod
    def see(self, seat: int) -> Tensor:
        """Return what a seat sees: (numbers, size)."""

    @abstractmethod
    def pay(self) -> Sequence[Tensor]:
        """Return what each seat gets for how things stand: (size,) each."""

    def deal(self, rows: Tensor, u: Sequence[Tensor]) -> None:
        """Begin anew in the chosen rows with `luck` numbers in [0, 1), float64 (size,) each."""
        return None

    def hear(self, seat: int, words: Tensor) -> None:
        """Take what a seat says: (words, size)."""
        return None

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew in the chosen rows."""
        self.live = self.live | rows
        many = self.luck + 2 * len(self.bodies)
        u = [tensor_uniforms(deals, CHANCE, n) for n in range(many)]
        self.deal(rows, u[: self.luck])
        places = torch.stack(u[self.luck :]).view(len(self.bodies), 2, self.size)
        dealt = (2.0 * places - 1.0).to(self.place.dtype) * self._spread
        self.place = torch.where(rows, dealt, self.place)
        self.speed = torch.where(rows, 0.0, self.speed)

    def acting(self) -> Tensor:
        """Return that all are asked: bool (size, seats)."""
        return self.live.expand(len(self.agents), -1).t()

    def legal(self, seats: Any) -> Tensor | None:
        """Return that every action may be taken, None if they cannot be counted."""
        return self.everything(seats)

    def observe(self, seats: Any) -> Tensor:
        """Return what a seat of each row sees: float32 (size, numbers)."""
        if isinstance(seats, int):
            return self.see(seats).t().float()
        seen = self.see(0)
        for seat in range(1, len(self.agents)):
            seen = torch.where(seats == seat, self.see(seat), seen)
        return seen.t().float()

    def step(self, actions: Sequence[Tensor]) -> Tensor:
        """Move all bodies by a tenth of a second: float32 (size, seats)."""
        many = len(self.agents)
        force = self._pushed(actions)
        place = torch.cat((self.place[:many] + self.speed * _DT, self.place[many:]))
        speed = self.speed * (1.0 - _DAMPING) + force * _DT
        if self._has_limit:
            pace = distance(speed)[:, None]
            speed = torch.where(pace > self._fastest, speed / pace * self._fastest, speed)
        self.place = torch.where(self.live, place, self.place)
        self.speed = torch.where(self.live, speed, self.speed)
        return (torch.stack(tuple(self.pay())) * self.live).t().float()

    def _pushed(self, actions: Sequence[Tensor]) -> Tensor:
        """Return the force on each agent: (agents, 2, size)."""
        forces: list[Tensor] = []
        for seat, (agent, action) in enumerate(zip(self.agents, actions)):
            if agent.words:
                self.hear(seat, self._said(agent, action))
                forces.append(torch.zeros_like(self.speed[seat]))
            elif self.continuous:
                a = action.to(self.speed.dtype).t()
                forces.append(torch.stack((a[2] - a[1], a[4] - a[3])) * agent.accel)
            else:
                forces.append(self._directions.index_select(1, action) * agent.accel)
        if self._contacts:
            felt = self._felt().unbind()
            for (a, b), contact in zip(self._contacts, felt, strict=True):
                forces[a] = forces[a] + contact
                if b < len(self.agents):
                    forces[b] = forces[b] - contact
        return torch.stack(forces)

    def _felt(self) -> Tensor:
        """Return the force on the first of each pair that may touch: (pairs, 2, size)."""
        apart = self.place.index_select(0, self._first) - self.place.index_select(0, self._second)
        far = distance(apart)[:, None]
        depth = (self._touching - far) / _MARGIN
        return _STIFFNESS * apart / far * torch.logaddexp(torch.zeros_like(depth), depth) * _MARGIN

    def _said(self, agent: Body, action: Tensor) -> Tensor:
        if self.continuous:
            return action.to(self.speed.dtype).t()
        every = torch.arange(agent.words, device=self.device)[:, None]
        return (action == every).to(self.speed.dtype)

    def from_(self, seat: int, bodies: Sequence[int]) -> list[Tensor]:
        """Return where bodies are, seen from an agent: (2, size) each."""
        return [self.place[body] - self.place[seat] for body in bodies]

    def others(self, seat: int) -> list[int]:
        """Return the other agents."""
        return [other for other in range(len(self.agents)) if other != seat]

    @property
    def landmarks(self) -> list[int]:
        """Return the bodies that are no agents."""
        return list(range(len(self.agents), len(self.bodies)))

    def collide(self, one: int, other: int) -> Tensor:
        """Return which rows' bodies overlap: bool (size,)."""
        touching = self.bodies[one].size + self.bodies[other].size
        return distance(self.place[one] - self.place[other]) < touching

    def label(self, seat: int, action: Any) -> str:
        """Return the step or the word."""
        if self.continuous:
            return str(action)
        word = self.agents[seat].words
        return f"say {chr(ord('A') + int(action))}" if word else _STEPS[int(action)]

    def render(self, row: int) -> str:
        """Return a map: agents by their seat, landmarks as stars."""
        grid = [[" "] * _WIDE for _ in range(_HIGH)]
        for body in reversed(range(len(self.bodies))):
            sign = chr(ord("0") + body) if body < len(self.agents) else "*"
            x, y = (min(max(0.5 + p / (2 * _REACH), 0.0), 1.0) for p in self._at(body, row))
            grid[round((1.0 - y) * (_HIGH - 1))][round(x * (_WIDE - 1))] = sign
        names = ", ".join(f"{seat} {agent.name}" for seat, agent in enumerate(self.agents))
        return "\n".join([*("|" + "".join(line) + "|" for line in grid), names])

    def _at(self, body: int, row: int) -> list[float]:
        at: list[float] = self.place[body, :, row].tolist()
        return at


def distance(apart: Tensor) -> Tensor:
    """Return the lengths of vectors (..., 2, size): (..., size)."""
    x, y = apart.unbind(-2)
    return (x * x + y * y).sqrt()


def _actions(agent: Body, continuous: bool) -> Any:
    count = agent.words or len(_STEPS)
    return Box(0.0, 1.0, (count,), np.float32) if continuous else Discrete(count)
