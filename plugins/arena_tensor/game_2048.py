"""2048: slide tiles on four by four; equal ones that meet become one of twice the value.

Actions, chances and what is seen are OpenSpiel's: 90 % of the new tiles are 2, the others 4, in
any empty cell. A game ends where nothing can move, or `max_tile` is made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from gymnasium.spaces import Box, Discrete
from torch import Tensor

from arena import BadParameter, Seat, Spec, cut_points
from arena_tensor.nature import NatureTable

_CELLS = 16
_LINES = 1 << 16  # what four cells can hold
_EACH = 0x1111111111111111  # the lowest bit of each cell
_UP, _RIGHT, _DOWN, _LEFT = range(4)


class Game2048(NatureTable):
    """Cell 4 row + column is four bits of an int64: 0, or the power of two that stands there."""

    at_first, later = 2, 1

    def __init__(self, size: int, device: str, max_tile: int = 2048) -> None:
        if not 8 <= max_tile <= 1 << 15 or max_tile & (max_tile - 1):
            raise BadParameter(f"tensor/2048: max_tile={max_tile} is no power of 2 from 8 to 32768")
        most = _score(max_tile) + (_CELLS - 1) * _score(max_tile // 2)
        spec = Spec(
            "tensor/2048", (Seat(Box(0.0, float(max_tile), (4, 4)), Discrete(4)),),
            returns=(0.0, float(most)), turn_based=True, perfect_information=True, model=True,
        )  # fmt: skip
        super().__init__(spec, size, device)
        self.board, self.first = self.new(), self.new()  # `first`: tiles that are still to be dealt
        self.may, self.moved = self.new(4, dtype=torch.bool), self.new(dtype=torch.bool)
        self.power = max_tile.bit_length() - 1
        slid, scores, changes = _slides()
        self._slid, self._scores = self.constant(slid), self.constant(scores, torch.float32)
        self._changes = self.constant(changes, torch.int8)
        self._shifts = self.constant([16 * row for row in range(4)])[:, None]
        self._cells = self.constant([4 * cell for cell in range(_CELLS)])[:, None]
        # One list for all numbers of empty cells: the number, and then 53 bits for [0, 1).
        cuts = [(n << 53) + int(cut * 2**53) for n in range(1, _CELLS + 1) for cut in _cuts(n)]
        self._cuts = self.constant(cuts)

    def begin(self, rows: Tensor) -> None:
        """Clear the board; two tiles are to come."""
        begun = -rows.long()
        self.board = self.board & ~begun
        self.first = (self.first & ~begun) | (begun & 2)
        self.moved = self.moved & ~rows

    def acting(self) -> Tensor:
        """Return who is asked: bool (size, 1)."""
        return (self.live & ~self.nature())[:, None]

    def nature(self) -> Tensor:
        """Return which rows wait for a tile."""
        return self.live & (self.first.bool() | self.moved)

    def empty(self) -> Tensor:
        """Return the empty cells: int8 (16, size)."""
        taken = self.board | self.board >> 1
        taken = ~(taken | taken >> 2) & _EACH
        return ((taken >> self._cells) & 1).to(torch.int8)

    def chances(self) -> Tensor:
        """Return the odds of 2 and of 4 in each cell: action 2 cell, and 2 cell + 1."""
        empty = self.empty().double()
        count = empty.sum(0)
        return torch.stack((0.9 / count * empty, 0.1 / count * empty), 1).flatten(0, 1)

    def fallen(self, u: Tensor) -> Tensor:
        """Find the place among the cells that are empty, and then the cell."""
        empty = self.empty()
        count = empty.sum(0)
        passed = torch.bucketize((count << 53) + (u * 2.0**53).long(), self._cuts, right=True)
        place = passed - (count - 1) ** 2  # fewer empty cells have 1 + 3 + ... cuts
        wanted = (place >> 1).to(torch.int8)
        cell = so_far = torch.zeros_like(wanted)
        for here in empty[:-1].unbind():
            so_far = so_far + here
            cell = cell + (so_far <= wanted)
        return 2 * cell.long() + (place & 1)

    def happen(self, actions: Tensor, rows: Tensor) -> None:
        """Put a tile down."""
        tile = ((actions & 1) + 1) << 4 * (actions >> 1)
        self.board = self.board | (tile & -rows.long())
        self.first = self.first - (rows & self.first.bool()).long()
        self.moved = self.moved & ~rows

    def settle(self) -> None:
        """Find the moves, and which rows have ended: those with none."""
        across = self._changes.index_select(0, self._lines(self.board).flatten())
        down = self._changes.index_select(0, self._lines(_transposed(self.board)).flatten())
        left, up = ((c.view(4, self.size) & 1).bool().any(0) for c in (across, down))
        right, below = ((c.view(4, self.size) & 2).bool().any(0) for c in (across, down))
        self.may = torch.stack((up, right, below, left))
        self.live = self.live & (self.may.any(0) | self.nature())

    def _lines(self, board: Tensor) -> Tensor:
        """Return the four rows of a board: (4, size)."""
        return (board >> self._shifts) & (_LINES - 1)

    def move(self, actions: Sequence[Tensor]) -> Tensor:
        """Slide, and be paid the sum of the tiles that are made."""
        action = actions[0]
        asked = self.live & ~self.nature()
        vertical = (action & 1) - 1
        board = self.board ^ ((self.board ^ _transposed(self.board)) & vertical)
        ahead = ((action == _RIGHT) | (action == _DOWN)).long() * _LINES
        lines = (self._lines(board) + ahead).flatten()
        slid = self._slid.index_select(0, lines).view(4, self.size) << self._shifts
        score = self._scores.index_select(0, lines).view(4, self.size).sum(0)
        after = slid[0] | slid[1] | slid[2] | slid[3]
        after = after ^ ((after ^ _transposed(after)) & vertical)
        self.board = self.board ^ ((self.board ^ after) & -asked.long())
        made = (((self.board >> self._cells) & 15) == self.power).any(0)
        self.live = self.live & ~(made & asked)
        self.moved = self.live & asked
        return (score * asked)[None]

    def legal(self, seats: Any) -> Tensor:
        """Return which slides change something: up, right, down, left: bool (size, 4)."""
        return self.may.t()

    def observe(self, seats: Any) -> Tensor:
        """Return the tiles, 0 for none: float32 (size, 4, 4)."""
        powers = (self.board >> self._cells) & 15
        tiles = (1 << powers) & ~1
        return tiles.float().view(4, 4, self.size).movedim(-1, 0)

    def label(self, seat: int, action: Any) -> str:
        """Return Up, Right, Down or Left."""
        return ("Up", "Right", "Down", "Left")[action]

    def render(self, row: int) -> str:
        """Return the tiles in their cells."""
        tiles = self.observe(0)[row].long().tolist()
        return "\n".join("".join(f"{tile or '.':>6}" for tile in line) for line in tiles)

    def text(self, row: int, seat: int) -> str:
        """Return the same."""
        return self.render(row)


def _transposed(board: Tensor) -> Tensor:
    """Return boards with rows and columns exchanged: cells first within, then by blocks of 2 x 2.

    Henry S. Warren, Hacker's Delight, section 7-3.
    """
    swap = (board ^ (board >> 12)) & 0x0000F0F00000F0F0
    board = board ^ swap ^ (swap << 12)
    swap = (board ^ (board >> 24)) & 0x00000000FF00FF00
    return board ^ swap ^ (swap << 24)


def _cuts(empty: int) -> Sequence[float]:
    """Return the cuts between 2 and 4 in the first empty cell, 2 and 4 in the second, and so on."""
    return cut_points([0.9 / empty, 0.1 / empty] * empty)


def _score(tile: int) -> int:
    """Return what is paid in all for the making of a tile out of twos."""
    return tile * (int(math.log2(tile)) - 1)


@cache
def _slides() -> tuple[list[int], list[int], list[int]]:
    """Return, by the four cells of a line, what comes of a slide.

    The first two lists are the line and the pay, after a slide to the lowest cell and then, from
    65,536 on, to the highest. The third says which of the two change the line: bits 1 and 2.
    """
    low = [_slid(line) for line in range(_LINES)]
    turned = [_turned(line) for line in range(_LINES)]
    high = [(turned[low[turn][0]], low[turn][1]) for turn in turned]
    changes = [
        (low[line][0] != line) + 2 * (high[line][0] != line) for line in range(_LINES)
    ]  # fmt: skip
    both = low + high
    return [line for line, _ in both], [score for _, score in both], changes


def _turned(line: int) -> int:
    return (line & 15) << 12 | (line & 240) << 4 | (line >> 4) & 240 | line >> 12


def _slid(line: int) -> tuple[int, int]:
    """Return a line after a slide to its lowest cell, and what is paid."""
    cells: list[int] = []
    score, last = 0, 0  # `last` may still be joined
    for shift in (0, 4, 8, 12):
        power = (line >> shift) & 15
        if power and power == last and power < 15:
            cells[-1] += 1
            score += 2 << power
            last = 0
        elif power:
            cells.append(power)
            last = power
    return sum(power << 4 * place for place, power in enumerate(cells)), score
