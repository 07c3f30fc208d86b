"""Playing: the form that begins a game, and a game in progress."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from arena.web.asking import Question
from arena.web.boards import CELL, in_words, piece_svg
from arena.web.queries import Text
from arena.web.site import Here
from arena.web.sittings import Sitting
from arena.web.views.starting import names_of_agents, names_of_games

GLANCE = 1.0
"""Seconds that a page waits for the others to move, before it says that they think."""


def play(site: Here, environment: Text = None, against: Text = None) -> dict[str, Any]:
    """Return what can be played, and against whom."""
    return {
        "environment": environment, "against": against,
        "games": names_of_games(site), "agents": names_of_agents(site),
    }  # fmt: skip


def game(site: Here, game: str) -> dict[str, Any]:
    """Return a game in progress: the position, whose turn it is, the legal moves."""
    sitting = site.sittings.get(game)
    sitting.wait(GLANCE)
    return told(sitting)


def told(sitting: Sitting) -> dict[str, Any]:
    """Return what a person may know of a game in progress."""
    with sitting.changed:
        question, plan = sitting.question, sitting.plan
        return {
            "game": sitting.id, "environment": plan.game.short,
            "seats": _seats(sitting), "seat": sitting.seat, "rated": sitting.rated,
            "asked": question is not None,
            "turn": None if question is None else question.turn,
            "text": "" if question is None else question.text,
            "moves": _moves(question),
            "words": question is not None and question.moves is None,
            "space": None if question is None else str(question.space),
            "board": _board(question),
            "said": None if question is None or question.board is None
            else in_words(question.board),
            "undo": sitting.may_undo and question is not None and bool(sitting.answers),
            "over": sitting.over, "match": sitting.match, "failure": sitting.failure,
            "result": _result(sitting),
        }  # fmt: skip


def _seats(sitting: Sitting) -> list[str]:
    """Return who holds each side."""
    return [player.name for player in sitting.plan.players]


def _moves(question: Question | None) -> list[dict[str, Any]] | None:
    if question is None or question.moves is None:
        return None
    return [{"action": action, "label": label} for action, label in question.moves.items()]


def _result(sitting: Sitting) -> dict[str, Any] | None:
    episode = sitting.episode
    if episode is None:
        return None
    side = sitting.plan.spec.sides[sitting.seat]
    mine = sum(episode.returns[seat] for seat in side)
    others = [r for seat, r in enumerate(episode.returns) if seat not in side]
    words = f"You returned {mine:g}."
    if others:
        best = max(others)
        words = "You won." if mine > best else "You lost." if mine < best else "A draw."
    return {"words": words, "returns": list(episode.returns), "ending": episode.ending}


def _board(question: Question | None) -> dict[str, Any] | None:
    """Return the board's cells: what stands there as SVG, and the move that a click makes.

    Where several moves end on a cell, they are its `choices`. `whole` says that no move is missing.
    """
    if question is None or question.board is None:
        return None
    board, moves = question.board, question.moves or {}
    rows = []
    for r, row in enumerate(board.rows):
        cells = []
        for c, cell in enumerate(row):
            choices = [
                {"action": action, "label": moves[action]}
                for action in question.cells.get((r, c), ())
            ]
            only = choices[0] if len(choices) == 1 else {"action": None, "label": None}
            cells.append({"piece": cell, "svg": _piece(question, cell), **only,
                          "choices": choices[1:] and choices})  # fmt: skip
        rows.append(cells)
    reached = {action for chosen in question.cells.values() for action in chosen}
    return {"rows": rows, "slant": board.slant > 0, "whole": reached == moves.keys()}


def _piece(question: Question, cell: str) -> str:
    if not cell or question.board is None:
        return ""
    piece = piece_svg(question.board, cell, CELL / 2, CELL / 2)
    head = f'<svg class="board" viewBox="0 0 {CELL} {CELL}" aria-hidden="true">'
    return str(Markup(f"{head}{piece}</svg>"))
