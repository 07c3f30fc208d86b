"""Alpha-rank, Nash averaging and maximal lotteries: known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from open_spiel.python.egt import alpharank

from arena.errors import BadParameter, Unsuitable
from arena.ratings.alpha_rank import AlphaRank
from arena.ratings.equilibrium import equilibrium
from arena.ratings.maximal_lotteries import MaximalLotteries
from arena.ratings.nash_averaging import NashAveraging

CYCLE = [(0, 1), (1, 2), (2, 0)]


def beats(make, *encounters, seats=2):
    """Results in which the first beat the second; (i, j, wins, losses) says how often."""
    lineups, returns = [], []
    for i, j, *counts in encounters:
        for value, count in zip((1, -1), counts or (1, 0)):
            lineups += [(i, j)] * count
            returns += [(value, -value)] * count
    return make(lineups, np.array(returns, float).reshape(-1, 2))


def values(ratings):
    return {name: rating.rating for name, rating in ratings.items()}


@pytest.mark.parametrize("system", [AlphaRank, NashAveraging, MaximalLotteries])
def test_rock_paper_scissors(make, system):
    ratings = system().rate(beats(make, *CYCLE))
    expected = 0 if system is NashAveraging else 1 / 3
    assert values(ratings) == pytest.approx(dict.fromkeys("abc", expected), abs=1e-9)
    assert all(r.low is None and r.games == 2 for r in ratings.values())


@pytest.mark.parametrize("system", [AlphaRank, NashAveraging, MaximalLotteries])
def test_one_that_beats_the_circle(make, system):
    ratings = system().rate(beats(make, *CYCLE, (3, 0), (3, 1), (3, 2)))
    best = values(ratings).pop("d")
    assert next(iter(ratings)) == "d"
    if system is NashAveraging:
        assert best == pytest.approx(0) and ratings["a"].rating == pytest.approx(-1)
    elif system is MaximalLotteries:
        assert best == pytest.approx(2) and ratings["a"].rating == pytest.approx(1 / 3)
    else:
        assert best == pytest.approx(1, abs=1e-6)


def test_alpha_rank_of_a_biased_circle_hardly_depends_on_the_bias(make):
    # with strong selection only who beats whom matters (Omidshafiei et al. 2019): still a third
    results = beats(make, (0, 1, 19, 1), (1, 2, 12, 8), (2, 0, 16, 4))
    assert values(AlphaRank().rate(results)) == pytest.approx(dict.fromkeys("abc", 1 / 3), abs=1e-6)
    # under weak selection who wins by more is held longer
    shares = values(AlphaRank(alpha=0.1).rate(results))
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares.values()) > 0.36


@given(st.integers(2, 7), st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_alpha_rank_is_openspiels(size, seed):
    from arena.results import make_results

    rng = np.random.default_rng(seed)
    lineups = [(i, j) for i in range(size) for j in range(i + 1, size)]
    rows = np.repeat(np.arange(len(lineups), dtype=np.int32), 10)
    won = rng.random(len(rows)) < rng.random(len(lineups))[rows]
    block = (
        np.arange(len(rows)), rows, np.stack([won, ~won], axis=1).astype(float),
        np.zeros((len(rows), 2), np.bool_), np.zeros(len(rows), np.int8), np.full(len(rows), -1),
    )  # fmt: skip
    names = [f"e{i}" for i in range(size)]
    ratings = AlphaRank(alpha=2.0).rate(make_results(names, lineups, [block], 2))
    payoffs = np.zeros((size, size))
    for row, (i, j) in enumerate(lineups):
        payoffs[i, j] = 2 * won[rows == row].mean() - 1
    expected = alpharank.compute([payoffs - payoffs.T], m=50, alpha=2.0)[2]
    assert [ratings[name].rating for name in names] == pytest.approx(expected.tolist(), abs=1e-9)
    assert min(rating.rating for rating in ratings.values()) >= 0


def test_nash_averaging_of_a_biased_circle(make):
    # payoffs +-1, +-.5, +-.25: each is played in proportion to what the other two play for
    results = beats(make, (0, 1, 20, 0), (1, 2, 15, 5), (2, 0, 25, 15))
    np.testing.assert_allclose(
        equilibrium(np.array([[0, 1, -0.25], [-1, 0, 0.5], [0.25, -0.5, 0]])),
        np.array([0.5, 0.25, 1]) / 1.75, atol=1e-7,
    )  # fmt: skip
    assert values(NashAveraging().rate(results)) == pytest.approx(dict.fromkeys("abc", 0), abs=1e-7)


def test_copies_change_no_nash_average(make):
    """Balduzzi et al. (2018): copies of an agent must not change anyone's rating."""
    once = beats(make, *CYCLE, (0, 3), (1, 3), (3, 2))
    copied = beats(make, *CYCLE, (0, 3), (1, 3), (3, 2),
                   (4, 1), (2, 4), (4, 3), (0, 4, 1, 1))  # fmt: skip
    one, other = values(NashAveraging().rate(once)), values(NashAveraging().rate(copied))
    assert {name: other[name] for name in one} == pytest.approx(one, abs=1e-7)
    assert other["e"] == pytest.approx(one["a"], abs=1e-7)


def test_copies_share_their_odds():
    rock, paper, scissors = [0, 0, -1, 1], [1, 1, 0, -1], [-1, -1, 1, 0]
    mixture = equilibrium(np.array([rock, rock, paper, scissors], float))
    np.testing.assert_allclose(mixture, [1 / 6, 1 / 6, 1 / 3, 1 / 3], atol=1e-7)


@given(st.integers(1, 12), st.integers(0, 10**6), st.booleans())
@settings(max_examples=100, deadline=None)
def test_nothing_beats_the_equilibrium_and_none_is_more_even(size, seed, whole):
    rng = np.random.default_rng(seed)
    game = (
        rng.integers(-2, 3, (size, size)).astype(float) if whole else rng.normal(size=(size, size))
    )
    game = np.triu(game, 1) - np.triu(game, 1).T
    mixture = equilibrium(game)
    assert mixture.sum() == pytest.approx(1) and mixture.min() >= 0
    assert (game @ mixture).max() < 1e-6
    # a step towards any other equilibrium, here that of the relabelled game, gains no entropy
    order = rng.permutation(size)
    other = np.empty(size)
    other[order] = equilibrium(game[np.ix_(order, order)])
    np.testing.assert_allclose(other, mixture, atol=1e-5)


def test_levels_of_maximal_lotteries(make):
    # a beats all; b, c, d go round; e loses to all
    encounters = [(0, i) for i in (1, 2, 3, 4)] + [(1, 2), (2, 3), (3, 1)]
    encounters += [(i, 4) for i in (1, 2, 3)]
    ratings = values(MaximalLotteries().rate(beats(make, *encounters)))
    third = 1 + 1 / 3
    assert ratings == pytest.approx({"a": 3, "b": third, "c": third, "d": third, "e": 1}, abs=1e-6)


def test_who_never_met(make):
    results = beats(make, (0, 1), (1, 2))
    for system in (AlphaRank, NashAveraging):
        with pytest.raises(Unsuitable, match="'a' never met 'c'; play a round robin"):
            system().rate(results)
    assert next(iter(MaximalLotteries().rate(results))) == "a"


@pytest.mark.parametrize("system", [AlphaRank, NashAveraging, MaximalLotteries])
def test_nobody_met_or_played(make, system):
    with pytest.raises(Unsuitable, match="mean_return"):
        system().rate(make([(0, 0)], [(1, 1)]))
    assert system().rate(make([], np.zeros((0, 2)), entrants=2)) == {}


@pytest.mark.parametrize("wrong", [{"alpha": 0.0}, {"alpha": 1e4}, {"population": 1}])
def test_bad_parameters(wrong):
    with pytest.raises(BadParameter, match=f"alpha_rank: {next(iter(wrong))}="):
        AlphaRank(**wrong)
