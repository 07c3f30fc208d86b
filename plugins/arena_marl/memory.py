"""What seats remember: numbers beside those that they see, and the network that makes them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Remembering(nn.Module):
    """Layers with a gated recurrent unit above them (Cho et al., 2014), as in MAPPO's code.

    A row in is what is seen, what is remembered and which seat it is, of so many numbers each
    (`parts`); a row out is what the seat does, and what it will remember.
    """

    def __init__(self, parts: tuple[int, int, int], body: nn.Module, width: int, out: int) -> None:
        super().__init__()
        self.parts, self.body = parts, body
        self.cell = nn.GRUCell(width, parts[1])
        self.outs = nn.Linear(parts[1], out)

    def forward(self, rows: Tensor) -> Tensor:
        """Return (..., out + units) for (..., numbers)."""
        seen, memory, which = rows.flatten(0, -2).split(self.parts, -1)
        later = self.cell(self.body(torch.cat((seen, which), -1)), memory)
        return torch.cat((self.outs(later), later), -1).unflatten(0, rows.shape[:-1])


class Memory:
    """What each seat remembers, `held`: float32 (rows, units) by seat; `units` may be 0."""

    def __init__(self, units: int, held: Sequence[Tensor]) -> None:
        self.units, self.held = units, list(held)

    @classmethod
    def blank(cls, units: int, seats: int, rows: int, device: torch.device) -> Memory:
        """Return what seats remember when a game begins: noughts."""
        return cls(units, [torch.zeros(rows, units, device=device)] * seats)

    def beside(self, seen: Sequence[Tensor]) -> list[Tensor]:
        """Return what the seats see, with what they remember beside it."""
        if not self.units:
            return list(seen)
        return [torch.cat(pair, 1) for pair in zip(seen, self.held, strict=True)]

    def take(self, outputs: list[Tensor], asked: Tensor) -> list[Tensor]:
        """Take what a network says is to be remembered, and return the rest.

        Who is not asked, bool (rows, seats), remembers what it did.
        """
        if not self.units:
            return outputs
        rest, later = zip(*(split(out, self.units) for out in outputs), strict=True)
        turns = zip(asked.bool().unbind(1), later, self.held, strict=True)
        self.held = [torch.where(now[:, None], new, old) for now, new, old in turns]
        return list(rest)

    def forget(self, rows: Tensor) -> None:
        """Begin anew in some rows, bool (rows,)."""
        if self.units:
            self.held = [held.masked_fill(rows[:, None], 0.0) for held in self.held]


def split(rows: Tensor, units: int) -> tuple[Tensor, Tensor]:
    """Return all but the last `units` numbers of each row, and these."""
    rest, memory = rows.split((rows.shape[1] - units, units), 1)
    return rest, memory
