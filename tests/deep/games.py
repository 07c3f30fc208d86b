"""A plugin file for tests: games whose seats see and do things of several kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces

import arena


class Lights(arena.Environment):
    """One seat sees three lamps (in a Dict) and sets three switches: paid for each that agrees."""

    def __init__(self, switches: str = "multi", turns: int = 4) -> None:
        seen = spaces.Dict({
            "lamps": spaces.MultiBinary(3),
            "more": spaces.Tuple([spaces.Discrete(4, start=1), spaces.Box(0, 9, (2,), np.float64)]),
        })  # fmt: skip
        actions: dict[str, Any] = {
            "multi": spaces.MultiDiscrete([2, 2, 2], start=[0, 1, 5]),
            "binary": spaces.MultiBinary(3),
            "one": spaces.Discrete(8, start=2),
            "real": spaces.Box(0, 1, (3,), np.float32),
        }
        self.kind, self.turns = switches, turns
        seat = arena.Seat(seen, actions[switches])
        self.spec = arena.Spec("lights", (seat,), turn_based=True, returns=(0.0, 3.0 * turns))

    def reset(self, rng: arena.Luck) -> None:
        self.rng, self.left = rng, self.turns
        self._light()

    def _light(self) -> None:
        self.lamps = self.rng.integers(0, 2, 3).astype(np.int8)

    def acting(self) -> tuple[int, ...]:
        return (0,) if self.left else ()

    def observe(self, seat: int) -> Any:
        return {"lamps": self.lamps.copy(), "more": (1 + self.left % 4, np.full(2, 3.0))}

    def step(self, actions: Mapping[int, Any]) -> list[float]:
        (action,) = actions.values()
        if self.kind == "multi":
            set_ = np.asarray(action) - [0, 1, 5]
        elif self.kind == "one":
            set_ = (int(action) - 2) >> np.arange(3) & 1
        else:
            set_ = np.asarray(action) > 0.5
        paid = float((set_ == self.lamps).sum())
        self.left -= 1
        self._light()
        return [paid]


class Uneven(arena.Environment):
    """Two seats that do different things."""

    def __init__(self) -> None:
        seats = [arena.Seat(spaces.Discrete(1), spaces.Discrete(n)) for n in (2, 3)]
        self.spec = arena.Spec("uneven", tuple(seats), turn_based=True)

    def reset(self, rng: arena.Luck) -> None:
        self.turn = 0

    def acting(self) -> tuple[int, ...]:
        return (self.turn,) if self.turn < 2 else ()

    def observe(self, seat: int) -> int:
        return 0

    def step(self, actions: Mapping[int, Any]) -> None:
        self.turn += 1


class Recall(arena.Environment):
    """Two seats each see a lamp of their own, lit or not, in the first turn alone.

    In the last each is paid 1 for saying how its own was. By what is seen then it is even odds.
    """

    def __init__(self, turns: int = 3) -> None:
        self.turns = turns
        seat = arena.Seat(spaces.Box(-1.0, 1.0, (2,), np.float32), spaces.Discrete(2))
        self.spec = arena.Spec(
            "recall", (seat, seat), kind="cooperative", max_turns=turns, returns=(0.0, 1.0)
        )

    def reset(self, rng: arena.Luck) -> None:
        self.lamps, self.turn = rng.integers(0, 2, 2), 0

    def acting(self) -> tuple[int, ...]:
        return (0, 1) if self.turn < self.turns else ()

    def observe(self, seat: int) -> Any:
        lamp = 2.0 * self.lamps[seat] - 1.0 if self.turn == 0 else 0.0
        return np.array([lamp, self.turn / self.turns], np.float32)

    def step(self, actions: Mapping[int, Any]) -> list[float]:
        self.turn += 1
        last = self.turn == self.turns
        return [float(last and actions[seat] == self.lamps[seat]) for seat in (0, 1)]


@arena.hookimpl
def arena_environments() -> dict[str, Any]:
    """Return the games."""
    return {"test/lights": Lights, "test/uneven": Uneven, "test/recall": Recall}
