"""Swiss: no rematch where one can be avoided, balanced sides, byes, late comers and leavers."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.errors import BadParameter, Unsuitable
from arena.formats.swiss import Swiss
from tests.formats.simulated import Played, by_strength, field


def pairs_of(pairings):
    return {frozenset(pairing.seats) for pairing in pairings}


def fewest_rematches(players, met):
    """By trying every way to pair the players, one of whom stays out if they are odd."""
    if len(players) < 2:
        return 0
    first, *others = players
    ways = [
        (frozenset((first, other)) in met)
        + fewest_rematches([p for p in others if p != other], met)
        for other in others
    ]
    if len(players) % 2:
        ways.append(fewest_rematches(others, met))
    return min(ways)


games_of = st.sampled_from([1, 2, 3])


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 8), st.integers(1, 9), games_of, st.integers(0, 99), st.floats(0, 3))
def test_no_rematch_where_one_can_be_avoided(size, rounds, games, seed, spread):
    strengths = np.linspace(spread, 0, size)
    played = Played(Swiss(rounds, games), field(size), by_strength(strengths, 0.2, 0.1), seed)
    met = set()
    assert len(played.rounds) == rounds
    for pairings in played.rounds:
        pairs = pairs_of(pairings)
        assert len(pairs) == size // 2
        assert len(pairs & met) == fewest_rematches(range(size), met)
        met |= pairs
    played.check_pure()


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 12), st.integers(0, 9), games_of, st.integers(0, 99), st.floats(0, 3))
def test_due_games_balanced_sides_and_no_rematch_till_all_have_met(
    size, short, games, seed, spread
):
    """Up to the rounds in which everyone meets everyone, whatever the results are."""
    rounds = max(1, size - 1 + size % 2 - short)
    outcome = by_strength(np.linspace(spread, 0, size), 0.3)
    played = Played(Swiss(rounds, games), field(size), outcome, seed)
    byes = Counter()
    for number, pairings in enumerate(played.rounds):
        met = defaultdict(list)
        for pairing in pairings:
            met[frozenset(pairing.seats)].append(pairing.deal)
        due = [number * -(-games // 2) + game // 2 for game in range(games)]
        assert all(deals == due for deals in met.values())
        playing = Counter(player for pair in met for player in pair)
        assert set(playing.values()) == {1}
        byes += Counter(set(range(size)) - set(playing))
    assert sum(byes.values()) == rounds * (size % 2)
    assert max(byes.values(), default=0) <= 1
    assert max(max(held.values()) - min(held.values()) for held in played.seats_held()) <= 1
    assert len({pair for r in played.rounds for pair in pairs_of(r)}) == rounds * (size // 2)


@pytest.mark.parametrize(("size", "rounds"), [(3, 8), (4, 7), (6, 12), (7, 15)])
def test_it_begins_again_when_all_have_met(size, rounds):
    for seed in range(5):
        played = Played(Swiss(rounds, 1), field(size), by_strength([0.0] * size, 0.3), seed)
        met = Counter(pair for r in played.rounds for pair in pairs_of(r))
        assert max(met.values()) - min(met.values()) <= 1
        byes = [row["byes"] for row in played.conclusion["table"]]
        assert max(byes) - min(byes) <= 1
        assert max(abs(held[0] - held[1]) for held in played.seats_held()) <= 1


stays = st.tuples(st.integers(1, 4), st.integers(2, 9))


@settings(deadline=None, max_examples=40)
@given(st.lists(stays, min_size=4, max_size=6), st.integers(3, 5), st.integers(0, 99))
def test_no_rematch_where_entrants_come_and_go_if_it_can_be_avoided(those, rounds, seed):
    """Of each round by itself: who will come or go is not looked at beforehand."""
    joins = [f"e{i}@{first}" for i, (first, _) in enumerate(those) if first > 1]
    leaves = [f"e{i}@{first + stay}" for i, (first, stay) in enumerate(those)]
    format_ = Swiss(rounds, 2, joins, leaves)
    played = Played(format_, field(len(those)), by_strength([0.0] * len(those), 0.3), seed)
    there = [
        [i for i, (first, stay) in enumerate(those) if first <= number < first + stay]
        for number in range(1, rounds + 1)
    ]
    met = set()
    for who, pairings in zip([who for who in there if len(who) > 1], played.rounds, strict=True):
        pairs = pairs_of(pairings)
        assert len(pairs & met) == fewest_rematches(who, met)
        met |= pairs
    played.check_pure()


def test_the_first_round_is_upper_half_against_lower_half():
    played = Played(Swiss(rounds=1), field(7), by_strength([0.0] * 7))
    assert pairs_of(played.pairings) == {frozenset((i, i + 3)) for i in range(3)}
    (row,) = [row for row in played.conclusion["table"] if row["byes"]]
    assert row["entrant"] == "e6" and row["points"] == 1 and row["score"] == 2


def test_those_that_stand_alike_meet():
    # The better always wins. After a round of 8: four with a point, four without.
    played = Played(Swiss(), field(8), by_strength([50.0 * -i for i in range(8)]))
    assert [pairs_of(r) for r in played.rounds[:2]] == [
        {frozenset(p) for p in [(0, 4), (1, 5), (2, 6), (3, 7)]},
        {frozenset(p) for p in [(0, 2), (1, 3), (4, 6), (5, 7)]},
    ]
    points = Counter()
    for pairings in played.rounds:
        for pair in pairs_of(pairings):
            one, other = sorted(pair)
            assert abs(points[one] - points[other]) <= 1, "at most one down the table"
        points += Counter(min(pair) for pair in pairs_of(pairings))
    assert len(played.rounds) == 3
    assert played.conclusion["winners"] == ["e0"]
    assert [row["points"] for row in played.conclusion["table"]] == [3, 2, 2, 2, 1, 1, 1, 0]
    assert played.conclusion["says"] == "e0 wins with 3 points in 3 rounds."


@settings(deadline=None, max_examples=30)
@given(st.integers(4, 9), st.integers(1, 4), st.integers(2, 5), st.integers(0, 9))
def test_late_comers_and_leavers(size, joining, leaving, seed):
    format_ = Swiss(5, 1, joins=[f"e0@{joining}"], leaves=[f"e1@{leaving}"])
    format_.check(field(size))
    played = Played(format_, field(size), by_strength([0.0] * size, 0.3), seed)
    played.check_pure()
    for number, pairings in enumerate(played.rounds, 1):
        there = {p for pair in pairs_of(pairings) for p in pair}
        due = set(range(size))
        due -= {0} if number < joining else set()
        due -= {1} if number >= leaving else set()
        assert there <= due and len(there) == len(due) // 2 * 2
    # what was played before somebody left is what it would have been had they stayed
    stayed = Swiss(5, 1, joins=[f"e0@{joining}"])
    stayed = Played(stayed, field(size), by_strength([0.0] * size, 0.3), seed)
    assert played.rounds[: leaving - 2] == stayed.rounds[: leaving - 2]


def test_rounds_that_nobody_plays_are_left_out():
    format_ = Swiss(4, 2, joins=["e2@4"], leaves=["e0@2", "e1@5"])
    played = Played(format_, field(3), by_strength([0.0] * 3))
    assert [pairs_of(r) for r in played.rounds] == [{frozenset((0, 1))}, {frozenset((1, 2))}]
    assert [r[0].deal for r in played.rounds] == [0, 3]


def test_nothing_is_concluded_before_the_end():
    played = Played(Swiss(2), field(4), by_strength([0.0] * 4))
    assert played.format.conclusion(played.entrants, played.results[:4]) == {}
    assert played.format.conclusion(played.entrants, played.results[:0]) == {}


def test_a_large_field_is_paired_without_rematches():
    played = Played(Swiss(6, 1), field(61), by_strength(np.linspace(0, 4, 61), 0.2))
    pairs = [pair for r in played.rounds for pair in pairs_of(r)]
    assert len(pairs) == len(set(pairs)) == 6 * 30
    assert max(abs(held[0] - held[1]) for held in played.seats_held()) <= 1


def test_what_does_not_suit():
    with pytest.raises(BadParameter, match="rounds=0"):
        Swiss(rounds=0)
    with pytest.raises(BadParameter, match="NAME@ROUND"):
        Swiss(leaves=["e1"])
    with pytest.raises(BadParameter, match="from 1"):
        Swiss(joins=["e1@0"])
    with pytest.raises(Unsuitable, match="no entrant is called 'x'"):
        Swiss(leaves=["x@2"]).check(field(3))
    with pytest.raises(Unsuitable, match="alone"):
        Swiss().check(field(1))
    with pytest.raises(Unsuitable, match="3 sides"):
        Swiss().check(field(4, seats=3))


def test_rounds_tell_who_met_whom_and_lead_to_the_conclusion():
    played = Played(Swiss(3, 2), field(5), by_strength(np.linspace(2, 0, 5), 0.2), 1)
    told = played.format.played_rounds(played.entrants, played.results)
    assert [each["round"] for each in told] == ["round 1", "round 2", "round 3"]
    for each, pairings in zip(told, played.rounds):
        met = {frozenset(tie["entrants"]) for tie in each["ties"]}
        assert met == {frozenset(f"e{i}" for i in pair) for pair in pairs_of(pairings)}
        assert len(each["byes"]) == 1 and not set(each["byes"]) & set().union(*met)
        assert all(sum(tie["scores"]) == 2 for tie in each["ties"])
    points = {row["entrant"]: row["points"] for row in played.conclusion["table"]}
    assert {row["entrant"]: row["points"] for row in told[-1]["standings"]} == points


def test_rounds_are_told_when_they_are_whole():
    played = Played(Swiss(3, 2), field(5), by_strength(np.linspace(2, 0, 5)), 1)
    rounds = lambda rows: len(  # noqa: E731
        played.format.played_rounds(played.entrants, played.results.where(np.array(rows)))
    )
    everything = np.arange(len(played.results))
    assert [rounds(everything[:n]) for n in (1, 3, 4, 5, 8, 11, 12)] == [0, 0, 1, 1, 2, 2, 3]
    assert rounds(everything[1:]) == 0
    assert rounds(np.delete(everything, 5)) == 1
