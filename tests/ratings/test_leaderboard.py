"""Ranks that the ratings bear out, and the likelihood of superiority."""

from __future__ import annotations

import math

import numpy as np
import pytest

from arena.intervals import Z95
from arena.leaderboard import Rank, Ratings, critical, differences, ranks, superiority
from arena.ratings.bradley_terry import BradleyTerry
from arena.records import Rating


def rated(values, covariance=None):
    """Ratings with these means, and independent errors of 1 unless given."""
    size = len(values)
    cov = np.eye(size) if covariance is None else np.array(covariance, float)
    half = Z95 * np.sqrt(np.diag(cov))
    return Ratings(
        ((f"e{i}", Rating(v, v - h, v + h, 9)) for i, (v, h) in enumerate(zip(values, half))), cov
    )


def test_those_that_cannot_be_told_apart_share_a_rank():
    assert ranks(rated([20, 10.5, 10, 0])) == [
        Rank(1, 1, 1), Rank(2, 2, 3), Rank(2, 2, 3), Rank(4, 4, 4),
    ]  # fmt: skip


def test_nobody_told_apart():
    assert ranks(rated([2, 1, 0])) == [Rank(1, 1, 3)] * 3


def test_being_near_is_not_handed_on():
    # e0 and e2 are apart, and neither is apart from e1
    assert ranks(rated([6, 3, 0])) == [Rank(1, 1, 2), Rank(1, 1, 3), Rank(2, 2, 3)]


def test_errors_that_go_together_tell_apart():
    together = [[100, 99.5], [99.5, 100]]
    assert [r.rank for r in ranks(rated([3, 0], together))] == [1, 2]
    assert [r.rank for r in ranks(rated([3, 0], 100 * np.eye(2)))] == [1, 1]


def test_two_are_told_apart_as_compare_does():
    assert [r.rank for r in ranks(rated([1.97 * math.sqrt(2), 0]))] == [1, 2]
    assert [r.rank for r in ranks(rated([1.95 * math.sqrt(2), 0]))] == [1, 1]


@pytest.mark.parametrize(("entrants", "q"), [(3, 3.314), (5, 3.858), (10, 4.474), (20, 5.012)])
def test_the_critical_point_is_tukeys(entrants, q):
    # any table of the studentized range: 5 %, infinite degrees of freedom; in units of sqrt(2)
    ratings = rated([0.0] * entrants)
    _, error = differences(ratings)
    assert critical(ratings, error) == pytest.approx(q / math.sqrt(2), abs=0.05)


def test_without_intervals_there_are_no_ranks():
    bare = {"a": Rating(2, None, None, 1), "b": Rating(1, None, None, 1)}
    assert ranks(bare) is None and superiority(bare) is None
    assert ranks({}) is None


def test_an_entrant_without_an_interval_may_be_anywhere():
    some = {
        "a": Rating(9, 8, 10, 1), "b": Rating(5, None, None, 1), "c": Rating(1, 0, 2, 1),
        "d": Rating(-9, -10, -8, 1),
    }  # fmt: skip
    assert ranks(some) == [Rank(1, 1, 2), Rank(1, 1, 4), Rank(2, 2, 3), Rank(3, 3, 4)]
    assert superiority(some)[1].tolist() == [0.5] * 4


def test_superiority():
    odds = superiority(rated([math.sqrt(2), 0]))
    assert odds[0, 1] == pytest.approx(0.8413, abs=1e-4)  # one standard error
    np.testing.assert_allclose(odds + odds.T, 1)


def test_ranks_cover_the_truth(make):
    """300 tournaments of 6 entrants, three of them equal: all six rank intervals hold the truth,
    and no equals are told apart, in 95 % of them; s.d. 1.3 %."""
    rng = np.random.default_rng(9)
    strength = np.array([200, 80, 0, 0, 0, -150.0])
    lineups = np.array([(i, j) for i in range(6) for j in range(6) if i != j] * 10)
    odds = 1 / (1 + 10 ** (-(strength[lineups[:, 0]] - strength[lineups[:, 1]]) / 400))
    good = 0
    for _ in range(300):
        won = rng.random(len(lineups)) < odds
        ratings = BradleyTerry(seat_advantage=False).rate(make(lineups, np.stack([won, ~won], 1)))
        places = dict(zip(ratings, ranks(ratings)))
        # a true rank is a place that a tie leaves open: 1, 2, 3 to 5, 6
        good += all(
            places[name].low <= best and places[name].high >= worst
            for name, best, worst in zip("abcdef", (1, 2, 3, 3, 3, 6), (1, 2, 5, 5, 5, 6))
        )
    assert good / 300 >= 0.92
