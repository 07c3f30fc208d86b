"""Properties of the balanced designs behind round robin, gauntlet and score."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.errors import BadParameter, Unsuitable
from arena.formats.design import Design, Groups
from arena.formats.gauntlet import Gauntlet
from arena.formats.round_robin import RoundRobin
from arena.formats.score import Score
from arena.records import Entrants, Kind, Seat, Spec
from arena.results import Results, make_results


def field(count: int, seats: int, kind: Kind = "competitive", teams: int = 0) -> Entrants:
    places = tuple(Seat(None, None, team=f"t{i % teams}" if teams else None) for i in range(seats))
    names = tuple(f"e{i}" for i in range(count))
    return Entrants(names, Spec("game", places, kind=kind), seed=1)


def empty(seats: int) -> Results:
    return make_results((), (), (), seats)


def one_result(seats: int) -> Results:
    block = (
        np.zeros(1, np.int64), np.zeros(1, np.int32), np.zeros((1, seats)),
        np.zeros((1, seats), np.bool_), np.zeros(1, np.int8), np.zeros(1, np.int64),
    )  # fmt: skip
    return make_results(("a",), [(0,) * seats], [block], seats)


fields = st.builds(field, st.integers(2, 7), st.integers(2, 5))
team_fields = st.builds(
    lambda count, size, teams: field(count, size * teams, teams=teams),
    st.integers(2, 6),
    st.integers(1, 3),
    st.integers(2, 3),
)
formats = st.sampled_from([RoundRobin, Gauntlet])


@settings(deadline=None)
@given(st.one_of(fields, team_fields), formats, st.integers(1, 30))
def test_every_due_group_meets_equally_often_and_at_least_games_times(entrants, make, games):
    pairings = list(make(games).next(entrants, empty(len(entrants.spec.seats))))
    size = min(len(entrants.spec.sides), len(entrants))
    due = {g for g in combinations(range(len(entrants)), size) if make is RoundRobin or 0 in g}
    met = Counter(tuple(sorted(set(p.seats))) for p in pairings)
    assert set(met) == due
    assert games <= min(met.values()) == max(met.values()) < games + size


@settings(deadline=None)
@given(st.one_of(fields, team_fields), formats, st.integers(1, 12))
def test_every_deal_is_played_by_each_group_from_every_side(entrants, make, games):
    spec = entrants.spec
    held = defaultdict(Counter)
    for pairing in make(games).next(entrants, empty(len(spec.seats))):
        group = tuple(sorted(set(pairing.seats)))
        for number, side in enumerate(spec.sides):
            holders = {pairing.seats[seat] for seat in side}
            assert len(holders) == 1, "a team is one entrant's"
            held[pairing.deal, group, number][holders.pop()] += 1
    for (_, group, _), counts in held.items():
        assert counts == Counter(group), "each member holds each side once a deal"


@settings(deadline=None)
@given(st.one_of(fields, team_fields), formats, st.integers(1, 12))
def test_the_sequence_is_the_same_however_it_is_read(entrants, make, games):
    pairings = make(games).next(entrants, empty(len(entrants.spec.seats)))
    once = list(pairings)
    assert len(pairings) == len(once)
    assert list(pairings) == once
    assert [pairings[i] for i in range(len(pairings))] == once
    assert pairings[-1] == once[-1]
    assert pairings[2:5] == once[2:5]
    with pytest.raises(IndexError):
        pairings[len(once)]


@settings(deadline=None)
@given(fields, formats, st.integers(1, 12))
def test_deals_are_shared_by_all_groups_and_come_in_order(entrants, make, games):
    pairings = list(make(games).next(entrants, empty(len(entrants.spec.seats))))
    deals = [p.deal for p in pairings]
    assert deals == sorted(deals)
    groups_of = defaultdict(Counter)
    for pairing in pairings:
        groups_of[pairing.deal][tuple(sorted(pairing.seats))] += 1
    assert all(groups == groups_of[0] for groups in groups_of.values())


@given(st.integers(0, 9), st.integers(0, 5), st.lists(st.just(99), max_size=1))
def test_groups_agree_with_combinations(count, size, head):
    groups = Groups(range(3, 3 + count), size, tuple(head))
    expected = [tuple(head) + c for c in combinations(range(3, 3 + count), size)]
    assert list(groups) == expected == [groups[i] for i in range(len(groups))]


def test_two_sides_in_full():
    pairings = RoundRobin(games=3).next(field(3, 2), empty(2))
    assert [(p.seats, p.deal) for p in pairings] == [
        ((0, 1), 0), ((1, 0), 0), ((0, 2), 0), ((2, 0), 0), ((1, 2), 0), ((2, 1), 0),
        ((0, 1), 1), ((1, 0), 1), ((0, 2), 1), ((2, 0), 1), ((1, 2), 1), ((2, 1), 1),
    ]  # fmt: skip


def test_three_sides_turn_and_reverse():
    pairings = RoundRobin(games=6).next(field(3, 3), empty(3))
    assert [p.seats for p in pairings] == [
        (0, 1, 2), (1, 2, 0), (2, 0, 1),
        (0, 2, 1), (1, 0, 2), (2, 1, 0),
    ]  # fmt: skip


def test_fewer_entrants_than_sides_share_them_fairly():
    pairings = RoundRobin(games=2).next(field(2, 3), empty(3))
    assert [p.seats for p in pairings] == [(0, 1, 0), (1, 0, 1)]


def test_a_team_is_held_by_one_entrant():
    pairings = RoundRobin(games=2).next(field(2, 4, teams=2), empty(4))
    assert [p.seats for p in pairings] == [(0, 1, 0, 1), (1, 0, 1, 0)]


def test_gauntlet_has_the_challenger_in_every_match():
    pairings = Gauntlet(games=2).next(field(4, 2), empty(2))
    assert [p.seats for p in pairings] == [(0, 1), (1, 0), (0, 2), (2, 0), (0, 3), (3, 0)]


@pytest.mark.parametrize("make", [RoundRobin, Score])
@pytest.mark.parametrize("kind", ["cooperative", "mixed"])
def test_one_side_gives_each_entrant_all_seats_on_the_same_deals(make, kind):
    entrants = field(3, 2, "cooperative") if kind == "cooperative" else field(3, 1, "mixed")
    seats = len(entrants.spec.seats)
    pairings = list(make(games=4).next(entrants, empty(seats)))
    assert Counter(p.seats for p in pairings) == {(i,) * seats: 4 for i in range(3)}
    assert [p.deal for p in pairings] == [d for d in range(4) for _ in range(3)]


def test_a_single_entrant_may_play_a_game_with_one_side():
    Score().check(field(1, 1))
    assert len(Score(games=5).next(field(1, 1), empty(1))) == 5


def test_one_round_is_all():
    for make, seats in ((RoundRobin, 2), (Gauntlet, 2), (Score, 1)):
        assert make().next(field(3, seats), one_result(seats)) == ()


def test_a_huge_design_is_never_stored():
    entrants = field(100, 6)
    pairings = RoundRobin(games=10**6).next(entrants, empty(6))
    assert len(pairings) == 1_192_052_400 * 6 * 166_667
    assert pairings[len(pairings) - 1].deal == 166_666
    assert list(islice(pairings, 3)) == [pairings[0], pairings[1], pairings[2]]
    middle = pairings[len(pairings) // 2]
    assert len(set(middle.seats)) == 6


def test_later_rounds_go_on_counting_deals():
    design = Design(((0,), (1,)), [(4, 2)], deals=2, first_deal=7)
    assert [(p.seats, p.deal) for p in design] == [
        ((4, 2), 7),
        ((2, 4), 7),
        ((4, 2), 8),
        ((2, 4), 8),
    ]
    assert [design[i] for i in range(4)] == list(design)


@pytest.mark.parametrize(
    ("make", "entrants", "words"),
    [
        (RoundRobin, field(0, 2), "no entrants"),
        (RoundRobin, field(1, 2), "'e0' is alone"),
        (Gauntlet, field(1, 3, "mixed"), "'e0' is alone"),
        (Gauntlet, field(3, 1), "--format score"),
        (Score, field(3, 2), "--format round_robin"),
        (Score, field(0, 1), "no entrants"),
    ],
)
def test_fields_that_do_not_suit_are_refused_in_one_line(make, entrants, words):
    with pytest.raises(Unsuitable, match=words) as refusal:
        make().check(entrants)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("make", [RoundRobin, Gauntlet, Score])
def test_no_games_is_a_bad_parameter(make):
    with pytest.raises(BadParameter, match="games=0"):
        make(games=0)
