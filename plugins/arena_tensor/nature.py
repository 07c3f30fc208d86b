"""Tables in which nature moves now and then."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from arena import CHANCE, Spec, tensor_draw, tensor_uniforms
from arena_tensor.table import TensorTable


class NatureTable(TensorTable):
    """Nature draws its n-th outcome in a row by the deal and n, as `arena.Table` has it.

    `at_first` and `later` say how often it moves at most after a deal and after a step.
    """

    at_first = 1
    later = 1

    def __init__(self, spec: Spec, size: int, device: str) -> None:
        super().__init__(spec, size, device)
        self.deals, self.draws = self.new(), self.new()
        self._drawn = self.new(0)
        self._held = False

    @abstractmethod
    def begin(self, rows: Tensor) -> None:
        """Put the chosen rows, bool (size,), where they stand before nature's first move."""

    @abstractmethod
    def move(self, actions: Sequence[Tensor]) -> Tensor | None:
        """Make the players' moves in the rows that ask; return pay, (seats, size), or None."""

    @abstractmethod
    def nature(self) -> Tensor:
        """Return which rows wait for nature: bool (size,)."""

    @abstractmethod
    def chances(self) -> Tensor:
        """Return the odds of nature's actions 0, 1, ... in each row: float64 (actions, size).

        They are 0 for what cannot be, and anything in a row that does not wait.
        """

    @abstractmethod
    def happen(self, actions: Tensor, rows: Tensor) -> Tensor | None:
        """Let nature move in the chosen rows, bool (size,); return pay as `move` does."""

    def settle(self) -> None:
        """Find out what follows from how the rows stand now; called last of all."""
        return None

    def fallen(self, u: Tensor) -> Tensor:
        """Return the actions that numbers in [0, 1), float64 (size,), fall on."""
        actions: Tensor = tensor_draw(self.chances().t(), u)
        return actions

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew in the chosen rows."""
        self.live = self.live | rows
        begun = -rows.long()
        self.deals = self.deals ^ ((self.deals ^ deals) & begun)
        self.draws = self.draws & ~begun
        self.begin(rows)
        self._advance(self.at_first)
        self.settle()

    def step(self, actions: Sequence[Tensor]) -> Tensor:
        """Move, and let nature move: float32 (size, seats)."""
        pay = self._paid(self.move(actions), self._advance(self.later))
        self.settle()
        return pay

    def fall(self, actions: Tensor) -> Tensor:
        """Let nature move as the caller says."""
        pay = self._paid(self.happen(actions, self.nature()))
        self.settle()
        return pay

    def drawn(self) -> Tensor:
        """Return what nature did in the latest reset or step."""
        return self._drawn.t()

    def hold(self) -> None:
        """Leave nature's moves to the caller."""
        self._held = True

    def odds(self, row: int) -> Sequence[tuple[int, float]]:
        """Return nature's actions in a row and their odds."""
        chances = self.chances()[:, row].tolist()
        return [(action, odds) for action, odds in enumerate(chances) if odds > 0.0]

    def _advance(self, times: int) -> Tensor | None:
        """Let nature move where it is asked, at most so often; return what it paid."""
        paid, fell = None, []
        for _ in range(0 if self._held else times):
            rows = self.nature()
            actions = self.fallen(tensor_uniforms(self.deals, CHANCE, self.draws))
            fell.append(actions | (rows.long() - 1))  # -1 where nothing fell
            more = self.happen(actions, rows)
            paid = more if paid is None or more is None else paid + more
            self.draws = self.draws + rows
        self._drawn = torch.stack(fell) if fell else self.new(0)
        return paid

    def _paid(self, *parts: Tensor | None) -> Tensor:
        """Return the sum of what was paid, float32 (size, seats)."""
        pay = self.new(len(self.spec.seats), dtype=torch.float32)
        for part in parts:
            if part is not None:
                pay = pay + part
        return pay.t()
