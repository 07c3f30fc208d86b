"""m, n, k: k in a row on n rows of m cells wins; gomoku is 15, 15, 5. Actions are OpenSpiel's."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from arena import BadParameter
from arena_tensor.boards import MarkTable, board_spec, unpacked

_WIDEST = 62


class Mnk(MarkTable):
    """Each row of the board is an integer, whose bit c is column c: (n, size)."""

    kept = (*MarkTable.kept, "left")

    def __init__(self, size: int, device: str, m: int = 15, n: int = 15, k: int = 5) -> None:
        if min(m, n, k) < 1 or m > _WIDEST:
            raise BadParameter(
                f"tensor/mnk: m={m}, n={n}, k={k}: none may be below 1, nor m above {_WIDEST}"
            )
        spec = board_spec("tensor/mnk", (3, n, m), m * n)
        dtype = torch.int32 if m < 31 else torch.int64
        super().__init__(spec, size, device, n, dtype=dtype)
        self.columns, self.rows, self.length = m, n, k
        self.left = self.new(dtype=torch.int32)
        self._every_row = self.constant(range(n), torch.int16)[:, None]
        self._row = self.constant([cell // m for cell in range(m * n)], torch.int16)
        self._bit = self.constant([1 << cell % m for cell in range(m * n)], dtype)
        self._bits = self._bit[:m].clone()

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew in the chosen rows."""
        super().reset(rows, deals)
        begun = rows.to(self.left.dtype)
        self.left += begun * (self.columns * self.rows - self.left)

    def play(self, actions: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Put a stone down."""
        dtype = self.mine.dtype
        elsewhere = (self._every_row ^ self._row.index_select(0, actions)).bool()
        stone = self._bit.index_select(0, actions) * live.to(dtype)
        self.mine |= stone & (elsewhere.to(dtype) - 1)
        self.left -= live.to(self.left.dtype)
        won = torch.zeros_like(self.live)
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            if not down or self.length <= self.rows:
                lines = _in_line(self.mine, down, right, self.length)
                won |= lines.bool().any(0)
        return won.long(), won | ~self.left.bool()

    def cells(self, board: Tensor) -> Tensor:
        """Return a set of cells by rows."""
        return unpacked(board, self._bits)


class Gomoku(Mnk):
    """Five or more in a row win."""

    def __init__(self, size: int, device: str, board_size: int = 15, x_in_row: int = 5) -> None:
        super().__init__(size, device, board_size, board_size, x_in_row)
        self.spec = replace(self.spec, name="tensor/gomoku")


def _in_line(board: Tensor, down: int, right: int, length: int) -> Tensor:
    """Return the bits from which a line of `length` runs this way: fewer rows if it goes down.

    In each pass the run that is known doubles.
    """
    known = 1
    while known < length:
        further = min(known, length - known)
        end = board[down * further :]
        end = end >> further if right > 0 else end << further if right < 0 else end
        board = board[: len(end)] & end
        known += further
    return board
