"""Openings from the command line: in any format, replayed, resumed, and refused in one line."""

from __future__ import annotations

import pytest

PAIR = ("--agent", "random", "--agent", "first_legal", "--seed", 3)


def moves_of(arena, tournament=1):
    lines = arena("export", "jsonl", "--moves", "--tournament", tournament).objects
    return [line["moves"] for line in sorted(lines, key=lambda line: line["number"])]


@pytest.mark.parametrize("format_", ["round_robin", "sprt", "swiss", "knockout", "ladder"])
def test_each_opening_is_played_from_both_sides(arena, format_) -> None:
    arena("tournament", "tic_tac_toe", *PAIR, "--format", f"{format_}:plies=2", "--games", 8)
    begun = [moves[:2] for moves in moves_of(arena)]
    assert begun[0::2] == begun[1::2]
    (told,) = arena("verify", "--json").objects
    assert told["checked"] == len(begun) and not told["mismatched"]


def test_lines_are_in_the_log(arena) -> None:
    by_number_and_label = 'round_robin:openings="4 0;x(0,2) o(1,1)"'
    arena("tournament", "tic_tac_toe", *PAIR, "--format", by_number_and_label, "--games", 4)
    assert [moves[:2] for moves in moves_of(arena)] == [
        [[0, 4], [1, 0]], [[0, 4], [1, 0]], [[0, 2], [1, 4]], [[0, 2], [1, 4]],
    ]  # fmt: skip


def test_a_resumed_tournament_has_the_same_openings(arena) -> None:
    given = ("tournament", "kuhn_poker", *PAIR, "--format", "round_robin:plies=1", "--games", 20)
    arena(*given, "--workers", 2)
    arena(*given, "--slots", 1)
    assert moves_of(arena, 1) == moves_of(arena, 2)
    (told,) = arena("tournament", "--resume", 2, "--json").objects
    assert told["format"] == "round_robin:games=20,plies=1" and told["matches"] == 20


def test_a_file_of_openings_is_kept_as_it_was(arena, fails, tmp_path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("4 0\n2 4 # the corner\n")
    given = ("tournament", "tic_tac_toe", *PAIR, "--format", f"round_robin:openings={book}")
    arena(*given, "--games", 4)
    assert [moves[:2] for moves in moves_of(arena)] == [
        [[0, 4], [1, 0]], [[0, 4], [1, 0]], [[0, 2], [1, 4]], [[0, 2], [1, 4]],
    ]  # fmt: skip
    (told,) = arena(*given, "--games", 4, "--resume", 1, "--json").objects
    assert told["format"] == f"round_robin:games=4,openings={book}"
    book.unlink()
    (told,) = arena("tournament", "--resume", 1, "--json").objects
    assert told["matches"] == 4
    book.write_text("4 4\n")
    assert "opening 1: '4', move 2" in fails(*given)
    assert "not those of tournament 1" in fails(*given, "--games", 4, "--resume", 1)


def test_a_bad_opening_is_refused(fails) -> None:
    tournament = ("tournament", "tic_tac_toe", *PAIR, "--format")
    assert "'4', move 2 of '4 4', is not legal" in fails(*tournament, "round_robin:openings=4 4")
    assert "9 random plies end the game" in fails(*tournament, "round_robin:plies=9")
    assert "not both" in fails(*tournament, "round_robin:plies=-1")
