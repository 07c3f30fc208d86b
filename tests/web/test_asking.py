"""A click on a board is a move, or a choice among the few that end there."""

from __future__ import annotations

import pytest

from arena.lookup import environment_maker
from arena.plugins import make_registry
from arena.seeds import Luck
from arena.specs import parse
from arena.web.asking import _cells
from arena.web.boards import read_board


def choices(game, moves):
    """Return by cell the labels of the moves that end there, after these moves."""
    make, _ = environment_maker(make_registry(), parse(game))
    world = make()
    world.reset(Luck(1))
    for label in moves.split():
        [seat] = world.acting()
        world.step({seat: world.parse(seat, label)})
    [seat] = world.acting()
    board = read_board(world.render())
    found = _cells(world, seat, list(world.legal(seat)), board)
    named = {cell: sorted(world.label(seat, a) for a in some) for cell, some in found.items()}
    return named, {world.label(seat, a) for a in world.legal(seat)}


def test_a_cell_that_several_pieces_reach_is_a_choice():
    cells, legal = choices("chess", "")
    assert cells[5, 5] == ["Nf3", "f3"] and cells[4, 4] == ["e4"]
    assert {label for some in cells.values() for label in some} == legal


def test_a_promotion_is_a_choice_and_a_capture_a_click():
    cells, _ = choices("chess", "a4 b5 axb5 a6 bxa6 Bb7 axb7 h6")
    assert cells[0, 0] == ["Rxa8", "bxa8=B", "bxa8=N", "bxa8=Q", "bxa8=R"]
    cells, _ = choices("chess", "e4 d5")
    assert cells[3, 3] == ["exd5"]


@pytest.mark.parametrize("game", ["tic_tac_toe", "connect_four", "hex:board_size=3"])
def test_where_moves_are_cells_there_is_nothing_to_choose(game):
    cells, legal = choices(game, "")
    assert all(len(some) == 1 for some in cells.values()) and len(cells) == len(legal)


def test_what_a_move_captures_or_turns_does_not_hide_where_it_is():
    cells, legal = choices("othello", "")
    assert sorted(label for some in cells.values() for label in some) == sorted(legal)
    assert len(cells) == 4
