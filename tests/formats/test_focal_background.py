"""Focal and background: due games from every side, the same company for all, and who fares how."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.errors import BadParameter, Unsuitable
from arena.formats.focal_background import FocalBackground, place
from tests.formats.simulated import Played, field, results_of


def takers(luck, pairing):
    """The first entrant takes 1 from everyone else at the table."""
    count = pairing.seats.count(0)
    return [float(len(pairing.seats) - count) if who == 0 else -float(count)
            for who in pairing.seats]  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 7), st.integers(2, 5), st.integers(1, 3), st.integers(1, 20), st.booleans())
def test_due_games_from_every_side_in_the_same_company(size, sides, focal, games, named):
    focal, background = min(focal, sides - 1), ["e0"] if named else []
    entrants = field(size, sides, kind="mixed")
    format_ = FocalBackground(games, focal, background)
    format_.check(entrants)
    played = Played(format_, entrants, takers)
    players = list(range(size))[named:]
    due = -(-games // sides)
    assert len(played.pairings) == len(players) * sides * due
    seats, company = Counter(), {}
    for index, pairing in enumerate(played.pairings):
        who, _, deal = place(index, len(players), sides)
        mine = [seat for seat, holder in enumerate(pairing.seats) if holder == players[who]]
        assert len(mine) == focal and pairing.deal == deal
        seats.update((who, seat) for seat in mine)
        company.setdefault((who, deal), set()).add(tuple(sorted(pairing.seats)))
    assert set(seats.values()) == {due * focal} and len(seats) == len(players) * sides
    assert all(len(tables) == 1 for tables in company.values())
    played.check_pure()


def test_the_background_takes_turns():
    played = Played(FocalBackground(40, background=["e1", "e2", "e3"]), field(4, 2), takers)
    assert len(set(Counter(max(p.seats) for p in played.pairings).values())) <= 2
    met = Counter(max(p.seats) for p in played.pairings)
    assert set(met) == {1, 2, 3} and max(met.values()) - min(met.values()) <= 2


def test_who_fares_how_and_those_beside_them():
    conclusion = Played(FocalBackground(9), field(4, 3, kind="mixed"), takers).conclusion
    first, *others = conclusion["entrants"]
    assert first["entrant"] == "e0" and first["matches"] == 9
    assert first["focal"] == {"mean": 2, "low": 2, "high": 2}
    assert first["background"]["mean"] == -1 and first["difference"]["mean"] == 3
    for row in others:  # two of the three others sit at each table, so the taker does at 2 of 3
        assert row["focal"]["mean"] == pytest.approx(-2 / 3)
        assert row["background"]["mean"] == pytest.approx(2 / 3 * (2 - 1) / 2)
    assert conclusion["says"].startswith("e0 fares best among others")
    json.dumps(conclusion)


def test_residents_hold_more_sides():
    conclusion = Played(FocalBackground(4, focal=3), field(2, 4, kind="mixed"), takers).conclusion
    rows = {row["entrant"]: row for row in conclusion["entrants"]}
    assert rows["e0"]["focal"]["mean"] == 1 and rows["e0"]["background"]["mean"] == -3
    assert rows["e1"]["focal"]["mean"] == -1 and rows["e1"]["background"]["mean"] == 3


def test_void_matches_are_left_out():
    entrants, format_ = field(2, 2, kind="mixed"), FocalBackground(4)
    pairings = list(format_.next(entrants, results_of(entrants, [], [])))
    assert format_.conclusion(entrants, results_of(entrants, [], [])) == {}
    nothing = results_of(entrants, pairings, [None] * len(pairings))
    assert format_.conclusion(entrants, nothing) == {}
    some = [None if place(i, 2, 2)[0] else (1, -1) for i in range(len(pairings))]
    rows = format_.conclusion(entrants, results_of(entrants, pairings, some))["entrants"]
    assert [(row["entrant"], row["matches"], row["focal"]["mean"]) for row in rows] == [
        ("e0", 4, 0.0)
    ]


def test_what_does_not_suit():
    FocalBackground().check(field(3, 4, teams=2))
    with pytest.raises(Unsuitable, match="cross_play or score"):
        FocalBackground().check(field(3, 2, kind="cooperative"))
    with pytest.raises(Unsuitable, match="focal=3"):
        FocalBackground(focal=3).check(field(3, 3))
    with pytest.raises(Unsuitable, match="no entrant is called 'x'"):
        FocalBackground(background=["x"]).check(field(3, 3))
    with pytest.raises(Unsuitable, match="all are background"):
        FocalBackground(background=["e0", "e1"]).check(field(2, 3))
    for wrong in ({"games": 0}, {"focal": 0}):
        with pytest.raises(BadParameter):
            FocalBackground(**wrong)
