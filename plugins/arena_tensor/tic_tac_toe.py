"""Tic-tac-toe: three in a row on three by three. Actions and planes are OpenSpiel's."""

from __future__ import annotations

import torch
from torch import Tensor

from arena_tensor.boards import MarkTable, board_spec, unpacked

_LINES = (0o7, 0o70, 0o700, 0o111, 0o222, 0o444, 0o421, 0o124)
_FULL = 0o777


class TicTacToe(MarkTable):
    """Cell 3 row + column is bit 3 row + column; a list of all 512 boards knows who has won."""

    def __init__(self, size: int, device: str) -> None:
        super().__init__(board_spec("tensor/tic_tac_toe", (3, 3, 3), 9), size, device)
        won = [any(board & line == line for line in _LINES) for board in range(_FULL + 1)]
        self._won = self.constant(won, torch.bool)
        self._bits = self.constant([1 << cell for cell in range(9)], torch.int16)

    def play(self, actions: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Put a stone down."""
        self.mine |= live << actions
        won = self._won.index_select(0, self.mine)
        return won.long(), won | ~((self.mine | self.theirs) ^ _FULL).bool()

    def cells(self, board: Tensor) -> Tensor:
        """Return a set of cells by rows."""
        return unpacked(board.short(), self._bits)
