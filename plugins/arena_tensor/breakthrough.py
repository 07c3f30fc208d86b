"""Breakthrough: a stone that reaches the far side wins. Actions and planes are OpenSpiel's."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from arena import BadParameter
from arena_tensor.boards import BYTE, BoardTable, board_spec, unpacked_64
from arena_tensor.notation import square, with_coordinates

_TURNS = ((1, -1), (1, 0), (1, 1), (-1, -1), (-1, 0), (-1, 1))  # rows down, columns to the right


class Breakthrough(BoardTable):
    """Seat 0 begins, and moves from the top down; one step ahead or aslant, and takes aslant.

    Cell columns * row + column, row 0 on top, is a bit of an int64. Action
    12 cell + 2 turn + take moves from a cell in one of the six directions.
    """

    def __init__(self, size: int, device: str, rows: int = 8, columns: int = 8) -> None:
        if rows < 2 or columns < 2 or rows * columns > 64:
            raise BadParameter(
                f"tensor/breakthrough: rows={rows}, columns={columns}: "
                "at least 2 of each, and 64 cells at most"
            )
        cells = rows * columns
        spec = board_spec("tensor/breakthrough", (3, rows, columns), 12 * cells)
        super().__init__(spec, size, device)
        self.rows, self.columns = rows, columns
        home = (1 << columns * (2 if rows >= 6 else 1)) - 1
        self._first, self._second = home, _signed(_turned(home, cells))
        self._goals = _signed(1 << cells) - (1 << cells - columns), (1 << columns) - 1
        bits = [_signed(1 << cell) for cell in range(cells)]
        self._bits = self.constant(BYTE, torch.int8)
        self._from = self.constant([bits[cell] for cell in range(cells) for _ in range(12)])
        self._to = self.constant([
            bits[target] if 0 <= (target := cell + columns * down + right) < cells else 0
            for cell in range(cells) for down, right in _TURNS for _ in range(2)
        ])  # fmt: skip
        self._left = sum(1 << columns * row for row in range(rows))
        self._inside = (1 << cells) - 1

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew in the chosen rows."""
        super().reset(rows, deals)
        begun = -rows.long()
        self.mine |= begun & self._first
        self.theirs |= begun & self._second

    def play(self, actions: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Move a stone, taking what stands there."""
        to = self._to.index_select(0, actions) & -live
        self.mine ^= to | (self._from.index_select(0, actions) & -live)
        self.theirs &= ~to
        down, up = self._goals
        goal = ((to & down) & ~self.second) | ((to & up) & self.second)
        won = goal.bool() | ~self.theirs.bool()
        return won.long(), won

    def legal(self, seats: Any) -> Tensor:
        """Return the moves: bool (size, 12 cells)."""
        sources = torch.stack([part for turn in _TURNS for part in self._sources(*turn)])
        cells = unpacked_64(sources, self._bits)[: self.rows * self.columns]
        return cells.flatten(0, 1).t()

    def _sources(self, down: int, right: int) -> tuple[Tensor, Tensor]:
        """Return the mover's stones that may go this way to an empty cell, and to take."""
        mine = self.mine & (self.second if down < 0 else ~self.second)
        edge = 0 if not right else self._left if right < 0 else self._left << self.columns - 1
        mine = mine & ~_signed(edge)
        step = down * self.columns + right
        empty = self._back(~(self.mine | self.theirs) & _signed(self._inside), step)
        return mine & empty, mine & self._back(self.theirs, step) if right else mine & 0

    def _back(self, cells: Tensor, step: int) -> Tensor:
        """Return the cells that lie `step` before these."""
        if step < 0:
            return cells << -step
        return (cells >> step) & ((1 << 64 - step) - 1)

    def observe(self, seats: Any) -> Tensor:
        """Return planes of seat 0's stones, seat 1's and the empty cells.

        float32 (size, 3, rows, columns).
        """
        black, white = self.sides(0)
        return self.planes([self.cells(board) for board in (black, white, ~(black | white))])

    def cells(self, board: Tensor) -> Tensor:
        """Return a set of cells by rows."""
        return unpacked_64(board, self._bits)[: self.rows * self.columns]

    def render(self, row: int) -> str:
        """Return the board drawn, seat 0 as b, seat 1 as w."""
        drawn = super().render(row).replace("x", "b").replace("o", "w")
        return with_coordinates(drawn, top_first=False)

    def label(self, seat: int, action: Any) -> str:
        """Return where from and where to, and a star for a stone taken: a7b6*."""
        cell, (down, right) = action // 12, _TURNS[action % 12 // 2]
        taken = "*" if action % 2 else ""
        return self._square(cell) + self._square(cell + down * self.columns + right) + taken

    def _square(self, cell: int) -> str:
        row, column = divmod(cell, self.columns)
        return square((self.rows - 1 - row) * self.columns + column, self.columns)


def _turned(board: int, cells: int) -> int:
    """Return the board seen from the other side."""
    return sum(1 << cells - 1 - cell for cell in range(cells) if board >> cell & 1)


def _signed(word: int) -> int:
    word &= (1 << 64) - 1
    return word - (1 << 64) if word >> 63 else word
