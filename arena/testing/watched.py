"""An environment that remembers what it handed out, to see whether the agent changed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from arena.environment import Environment
from arena.records import DEFAULT_MAX_TURNS
from arena.seeds import Luck
from arena.testing.probe import Keepsakes


class Watched(Environment):
    """`inner`, cut off after `turns` turns, with what it hands out kept beside a copy."""

    def __init__(self, inner: Environment, turns: int) -> None:
        self.inner = inner
        limit = min(inner.spec.max_turns or DEFAULT_MAX_TURNS, turns)
        self.spec = replace(inner.spec, max_turns=limit)
        self.shown = Keepsakes()

    def reset(self, rng: Luck) -> None:
        """Begin a new game."""
        self.shown.clear()
        self.inner.reset(rng)
        self.truncated = self.inner.truncated

    def acting(self) -> Sequence[int]:
        """Return who is asked."""
        return self.inner.acting()

    def observe(self, seat: int) -> Any:
        """Return what a seat sees, and remember it."""
        seen = self.inner.observe(seat)
        self.shown.keep("what it observed", seen)
        return seen

    def legal(self, seat: int) -> Sequence[int] | None:
        """Return the legal actions, and remember them."""
        legal = self.inner.legal(seat)
        self.shown.keep("the list of legal actions", legal)
        return legal

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        """Step the game."""
        self.shown.clear()
        rewards = self.inner.step(actions)
        self.truncated = self.inner.truncated
        return rewards

    def chance(self) -> Sequence[tuple[Any, float]]:
        """Return nature's odds."""
        return self.inner.chance()

    def text(self, seat: int) -> str:
        """Return what a seat sees in words."""
        return self.inner.text(seat)

    def rules(self, seat: int) -> str:
        """Return the rules in words."""
        return self.inner.rules(seat)

    def history(self, seat: int, log: Sequence[Any]) -> Sequence[tuple[int, str]]:
        """Return the moves that a seat knows of."""
        return self.inner.history(seat, log)

    def label(self, seat: int, action: Any) -> str:
        """Return an action in words."""
        return self.inner.label(seat, action)

    def parse(self, seat: int, text: str) -> Any:
        """Return the action that `text` names."""
        return self.inner.parse(seat, text)

    def imagine(self, seat: int, rng: Luck) -> Environment:
        """Return a world, which is not watched."""
        return self.inner.imagine(seat, rng)

    def copy(self) -> Environment:
        """Return a copy, which is not watched."""
        return self.inner.copy()

    def state(self) -> Any:
        """Return everything."""
        return self.inner.state()

    def render(self) -> str:
        """Return the position drawn."""
        return self.inner.render()

    def close(self) -> None:
        """Close the game."""
        self.inner.close()
