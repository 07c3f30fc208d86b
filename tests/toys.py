"""Small games and players whose every outcome is known, for tests of what surrounds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete

from arena.agent import Agent
from arena.batch import Batch, Moves
from arena.environment import Environment
from arena.errors import Infrastructure
from arena.observation import Observation
from arena.records import CHANCE, Match, Seat, Spec
from arena.seeds import Luck, derive


class Nim(Environment):
    """Two seats take 1 to 3 from a heap; who takes the last one wins. Pays 1 and -1."""

    def __init__(self, heap: int = 12) -> None:
        self.heap = heap
        seat = Seat(Discrete(heap + 1), Discrete(4))
        self.spec = Spec("nim", (seat, seat), zero_sum=True, returns=(-1.0, 1.0), turn_based=True)

    def reset(self, rng: Luck) -> None:
        self.left, self.turn = self.heap, 0

    def acting(self) -> Sequence[int]:
        return (self.turn,) if self.left else ()

    def legal(self, seat: int) -> Sequence[int]:
        return list(range(1, min(3, self.left) + 1))

    def observe(self, seat: int) -> int:
        return self.left

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        (taken,) = actions.values()
        self.left -= taken
        mover, self.turn = self.turn, 1 - self.turn
        if self.left:
            return None
        return (1.0, -1.0) if mover == 0 else (-1.0, 1.0)


class Pennies(Environment):
    """Both seats show a side at once, `rounds` times; seat 0 is paid 1 for a match, else seat 1."""

    def __init__(self, rounds: int = 3) -> None:
        self.rounds = rounds
        seat = Seat(Discrete(rounds + 1), Discrete(2))
        self.spec = Spec("pennies", (seat, seat), zero_sum=True, returns=(-rounds, rounds))

    def reset(self, rng: Luck) -> None:
        self.played = 0

    def acting(self) -> Sequence[int]:
        return (0, 1) if self.played < self.rounds else ()

    def observe(self, seat: int) -> int:
        return self.played

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        self.played += 1
        return (1.0, -1.0) if actions[0] == actions[1] else (-1.0, 1.0)


class Dice(Environment):
    """Chance throws a die, then the one seat says whether to throw again; the last throw pays."""

    def __init__(self, luck: str = "chance") -> None:
        self.luck = luck
        self.spec = Spec("dice", (Seat(Discrete(7), Discrete(2)),), returns=(1.0, 6.0))

    def reset(self, rng: Luck) -> None:
        self.face, self.over, self.rng = 0, False, rng
        if self.luck == "own":
            self.face = int(rng.integers(1, 7))

    def acting(self) -> Sequence[int]:
        if self.over:
            return ()
        return (0,) if self.face else (CHANCE,)

    def chance(self) -> Sequence[tuple[int, float]]:
        return [(face, 1 / 6) for face in range(1, 7)]

    def observe(self, seat: int) -> int:
        return self.face

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        if CHANCE in actions:
            self.face = actions[CHANCE]
            return None
        self.over = actions[0] == 0
        if self.over:
            return (float(self.face),)
        self.face = int(self.rng.integers(1, 7)) if self.luck == "own" else 0
        return None


class Walk(Environment):
    """One seat steers by a real number a turn, and is paid it; there is no end but a limit."""

    def __init__(self, limit: int | None = 5) -> None:
        box = Box(-1.0, 1.0, (2,), np.float32)
        self.spec = Spec("walk", (Seat(box, box),), max_turns=limit)

    def reset(self, rng: Luck) -> None:
        self.at = np.zeros(2, np.float32)

    def acting(self) -> Sequence[int]:
        return (0,)

    def observe(self, seat: int) -> Any:
        return self.at.copy()

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        self.at = np.clip(self.at + actions[0], -1, 1)
        return (float(actions[0].sum()),)


class Fails(Nim):
    """Nim whose method of this name raises when the heap is down to `at`."""

    def __init__(self, where: str = "step", at: int = 5, error: type[Exception] = RuntimeError):
        super().__init__()
        self.where, self.at, self.error = where, at, error

    def _maybe(self, where: str) -> None:
        if where == self.where and self.left <= self.at:
            raise self.error("the game broke")

    def legal(self, seat: int) -> Sequence[int]:
        self._maybe("legal")
        return super().legal(seat)

    def observe(self, seat: int) -> int:
        self._maybe("observe")
        return super().observe(seat)

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        self._maybe("step")
        return super().step(actions)


class Uniform(Agent):
    """Plays uniformly at random, a batch at a time."""

    def act_batch(self, batch: Batch) -> Sequence[int]:
        return [legal[int(u * len(legal))] for legal, u in zip(batch.legal, batch.u.tolist())]


class UniformSingly(Agent):
    """The same policy, written for one game."""

    def act(self, observation: Observation) -> int:
        return observation.legal[int(observation.u * len(observation.legal))]


class Diary(Agent):
    """Plays by luck of its own generator, and by how often it was asked in this match."""

    def act(self, observation: Observation) -> int:
        asked = observation.memory.get("asked", 0) + 1
        observation.memory["asked"] = asked
        luck = int(observation.rng.integers(1000))
        return observation.legal[(luck + asked) % len(observation.legal)]


class Says(Agent):
    """Always gives one answer, whatever it is asked; with an exception, raises it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def act(self, observation: Observation) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class SaysBatch(Says):
    """The same through `act_batch`."""

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        return [self.act(observation) for observation in batch]


class Noted(Agent):
    """Plays the first legal action and hands back what it saw."""

    def act_batch(self, batch: Batch) -> Moves:
        return Moves.of([legal[0] for legal in batch.legal], saw=list(batch.data), turn=batch.turns)


class Trips(Agent):
    """Plays uniformly in batches, but raises on a batch with a row where the heap is `at`."""

    def __init__(self, at: int) -> None:
        self.at = at

    def act_batch(self, batch: Batch) -> Sequence[int]:
        for page in batch.memory:
            page["asked"] = page.get("asked", 0) + 1
        if self.at in batch.data.tolist():
            raise ValueError(f"heap {self.at}")
        asked = [page["asked"] for page in batch.memory]
        return [
            legal[int(u * len(legal) + n) % len(legal)]
            for legal, u, n in zip(batch.legal, batch.u.tolist(), asked)
        ]


class ServerDown(Agent):
    """An agent whose server does not answer."""

    def act(self, observation: Observation) -> Any:
        raise Infrastructure("no answer from the server")


def duels(count: int, seed: int = 1, seats: int = 2) -> list[Match]:
    """Return matches of two entrants that swap seats on each deal (or of one, alone)."""
    made = []
    for number in range(count):
        lineup = (number % 2, 1 - number % 2)[:seats] if seats > 1 else (0,)
        made.append(Match(number, lineup, derive(seed, 1, number), derive(seed, 2, number // 2)))
    return made
