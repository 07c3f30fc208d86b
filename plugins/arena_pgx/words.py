"""Moves and positions of pgx's games, as they are written elsewhere."""

from __future__ import annotations

import math
import warnings
from typing import Any

_COLUMNS = "abcdefghijklmnopqrstuvwxyz"
_PLANES = ("connect_four", "go_9x9", "go_19x19", "hex", "othello", "tic_tac_toe")
DRAWN = ("chess", *_PLANES)
"""The games of which there is a drawing."""


def label(name: str, actions: int, seat: int, action: int) -> str:
    """Return an action in the notation of the game, its number where none is known."""
    if name == "chess":
        return _uci(action, seat)
    if name in ("go_9x9", "go_19x19", "othello"):
        return "pass" if action == actions - 1 else _cell(name, math.isqrt(actions), action)
    if name == "hex":
        return "swap" if action == actions - 1 else _cell(name, math.isqrt(actions), action)
    return str(action)


def _cell(name: str, side: int, action: int) -> str:
    """Return a cell by letter and number: from below in go, which has no column I."""
    row, column = divmod(action, side)
    if name.startswith("go"):
        return f"{_COLUMNS.replace('i', '')[column].upper()}{side - row}"
    return f"{_COLUMNS[column]}{row + 1}"


def _uci(action: int, seat: int) -> str:
    """Return a move of chess as from and to, and what a pawn becomes if that is no queen.

    pgx's are those of AlphaZero: 64 cells (column by column, from below) times 73 ways to go, seen
    by whoever moves.
    """
    cell, way = divmod(action, 73)
    file, rank = divmod(cell, 8)
    files, ranks = _way(way)
    mark = "rbn"[way // 3] if way < 9 else ""
    before, after = (r if seat == 0 else 7 - r for r in (rank, rank + ranks))
    if not 0 <= file + files < 8 or not 0 <= rank + ranks < 8:
        return f"none{action}"  # no piece can go there
    return f"{_COLUMNS[file]}{before + 1}{_COLUMNS[file + files]}{after + 1}{mark}"


def _way(way: int) -> tuple[int, int]:
    """Return how many files and ranks a way to go leads on."""
    if way < 9:
        return (0, 1, -1)[way % 3], 1
    if way >= 65:
        return (
            (-2, -1), (-2, 1), (-1, -2), (-1, 2), (2, -1), (2, 1), (1, -2), (1, 2)
        )[way - 65]  # fmt: skip
    line, place = divmod(way - 9, 7)
    back, ahead = place - 7, place + 1
    straight = (0, back), (0, ahead), (back, 0), (ahead, 0)
    askew = (back, back), (ahead, ahead), (back, -back), (ahead, -ahead)
    return (straight + askew)[line]


def drawing(name: str, state: Any, seen: Any) -> str:
    """Return one state: chess as FEN, else seat 0's stones as x, seat 1's as o, empty cells dots.

    `seen` is what seat 0 sees: its own stones, then the other's.
    """
    if name == "chess":
        from pgx.experimental.chess import to_fen

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(to_fen(state))
    lines = [
        "".join("x" if mine else "o" if theirs else "." for mine, theirs in row)
        for row in (seen[..., :2] > 0.5)
    ]
    return "\n".join(
        " " * (number if name == "hex" else 0) + line for number, line in enumerate(lines)
    )
