"""Glicko-2 against Glickman's worked example, and what periods do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from arena.errors import BadParameter, Unsuitable
from arena.ratings.glicko2 import MEAN, SCALE, Field, Games, Glicko2, volatility


def field(ratings, deviations, sigma=0.06):
    ratings = np.array(ratings, float)
    size = len(ratings)
    began = np.ones(size, np.bool_)
    return Field(
        (ratings - MEAN) / SCALE, np.array(deviations) / SCALE, np.full(size, sigma), began
    )


def test_glickmans_worked_example():
    # Glickman, "Example of the Glicko-2 system" (2013): 1464.06, 151.52, .05999 with its rounding
    before = field([1500, 1400, 1550, 1700], [200, 30, 100, 300])
    games = Games(np.zeros(3, int), np.array([1, 2, 3]), np.array([1.0, 0, 0]), np.ones(3))
    after = before.after(games, tau=0.5)
    assert MEAN + SCALE * after.mu[0] == pytest.approx(1464.06, abs=0.02)
    assert SCALE * after.phi[0] == pytest.approx(151.52, abs=0.01)
    assert after.sigma[0] == pytest.approx(0.05999, abs=1e-5)


def test_the_examples_middle():
    # its step 4 gives v = 1.7785 and delta = -0.4834, its step 5 sigma' = 0.05999
    found = volatility(
        np.array([1.1513]), np.array([1.7785]), np.array([-0.4834]), np.array([0.06]), 0.5
    )
    assert found[0] == pytest.approx(0.05999, abs=1e-5)


@pytest.mark.parametrize("delta", [0.0, 0.5, 3.0, 20.0])
def test_volatility_is_where_its_slope_is_nought(delta):
    phi, v, sigma, tau = 1.2, 1.5, 0.06, 0.5
    x = math.log(volatility(*(np.array([n]) for n in (phi, v, delta, sigma)), tau)[0] ** 2)
    grown = phi**2 + v + math.exp(x)
    slope = math.exp(x) * (delta**2 - grown) / (2 * grown**2)
    assert slope == pytest.approx((x - math.log(sigma**2)) / tau**2, abs=1e-5)


def test_who_does_not_play_grows_less_certain_but_not_before_it_began():
    before = field([1500, 1500, 1500], [100, 100, 350])
    before.began[2] = False
    games = Games(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(0))
    after = before.after(games, tau=0.5)
    assert (SCALE * after.phi).tolist() == pytest.approx(
        [math.hypot(100, 0.06 * SCALE)] * 2 + [350]
    )
    np.testing.assert_array_equal(after.mu, before.mu)


def test_a_first_win_in_a_period_of_one_match(make):
    ratings = Glicko2(period=1).rate(make([(0, 1)], [(1, 0)]))
    # two newcomers: both deviations shrink alike, and the winner gains what the loser loses
    assert list(ratings) == ["a", "b"]
    assert ratings["a"].rating - 1500 == pytest.approx(162.3, abs=0.1)  # as glicko2 libraries say
    assert ratings["a"].rating + ratings["b"].rating == pytest.approx(3000)
    assert ratings["a"].high - ratings["a"].low == pytest.approx(2 * 1.96 * 290.3, rel=1e-3)


def test_the_order_within_a_period_does_not_matter_and_that_of_periods_does(make):
    rng = np.random.default_rng(3)
    lineups = [tuple(rng.permutation(4)[:2]) for _ in range(60)]
    returns = rng.integers(0, 2, (60, 2)).astype(float)
    back = slice(None, None, -1)
    one, other = make(lineups, returns, entrants=4), make(lineups[back], returns[back], entrants=4)
    for period, same in ((60, True), (10, False)):
        a, b = Glicko2(period=period).rate(one), Glicko2(period=period).rate(other)
        close = all(a[n].rating == pytest.approx(b[n].rating, abs=1e-6) for n in a)
        assert close is same


def test_the_default_period_gives_fifteen_games_each(make):
    lineups = [(i, j) for i in range(4) for j in range(4) if i != j] * 20  # 120 games each
    results = make(lineups, [(1, 0)] * 240)
    assert Glicko2().rate(results) == Glicko2(period=30).rate(results)


def test_a_ranking_of_three_tells_as_much_as_a_game_and_a_half(make):
    three = Glicko2(period=1).rate(make([(0, 1, 2)], [(2, 1, 0)]))
    two = Glicko2(period=1).rate(make([(0, 1)], [(1, 0)]))
    widths = [r["a"].high - r["a"].low for r in (three, two)]
    assert widths[0] < widths[1]
    assert three["b"].rating == pytest.approx(1500)


def test_sides_of_several_seats_are_one_opponent(make):
    pairs = ((0, 2), (1, 3))
    together = Glicko2(period=1).rate(make([(0, 1, 0, 1)], [(1, 0, 1, 0)], sides=pairs))
    assert together == Glicko2(period=1).rate(make([(0, 1)], [(1, 0)]))


def test_nobody_met(make):
    with pytest.raises(Unsuitable, match="glicko2 compares entrants that meet"):
        Glicko2().rate(make([(0, 0)], [(1, 1)]))
    assert Glicko2().rate(make([], np.zeros((0, 2)), entrants=2)) == {}


@pytest.mark.parametrize("wrong", [{"tau": 0.0}, {"period": -1}, {"volatility": float("nan")}])
def test_bad_parameters(wrong):
    with pytest.raises(BadParameter, match=f"glicko2: {next(iter(wrong))}="):
        Glicko2(**wrong)


@pytest.mark.parametrize(("won", "wide"), [(2, True), (12, False)])
def test_a_field_that_is_too_wide_has_no_intervals_and_says_so(make, won, wide):
    """The worse of each two wins so many of 30."""
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)] * 30
    returns = [(-1.0, 1.0)] * (6 * won) + [(1.0, -1.0)] * (6 * (30 - won))
    rated = Glicko2(period=180).rate(make(pairs, returns))
    spread = np.std([rating.rating for rating in rated.values()])
    assert (spread > 250) == wide == bool(rated.notes)
    assert all((rating.low is None) == wide for rating in rated.values())
