"""Past selves as rivals: in some of the worlds one side is played by who was learnt before."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from arena import Spec
from arena_marl.groups import Grouped

MARKS = 40
"""Past selves kept of a run, evenly spread over it."""


def sides_of(spec: Spec) -> list[list[int]]:
    """Return the seats of each side: those of a team, or of a role, or each alone."""
    sides: dict[Any, list[int]] = {}
    for number, seat in enumerate(spec.seats):
        sides.setdefault(seat.team or seat.role or number, []).append(number)
    return list(sides.values())


class League:
    """Past selves, of which one plays a side in the second half of the worlds.

    Which one, and which side, is drawn anew by `renew`; until the first is kept none plays.
    """

    def __init__(self, actors: Grouped, spec: Spec, worlds: int, device: torch.device) -> None:
        self.sides = sides_of(spec)
        self.past: list[Tensor] = []
        self._actors = copy.deepcopy(actors).requires_grad_(False)
        self._theirs = (torch.arange(worlds, device=device) >= worlds // 2)[:, None]
        self._side: Sequence[int] = ()

    def keep(self, actors: Grouped) -> None:
        """Keep the actors as they are."""
        self.past.append(parameters_to_vector(actors.parameters()).detach().clone())

    def renew(self, luck: torch.Generator) -> None:
        """Draw who plays, and which side."""
        self._side = ()
        if self.past:
            draw = torch.rand(2, generator=luck, device=luck.device).tolist()
            chosen = self.past[int(draw[0] * len(self.past))]
            vector_to_parameters(chosen.clone(), self._actors.parameters())
            self._side = self.sides[int(draw[1] * len(self.sides))]

    def play(self, seen: list[Tensor], outputs: list[Tensor]) -> list[Tensor]:
        """Return the actors' outputs, those of the past self where it plays."""
        if not self._side:
            return outputs
        theirs = self._actors(seen)
        return [
            torch.where(self._theirs, theirs[seat], out) if seat in self._side else out
            for seat, out in enumerate(outputs)
        ]

    def own(self, asked: Tensor) -> Tensor:
        """Return who is asked, bool (worlds, seats), without the seats of the past self."""
        if not self._side:
            return asked
        side = torch.zeros(asked.shape[1], dtype=torch.bool, device=asked.device)
        side[list(self._side)] = True
        return asked & ~(self._theirs & side)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the past selves."""
        return {"league": torch.stack(self.past).numpy(force=True)} if self.past else {}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take them back."""
        if "league" in arrays:
            device = self._theirs.device
            self.past = list(torch.as_tensor(np.array(arrays["league"]), device=device))
