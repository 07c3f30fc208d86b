"""PGN that python-chess reads back."""

from __future__ import annotations

import io

from arena.history import MatchRow
from arena.web.pgn import pgn

LABELS = ["f3", "e5", "g4", "Qh4#"]


def row(returns=(1.0, -1.0), ending="terminal"):
    seats = ('a "quoted" \\ name', "b\n]")
    return MatchRow(
        3_000_000_007, 7, 3, "openspiel/chess", "chess", seats, returns, ending, 4, 1, 2, (),
        0.0, 1.0,
    )  # fmt: skip


def test_a_game_is_read_back_by_another_program():
    import chess.pgn

    game = chess.pgn.read_game(io.StringIO(pgn(row(), LABELS, white=1)))
    assert game is not None and not game.errors
    assert [move.uci() for move in game.mainline_moves()] == ["f2f3", "e7e5", "g2g4", "d8h4"]
    assert game.headers["Result"] == "0-1"
    assert game.end().board().is_checkmate()


def test_a_game_that_was_cut_off_has_no_result():
    assert pgn(row((0.0, 0.0), "truncated"), LABELS, 0).rstrip().endswith("*")
    assert pgn(row((0.0, 0.0)), LABELS, 0).rstrip().endswith("1/2-1/2")


def test_a_name_cannot_end_its_tag():
    lines = pgn(row(), LABELS, 0).splitlines()
    assert lines[4] == r'[White "a \"quoted\" \\ name"]' and lines[5] == '[Black "b ]"]'
