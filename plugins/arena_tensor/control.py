"""Control of a small physical world by one seat, as in Gymnasium's classic control."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from gymnasium.spaces import Box, Space
from torch import Tensor

from arena import CHANCE, Seat, Spec, tensor_uniforms
from arena_tensor.table import TensorTable


class ControlTable(TensorTable):
    """`state` holds a world's numbers, float64 (numbers, size), as Gymnasium keeps them.

    They begin uniformly between `low` and `high`, each drawn from the deal by its place.
    """

    labels: Sequence[str] = ()

    def __init__(
        self, spec: Spec, size: int, device: str, low: Sequence[float], high: Sequence[float]
    ) -> None:
        super().__init__(spec, size, device)
        self.state = self.new(len(low), dtype=torch.float64)
        self._places = self.constant(range(len(low)))[:, None]
        self._low = self.constant(low, torch.float64)[:, None]
        self._wide = self.constant(high, torch.float64)[:, None] - self._low

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew in the chosen rows."""
        begun = self._low + self._wide * tensor_uniforms(deals, CHANCE, self._places)
        self.state = torch.where(rows, begun, self.state)
        self.live = self.live | rows

    def acting(self) -> Tensor:
        """Return who is asked: bool (size, 1)."""
        return self.live[:, None]

    def legal(self, seats: Any) -> Tensor | None:
        """Return that every action may be taken, None where they cannot be counted."""
        return self.everything(seats)

    def observe(self, seats: Any) -> Tensor:
        """Return the state: float32 (size, numbers)."""
        return self.state.float().t()

    def become(self, numbers: Sequence[Tensor]) -> None:
        """Put the numbers in the place of the state, where the game is not over."""
        self.state = torch.where(self.live, torch.stack(tuple(numbers)), self.state)

    def label(self, seat: int, action: Any) -> str:
        """Return the name of an action, where it has one."""
        return self.labels[int(action)] if self.labels else str(action)

    def text(self, row: int, seat: int) -> str:
        """Return the same as `render`: nothing is hidden."""
        return str(self.render(row))


def control_spec(
    name: str, low: Sequence[float], high: Sequence[float], actions: Space[Any], turns: int,
    returns: tuple[float | None, float | None],
) -> Spec:  # fmt: skip
    """Return the Spec of a world whose seat sees numbers between `low` and `high`."""
    seen = Box(np.array(low, np.float32), np.array(high, np.float32))
    return Spec(
        name, (Seat(seen, actions),), max_turns=turns, returns=returns, turn_based=True,
        perfect_information=True, model=True,
    )  # fmt: skip
