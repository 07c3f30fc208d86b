"""Boards are found in drawings, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.web.boards import Board, board_svg, in_words, read_board

FRAMED = "   0 1 2\n +-------+\n0| . x . |\n1| . o . |\n2| . . . |\n +-------+"
HEX = ". . x \n . o . \n  . . . "
GO = "GoState(komi=7.5)\n\n 3 +X+\n 2 +++\n 1 +O+\n   ABC"
OTHELLO = "Black (x) to play:\n  a b c \n1 - x - 1\n2 - o - 2\n3 - - - 3\n  a b c "
NUMBERS = "    0    0    2\n    0   16    0\n    4    0    0"
CHESS = "\n".join(
    [" +---+", *(f"{8 - i}| {' '.join(row)} |" for i, row in enumerate(
        ["rnbqkbnr", "pppppppp", *["........"] * 4, "PPPPPPPP", "RNBQKBNR"]
    ))]
)  # fmt: skip


@pytest.mark.parametrize(
    ("drawing", "rows"),
    [
        (FRAMED, [["", "x", ""], ["", "o", ""], ["", "", ""]]),
        (HEX, [["", "", "x"], ["", "o", ""], ["", "", ""]]),
        (GO, [["", "X", ""], ["", "", ""], ["", "O", ""]]),
        (OTHELLO, [["", "x", ""], ["", "o", ""], ["", "", ""]]),
        (NUMBERS, [["", "", "2"], ["", "16", ""], ["4", "", ""]]),
        ("...\nxxo\n...", [["", "", ""], ["x", "x", "o"], ["", "", ""]]),
    ],
)
def test_boards_are_read(drawing, rows):
    board = read_board(drawing)
    assert board is not None and [list(row) for row in board.rows] == rows


@pytest.mark.parametrize(
    "drawing",
    ["", "0 1 b", "Round: 1\nPlayer: 1\nPot: 4", "[0.1 0.2 0.3]", "(1): 1 3 0 5",
     "once upon a time\nthere was a game\nthat had no board"],
)  # fmt: skip
def test_other_drawings_stay_text(drawing):
    assert read_board(drawing) is None


def test_a_slanted_board_and_a_chess_board_are_known():
    assert read_board(HEX).slant == 0.5 and read_board(FRAMED).slant == 0
    assert read_board(CHESS).chess and not read_board(FRAMED).chess
    assert "♚" in board_svg(read_board(CHESS))


def test_what_changed_is_marked():
    before, after = read_board("...\n.x.\n..."), read_board("...\n.xo\n...")
    fresh = after.changed(before)
    assert fresh == {(1, 2)} and str(board_svg(after, fresh)).count("fresh") == 1
    assert after.changed(None) == frozenset()


def test_a_board_can_be_heard():
    assert "Row 2: empty x o" in in_words(read_board("...\n.xo\n..."))


@given(st.lists(st.lists(st.text(max_size=5), min_size=1, max_size=5), min_size=1, max_size=5))
def test_no_cell_can_break_out_of_the_picture(cells):
    svg = str(board_svg(Board(tuple(map(tuple, cells)))))
    inner = "".join(cell for row in cells for cell in row)
    for sign in "<>\"'":
        assert sign not in inner or svg.count("<script") == 0
    assert svg.count("<svg") == 1 and svg.endswith("</svg>")


@given(st.text(max_size=200))
def test_any_drawing_can_be_read(drawing):
    board = read_board(drawing)
    assert board is None or len({len(row) for row in board.rows}) == 1
