"""Mean returns and their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from arena.errors import BadParameter
from arena.intervals import student95
from arena.leaderboard import differences
from arena.ratings.mean_return import MeanReturn


def test_a_team_returns_the_sum_of_its_seats(make):
    results = make([(0, 0), (1, 1), (0, 0), (1, 1)], [(1, 2), (3, 4), (2, 2), (3, 4)], [0, 0, 1, 1])
    ratings = MeanReturn().rate(results)  # of two deals: Student's
    assert list(ratings) == ["b", "a"]
    assert ratings["b"] == (7.0, 7.0, 7.0, 2)
    half = student95(1) * 0.5  # of 3 and 4
    assert ratings["a"] == (3.5, pytest.approx(3.5 - half), pytest.approx(3.5 + half), 2)


def test_one_match_has_no_interval(make):
    assert MeanReturn().rate(make([(0,)], [(5,)])) == {"a": (5.0, None, None, 1)}


def test_unknown_deals_are_each_their_own(make):
    ratings = MeanReturn().rate(make([(0, 0)] * 2, [(1, 2), (2, 2)]))
    assert ratings["a"].games == 2
    assert ratings["a"].low == pytest.approx(3.5 - student95(1) * 0.5)


def test_entrants_that_meet_are_rated_too(make):
    ratings = MeanReturn().rate(make([(0, 1), (1, 0)], [(3, 1), (2, 0)], entrants=3))
    assert {n: (r.rating, r.games) for n, r in ratings.items()} == {"a": (1.5, 2), "b": (1.5, 2)}


def test_nothing_played(make):
    assert MeanReturn().rate(make([], np.zeros((0, 1)), entrants=1)) == {}


def test_coverage_with_luck_shared_by_deals(make):
    """600 intervals, each of 25 deals of 4 matches with a skewed deal: expect 95 %, s.d. 0.9 %."""
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(600):
        luck = np.repeat(rng.exponential(1.0, 25), 4)
        returns = (luck + rng.normal(0, 0.5, 100))[:, None]
        rating = MeanReturn().rate(make([(0,)] * 100, returns, np.repeat(np.arange(25), 4)))["a"]
        hits += rating.low <= 1.0 <= rating.high
    assert 0.91 <= hits / 600 <= 0.97


def rated(make, returns, deals=None, **parameters):
    returns = np.asarray(returns, float)
    return MeanReturn(**parameters).rate(make([(0,)] * len(returns), returns[:, None], deals))["a"]


def test_the_bootstraps_interval_is_longer_where_the_skew_is(make):
    skewed = np.r_[np.zeros(15), [1.0, 1, 2, 3, 8]]
    found, plain = rated(make, skewed), rated(make, skewed, intervals="student")
    assert found.rating == plain.rating == pytest.approx(0.75)
    assert found.high - found.rating > 1.3 * (found.rating - found.low)
    assert plain.high - plain.rating == pytest.approx(plain.rating - plain.low)
    assert rated(make, skewed) == found, "and the same whenever it is asked"
    assert rated(make, skewed[:9], intervals="student") == rated(make, skewed[:9])
    assert rated(make, [5.0] * 20) == (5.0, 5.0, 5.0, 20)


def test_the_bootstrap_draws_whole_deals(make):
    numbers = np.random.default_rng(4).normal(0, 1, 30)
    once = rated(make, numbers)
    copies = rated(make, np.repeat(numbers, 7), np.repeat(np.arange(30), 7))
    assert copies[:3] == pytest.approx(once[:3]), "copies add no confidence"


@pytest.mark.parametrize(("deals", "least"), [(10, 0.91), (30, 0.93)])
def test_coverage_of_skewed_returns(make, deals, least):
    """500 means of exponential numbers: s.d. 1 %. Student's intervals cover 90 and 92 %."""
    rng = np.random.default_rng(deals)
    hits = {"bootstrap": 0, "student": 0}
    for _ in range(500):
        returns = rng.exponential(1.0, deals)
        for intervals in hits:
            found = rated(make, returns, intervals=intervals)
            hits[intervals] += found.low <= 1 <= found.high
    assert least <= hits["bootstrap"] / 500 <= 0.97
    assert hits["bootstrap"] > hits["student"]


def test_coverage_of_normal_returns(make):
    rng = np.random.default_rng(5)
    found = [rated(make, rng.normal(0, 1, 12)) for _ in range(500)]
    assert 0.93 <= np.mean([r.low <= 0 <= r.high for r in found]) <= 0.97


def test_bad_intervals():
    with pytest.raises(BadParameter, match="mean_return: intervals='wide'"):
        MeanReturn("wide")


def test_shared_deals_are_told_apart_by_less(make):
    """Two that meet the same deals differ by 1 on each, whatever the deals' own spread."""
    luck = np.random.default_rng(2).normal(0, 50, 40)
    returns = np.stack([luck, luck + 1 + 0.01 * np.arange(40)], axis=1).reshape(-1, 1)
    lineups = [(0,), (1,)] * 40
    same = MeanReturn().rate(make(lineups, returns, np.repeat(np.arange(40), 2)))
    own = MeanReturn().rate(make(lineups, returns))
    for name in same:
        assert same[name] == pytest.approx(own[name]), "each by itself is as sure"
    gap, error = differences(same)
    assert gap[0, 1] / error[0, 1] > 10
    gap, error = differences(own)
    assert gap[0, 1] / error[0, 1] < 1


def test_an_entrant_with_one_deal_has_no_error(make):
    ratings = MeanReturn().rate(make([(0,), (0,), (1,)], [(1,), (2,), (9,)], [0, 1, 0]))
    _, error = differences(ratings)
    assert np.isinf(error[0, 1])
