"""Standings and cross tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.records import Seat, Spec
from arena.results import make_results
from arena.standings import cross_table, standings

ALONE = Seat(None, None)


def game(seats, kind="competitive", teams=None):
    places = [Seat(None, None, team=t) for t in teams] if teams else [ALONE] * seats
    return Spec("game", tuple(places), kind=kind)


def test_two_seats(make):
    results = make([(0, 1), (1, 0), (0, 2), (2, 0)], [(1, -1), (0, 0), (-1, 1), (1, -1)])
    assert [tuple(line) for line in standings(results, game(2))] == [
        ("c", 2, 2, 0, 0, 2.0, 1.0),
        ("a", 4, 1, 1, 2, 1.5, -0.25),
        ("b", 2, 0, 1, 1, 0.5, -0.5),
    ]


def test_cross_table(make):
    results = make([(0, 1), (1, 0), (0, 2), (2, 0)], [(1, -1), (0, 0), (-1, 1), (1, -1)])
    table = cross_table(results, game(2))
    assert table.entrants == ("a", "b", "c")
    assert table.wins.tolist() == [[0, 1, 0], [0, 0, 0], [2, 0, 0]]
    assert table.draws.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert table.losses.tolist() == [[0, 0, 2], [1, 0, 0], [0, 0, 0]]
    assert table.games.tolist() == [[0, 2, 2], [2, 0, 0], [2, 0, 0]]
    assert table.score.tolist() == [[0, 1.5, 0], [0.5, 0, 0], [2, 0, 0]]


def test_a_forfeit_scores_nothing_and_the_other_a_win(make):
    # the offender had more points, and would have won
    results = make([(0, 1)], [(3, -3)], forfeits=[(0, 0)])
    assert [line[:6] for line in standings(results, game(2))] == [
        ("b", 1, 1, 0, 0, 1.0),
        ("a", 1, 0, 0, 1, 0.0),
    ]


def test_two_that_forfeit_score_nothing(make):
    results = make([(0, 1)], [(0, 0)], forfeits=[(0, 0), (0, 1)])
    assert [line[1:6] for line in standings(results, game(2))] == [(1, 0, 0, 1, 0.0)] * 2


def test_three_seats_count_each_opponent(make):
    results = make([(0, 1, 2), (2, 0, 1)], [(2, 1, 1), (5, 5, 9)], forfeits=[(1, 2)])
    assert [tuple(line) for line in standings(results, game(3))] == [
        ("a", 2, 3, 1, 0, 3.5, 3.5),
        ("c", 2, 1, 2, 1, 2.0, 3.0),
        ("b", 2, 0, 1, 3, 0.5, 5.0),
    ]


def test_own_seats_do_not_meet(make):
    lines = standings(make([(0, 1, 0)], [(3, 2, 1)]), game(3))
    assert [tuple(line) for line in lines] == [
        ("a", 1, 1, 0, 1, 1.0, 4.0),
        ("b", 1, 1, 0, 1, 1.0, 2.0),
    ]


def test_teams_meet_as_one(make):
    pairs = game(4, teams=["x", "y", "x", "y"])
    lines = standings(make([(0, 1, 0, 1)], [(3, 2, 0, 2)]), pairs)
    assert [tuple(line) for line in lines] == [
        ("b", 1, 1, 0, 0, 1.0, 4.0),
        ("a", 1, 0, 0, 1, 0.0, 3.0),
    ]
    forfeit = make([(0, 1, 0, 1)], [(3, 2, 0, 2)], forfeits=[(0, 3)])
    assert [(line.entrant, line.score) for line in standings(forfeit, pairs)] == [
        ("a", 1.0),
        ("b", 0.0),
    ]


def test_one_side_is_ranked_by_mean_return(make):
    results = make([(0, 0), (1, 1), (0, 0)], [(1, 2), (3, 4), (2, 2)], [0, 0, 1], entrants=3)
    assert [tuple(line) for line in standings(results, game(2, "cooperative"))] == [
        ("b", 1, 0, 0, 0, 0.0, 7.0),
        ("a", 2, 0, 0, 0, 0.0, 3.5),
        ("c", 0, 0, 0, 0, 0.0, None),
    ]


def test_ties_go_by_share_then_return_then_entry(make):
    lineups = [(0, 1), (2, 3), (3, 2), (4, 5)]
    results = make(lineups, [(2, 0), (1, 0), (1, 0), (3, 0)])
    assert [line.entrant for line in standings(results, game(2))] == ["e", "a", "c", "d", "b", "f"]


def test_void_matches_do_not_count(make):
    results = make([(0, 1), (0, 1)], [(1, 0), (0, 1)], voids=[1])
    assert [line[:6] for line in standings(results, game(2))] == [
        ("a", 1, 1, 0, 0, 1.0),
        ("b", 1, 0, 0, 1, 0.0),
    ]


@pytest.mark.parametrize("seats", [1, 2, 3])
def test_before_the_first_match(seats):
    lines = standings(make_results(("a", "b"), [], [], seats), game(seats))
    assert [tuple(line) for line in lines] == [(n, 0, 0, 0, 0, 0.0, None) for n in "ab"]


matches = st.lists(
    st.tuples(st.permutations(range(5)), st.lists(st.integers(0, 2), min_size=3, max_size=3)),
    min_size=1,
)


@given(matches)
def test_sums_agree_with_counting_by_hand(played):
    names = tuple("abcde")
    lineups = [tuple(order[:3]) for order, _ in played]
    known = sorted(set(lineups))
    size = len(played)
    block = (
        np.arange(size), np.array([known.index(who) for who in lineups], np.int32),
        np.array([values for _, values in played], float), np.zeros((size, 3), np.bool_),
        np.zeros(size, np.int8), np.full(size, -1),
    )  # fmt: skip
    lines = standings(make_results(names, known, [block], 3), game(3))
    assert [line.score for line in lines] == sorted((line.score for line in lines), reverse=True)
    for line in lines:
        me = names.index(line.entrant)
        tally = {1: 0, 0: 0, -1: 0}
        for who, (_, values) in zip(lineups, played):
            if me in who:
                mine = values[who.index(me)]
                for seat, other in enumerate(who):
                    if other != me:
                        tally[int(np.sign(mine - values[seat]))] += 1
        assert (line.wins, line.draws, line.losses) == (tally[1], tally[0], tally[-1])
        assert line.score == line.wins + line.draws / 2
        assert line.played == sum(me in who for who in lineups)
