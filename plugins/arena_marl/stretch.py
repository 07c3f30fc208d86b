"""A stretch of play in all worlds, as rows to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from arena_marl.groups import Grouped
from arena_marl.memory import Memory, split
from arena_marl.worlds import Step


class Played(NamedTuple):
    """A joint step of all worlds: what all saw and did, what they might have done, what came."""

    seen: list[Tensor]
    acts: list[Tensor]
    legal: list[Tensor | None]
    asked: Tensor
    step: Step


class Stretch(NamedTuple):
    """Joint steps of some worlds, a row each: all worlds' first steps, then their second, ...

    By seat `seen` (with what is remembered), `acts` and what was `legal` (rows, n); who was
    `asked`, `logp`, `gained` (advantages) and `target` (what the values are to be), float32
    (rows, seats); where the game `ended`, bool (rows,).
    """

    seen: list[Tensor]
    acts: list[Tensor]
    legal: list[Tensor | None]
    asked: Tensor
    ended: Tensor
    logp: Tensor
    gained: Tensor
    target: Tensor

    def pick(self, rows: Tensor) -> Stretch:
        """Return some rows."""
        return Stretch(
            [part[rows] for part in self.seen], [part[rows] for part in self.acts],
            [None if part is None else part[rows] for part in self.legal], self.asked[rows],
            self.ended[rows], self.logp[rows], self.gained[rows], self.target[rows],
        )  # fmt: skip

    def shuffled(self, count: int, turns: int, luck: torch.Generator) -> Iterator[Stretch]:
        """Yield all rows in so many parts; `turns` that follow each other stay together."""
        lines = len(self.asked) // turns
        order = torch.randperm(lines, generator=luck, device=self.asked.device)
        begins = torch.arange(turns, device=order.device)[:, None] * lines
        for chosen in order.tensor_split(min(count, lines)):
            yield self.pick((begins + chosen).flatten())

    def outputs(self, actors: Grouped, units: int, turns: int) -> list[Tensor]:
        """Return what actors make of it, by seat: (rows, width).

        If they remember `units` numbers it is from how it stood in the first of `turns` steps on.
        """
        if not units:
            return actors(self.seen)  # type: ignore[no-any-return]
        lines = len(self.asked) // turns
        memory = Memory(units, [split(part[:lines], units)[1] for part in self.seen])
        found = []
        for begin in range(0, len(self.asked), lines):
            now = slice(begin, begin + lines)
            seen = memory.beside([split(part[now], units)[0] for part in self.seen])
            found.append(memory.take(actors(seen), self.asked[now]))
            memory.forget(self.ended[now])
        return rows_of(found)


def rows_of(parts: list[list[Any]]) -> list[Any]:
    """Return lists by seat, one a joint step, as one list of rows, the earliest first."""
    return [None if each[0] is None else torch.cat(each) for each in zip(*parts, strict=True)]
