"""Boards drawn from OpenSpiel's texts."""

from __future__ import annotations

import pytest
from arena_openspiel.drawing import draw

from arena import Luck


def _drawn(make, name, moves, **parameters):
    environment = make(name, **parameters)
    environment.reset(Luck(0))
    for move in moves:
        environment.step({environment.acting()[0]: move})
    return environment.render()


def test_tic_tac_toe(make):
    assert _drawn(make, "tic_tac_toe", [4, 0, 5]) == (
        "   0 1 2\n +-------+\n0| o . . |\n1| . x x |\n2| . . . |\n +-------+"
    )


def test_connect_four_numbers_its_columns(make):
    lines = _drawn(make, "connect_four", [3, 3]).split("\n")
    assert lines[0] == "  0 1 2 3 4 5 6"
    assert lines[-3:] == ["| . . . o . . . |", "| . . . x . . . |", "+---------------+"]


def test_chess_has_files_and_ranks(make):
    lines = _drawn(make, "chess", []).split("\n")
    assert lines[0].split() == list("abcdefgh")
    assert lines[2] == "8| r n b q k b n r |" and lines[9] == "1| R N B Q K B N R |"
    assert lines[-1].startswith("rnbqkbnr/pppppppp/8/")


def test_shogi_counts_from_the_right(make):
    lines = _drawn(make, "shogi", []).split("\n")
    assert lines[0].split() == list("987654321") and lines[2].startswith("a| l n s g k")


def test_breakthrough_keeps_its_own_names(make):
    lines = _drawn(make, "breakthrough", []).split("\n")
    assert lines[0].split() == list("abcdefgh") and lines[2] == "8| b b b b b b b b |"


def test_hex_without_colours_or_change(make):
    assert _drawn(make, "hex", [4], board_size=3).split("\n")[1] == " . x . "


@pytest.mark.parametrize("text", ["2 0 pb", "", "a/b/c", "8/8/8/7/8/8/8/8 w", "+--+\n|  |\n+--+"])
def test_other_texts_are_left_alone(text):
    assert draw(text) == text
