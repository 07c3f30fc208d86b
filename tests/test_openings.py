"""Openings: the same for all that play a deal, in the log, and refused before they are played."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from arena.campaign import Numbered
from arena.errors import BadParameter, Unsuitable
from arena.formats.design import Design
from arena.opening_files import read_openings
from arena.openings import Book, check_book, openings_of, split_book
from arena.playing import play
from arena.records import CHANCE, Match, Ref
from arena.specs import parse
from tests.toys import Dice, Nim, Pennies, Says, Uniform, Walk

PAIR = ((0,), (1,))


def certain(make, *arguments):
    """Return a maker of a game that is known to have no luck."""

    def made():
        game = make(*arguments)
        game.spec = replace(game.spec, stochastic=False)
        return game

    return made


def matches(book, deals=6, seed=3):
    """A pair of matches a deal, sides changed between them."""
    pairings = Design(PAIR, [(0, 1)], deals)
    return list(Numbered(pairings, 0, seed, np.zeros(0, np.int64), book))


def logs(make, book, slots=256, agents=None, deals=6):
    agents = agents or [Uniform(), Uniform()]
    played = sorted(play(make, agents, matches(book, deals), slots=slots))
    return [episode.log for episode in sorted(played, key=lambda e: e.match.number)]


def test_random_plies_belong_to_the_deal_and_are_in_the_log():
    told = logs(lambda: Nim(30), Book(plies=4), deals=12)
    begun = [tuple(log[:8]) for log in told]
    assert begun[0::2] == begun[1::2], "both sides begin from the same position"
    assert len(set(begun)) > 6, "another deal, another opening"
    assert all(log[:8:2] == [0, 1, 0, 1] for log in told)
    assert any(one != other for one, other in zip(told[0::2], told[1::2])), "then agents play"


@pytest.mark.parametrize("slots", [1, 5])
def test_it_does_not_matter_how_many_are_in_flight(slots):
    assert logs(lambda: Nim(20), Book(plies=2), slots) == logs(lambda: Nim(20), Book(plies=2))


def test_nature_moves_in_between():
    """The die is thrown, the opening throws again (an opening that stops is drawn anew)."""
    given = [Match(n, (0,), n + 1, n // 2, 1) for n in range(40)]
    begun = [e.log for e in sorted(play(Dice, [Says(0)], given), key=lambda e: e.match.number)]
    assert begun[0::2] == begun[1::2]
    assert all(log[:4:2] == [CHANCE, 0] and log[3] == 1 and log[-2:] == [0, 0] for log in begun)
    assert len({log[5] for log in begun}) > 3, "the second throw"


def test_lines_are_taken_in_turn_and_from_both_sides():
    book = Book(lines=(("1", "2"), ("3",)))
    told = logs(lambda: Nim(20), book, agents=[Says(1), Says(1)])
    one, other = [0, 1, 1, 2], [0, 3, 1, 1]
    assert [log[:4] for log in told] == [one, one, other, other] * 3


def test_turns_go_on_from_the_opening():
    (with_opening,) = play(lambda: Nim(4), [Says(1)] * 2, [Match(0, (0, 1), 1, 2, ("1", "1"))])
    (without,) = play(lambda: Nim(4), [Says(1)] * 2, [Match(0, (0, 1), 1, 2)])
    assert with_opening.log == without.log and with_opening.turns == without.turns == 4
    assert with_opening.returns == without.returns


def test_seats_that_move_at_once_are_opened_together():
    told = logs(lambda: Pennies(5), Book(plies=2))
    assert all(log[:8:2] == [0, 1, 0, 1] for log in told)
    assert [log[:8] for log in told[0::2]] == [log[:8] for log in told[1::2]]
    assert len({tuple(log[1:8:2]) for log in told}) > 2
    with pytest.raises(Unsuitable, match="seat 1 moves too"):
        check_book(certain(Pennies, 5), Book(lines=(("0",),)))


def test_an_opening_that_ends_the_game_is_drawn_again():
    # Nim(4) is over after two plies in some ways and not in others
    told = logs(lambda: Nim(4), Book(plies=2), deals=20)
    assert all(len(log) > 4 for log in told)
    with pytest.raises(Unsuitable, match="9 random plies end the game; use fewer"):
        check_book(lambda: Nim(4), Book(plies=9))


def test_a_line_that_cannot_be_played_voids_the_match_and_no_other():
    given = [Match(0, (0, 1), 1, 2, ("3", "3")), Match(1, (0, 1), 1, 2, ("1",))]
    bad, good = sorted(play(lambda: Nim(4), [Says(1)] * 2, given), key=lambda e: e.match.number)
    assert bad.ending == "void" and "'3', move 2 of '3 3', is not legal" in bad.faults[0].message
    assert good.ending == "terminal"


def test_a_line_that_suits_another_deal_is_let_be():
    check_book(lambda: Nim(4), Book(lines=(("1", "x"),)))


@pytest.mark.parametrize(
    ("make", "book", "words"),
    [
        (certain(Nim, 4), Book(lines=(("1",), ("1", "x"))), "opening 2: 'x', move 2 of '1 x'"),
        (certain(Nim, 4), Book(lines=(("3", "1"),)), "over after '3 1'"),
        (certain(Nim, 4), Book(lines=(("3", "1", "1"),)), "over before move 3"),
    ],
)
def test_what_does_not_fit_is_told_beforehand(make, book, words):
    with pytest.raises(Unsuitable, match=words):
        check_book(make, book)


def test_moves_that_cannot_be_counted_cannot_be_drawn():
    with pytest.raises(Unsuitable, match="can be counted"):
        check_book(Walk, Book(plies=1))


def split(text):
    ref = parse(text)
    return split_book(ref, openings_of(ref))


def test_how_a_book_is_written():
    ref, book = split("sprt:plies=8,elo1=5")
    assert ref == Ref("sprt", {"elo1": "5"}) and book == Book(plies=8)
    ref, book = split("round_robin:openings=4 0;0")
    assert ref == Ref("round_robin") and book.lines == (("4", "0"), ("0",))
    assert [book.opening(deal) for deal in range(3)] == [("4", "0"), ("0",), ("4", "0")]
    assert split("swiss")[1].opening(7) == 0
    for wrong in ("plies=-1", "plies=2,openings=1", "plies=x", "openings=1; ;2"):
        with pytest.raises(BadParameter):
            split(f"round_robin:{wrong}")


PGN = """[Event "a book"]
[White "?"]

1. e4 e5 {the open games} 2. Nf3! (2. f4 exf4 (2... d5)) Nc6 $14 *

[Event "another"]
1.d4 d5 ; closed
2.c4
1/2-1/2
[Event "without a result"]
1. c4 e5
"""


def test_files(tmp_path):
    """A line an opening, or the moves of a PGN's games (its export format, section 8)."""
    text, pgn = tmp_path / "book.txt", tmp_path / "Book.PGN"
    text.write_text("# some\n4  0\n\n8 # the corner\n")
    pgn.write_text(PGN)
    assert openings_of(parse(f"swiss:openings={text}")) == ("4 0", "8")
    assert openings_of(parse(f"swiss:openings=0 1;{text};2")) == ("0 1", "4 0", "8", "2")
    assert read_openings(pgn) == ("e4 e5 Nf3 Nc6", "d4 d5 c4", "c4 e5")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.txt", "# nothing", "holds none"),
        ("a.epd", "8/8/8/8 w - -", "holds positions"),
        ("a.pgn", '[FEN "8/8"]\n1. e4 *', "game 1 .* a position of its own"),
        ("a.txt", b"\xff\xfe4", "not UTF-8"),
        ("b.txt", None, "No such file"),
    ],
)
def test_files_that_will_not_do(tmp_path, name, text, told):
    path = tmp_path / name
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadParameter, match=told):
        openings_of(parse(f"swiss:openings={path}"))
