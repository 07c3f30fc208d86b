"""What a person is asked: the position, the legal moves, and which cell of a board each is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from arena.environment import Environment
from arena.errors import ArenaError, UsageError
from arena.observation import Observation
from arena.seeds import Luck
from arena.web.boards import Board, read_board

MOST_TRIED = 200
"""Up to so many moves are tried to see which cell they change."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a person.

    moves   the legal actions with their names; None where any element of the space may be answered
    cells   which of them put something on a cell of the board, by (row, column)
    """

    text: str
    turn: int
    moves: Mapping[int, str] | None
    board: Board | None
    cells: Mapping[tuple[int, int], tuple[int, ...]]
    space: Any

    def read(self, text: str) -> Any:
        """Return the action that a text means: a move's number, or an element of the space.

        Raises `UsageError`.
        """
        if self.moves is not None:
            if text.isascii() and text.isdigit() and int(text) in self.moves:
                return int(text)
            found = [a for a, label in self.moves.items() if label.casefold() == text.casefold()]
            if len(found) == 1:
                return found[0]
            raise UsageError(f"{text!r} is not a legal move")
        value = text if type(self.space).__name__ in ("Text", "FreeText") else self._element(text)
        if not self.space.contains(value):
            raise UsageError(f"{text!r} is not an element of {self.space}")
        return value

    def _element(self, text: str) -> Any:
        try:
            value = json.loads(text)
            dtype = getattr(self.space, "dtype", None)
            return value if dtype is None else np.asarray(value, dtype)
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise UsageError(f"{text!r} is not an element of {self.space}") from None


def question_of(observation: Observation) -> Question:
    """Return the question that an observation asks; it stays true when the observation is gone."""
    legal = observation.legal
    moves = None if legal is None else {int(a): observation.label(int(a)) for a in legal}
    text = observation.text
    cells: Mapping[tuple[int, int], tuple[int, ...]] = {}
    board = read_board(text)
    world = _world(observation)
    if world is not None:
        text = world.render()
        board = read_board(text) or board
        if board is not None and moves is not None and len(moves) <= MOST_TRIED:
            cells = _cells(world, observation.seat, list(moves), board)
    return Question(text, observation.turn, moves, board, cells, observation.action_space)


def _world(observation: Observation) -> Environment | None:
    """Return the game as it stands, of which nothing is hidden; None where that cannot be had."""
    try:
        return observation.imagine(Luck(0))
    except ArenaError:
        return None


def _cells(
    world: Environment, seat: int, actions: list[int], board: Board
) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return by cell the actions that put something there and nowhere else."""
    found: dict[tuple[int, int], list[int]] = {}
    for action in actions:
        after = world.copy()
        after.step({seat: action})
        then = read_board(after.render())
        changed = then.changed(board) if then is not None else frozenset()
        put = [(r, c) for r, c in changed if then is not None and then.rows[r][c]]
        fresh = [(r, c) for r, c in put if not board.rows[r][c]]
        where = fresh or put  # onto an empty cell, else onto another piece
        if len(where) == 1:
            found.setdefault(where[0], []).append(action)
    return {cell: tuple(chosen) for cell, chosen in found.items()}
