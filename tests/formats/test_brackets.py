"""Knockout and double elimination: one champion, byes by seed, and recorded decisions."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.errors import BadParameter, Unsuitable
from arena.formats.bracket import drawn_up
from arena.formats.double_elimination import DoubleElimination
from arena.formats.knockout import Knockout
from tests.formats.simulated import Played, by_strength, field

FORMATS = st.sampled_from([Knockout, DoubleElimination])


def losses(conclusion):
    return Counter(
        name for t in conclusion["ties"] for name in t["entrants"] if name != t["winner"]
    )


@settings(deadline=None, max_examples=60)
@given(
    FORMATS, st.integers(2, 17), st.integers(1, 4), st.integers(0, 2),
    st.sampled_from(["seed", "lot"]), st.sampled_from(["named", "lot"]),
    st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.3]), st.integers(0, 99),
)  # fmt: skip
def test_a_bracket_has_one_champion(make, size, games, extra, rule, seeding, draws, void, seed):
    entrants = field(size)
    outcome = by_strength([0.0] * size, draws * (1 - void), void)
    played = Played(make(games, extra, rule, seeding), entrants, outcome, seed)
    conclusion = played.conclusion
    lost, allowed = losses(conclusion), 1 if make is Knockout else 2
    champion = conclusion["champion"]
    assert lost[champion] < allowed
    assert all(lost[name] == allowed for name in entrants.names if name != champion)
    places = {row["entrant"]: row["place"] for row in conclusion["places"]}
    assert set(places) == set(entrants.names)
    assert [name for name, place in places.items() if place == 1] == [champion]
    assert champion in conclusion["says"]
    played.check_pure()


@settings(deadline=None, max_examples=40)
@given(FORMATS, st.integers(2, 17), st.integers(1, 5), st.integers(0, 99))
def test_each_tie_has_its_due_games_with_balanced_seats_on_shared_deals(make, size, games, seed):
    played = Played(make(games), field(size), by_strength([0.0] * size, draws=0.3), seed)
    for pairings in played.rounds:
        met, deals = Counter(), {}
        for pairing in pairings:
            met[frozenset(pairing.seats)] += 1
            deals.setdefault(frozenset(pairing.seats), []).append(pairing.deal)
        assert set(met.values()) in ({games}, {2}), "a tie's games, or a pair of extra ones"
        assert len({tuple(d) for d in deals.values()}) == 1, "all ties have the same deals"
        firsts = Counter(pairing.seats for pairing in pairings)
        assert all(abs(n - firsts[seats[::-1]]) <= 1 for seats, n in firsts.items())
    if games % 2 == 0:
        assert all(held[0] == held[1] for held in played.seats_held())


def test_the_order_of_the_draw():
    assert drawn_up(range(8)) == [0, 7, 3, 4, 1, 6, 2, 5]
    assert drawn_up([4, 5, 6]) == [4, None, 5, 6]


@pytest.mark.parametrize("make", [Knockout, DoubleElimination])
@pytest.mark.parametrize("size", range(2, 20))
def test_the_best_seeds_have_the_byes_and_the_best_wins(make, size):
    # the better seed always wins
    played = Played(make(games=2), field(size), by_strength([100.0 * -i for i in range(size)]))
    conclusion, byes = played.conclusion, 2 ** math.ceil(math.log2(size)) - size
    first = conclusion["ties"][0]["stage"]
    with_bye = [bye["entrant"] for bye in conclusion["byes"] if bye["stage"] == first]
    assert sorted(with_bye) == sorted(f"e{i}" for i in range(byes))
    assert conclusion["champion"] == "e0"
    assert conclusion["places"][1] == {"entrant": "e1", "place": 2}
    ties = size - 1 if make is Knockout else 2 * size - 2
    assert len(conclusion["ties"]) == ties
    assert len(played.pairings) == 2 * ties


def test_the_winner_of_the_losers_bracket_must_win_twice():
    # e1 loses its first tie, to e0, and no other
    def outcome(luck, pairing):
        first = len(lost) == 0 and set(pairing.seats) == {0, 1}
        games.append(pairing)
        order = [0, 1, 2, 3] if first else [1, 0, 2, 3]
        if first and games.count(pairing) + games.count(flip(pairing)) == 2:
            lost.append(1)
        better = min(pairing.seats, key=order.index)
        return [1.0 if seat == better else -1.0 for seat in pairing.seats]

    def flip(pairing):
        return pairing._replace(seats=pairing.seats[::-1])

    lost, games = [], []
    conclusion = Played(DoubleElimination(games=2), field(4), outcome).conclusion
    assert conclusion["champion"] == "e1"
    assert [(t["stage"], t["winner"]) for t in conclusion["ties"]][-2:] == [
        ("final", "e1"), ("decider", "e1"),
    ]  # fmt: skip
    assert losses(conclusion) == {"e0": 2, "e1": 1, "e2": 2, "e3": 2}


def test_a_level_tie_takes_extra_pairs_and_then_the_rule_that_is_recorded():
    drawn = Played(Knockout(games=2, extra=2), field(4), by_strength([0.0] * 4, draws=1.0))
    assert [len(r) for r in drawn.rounds] == [4, 4, 4, 2, 2, 2]
    ties = drawn.conclusion["ties"]
    assert [(t["winner"], t["by"], t["games"], t["scores"]) for t in ties] == [
        ("e0", "seed", 6, [3.0, 3.0]), ("e1", "seed", 6, [3.0, 3.0]),
        ("e0", "seed", 6, [3.0, 3.0]),
    ]  # fmt: skip
    lot = Played(Knockout(2, 0, "lot"), field(16), by_strength([0.0] * 16, draws=1.0))
    assert {t["by"] for t in lot.conclusion["ties"]} == {"lot"}
    upsets = sum(int(t["winner"][1:]) == max(int(n[1:]) for n in t["entrants"])
                 for t in lot.conclusion["ties"])  # fmt: skip
    assert 0 < upsets < 15


def test_nothing_is_concluded_before_the_end():
    played = Played(Knockout(), field(4), by_strength([3.0, 2.0, 1.0, 0.0]))
    half = played.results[: len(played.rounds[0])]
    assert played.format.conclusion(played.entrants, half) == {}


@pytest.mark.parametrize("make", [Knockout, DoubleElimination])
def test_what_does_not_suit(make):
    make().check(field(2, seats=4, teams=2))
    with pytest.raises(Unsuitable, match="alone"):
        make().check(field(1))
    with pytest.raises(Unsuitable, match=r"3 sides.*round_robin"):
        make().check(field(4, seats=3))
    with pytest.raises(Unsuitable, match="1 side,"):
        make().check(field(4, seats=2, kind="cooperative"))
    for wrong in ({"games": 0}, {"extra": -1}, {"tie_break": "rating"}):
        with pytest.raises(BadParameter):
            make(**wrong)
    with pytest.raises(BadParameter, match="named or lot"):
        make(seeding="elo").check(field(2))
