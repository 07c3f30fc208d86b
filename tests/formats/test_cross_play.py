"""Cross-play: every pairing of partners on the same deals, and the gap to playing with oneself."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.errors import BadParameter, Unsuitable
from arena.formats.cross_play import CrossPlay
from tests.formats.simulated import Played, field, results_of


def conventions(luck, pairing):
    """All play well with themselves; the first two understand each other."""
    kinds = {0 if who < 2 else who for who in pairing.seats}
    score = 10.0 if len(kinds) == 1 else 4.0
    return [score + pairing.deal % 3] * len(pairing.seats)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(2, 4), st.integers(1, 20))
def test_every_pairing_of_partners_has_its_due_games_on_the_same_deals(size, seats, games):
    entrants = field(size, seats, kind="cooperative")
    played = Played(CrossPlay(games), entrants, conventions)
    met, deals = Counter(), {}
    for pairing in played.pairings:
        who = tuple(sorted(pairing.seats))
        met[who] += 1
        deals.setdefault(who, Counter())[pairing.deal] += 1
    due = -(-games // seats)
    pairs = size * (size - 1) // (2 if seats == 2 else 1)
    assert len(met) == pairs + size
    assert set(met.values()) == {due * seats}
    assert all(d == dict.fromkeys(range(due), seats) for d in deals.values())
    for seat in range(seats):
        held = Counter(pairing.seats[seat] for pairing in played.pairings)
        assert len(set(held.values())) == 1
    played.check_pure()


def test_the_scores_and_their_gap():
    played = Played(CrossPlay(6), field(3, kind="cooperative"), conventions)
    conclusion = played.conclusion
    # deals 0, 1 and 2 add their number; of three mixed pairings one understands itself
    assert conclusion["self_play"] == pytest.approx(11)
    assert conclusion["cross_play"] == pytest.approx(1 + (10 + 4 + 4) / 3)
    assert conclusion["gap"] == pytest.approx(4) and conclusion["low"] == pytest.approx(4)
    assert [row["gap"] for row in conclusion["entrants"]] == pytest.approx([3, 3, 6])
    cells = {tuple(cell["partners"]): cell["score"] for cell in conclusion["pairings"]}
    assert cells == pytest.approx({
        ("e0", "e0"): 11, ("e1", "e1"): 11, ("e2", "e2"): 11,
        ("e0", "e1"): 11, ("e0", "e2"): 5, ("e1", "e2"): 5,
    })  # fmt: skip
    assert "self-play scores 11" in conclusion["says"].lower()
    json.dumps(conclusion)


def test_who_is_the_odd_one_out_matters_where_there_are_three_seats():
    def outcome(luck, pairing):
        return [float(pairing.seats.count(0))] * 3

    conclusion = Played(CrossPlay(3), field(2, 3, kind="cooperative"), outcome).conclusion
    cells = {tuple(cell["partners"]): cell["score"] for cell in conclusion["pairings"]}
    assert cells == {("e0", "e0"): 3, ("e0", "e1"): 1, ("e1", "e0"): 2, ("e1", "e1"): 0}


def test_the_interval_covers_the_gap():
    """The gap is 1; deals are lucky or not for all alike, which must not widen the interval."""
    covered, widths = [], []
    for seed in range(100):
        luck = np.random.default_rng(seed)
        deals = luck.normal(0, 50, 20)

        def outcome(luck, pairing, deals=deals):
            alone = pairing.seats[0] == pairing.seats[1]
            return [float(deals[pairing.deal] + alone + luck.normal())] * 2

        found = Played(CrossPlay(40), field(3, kind="cooperative"), outcome, seed).conclusion
        covered.append(found["low"] <= 1 <= found["high"])
        widths.append(found["high"] - found["low"])
    assert 0.89 <= np.mean(covered) <= 0.99
    assert max(widths) < 1.5


def test_nothing_and_void_matches():
    entrants, format_ = field(2, kind="cooperative"), CrossPlay(2)
    pairings = list(format_.next(entrants, results_of(entrants, [], [])))
    assert format_.conclusion(entrants, results_of(entrants, [], [])) == {}
    nothing = results_of(entrants, pairings, [None] * len(pairings))
    assert format_.conclusion(entrants, nothing) == {}
    mixed = [(1, 1) if len(set(p.seats)) == 2 else None for p in pairings]
    conclusion = format_.conclusion(entrants, results_of(entrants, pairings, mixed))
    assert conclusion["self_play"] is None and conclusion["gap"] is None
    assert "no deals" in conclusion["says"]


def test_what_does_not_suit():
    CrossPlay().check(field(1, 2, kind="cooperative"))
    with pytest.raises(Unsuitable, match=r"competitive.*round_robin"):
        CrossPlay().check(field(3))
    with pytest.raises(Unsuitable, match="--format score"):
        CrossPlay().check(field(3, 1))
    with pytest.raises(BadParameter):
        CrossPlay(0)


@pytest.mark.parametrize(("seats", "score"), [(2, 4.0), (3, 4.0)])
def test_partners_that_are_kept_back_score_all_others_ad_hoc(seats, score):
    """The third understands neither partner, the first both; partners never meet each other."""
    entrants = field(4, seats, kind="cooperative")
    played = Played(CrossPlay(6, ["e1", "e3"]), entrants, conventions)
    played.check_pure()
    pairs = {tuple(sorted(set(pairing.seats))) for pairing in played.pairings}
    assert pairs == {(0,), (1,), (2,), (3,), (0, 1), (0, 3), (1, 2), (2, 3)}
    if seats == 3:  # one seat for the visitor, the others for the partner
        visits = [p.seats for p in played.pairings if len(set(p.seats)) > 1]
        assert all(sum(who in (0, 2) for who in lineup) == 1 for lineup in visits)
    conclusion = played.conclusion
    luck = np.mean([deal % 3 for deal in range(-(-6 // seats))])
    rows = {row["entrant"]: row for row in conclusion["entrants"]}
    assert list(rows) == ["e0", "e2"]
    assert rows["e0"]["ad_hoc"]["mean"] == pytest.approx((10 + score) / 2 + luck)
    assert rows["e2"]["ad_hoc"]["mean"] == pytest.approx(score + luck)
    assert rows["e2"]["gap"] == pytest.approx(10 - score)
    assert conclusion["partners_alone"]["mean"] == pytest.approx(10 + luck)
    assert conclusion["says"].startswith("With partners it never met e0 does best: ")
    json.dumps(conclusion)


@pytest.mark.parametrize(
    ("partners", "why"), [(["me"], "no entrant is called 'me'"), (["e0", "e1"], "all are partners")]
)
def test_partners_are_some_of_the_entrants(partners, why):
    with pytest.raises(Unsuitable, match=why):
        CrossPlay(2, partners).check(field(2, kind="cooperative"))
