"""Free for all: balanced sides, shared deals, and everyone meets everyone about equally often."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.errors import BadParameter, Unsuitable
from arena.formats.free_for_all import FreeForAll
from tests.formats.simulated import Played, field


def nobody_wins(luck, pairing):
    return [0.0] * len(pairing.seats)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 12), st.integers(3, 6), st.integers(1, 40))
def test_due_games_and_every_deal_from_every_side(size, sides, games):
    played = Played(FreeForAll(games), field(size, sides), nobody_wins)
    due = -(-games // sides)
    for held in played.seats_held():
        assert set(held.values()) == {due}
    by_deal = {}
    for pairing in played.pairings:
        by_deal.setdefault(pairing.deal, []).append(pairing.seats)
    assert sorted(by_deal) == list(range(due))
    for lineups in by_deal.values():
        assert all(Counter(side) == Counter(range(size)) for side in zip(*lineups))
        for lineup in lineups:
            counts = Counter(lineup)
            assert len(counts) == min(size, sides)
            assert max(counts.values()) - min(counts.values()) <= 1
    played.check_pure()


@pytest.mark.parametrize(("size", "sides"), [(7, 3), (9, 4), (13, 4), (20, 3), (30, 6)])
def test_all_meet_all_about_equally_often(size, sides):
    played = Played(FreeForAll(40 * sides), field(size, sides), nobody_wins)
    met = Counter(two for p in played.pairings for two in combinations(sorted(p.seats), 2))
    mean = sum(met.values()) / (size * (size - 1) / 2)
    assert len(met) == size * (size - 1) // 2
    assert max(met.values()) - min(met.values()) <= max(2, 0.2 * mean)


def test_all_sit_beside_all_about_equally_often():
    played = Played(FreeForAll(160), field(4, 4), nobody_wins)
    beside = Counter((p.seats[i], p.seats[(i + 1) % 4]) for p in played.pairings for i in range(4))
    assert len(beside) == 12
    assert max(beside.values()) - min(beside.values()) <= 8


def test_the_sequence_is_the_same_however_it_is_read():
    entrants = field(5, 3)
    pairings = FreeForAll(30).next(
        entrants, Played(FreeForAll(3), entrants, nobody_wins).results[:0]
    )
    assert list(pairings) == [pairings[i] for i in range(len(pairings))] == pairings[:]
    with pytest.raises(IndexError):
        pairings[len(pairings)]


def test_a_huge_one_is_never_stored():
    entrants = field(200, 6)
    pairings = FreeForAll(10**7).next(
        entrants, Played(FreeForAll(1), entrants, nobody_wins).results[:0]
    )
    assert len(pairings) == 200 * -(-(10**7) // 6)
    assert len(set(pairings[-1].seats)) == 6


def test_what_does_not_suit():
    FreeForAll().check(field(4, 6, teams=3))
    with pytest.raises(Unsuitable, match=r"2 sides.*round_robin"):
        FreeForAll().check(field(4))
    with pytest.raises(Unsuitable, match="--format score"):
        FreeForAll().check(field(4, 3, kind="cooperative"))
    with pytest.raises(Unsuitable, match="alone"):
        FreeForAll().check(field(1, 3))
    with pytest.raises(BadParameter, match="games=0"):
        FreeForAll(0)
