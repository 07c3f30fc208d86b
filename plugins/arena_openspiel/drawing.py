"""Positions drawn for an onlooker, from the text that OpenSpiel writes for them.

Most games write a board already. Two kinds of text are drawn: a position in Forsyth-Edwards
notation (chess and its kin, shogi), and a block of lines of one character a cell (tic_tac_toe,
connect_four). Cells are numbered where the game's own names of its actions number them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

_PAIR = re.compile(r"(\d+), ?(\d+)")
_LAST_NUMBER = re.compile(r"\D*(\d+)")
_FEN_CELL = re.compile(r"\d+|\+?[A-Za-z]~?|\?")
_FEN_ROWS = 8
_CELLS = re.compile(r"[^\s|+]{2,}")
_FILES = re.compile(r" (abc[a-z]*)")
_SHORTEST_BLOCK = 3

Grid = Sequence[Sequence[str]]
Names = tuple[list[str], list[str]]
"""Of rows and of columns; empty where they have none."""


def draw(text: str, labels: Iterable[str] = ()) -> str:
    """Return `text` with its board drawn, if it has one; `labels` are names of opening actions."""
    text = text.rstrip("\n")
    board = _fen_board(text)
    if board:
        return f"{board}\n{text}"
    lines = text.split("\n")
    block = _block(lines)
    if block is None:
        return text
    start, end = block
    grid = [list(line) for line in lines[start:end]]
    files = _FILES.fullmatch(lines[end]) if end < len(lines) else None
    if files and len(files[1]) == len(grid[0]) - 1:  # ranks and files are part of the text
        names = [row.pop(0) for row in grid], list(files[1])
        end += 1
    else:
        names = _numbers(grid, list(labels))
    return "\n".join([*lines[:start], *_framed(grid, names), *lines[end:]])


def _framed(grid: Grid, names: Names) -> list[str]:
    """Return the lines of a board in a frame, with the names of its rows and columns."""
    rows, columns = names
    width = max([1, *map(len, columns), *(len(cell) for row in grid for cell in row)])
    margin = max(map(len, rows), default=0)
    rule = " " * margin + "+" + "-" * ((width + 1) * len(grid[0]) + 1) + "+"
    body = [
        f"{name:>{margin}}| " + " ".join(cell.rjust(width) for cell in row) + " |"
        for name, row in zip(rows or [""] * len(grid), grid)
    ]
    head = " " * (margin + 2) + " ".join(name.rjust(width) for name in columns)
    return [*([head] if columns else []), rule, *body, rule]


def _block(lines: Sequence[str]) -> tuple[int, int] | None:
    """Return where the first run of lines of one length begins and ends that is made of cells."""
    for length, run in itertools.groupby(range(len(lines)), lambda at: len(lines[at])):
        rows = list(run)
        if length and _FILES.fullmatch(lines[rows[-1]]):  # as long as the lines with their ranks
            rows.pop()
        cells = all(_CELLS.fullmatch(lines[at]) for at in rows)
        if length and cells and len(rows) >= _SHORTEST_BLOCK:
            return rows[0], rows[-1] + 1
    return None


def _numbers(grid: Grid, labels: Sequence[str]) -> Names:
    """Return the numbers of rows and columns, if the names of the actions speak of them.

    Pairs are (row, column), counted from 0 if there is a 0 among them and from 1 if they go as far
    as the board; single numbers are columns if each column has its own.
    """
    height, width = len(grid), len(grid[0])
    numbers = [int(n) for label in labels for pair in _PAIR.findall(label) for n in pair]
    if numbers:
        first, last, size = min(numbers), max(numbers), max(height, width)
        if (first == 0 and last < size) or (first == 1 and last == size):
            return _count(first, height), _count(first, width)
        return [], []
    single = [match[1] for match in map(_LAST_NUMBER.fullmatch, labels) if match]
    return [], (_count(0, width) if single == _count(0, width) else [])


def _count(first: int, many: int) -> list[str]:
    return [str(first + i) for i in range(many)]


def _fen_board(text: str) -> str | None:
    """Return the board of a position in Forsyth-Edwards notation; None for any other text."""
    rows = re.split(r"[\s\[]", text, maxsplit=1)[0].split("/")
    if len(rows) < _FEN_ROWS:
        return None
    grid = []
    for row in rows:
        cells = _FEN_CELL.findall(row)
        if "".join(cells) != row:
            return None
        grid.append([part for c in cells for part in (["."] * int(c) if c.isdigit() else [c])])
    if len({len(row) for row in grid}) != 1:
        return None
    ranks = [str(len(grid) - i) for i in range(len(grid))]
    files = [chr(ord("a") + i) for i in range(len(grid[0]))]
    if len(grid) != _FEN_ROWS:  # shogi counts files from the right and letters its ranks
        ranks, files = files[: len(grid)], ranks[-len(grid[0]) :]
    return "\n".join(_framed(grid, (ranks, files)))
