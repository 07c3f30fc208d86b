"""Boards found in drawings of text, and drawn as SVG.

Games draw themselves as text (`Environment.render`). A drawing with rows of equally many short
cells is a board, whatever frame and labels stand around it; anything else stays text.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

CELL = 40
"""The side of a cell, in units of the picture."""
_CELL = re.compile(r"[.+*@#A-Za-z0-9_-]{1,2}|[0-9]{3,5}")
_EMPTY = frozenset(".-_")
_FIRST, _SECOND = frozenset("xXbB@"), frozenset("oOwW")
_CHESS = dict(zip("kqrbnpKQRBNP", "♚♛♜♝♞♟♔♕♖♗♘♙"))
_FEWEST, _MOST = 3, 26

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Cells by row, "" where nothing stands; `slant` is by how many cells a row stands further to
    the right than the one above it."""

    rows: Rows
    slant: float = 0.0

    @property
    def chess(self) -> bool:
        """Whether its letters are chess pieces."""
        letters = {cell for row in self.rows for cell in row if cell}
        return len(self.rows) == 8 and {"k", "K"} <= letters <= _CHESS.keys()

    def changed(self, before: Board | None) -> frozenset[tuple[int, int]]:
        """Return the cells, as (row, column), that are not what they were."""
        if before is None or len(before.rows) != len(self.rows):
            return frozenset()
        return frozenset(
            (r, c)
            for r, (now, then) in enumerate(zip(self.rows, before.rows))
            for c, (one, other) in enumerate(zip(now, then))
            if one != other
        )


def read_board(drawing: str) -> Board | None:
    """Return the board in a drawing, None if there is none."""
    best: list[tuple[str, list[str]]] = []
    run: list[tuple[str, list[str]]] = []
    for line in [*drawing.splitlines(), ""]:
        cells = _cells(line)
        if cells and run and len(cells) == len(run[-1][1]) and _alike(line, run[-1][0]):
            run.append((line, cells))
        else:
            best, run = max(best, run, key=len), [(line, cells)] if cells else []
    rows = _unlabelled([cells for _, cells in best])
    if not (_FEWEST <= len(rows) <= _MOST and 2 <= len(rows[0]) <= _MOST):
        return None
    indents = [len(line) - len(line.lstrip()) for line, _ in best]
    slants = {b - a for a, b in itertools.pairwise(indents)}
    slanted = slants == {1} and len(rows) > 1
    return Board(_emptied(rows), 0.5 if slanted else 0.0)


def _alike(one: str, other: str) -> bool:
    """Whether two lines are written with as many spaces between their cells."""
    return len(one.split()) == len(other.split())


def _cells(line: str) -> list[str]:
    """Return the cells in a line, none if it is no row of a board; its label is among them."""
    inner = re.fullmatch(r"\s*([0-9]*)\s*\|([^|]*)\|\s*", line)
    words = [*inner[1].split(), *inner[2].split()] if inner else line.split()
    if not words:
        return []
    if len(words) == 1 and len(words[0]) > 2:
        words = list(words[0])
    elif len(words) == 2 and words[0].isdigit() and len(words[1]) > 2:
        words = [words[0], *words[1]]  # a label before a row without spaces
    return words if len(words) > 1 and all(map(_CELL.fullmatch, words)) else []


def _unlabelled(rows: list[list[str]]) -> list[list[str]]:
    """Leave out the numbers of the rows, before and behind them, and a row of column numbers."""
    rows = [row for row in rows if not _counts(row)] or rows
    for side in (0, -1):
        if rows and len(rows[0]) > 2 and _counts([row[side] for row in rows]):
            rows = [row[1:] if side == 0 else row[:-1] for row in rows]
    return rows


def _counts(cells: Sequence[str]) -> bool:
    """Whether cells are consecutive numbers or letters, up or down."""
    if all(cell.isdigit() for cell in cells):
        numbers = [int(cell) for cell in cells]
    elif all(len(cell) == 1 and cell.isalpha() for cell in cells):
        numbers = [ord(cell) for cell in cells]
    else:
        return False
    return len(cells) > 2 and {b - a for a, b in itertools.pairwise(numbers)} in ({1}, {-1})


def _emptied(rows: list[list[str]]) -> Rows:
    """Turn what stands for nothing into nothing."""
    letters = {cell for row in rows for cell in row}
    empty = set(_EMPTY & letters)
    if not empty and "+" in letters:
        empty = {"+"}
    if all(cell.isdigit() or cell in _EMPTY for cell in letters):
        empty.add("0")
    return tuple(tuple("" if cell in empty else cell for cell in row) for row in rows)


def board_svg(board: Board, fresh: frozenset[tuple[int, int]] = frozenset()) -> Markup:
    """Return the picture of a board; `fresh` cells are marked as just changed."""
    high = len(board.rows)
    wide = max(map(len, board.rows)) + board.slant * (high - 1)
    parts = []
    for r, row in enumerate(board.rows):
        for c, cell in enumerate(row):
            x, y = (c + board.slant * r) * CELL, r * CELL
            kind = "fresh" if (r, c) in fresh else ("dark" if (r + c) % 2 else "light")
            parts.append(
                f'<rect class="cell {kind}" x="{x:g}" y="{y:g}" width="{CELL}" height="{CELL}"/>'
            )
            if cell:
                parts.append(piece_svg(board, cell, x + CELL / 2, y + CELL / 2))
    words = escape(in_words(board))
    head = f'<svg class="board" role="img" viewBox="0 0 {wide * CELL:g} {high * CELL}"'
    return Markup(f'{head} aria-label="{words}">{"".join(parts)}</svg>')


def piece_svg(board: Board, cell: str, x: float, y: float) -> str:
    """Return what stands in a cell whose middle is at (x, y)."""
    if board.chess:
        side = "second" if cell.isupper() else "first"
        glyph = _CHESS[cell.lower()]
        return f'<text class="man {side}" x="{x:g}" y="{y:g}">{glyph}</text>'
    if cell in _FIRST or cell in _SECOND:
        side = "first" if cell in _FIRST else "second"
        disc = f'<circle class="{side}" cx="{x:g}" cy="{y:g}" r="{CELL * 0.38:g}"/>'
        return f'{disc}<text class="on-{side}" x="{x:g}" y="{y:g}">{escape(cell)}</text>'
    size = "small" if len(cell) > 2 else "plain"
    return f'<text class="{size}" x="{x:g}" y="{y:g}">{escape(cell)}</text>'


def in_words(board: Board) -> str:
    """Return a board as someone hears it read aloud."""
    rows = (" ".join(cell or "empty" for cell in row) for row in board.rows)
    return "Board. " + ". ".join(f"Row {i}: {row}" for i, row in enumerate(rows, 1))
