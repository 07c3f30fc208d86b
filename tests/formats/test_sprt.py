"""SPRT: known answers, both error rates within nominal, and a test that stops by itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from arena.errors import BadParameter, Unsuitable
from arena.formats.sequential import (
    NORMALIZED_ELO,
    _likeliest,
    _likeliest_of_t,
    bounds,
    expected,
    log_likelihood_ratio,
)
from arena.formats.sprt import Sprt
from tests.formats.simulated import Played, by_strength, field, no_results, results_of


@pytest.mark.parametrize(
    ("model", "elo0", "elo1", "counts", "ratio"),
    [
        # cases that fastchess is tested by; losses first
        ("normalized", 0, 2, [365, 16618, 36229, 16974, 390], 2.25),
        ("normalized", -1.75, 0.25, [127, 4883, 10712, 5150, 104], 3.01),
        ("logistic", 0.5, 2.5, [223, 9863, 21279, 10037, 246], -3.07),
        ("logistic", 0, 2, [871, 26175, 55983, 26678, 821], -4.98),
        ("normalized", 0, 2, [36027, 68692, 36433], 0.92),
        ("normalized", -1.75, 0.25, [10650, 20431, 10871], 2.30),
        ("logistic", 0.5, 2.5, [21184, 40708, 21404], -1.57),
        ("logistic", 0, 2, [57030, 106593, 57433], -2.59),
    ],
)
def test_known_answers(model, elo0, elo1, counts, ratio):
    found = log_likelihood_ratio(np.array(counts), elo0, elo1, model)
    assert found == pytest.approx(ratio, abs=0.005)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(1, 60), min_size=5, max_size=5),
    st.sampled_from([-30.0, 0.0, 15.0]),
    st.sampled_from(["normalized", "logistic"]),
)
def test_each_hypothesis_has_the_likeliest_distribution_that_obeys_it(counts, elo, model):
    shares, scores = np.array(counts) / sum(counts), np.linspace(0, 1, 5)
    if model == "logistic":
        found = _likeliest(shares[None], scores[None] - expected(elo))[0]
    else:
        found = _likeliest_of_t(shares[None], scores, elo * np.sqrt(2) / NORMALIZED_ELO)[0]

    def beside(p):
        mean = p @ scores
        if model == "logistic":
            return mean - expected(elo)
        return mean - 0.5 - elo * np.sqrt(2) / NORMALIZED_ELO * np.sqrt(p @ (scores - mean) ** 2)

    assert found.sum() == pytest.approx(1, abs=1e-6)
    assert beside(found) == pytest.approx(0, abs=1e-6)
    best = minimize(
        lambda p: -shares @ np.log(p), found * 0.9 + 0.02, bounds=[(1e-9, 1)] * 5,
        constraints=[{"type": "eq", "fun": beside}, {"type": "eq", "fun": lambda p: p.sum() - 1}],
        tol=1e-12,
    )  # fmt: skip
    assert -shares @ np.log(found) <= best.fun + 1e-6


def test_hopeless_counts_have_a_ratio_all_the_same():
    counts = np.array([[0, 0, 0, 0, 104], [104, 0, 0, 0, 0], [0, 0, 9, 0, 0], [0, 0, 0, 0, 1]])
    ratios = log_likelihood_ratio(counts, 0, 5)
    # H0 gives a won pair one half, H1 half of 1 + t (to first order)
    assert ratios[0] == pytest.approx(104 * np.log1p(5 * np.sqrt(2) / NORMALIZED_ELO), rel=0.01)
    assert ratios[1] == pytest.approx(104 * np.log1p(-5 * np.sqrt(2) / NORMALIZED_ELO), rel=0.01)
    assert (
        np.isfinite(ratios).all()
        and np.isfinite(log_likelihood_ratio(counts, 0, 5, "logistic")).all()
    )


def shares_of(model, base, elo):
    """Return how often outcomes come up for a player that is `elo` better."""
    base, scores = np.array([base]), np.linspace(0, 1, len(base))
    if model == "logistic":
        return _likeliest(base, scores[None] - expected(elo))[0]
    unit = np.sqrt(2 if len(scores) == 5 else 1) / NORMALIZED_ELO
    return _likeliest_of_t(base, scores, elo * unit)[0]


@pytest.mark.parametrize("truth", [0, 30])
@pytest.mark.parametrize(
    ("model", "base", "each"),
    [
        ("normalized", [0.05, 0.2, 0.5, 0.2, 0.05], 20),
        ("logistic", [0.05, 0.2, 0.5, 0.2, 0.05], 20),
        ("normalized", [0.3, 0.4, 0.3], 40),
    ],
)
def test_both_error_rates_are_within_nominal(model, base, each, truth):
    """2,000 tests of 0 against 30 Elo at 5 %, looked at after every 40 games."""
    luck, tests = np.random.default_rng(truth), 2000
    low, high = bounds(0.05, 0.05)
    shares, wrong = shares_of(model, base, truth), 0
    counts = np.zeros((tests, len(base)), np.int64)
    while len(counts):
        counts = counts + luck.multinomial(each, shares, len(counts))
        ratio = log_likelihood_ratio(counts, 0, 30, model)
        wrong += int(np.sum(ratio <= low) if truth else np.sum(ratio >= high))
        counts = counts[(ratio > low) & (ratio < high)]
    assert wrong / tests <= 0.05


def test_it_stops_by_itself_and_says_what_it_accepts():
    played = Played(Sprt(round_games=30), field(2), by_strength([1.0, 0.0], 0.3), most=700)
    assert all(len(r) == 30 for r in played.rounds)
    conclusion = played.conclusion
    assert conclusion["accepts"] == "H1"
    assert conclusion["says"].startswith(
        "H1 is accepted: e0 is nearer to +10 than to +0 normalized"
    )
    counts = tuple(conclusion["pentanomial"])
    assert conclusion["says"].endswith(f"; pairs by points, fewest first: {counts}.")
    assert f"Seen: {conclusion['elo']:+.0f} logistic Elo" in conclusion["says"]
    assert conclusion["llr"] >= conclusion["upper"]
    assert conclusion["games"] == len(played.pairings) == 2 * sum(conclusion["pentanomial"])
    assert conclusion["low"] < 117 < conclusion["high"]  # a score of 0.15 + 0.7 * 0.731
    before = played.results[: len(played.pairings) - 30]
    assert played.format.conclusion(played.entrants, before)["accepts"] is None
    json.dumps(conclusion)
    played.check_pure()
    worse = Played(Sprt(), field(2), by_strength([0.0, 1.0], 0.3), most=700)
    assert worse.conclusion["accepts"] == "H0"


def test_it_gives_up_at_last():
    played = Played(Sprt(elo1=1, games=251), field(2), by_strength([0.0, 0.0]))
    assert [len(r) for r in played.rounds] == [100, 100, 50]
    assert played.conclusion["accepts"] is None
    assert played.conclusion["says"].startswith("Undecided")


def test_games_come_in_pairs_with_sides_changed():
    played = Played(Sprt(elo1=1, games=40, round_games=16), field(2), by_strength([0.0, 0.0]))
    assert [(p.seats, p.deal) for p in played.pairings] == [
        ((g % 2, 1 - g % 2), g // 2) for g in range(40)
    ]


def test_what_counts():
    entrants, format_ = field(2), Sprt(games=12, round_games=12)
    pairings = list(format_.next(entrants, no_results(entrants)))
    won, lost, drawn = (1, -1), (-1, 1), (0, 0)
    # by the first seat: WW for e0; one each; void; draw and loss of e0; LL; a draw each
    returns = [won, lost, won, won, None, won, drawn, won, lost, won, drawn, drawn]
    results = results_of(entrants, pairings, returns)
    assert format_.counts(entrants, results).tolist() == [1, 1, 2, 0, 1]
    results.values[11] = -np.inf  # both forfeited
    games = Sprt(games=12, pentanomial=False)
    assert games.counts(entrants, results).tolist() == [5, 3, 3]
    assert "trinomial" in games.conclusion(entrants, results)
    nothing = format_.conclusion(entrants, no_results(entrants))
    assert nothing["llr"] == 0 and nothing["elo"] is None


def test_what_does_not_suit():
    for wrong in (
        {"elo0": 5, "elo1": 5}, {"alpha": 0}, {"beta": 0.96}, {"model": "bayesian"},
        {"games": 1}, {"round_games": 0},
    ):  # fmt: skip
        with pytest.raises(BadParameter):
            Sprt(**wrong)
    with pytest.raises(Unsuitable, match="two entrants and 3"):
        Sprt().check(field(3))
    with pytest.raises(Unsuitable, match="3 sides"):
        Sprt().check(field(2, seats=3))
    Sprt().check(field(2, seats=4, teams=2))
