"""Connect four: stones fall down columns, four in a row win. Actions and planes are OpenSpiel's."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from arena import BadParameter
from arena_tensor.boards import BoardTable, board_spec, in_line, unpacked


class ConnectFour(BoardTable):
    """Row r (from below) of column c is bit (rows + 1) c + r; the bit above each column stays 0.

    So lines cannot run from one column into the next, and adding a column's lowest bit to all the
    stones carries to its lowest empty cell.
    """

    def __init__(
        self, size: int, device: str, columns: int = 7, rows: int = 6, x_in_row: int = 4
    ) -> None:
        if min(columns, rows, x_in_row) < 1 or columns * (rows + 1) > 63:
            raise BadParameter(
                f"tensor/connect_four: columns={columns}, rows={rows}, x_in_row={x_in_row}: "
                "columns * (rows + 1) may be 63 at most, and none below 1"
            )
        spec = board_spec("tensor/connect_four", (3, rows, columns), columns)
        super().__init__(spec, size, device)
        self.rows, self.columns, self.length = rows, columns, x_in_row
        tall = rows + 1
        self._steps = (1, tall, tall + 1, tall - 1) if rows > 1 else (tall,)
        self._full = sum(((1 << rows) - 1) << tall * column for column in range(columns))
        self._bottoms = self.constant([1 << tall * column for column in range(columns)])
        self._tops = self._bottoms << rows - 1
        self._bits = self.constant(
            [1 << tall * column + row for row in range(rows) for column in range(columns)]
        )

    def play(self, actions: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Let a stone fall."""
        taken = self.mine | self.theirs
        self.mine |= (taken + (live << actions * (self.rows + 1))) & ~taken
        lines = torch.zeros_like(taken)
        for step in self._steps:
            lines |= in_line(self.mine, step, self.length)
        won = lines.bool()
        return won.long(), won | ~((self.mine | self.theirs) ^ self._full).bool()

    def legal(self, seats: Any) -> Tensor:
        """Return the columns that are not full: bool (size, columns)."""
        return unpacked(~(self.mine | self.theirs), self._tops).t()

    def observe(self, seats: Any) -> Tensor:
        """Return planes of seat 0's stones, seat 1's and the empty cells, the lowest row first.

        float32 (size, 3, rows, columns).
        """
        x, o = self.sides(0)
        return self.planes([unpacked(board, self._bits) for board in (x, o, ~(x | o))])

    def cells(self, board: Tensor) -> Tensor:
        """Return a set of cells by rows from the top."""
        cells = unpacked(board, self._bits).view(self.rows, self.columns, self.size)
        return cells.flip(0).flatten(0, 1)

    def label(self, seat: int, action: Any) -> str:
        """Return the mark and its column: x3."""
        return f"{'xo'[seat]}{action}"
