"""A game played at random and written down, so that it can be compared with another."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from arena.environment import Environment
from arena.records import CHANCE
from arena.seeds import Luck, derive, draw, uniform
from arena.testing.probe import random_action, same

Inspector = Callable[["Walk", tuple[int, ...]], None]


class Line(NamedTuple):
    """One step of a game: who was asked, what they saw and could do, what was done and paid."""

    asked: tuple[int, ...]
    legal: dict[int, Any]
    seen: dict[int, Any]
    actions: dict[int, Any]
    pay: list[float] | None

    def difference(self, other: Line) -> str | None:
        """Return in words the first thing in which two lines differ, None if they are the same."""
        for what, mine, theirs in zip(_WORDS, self, other):
            if not same(mine, theirs):
                return what
        return None


_WORDS = ("who is asked", "the legal actions", "what is seen", "the moves", "the pay")


class Walk:
    """A game of `environment` in progress, moved on at random by luck from `deal` and `seed`.

    `inspect` is called before each step with this walk and the seats asked. With `look` off
    nothing is observed, only the moves written down and the pay summed. `fresh` begins a new game
    first; a walk through a world or a copy goes on from where it stands.
    """

    def __init__(
        self,
        environment: Environment,
        deal: int,
        seed: int,
        inspect: Inspector | None = None,
        look: bool = True,
        fresh: bool = True,
    ) -> None:
        self.environment, self.deal, self.seed = environment, deal, seed
        self.inspect, self.look = inspect, look
        self.lines: list[Line] = []
        self.log: list[Any] = []  # seat, action, seat, action, ... as in an Episode
        self.returns = [0.0] * len(environment.spec.seats)
        self.turns = self.draws = 0
        if fresh:
            environment.reset(Luck(deal))

    def go(self, turns: int) -> Walk:
        """Play until players have been asked `turns` times in all, or to the end."""
        while self.turns < turns and self.step():
            pass
        return self

    def step(self) -> bool:
        """Play one step; return False if the game is over."""
        environment = self.environment
        asked = tuple(environment.acting())
        if self.inspect is not None:
            self.inspect(self, asked)
        if not asked:
            return False
        legal: dict[int, Any] = {}
        if asked == (CHANCE,):
            odds = environment.chance()
            actions = {CHANCE: draw(odds, uniform(self.deal, CHANCE, self.draws))}
            self.draws += 1
        else:
            legal = {seat: environment.legal(seat) for seat in asked}
            actions = {seat: self._choose(seat, legal[seat]) for seat in asked}
        seen: dict[int, Any] = {}
        if self.look:
            seen = {s: copy.deepcopy(environment.observe(s)) for s in legal}
            legal = {seat: None if a is None else list(a) for seat, a in legal.items()}
        pay = environment.step(dict(actions))
        self._keep(Line(asked, legal, seen, actions, None if pay is None else list(pay)), pay)
        return True

    def _choose(self, seat: int, legal: Sequence[int] | None) -> Any:
        space = self.environment.spec.seats[seat].action_space
        return random_action(space, legal, derive(self.seed, seat, self.turns))

    def _keep(self, line: Line, pay: Sequence[float] | None) -> None:
        for seat in line.asked:
            self.log += (seat, line.actions[seat])
        if line.asked != (CHANCE,):
            self.turns += 1
        if pay is not None:
            self.returns = [total + float(part) for total, part in zip(self.returns, pay)]
        if self.look:
            self.lines.append(line)

    def difference(self, other: Walk) -> str | None:
        """Return where two games part and in what, None if they are the same line for line."""
        for number, (mine, theirs) in enumerate(zip(self.lines, other.lines)):
            what = mine.difference(theirs)
            if what is not None:
                return f"{what} at step {number}"
        if len(self.lines) != len(other.lines):
            return f"one is {len(self.lines)} steps long and the other {len(other.lines)}"
        return None
