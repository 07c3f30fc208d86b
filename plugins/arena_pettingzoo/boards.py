"""The board games of PettingZoo's classic family."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from arena_pettingzoo.game import Game


class _Board(Game):
    """Two players who see everything and take turns; the winner gets 1, the loser -1."""

    zero_sum = True
    open = True
    luck = False
    signs = "xo"

    def returns(self, raw: Any) -> tuple[float, float]:
        """Return -1 and 1."""
        return -1.0, 1.0

    def text(self, raw: Any, seat: int) -> str:
        """Return the board and whose eyes see it."""
        return f"{self.draw(raw)}\nYou are {self.signs[seat]}."


class TicTacToe(_Board):
    """The library numbers the cells column by column; labels are OpenSpiel's, `x(row,column)`."""

    def legal(self, raw: Any, agent: str) -> Sequence[int]:
        """Return the empty cells."""
        cells: Sequence[int] = raw.board.legal_moves()
        return cells

    def label(self, raw: Any, seat: int, action: Any) -> str:
        """Return the cell."""
        column, row = divmod(int(action), 3)
        return f"{self.signs[seat]}({row},{column})"

    def state(self, raw: Any) -> Any:
        """Return the cells: int8, shape (9,), 1 for x and 2 for o."""
        return np.array(raw.board.squares, np.int8)

    def draw(self, raw: Any) -> str:
        """Return three rows."""
        return "\n".join(_row(raw.board.squares[row::3]) for row in range(3))

    def clone(self, raw: Any) -> Any:
        """Return an independent copy."""
        twin = super().clone(raw)
        twin.board = type(raw.board)()
        twin.board.squares = raw.board.squares[:]
        return twin


class ConnectFour(_Board):
    """A move is a column from 0 to 6, with OpenSpiel's labels `x3`."""

    def legal(self, raw: Any, agent: str) -> Sequence[int]:
        """Return the columns that are not full."""
        columns: Sequence[int] = raw._legal_moves()
        return columns

    def label(self, raw: Any, seat: int, action: Any) -> str:
        """Return who drops where."""
        return f"{self.signs[seat]}{int(action)}"

    def state(self, raw: Any) -> Any:
        """Return the cells row by row: int8, shape (42,), 1 for x and 2 for o."""
        return np.array(raw.board, np.int8)

    def draw(self, raw: Any) -> str:
        """Return six rows, and the numbers of the columns."""
        rows = [_row(raw.board[start : start + 7]) for start in range(0, 42, 7)]
        return "\n".join([*rows, "0 1 2 3 4 5 6"])

    def clone(self, raw: Any) -> Any:
        """Return an independent copy."""
        twin = super().clone(raw)
        twin.board = raw.board[:]
        return twin


def _row(cells: Iterable[int]) -> str:
    return " ".join(".xo"[cell] for cell in cells)


class Chess(_Board):
    """Moves are in UCI notation. A game is drawn as soon as a draw can be claimed."""

    signs = ("white", "black")  # type: ignore[assignment]

    def enter(self, raw: Any) -> None:
        """Make the numbers of the opening moves known.

        The library learns what a number means when it first lists the move; a replay in a new
        process would know none.
        """
        if not raw.board.move_stack:
            self._numbers(raw.board)

    @staticmethod
    def _numbers(board: Any) -> list[int]:
        from pettingzoo.classic.chess import chess_utils

        numbers: list[int] = chess_utils.legal_moves(board)
        return numbers

    def legal(self, raw: Any, agent: str) -> Sequence[int]:
        """Return the numbers of the legal moves, seen from the mover's side."""
        return sorted(self._numbers(raw.board))

    def label(self, raw: Any, seat: int, action: Any) -> str:
        """Return the move in UCI notation."""
        from pettingzoo.classic.chess import chess_utils

        return str(chess_utils.action_to_move(raw.board, int(action), seat).uci())

    def state(self, raw: Any) -> Any:
        """Return all the moves: repetitions decide when a draw can be claimed."""
        return " ".join(move.uci() for move in raw.board.move_stack)

    def draw(self, raw: Any) -> str:
        """Return eight ranks, white's pieces in capitals."""
        ranks = [f"{8 - i} {line}" for i, line in enumerate(str(raw.board).splitlines())]
        return "\n".join([*ranks, "  a b c d e f g h"])

    def clone(self, raw: Any) -> Any:
        """Return an independent copy."""
        twin = super().clone(raw)
        twin.board = raw.board.copy()
        return twin


_COLUMNS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # Go leaves out I


class Go(_Board):
    """Moves are in GTP notation (`D4`, `pass`). A position is never changed, so copies share it."""

    signs = ("black (X)", "white (O)")  # type: ignore[assignment]

    def enter(self, raw: Any) -> None:
        """Give the library its tables for this size: it has only one set in a process."""
        from pettingzoo.classic.go import go_base

        if raw._N != go_base.N:
            raw._overwrite_go_global_variables(raw._N)

    def legal(self, raw: Any, agent: str) -> Sequence[int]:
        """Return the points that may be played, and passing."""
        points: Sequence[int] = [int(point) for point in raw.next_legal_moves]
        return points

    def label(self, raw: Any, seat: int, action: Any) -> str:
        """Return the point, counted from the lower left, or pass."""
        row, column = divmod(int(action), raw._N)
        return "pass" if row == raw._N else f"{_COLUMNS[column]}{raw._N - row}"

    def state(self, raw: Any) -> Any:
        """Return the stones, then the point of ko (-1: none), who is to play, and passes in a row.

        int16, shape (size * size + 3,); black is 1 and white -1.
        """
        position, passes = raw._go, 0
        while passes < len(position.recent) and position.recent[-1 - passes].move is None:
            passes += 1
        ko = -1 if position.ko is None else position.ko[0] * raw._N + position.ko[1]
        return np.array([*position.board.flat, ko, position.to_play, passes], np.int16)

    def draw(self, raw: Any) -> str:
        """Return the board with its coordinates."""
        size = raw._N
        rows = [
            f"{size - i:2} " + " ".join(".XO"[stone] for stone in row)
            for i, row in enumerate(raw._go.board.tolist())
        ]
        return "\n".join([*rows, "   " + " ".join(_COLUMNS[:size])])
