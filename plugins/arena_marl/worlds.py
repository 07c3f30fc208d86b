"""Many worlds stepped together by a trainer: all seats act at once, what is over begins anew."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from arena import Spec, Table, Unsuitable, derive, tensor_mix

_MASK = (1 << 63) - 1


class Step(NamedTuple):
    """What a joint step led to: rewards float32 (size, seats); `seen` by seat, float32 (size, n).

    `ended`, bool (size,), tells which worlds begin anew, `over` which of them by the rules: one
    that was cut off goes on as far as values go.
    """

    rewards: Tensor
    seen: list[Tensor]
    over: Tensor
    ended: Tensor


class Worlds:
    """Rows of a table of tensors, whose deals follow from the seed and how many steps went by.

    A game that is cut off by its `max_turns` begins anew, as does one that is over.
    """

    def __init__(self, table: Table, seed: int) -> None:
        self.table, self.spec, self.size = table, table.spec, table.size
        self.device = torch.device(table.device)
        self._root = derive(seed, "worlds") >> 1
        self._rows = torch.arange(self.size, device=self.device)
        self._turns = torch.zeros_like(self._rows)
        self._last: list[Tensor] = []

    def begin(self, steps: int) -> None:
        """Begin anew in all rows, `steps` joint steps into the run."""
        self._steps = steps
        self._reset(torch.ones(self.size, dtype=torch.bool, device=self.device))

    def observe(self) -> list[Tensor]:
        """Return what each seat sees, as numbers: float32 (size, n) each.

        Where seats move by turns, a seat that is not asked still sees what it saw when it last was.
        """
        seats = range(len(self.spec.seats))
        seen = [flat(self.table.observe(seat), self.size) for seat in seats]
        if self.spec.turn_based:  # who is not asked saw something when it was
            asked = self.table.acting().unbind(1)
            last = self._last or [torch.zeros_like(part) for part in seen]
            seen = [torch.where(a[:, None], s, b) for a, s, b in zip(asked, seen, last)]
            self._last = seen
        return seen

    def asked(self) -> Tensor:
        """Return who is to move: bool (size, seats)."""
        asked: Tensor = self.table.acting()
        return asked

    def legal(self) -> list[Tensor | None]:
        """Return the legal actions of each seat, see `legal_of`."""
        return [legal_of(self.table, seat) for seat in range(len(self.spec.seats))]

    def step(self, actions: list[Tensor]) -> Step:
        """Let all seats act: what their action spaces hold, (size, ...) each."""
        rewards = torch.as_tensor(self.table.step(actions)).float()
        self._steps += 1
        self._turns += 1
        over, cut = self.table.over(), self.table.truncated()
        limit = self.spec.max_turns
        ended = over if limit is None else over | (self._turns >= limit)
        step = Step(rewards, self.observe(), over & ~cut, ended)
        self._reset(ended)
        return step

    def _reset(self, rows: Tensor) -> None:
        deals = tensor_mix(self._root + self._steps * self.size + self._rows) & _MASK
        self.table.reset(rows, deals)
        self._turns = self._turns * ~rows
        self._last = [part * ~rows[:, None] for part in self._last]


def legal_of(table: Table, seat: int) -> Tensor | None:
    """Return a seat's legal actions: bool (size, n), all where it is not asked.

    None where they cannot be counted.
    """
    legal = table.legal(seat)
    return None if legal is None else legal | ~table.acting()[:, seat : seat + 1]


def flat(tree: Any, size: int) -> Tensor:
    """Return what is seen as one row of numbers a world: float32 (size, n)."""
    if isinstance(tree, dict):
        tree = tuple(tree[key] for key in sorted(tree))
    if isinstance(tree, tuple):
        return torch.cat([flat(part, size) for part in tree], dim=1)
    return torch.as_tensor(tree).reshape(size, -1).float()


def check_joint(spec: Spec, by_turns: bool) -> None:
    """Raise `Unsuitable` for a game of one seat, or, unless `by_turns`, whose seats take turns."""
    if len(spec.seats) < 2:
        raise Unsuitable("it has one seat: this is for several that learn together")
    if spec.turn_based and not by_turns:
        raise Unsuitable("its seats move by turns, and this values what all do at once; try mappo")
