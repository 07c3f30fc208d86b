"""Hex: seat 0 connects top to bottom, seat 1 left to right. Actions and planes are OpenSpiel's."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from arena import BadParameter
from arena_tensor.boards import BoardTable, board_spec
from arena_tensor.notation import letter, square

_BESIDE = ((0, 1), (0, -1), (-1, 0), (-1, 1), (1, -1), (1, 0))
_LARGEST = 100  # cells a side: int16 has to hold a number for each cell


class Hex(BoardTable):
    """Each group of connected stones has a number, the same in all its cells.

    `mine` and `theirs`, (cells + 3, size), hold them, and 0 where nothing stands. A stone gets the
    number 1 + its cell, and gives it to all the groups that it joins. After the cells come the two
    edges that a seat connects, each a group from the start, and what lies beyond the board, 0.
    """

    def __init__(self, size: int, device: str, board_size: int = 11) -> None:
        if not 1 <= board_size <= _LARGEST:
            raise BadParameter(f"tensor/hex: board_size={board_size} is not 1 to {_LARGEST}")
        side, cells = board_size, board_size**2
        spec = board_spec("tensor/hex", (9, side, side), cells)
        super().__init__(spec, size, device, cells + 3, dtype=torch.int16)
        self.side, self.count = side, cells
        self._edges = self.constant(
            [0] * cells + [cells + 1, cells + 2, 0], torch.int16
        )[:, None]  # fmt: skip
        self._every = self.constant(range(cells + 3), torch.int16)[:, None]
        beside = [[_beside(cell, side, seat) for seat in (0, 1) for cell in range(cells)]]
        self._beside = self.constant(beside)[0].t().contiguous()

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew in the chosen rows."""
        super().reset(rows, deals)
        edges = self._edges * rows.short()
        self.mine += edges
        self.theirs += edges

    def play(self, actions: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Put a stone down, and make one group of all that it touches."""
        near = self._beside.index_select(1, actions + (self.count & self.second))
        groups = self.mine.gather(0, near)
        apart = torch.ones_like(self.mine, dtype=torch.bool)
        for group in groups.unbind():
            # What is empty has no group: it is compared with a number that nothing has.
            group = group - (~group.bool()).short()
            apart &= (self.mine ^ group).bool()
        here = ~(self._every ^ actions.short()).bool()
        joined = (here | ~apart).short() * live.short()
        self.mine += joined * (actions.short() + 1 - self.mine)
        won = ~(self.mine[self.count] ^ self.mine[self.count + 1]).bool()
        return won.long(), won

    def legal(self, seats: Any) -> Tensor:
        """Return the empty cells: bool (size, cells)."""
        return ~(self.mine | self.theirs)[: self.count].bool().t()

    def observe(self, seats: Any) -> Tensor:
        """Return nine planes, float32 (size, 9, side, side).

        Seat 1's stones that connect both edges (none before the end), the left, the right and
        neither; the empty cells; seat 0's that connect neither, the bottom, the top, both.
        """
        first, second = self.sides(0)
        ours, theirs = self._connected(first), self._connected(second)
        empty = ~(first | second)[: self.count].bool()
        top, bottom, alone = ours
        left, right, apart = theirs
        none = torch.zeros_like(empty)
        return self.planes((none, left, right, apart, empty, alone, bottom, top, none))

    def _connected(self, groups: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return which stones connect the first edge, the second, and neither."""
        stones = groups[: self.count]
        near = ~(stones ^ groups[self.count]).bool()
        far = ~(stones ^ groups[self.count + 1]).bool()
        return near, far & ~near, stones.bool() & ~(near | far)

    def cells(self, board: Tensor) -> Tensor:
        """Return a set of cells by rows."""
        return board[: self.count].bool()

    def render(self, row: int) -> str:
        """Return the board drawn, each row half a cell further to the right."""
        wide = len(str(self.side))
        names = " " * wide + " " + " ".join(letter(column) for column in range(self.side))
        lines = super().render(row).splitlines()
        drawn = [f"{' ' * n}{n + 1:>{wide}} {' '.join(line)}" for n, line in enumerate(lines)]
        return "\n".join([names, *drawn])

    def label(self, seat: int, action: Any) -> str:
        """Return the cell: b3."""
        return square(int(action), self.side)


def _beside(cell: int, side: int, seat: int) -> list[int]:
    """Return the six entries beside a cell, for a seat: cells, an edge of its own, or beyond."""
    row, column = divmod(cell, side)
    near, far, beyond = side**2, side**2 + 1, side**2 + 2
    entries = []
    for down, right in _BESIDE:
        r, c = row + down, column + right
        along, across = (r, c) if seat == 0 else (c, r)
        if 0 <= along < side and 0 <= across < side:
            entries.append(side * r + c)
        elif 0 <= along < side:
            entries.append(beyond)
        else:
            entries.append(near if along < 0 else far)
    return entries
