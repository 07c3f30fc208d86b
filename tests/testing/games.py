"""Small games that keep every rule, one of each shape, for the tests to break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete

from arena.environment import Environment
from arena.records import CHANCE, Seat, Spec
from arena.seeds import Luck


class Nim(Environment):
    """Take one to three matches from a heap; who takes the last one wins."""

    def __init__(self, heap: int = 10) -> None:
        seat = Seat(Box(0, heap, (2,), np.int64), Discrete(3, start=1))
        self.heap = heap
        self.spec = Spec(
            "nim", (seat, seat), zero_sum=True, returns=(-1.0, 1.0), turn_based=True,
            perfect_information=True, stochastic=False, model=True,
        )  # fmt: skip

    def reset(self, rng: Luck) -> None:
        self.left, self.mover = self.heap, 0

    def acting(self) -> Sequence[int]:
        return (self.mover,) if self.left else ()

    def legal(self, seat: int) -> Sequence[int]:
        return range(1, min(3, self.left) + 1)

    def observe(self, seat: int) -> Any:
        return np.array([self.left, self.mover], np.int64)

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        ((seat, taken),) = actions.items()
        self.left -= taken
        self.mover = 1 - seat
        return None if self.left else [1.0 - 2.0 * (s != seat) for s in (0, 1)]

    def label(self, seat: int, action: Any) -> str:
        return f"take {action}"

    def copy(self) -> Nim:
        return copy(self)

    def imagine(self, seat: int, rng: Luck) -> Environment:
        return self.copy()


class HighCard(Environment):
    """Nature deals each of two seats one of three cards; each in turn stays or leaves."""

    def __init__(self) -> None:
        seat = Seat(Box(-1, 3, (2,), np.int64), Discrete(2))
        self.spec = Spec(
            "high_card", (seat, seat), zero_sum=True, returns=(-2.0, 2.0), turn_based=True,
            model=True,
        )  # fmt: skip

    def reset(self, rng: Luck) -> None:
        self.cards: list[int] = []
        self.moves: list[int] = []

    def acting(self) -> Sequence[int]:
        if len(self.cards) < 2:
            return (CHANCE,)
        return (len(self.moves),) if len(self.moves) < 2 else ()

    def chance(self) -> Sequence[tuple[Any, float]]:
        rest = [card for card in range(3) if card not in self.cards]
        return [(card, 1 / len(rest)) for card in rest]

    def observe(self, seat: int) -> Any:
        card = self.cards[seat] if seat < len(self.cards) else -1
        return np.array([card, self.moves[0] if self.moves else -1], np.int64)

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        ((seat, action),) = actions.items()
        if seat == CHANCE:
            self.cards = [*self.cards, action]
            return None
        self.moves = [*self.moves, action]
        if len(self.moves) < 2:
            return None
        stake = 1.0 + all(self.moves)
        sign = 1.0 if self.cards[0] > self.cards[1] else -1.0
        if self.moves[0] != self.moves[1]:
            sign = 1.0 if self.moves[0] else -1.0
        return [sign * stake, -sign * stake]

    def copy(self) -> HighCard:
        return copy(self)

    def imagine(self, seat: int, rng: Luck) -> Environment:
        world = self.copy()
        rest = [card for card in range(3) if card != self.cards[seat]]
        world.cards = list(self.cards)
        world.cards[1 - seat] = rest[int(rng.integers(2))]
        return world


class Duel(Environment):
    """Rock, paper, scissors at the same time, `rounds` times; nothing to be imagined."""

    def __init__(self, rounds: int = 3) -> None:
        seat = Seat(Box(-1, 2, (rounds,), np.int8), Discrete(3))
        self.rounds = rounds
        self.spec = Spec("duel", (seat, seat), zero_sum=True, stochastic=False)

    def reset(self, rng: Luck) -> None:
        self.played: list[tuple[int, int]] = []

    def acting(self) -> Sequence[int]:
        return (0, 1) if len(self.played) < self.rounds else ()

    def observe(self, seat: int) -> Any:
        seen = np.full(self.rounds, -1, np.int8)
        seen[: len(self.played)] = [pair[1 - seat] for pair in self.played]
        return seen

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        self.played = [*self.played, (actions[0], actions[1])]
        lead = (actions[0] - actions[1] + 1) % 3 - 1
        return (float(lead), float(-lead))

    def label(self, seat: int, action: Any) -> str:
        return ("rock", "paper", "scissors")[action]


class Drift(Environment):
    """Alone, hold a drifting point near nought with pushes of any strength; cut off at `most`."""

    def __init__(self, most: int = 8) -> None:
        seat = Seat(Box(-100, 100, (1,), np.float32), Box(-1, 1, (1,), np.float32))
        self.most = most
        self.spec = Spec("drift", (seat,), kind="cooperative", returns=(None, 0.0), turn_based=True)

    def reset(self, rng: Luck) -> None:
        self.rng, self.steps, self.truncated = rng, 0, False
        self.at = float(rng.normal())

    def acting(self) -> Sequence[int]:
        return () if self.truncated or abs(self.at) > 5 else (0,)

    def observe(self, seat: int) -> Any:
        return np.array([self.at], np.float32)

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        self.at += float(actions[0][0]) + float(self.rng.normal())
        self.steps += 1
        self.truncated = self.steps >= self.most
        return [-abs(self.at)]


class Carousel(Nim):
    """Three seats; who takes the last match wins one from each other."""

    def __init__(self, heap: int = 8) -> None:
        super().__init__(heap)
        seat = Seat(Box(0, heap, (2,), np.int64), Discrete(3, start=1))
        self.spec = Spec("carousel", (seat,) * 3, zero_sum=True, stochastic=False)

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        ((seat, taken),) = actions.items()
        self.left -= taken
        self.mover = (seat + 1) % 3
        return None if self.left else [2.0 if s == seat else -1.0 for s in range(3)]

    def imagine(self, seat: int, rng: Luck) -> Environment:
        return Environment.imagine(self, seat, rng)


GAMES = (Nim, HighCard, Duel, Drift, Carousel)
