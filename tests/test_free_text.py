"""Moves that are words: judged, recorded, replayed, checked and shown like any others."""

from __future__ import annotations

from typing import Any

import pytest

import arena
from arena import FreeText, Match, Unsuitable
from arena.clean_text import harmless
from arena.playing import play
from arena.records import Rules
from arena.store.codec import decode_moves, encode_moves
from arena.testing import check_agent, check_environment
from tests.parley import RUDE, Numb, Parley, Says


def played(one: Any, other: Any, rules: Rules = Rules()) -> arena.Episode:
    """Return a match of two agents."""
    (episode,) = play(Parley, [one, other], [Match(0, (0, 1), 1, 2)], rules)
    return episode


def test_the_space() -> None:
    space = FreeText(5)
    assert space.contains("") and space.contains("ab\ncd") and space.contains("\u2603")
    assert not space.contains("abcdef") and not space.contains(3) and not space.contains("\ud800")
    space.seed(1)
    assert all(space.contains(space.sample()) for _ in range(50))
    assert {FreeText(9, ("a", "b")).sample() for _ in range(50)} == {"a", "b"}
    assert FreeText(5) == space and FreeText(5, ("a",)) != space
    seat = arena.Seat(space, space)
    assert seat.in_words and not arena.make_environment("tic_tac_toe").spec.seats[0].in_words


def test_a_match_of_words() -> None:
    episode = played(Says("long"), Says(RUDE))
    assert episode.log == [0, "long", 1, RUDE, 0, "long", 1, RUDE]
    assert episode.returns == (-1.0, 1.0) and not episode.faults
    assert decode_moves(encode_moves(episode.log)) == episode.log


@pytest.mark.parametrize(
    ("what", "kind", "told"),
    [(3, "type", "3 is not text"), ("x" * 41, "illegal", "41 characters, is not in FreeText(40)"),
     (None, "type", "None is not text"), ("\ud800", "illegal", "is not in FreeText(40)")],
)  # fmt: skip
def test_what_is_no_answer_is_one_line(what: Any, kind: str, told: str) -> None:
    agent = Says()
    agent.what = what
    episode = played(agent, Says())
    (fault,) = episode.faults
    assert (episode.ending, fault.kind, fault.cost) == ("forfeit", kind, "forfeit")
    assert told in fault.message and "\n" not in fault.message


def test_random_replacement_says_something() -> None:
    episode = played(Numb(), Says(), Rules(illegal="random"))
    assert episode.log[1] in ("aye", "nay, never") and episode.ending == "terminal"


def test_it_keeps_the_rules_of_environments_and_agents() -> None:
    assert "replay" not in check_environment(Parley).skipped
    assert not check_agent(Says, Parley).notes


def test_those_who_need_moves_to_choose_from_say_so() -> None:
    spec = Parley().spec
    for name, why in (("random", "its moves are words"), ("first_legal", "can be counted")):
        with pytest.raises(Unsuitable, match=why):
            arena.make_agent(name, spec)


def test_harmless() -> None:
    assert harmless("caf\u00e9 \u2603\tx\n") == "caf\u00e9 \u2603\tx\n"
    assert harmless("a\x00\u200b\x9b") == "a\\x00\\u200b\\x9b"
