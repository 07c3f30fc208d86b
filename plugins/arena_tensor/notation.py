"""Names of cells, and drawings that show them."""

from __future__ import annotations


def square(cell: int, columns: int) -> str:
    """Return the name of a cell, counted by rows from the top: 0 is a1 and 1 is b1."""
    return f"{letter(cell % columns)}{cell // columns + 1}"


def letter(column: int) -> str:
    """Return a, b, ..., z, aa, ab, ... for a column."""
    before = letter(column // 26 - 1) if column >= 26 else ""
    return before + chr(ord("a") + column % 26)


def with_coordinates(drawing: str, top_first: bool) -> str:
    """Return a drawing with the names of its columns below, and of its rows at the left."""
    lines = drawing.splitlines()
    count = len(lines)
    wide = len(str(count))
    numbers = range(1, count + 1) if top_first else range(count, 0, -1)
    rows = [f"{number:>{wide}} {' '.join(line)}" for number, line in zip(numbers, lines)]
    letters = " ".join(letter(column) for column in range(len(lines[0])))
    return "\n".join([*rows, f"{'':>{wide}} {letters}"])
