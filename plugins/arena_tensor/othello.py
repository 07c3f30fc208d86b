"""Othello on eight by eight. Actions, planes and returns are OpenSpiel's; a seat may have to pass.

Lines are followed in all directions and games at once by Kogge-Stone fills, as chess programs do
(https://www.chessprogramming.org/Kogge-Stone_Algorithm).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from arena_tensor.boards import BYTE, BoardTable, board_spec, unpacked_64
from arena_tensor.notation import square, with_coordinates

PASS = 64
_SHIFTS = (1, 7, 8, 9)  # bit 8 row + column: east, south-west, south, south-east
_INNER = 0x7E7E7E7E7E7E7E7E  # all columns but the outermost, so that no line runs around the edge
_BLACK, _WHITE = 1 << 28 | 1 << 35, 1 << 27 | 1 << 36


class Othello(BoardTable):
    """Cell 8 row + column is bit 8 row + column of an int64, whose sign is the last cell."""

    kept = (*BoardTable.kept, "moves")

    def __init__(self, size: int, device: str) -> None:
        super().__init__(board_spec("tensor/othello", (3, 8, 8), PASS + 1), size, device)
        bits = [_signed(1 << cell) for cell in range(64)]
        self._bit = self.constant([*bits, 0])
        self._bits = self.constant(BYTE, torch.int8)
        self._lines = _Lines(self.device)
        black, white = self.constant([_BLACK]), self.constant([_WHITE])
        self._first_moves = self._lines.moves(black, white)
        self.moves = self.new()

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew, with four stones on the board, in the chosen rows."""
        super().reset(rows, deals)
        begun = -rows.long()
        self.mine |= begun & _BLACK
        self.theirs |= begun & _WHITE
        self.moves = (self.moves & ~begun) | (begun & self._first_moves)

    def play(self, actions: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Put a stone down and turn those that it encloses; or pass."""
        stone = self._bit.index_select(0, actions) & -live
        turned = self._lines.turned(self.mine, self.theirs, stone)
        self.mine |= stone | turned
        self.theirs &= ~turned
        both = torch.stack((self.theirs, self.mine))
        self.moves, again = self._lines.moves(both, both.flip(0))
        theirs, mine = counted(both)
        ended = ~(self.moves | again).bool()
        return (mine - theirs).sign() * ended, ended

    def legal(self, seats: Any) -> Tensor:
        """Return where a stone may be put down, last whether to pass: bool (size, 65)."""
        return torch.cat((self.cells(self.moves), ~self.moves.bool()[None])).t()

    def observe(self, seats: Any) -> Tensor:
        """Return planes of the empty cells, the seat's own stones and the other's: float32.

        (size, 3, 8, 8).
        """
        own, other = self.sides(seats)
        return self.planes([self.cells(board) for board in (~(own | other), own, other)])

    def cells(self, board: Tensor) -> Tensor:
        """Return a set of cells by rows."""
        return unpacked_64(board, self._bits)

    def render(self, row: int) -> str:
        """Return the board drawn, with letters for columns and numbers for rows, 1 on top."""
        return with_coordinates(super().render(row), top_first=True)

    def label(self, seat: int, action: Any) -> str:
        """Return the cell, or pass."""
        return "pass" if action == PASS else square(action, 8)


class _Lines:
    """Follows lines from cells in eight directions: four by shifts to the left, four to the right.

    Sets are int64 (..., size); within, directions are an axis before the last.
    """

    def __init__(self, device: torch.device) -> None:
        def column(values: list[int]) -> Tensor:
            return torch.tensor(values).to(device)[:, None]

        self.shifts = [column([n * shift for shift in _SHIFTS]) for n in (1, 2, 4)]
        # A shift to the right brings in copies of the sign: these bits are kept.
        self.kept = [column([(1 << 64 - n * shift) - 1 for shift in _SHIFTS]) for n in (1, 2, 4)]
        self.inner = column([-1 if shift == 8 else _INNER for shift in _SHIFTS])

    def shifted(self, sets: Tensor, left: bool, power: int = 0) -> Tensor:
        """Return sets moved by 2**power cells in each direction."""
        if left:
            return sets << self.shifts[power]
        return (sets >> self.shifts[power]) & self.kept[power]

    def filled(self, sets: Tensor, through: Tensor, left: bool) -> Tensor:
        """Return sets with the unbroken runs of `through` that begin beside them."""
        for power in range(3):
            sets = sets | (through & self.shifted(sets, left, power))
            if power < 2:
                through = through & self.shifted(through, left, power)
        return sets

    def moves(self, mine: Tensor, theirs: Tensor) -> Tensor:
        """Return the empty cells from which some of `theirs` are enclosed."""
        through = theirs.unsqueeze(-2) & self.inner
        own = mine.unsqueeze(-2)
        found = torch.zeros_like(mine)
        for left in (True, False):
            runs = self.filled(own, through, left) & through
            for ends in self.shifted(runs, left).unbind(-2):
                found |= ends
        return found & ~(mine | theirs)

    def turned(self, mine: Tensor, theirs: Tensor, stone: Tensor) -> Tensor:
        """Return those of `theirs` that lie between the stone and another of `mine`."""
        through = theirs.unsqueeze(-2) & self.inner
        turned = torch.zeros_like(mine)
        for left in (True, False):
            runs = self.filled(stone[None], through, left)
            enclosed = (self.shifted(runs, left) & mine).bool().long().neg_()
            for run in (runs & through & enclosed).unbind(-2):
                turned |= run
        return turned


def counted(sets: Tensor) -> Tensor:
    """Return how many bits of each int64 are set.

    Henry S. Warren, Hacker's Delight, section 5-1; no carry meets the sign.
    """
    sets = sets - ((sets >> 1) & 0x5555555555555555)
    sets = (sets & 0x3333333333333333) + ((sets >> 2) & 0x3333333333333333)
    sets = (sets + (sets >> 4)) & 0x0F0F0F0F0F0F0F0F
    return (sets * 0x0101010101010101) >> 56


def _signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word
