"""Two seats that move in turn upon a board, with nothing hidden and no luck."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import torch
from gymnasium.spaces import Box, Discrete
from torch import Tensor

from arena import BranchingTable, Seat, Spec
from arena_tensor.table import TensorTable


def board_spec(name: str, shape: tuple[int, ...], actions: int) -> Spec:
    """Return the Spec of a game of two on planes of ones and noughts, won or lost by one."""
    seat = Seat(Box(0.0, 1.0, shape), Discrete(actions))
    return Spec(
        name, (seat, seat), zero_sum=True, returns=(-1.0, 1.0), turn_based=True,
        perfect_information=True, stochastic=False, model=True,
    )  # fmt: skip


class BoardTable(TensorTable, BranchingTable):
    """A board seen by the seat to move: `mine` and `theirs` are sets of cells, as bits.

    Both are integers, (*parts, size). `second`, int64 (size,), is -1 where seat 1 is to move and 0
    where seat 0 is. After each move they change in every row, so that a row in which no stone is
    put down stays as it was.
    """

    alternating = True
    kept: tuple[str, ...] = ("live", "second", "mine", "theirs")
    """The names of all tensors that a game goes on from."""

    def __init__(
        self, spec: Spec, size: int, device: str, *parts: int, dtype: torch.dtype = torch.int64
    ) -> None:
        super().__init__(spec, size, device)
        self.second = self.new()
        self.mine, self.theirs = self.new(*parts, dtype=dtype), self.new(*parts, dtype=dtype)

    @abstractmethod
    def play(self, actions: Tensor, live: Tensor) -> tuple[Tensor, Tensor]:
        """Make the moves, int64 (size,), in the live rows (int64: 1 or 0), and in no other.

        Return the mover's score, int64, 0 where the game goes on, and which rows have ended, bool,
        both (size,); what they say of rows that are not live does not matter. `mine` stays the
        mover's.
        """

    @abstractmethod
    def cells(self, board: Tensor) -> Tensor:
        """Return a set of cells as bool (cells, size), by rows from the top, for drawings."""

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew, with an empty board, in the chosen rows."""
        self.live |= rows
        others = rows.long() - 1
        self.second &= others
        others = others.to(self.mine.dtype)
        self.mine &= others
        self.theirs &= others

    def take(self, rows: Tensor) -> Self:
        """Return some rows' games as they stand."""
        twin = copy.copy(self)
        twin.size = len(rows)
        for name in self.kept:
            setattr(twin, name, getattr(self, name).index_select(-1, rows))
        return twin

    def put(self, rows: Tensor, games: Self) -> None:
        """Put other games in the place of some rows."""
        for name in self.kept:
            getattr(self, name).index_copy_(-1, rows, getattr(games, name))

    def acting(self) -> Tensor:
        """Return who is asked: bool (size, 2)."""
        second = self.second.bool()
        return torch.stack((self.live & ~second, self.live & second)).t()

    def step(self, actions: Sequence[Tensor]) -> Tensor:
        """Move, and pay the mover's score to it, and its negative to the other: float32."""
        first, second = actions
        live = self.live.long()
        score, ended = self.play(first ^ ((first ^ second) & self.second), live)
        score = score * live
        score = (score ^ self.second) - self.second  # of seat 0
        self.live = self.live & ~ended
        self.mine, self.theirs = self.theirs, self.mine
        self.second = ~self.second
        return torch.stack((score, -score)).to(torch.int8).float().t()

    def sides(self, seats: Any) -> tuple[Tensor, Tensor]:
        """Return the cells of the seats, and those of the others."""
        mask = (self.second ^ -seats).to(self.mine.dtype)
        change = (self.mine ^ self.theirs) & mask
        return self.mine ^ change, self.theirs ^ change

    def planes(self, sets: Sequence[Tensor]) -> Tensor:
        """Return sets of cells, each bool (cells, size), as float32 (size, *shape of the space)."""
        shape = self.spec.seats[0].observation_space.shape
        seen = torch.stack(tuple(sets)).view(torch.int8).float()
        return seen.view(*shape, self.size).movedim(-1, 0)

    def render(self, row: int) -> str:
        """Return the board drawn: the empty cells as dots, seat 0's as x, seat 1's as o."""
        first, second = (self.cells(cells)[:, row].tolist() for cells in self.sides(0))
        rows, columns = self.spec.seats[0].observation_space.shape[-2:]
        marks = ["x" if x else "o" if o else "." for x, o in zip(first, second)]
        return "\n".join("".join(marks[r * columns : (r + 1) * columns]) for r in range(rows))

    def text(self, row: int, seat: int) -> str:
        """Return the board drawn, which hides nothing."""
        return self.render(row)


class MarkTable(BoardTable):
    """A mark is put on any empty cell: actions are the cells by rows."""

    def legal(self, seats: Any) -> Tensor:
        """Return the empty cells: bool (size, cells)."""
        return self.cells(~(self.mine | self.theirs)).t()

    def observe(self, seats: Any) -> Tensor:
        """Return planes of the empty cells, seat 1's and seat 0's: float32.

        (size, 3, rows, columns).
        """
        x, o = self.sides(0)
        return self.planes([self.cells(board) for board in (~(x | o), o, x)])

    def label(self, seat: int, action: Any) -> str:
        """Return the mark and its row and column: x(0,2)."""
        columns = self.spec.seats[0].observation_space.shape[-1]
        return f"{'xo'[seat]}({action // columns},{action % columns})"


def unpacked(board: Tensor, bits: Tensor) -> Tensor:
    """Return which of the bits, (n,), are set in (*parts, size) integers: bool (parts n, size)."""
    return (board.unsqueeze(-2) & bits[:, None]).bool().flatten(0, -2)


def unpacked_64(boards: Tensor, bits: Tensor) -> Tensor:
    """Return all bits of int64s, (*parts, size), as bool (64, *parts, size).

    `bits` are 1, 2, 4, ... 64, -128 as int8: bytes take an eighth of the time and memory of words.
    """
    apart = boards.contiguous().view(torch.int8).view(*boards.shape, 8)
    bytes_first = apart.movedim(-1, 0).contiguous().unsqueeze(1)
    return (bytes_first & bits.view(8, *(1 for _ in boards.shape))).bool().flatten(0, 1)


BYTE = (1, 2, 4, 8, 16, 32, 64, -128)
"""The bits of an int8."""


def in_line(board: Tensor, step: int, length: int) -> Tensor:
    """Return the bits from which `length` bits in steps of `step` are all set.

    `board` holds integers that are not negative. In each pass the run that is known doubles.
    """
    known = 1
    while known < length:
        further = min(known, length - known)
        board = board & (board >> step * further)
        known += further
    return board
