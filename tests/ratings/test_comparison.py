"""Two entrants compared."""

from __future__ import annotations

import math

import numpy as np
import pytest

from arena.comparison import compare, elo
from arena.errors import Unsuitable
from arena.intervals import student95, wilson
from arena.records import Seat, Spec


def game(seats, kind="competitive"):
    return Spec("hex", (Seat(None, None),) * seats, kind=kind)


def paired(make, points):
    """Results of pairs of games in which a took so many half points: 0 to 4."""
    halves = {0: (0, 0), 1: (0, 1), 2: (1, 1), 3: (1, 2), 4: (2, 2)}
    lineups = [(0, 1), (1, 0)] * len(points)
    returns = []
    for pair in points:
        first, second = halves[pair]
        returns += [(first, 2 - first), (2 - second, second)]
    return make(lineups, returns, np.repeat(np.arange(len(points)), 2))


def test_counts_and_difference(make):
    results = paired(make, [4] * 10 + [3] * 20 + [2] * 40 + [1] * 15 + [0] * 5)
    found = compare(results, "a", "b", game(2))
    assert (found.games, found.unit) == (180, "elo")
    assert found.pentanomial == (5, 15, 40, 20, 10)
    assert found.wins + found.draws / 2 == 97.5
    assert found.difference == pytest.approx(elo(97.5 / 180))
    assert found.low < found.difference < found.high
    other = compare(results, "b", "a", game(2))
    assert other.pentanomial == (10, 20, 40, 15, 5)
    assert (other.wins, other.draws, other.losses) == (found.losses, found.draws, found.wins)
    assert other.difference == pytest.approx(-found.difference)
    assert (other.low, other.high) == (pytest.approx(-found.high), pytest.approx(-found.low))
    assert other.superiority == pytest.approx(1 - found.superiority)


def test_with_many_games_the_interval_is_that_of_the_pairs(make):
    points = np.array([4] * 100 + [3] * 200 + [2] * 400 + [1] * 150 + [0] * 50)
    found = compare(paired(make, points), "a", "b", game(2))
    mean, error = points.mean() / 4, points.std(ddof=1) / 4 / math.sqrt(len(points))
    assert found.low == pytest.approx(elo(mean - 1.96 * error), abs=0.5)
    assert found.high == pytest.approx(elo(mean + 1.96 * error), abs=0.5)
    assert found.superiority == pytest.approx(
        0.5 + 0.5 * math.erf((mean - 0.5) / error / 2**0.5), abs=0.01
    )
    assert found.more_games == 0, "3.5 standard errors from even"


def test_an_even_score_tells_nothing(make):
    found = compare(paired(make, [4, 0] * 20), "a", "b", game(2))
    assert (found.difference, found.superiority, found.more_games) == (0, 0.5, None)
    assert found.low < -50 and found.high > 50


def test_more_games_would_separate(make):
    found = compare(paired(make, [4] * 11 + [0] * 9), "a", "b", game(2))
    assert found.low < 0 < found.high
    assert found.more_games > 100 and found.more_games % 2 == 0
    times = (40 + found.more_games) / 40
    many = compare(paired(make, ([4] * 11 + [0] * 9) * round(times * 1.3)), "a", "b", game(2))
    assert many.low > 0 and many.more_games == 0


def test_all_games_won_has_no_finite_difference(make):
    found = compare(paired(make, [4] * 10), "a", "b", game(2))
    assert (found.difference, found.high) == (None, None)
    assert found.low == pytest.approx(elo(wilson(1.0, 20)[0]))
    assert found.superiority > 0.999 and found.more_games == 0
    lost = compare(paired(make, [0] * 10), "a", "b", game(2))
    assert (lost.difference, lost.low) == (None, None)
    assert lost.high == pytest.approx(-found.low)


def test_nothing_but_draws_are_worth_more_than_wins_and_losses(make):
    drawn = compare(paired(make, [2] * 50), "a", "b", game(2))
    mixed = compare(paired(make, [4, 0] * 25), "a", "b", game(2))
    assert 0 < drawn.high < mixed.high / 2


def test_three_seats(make):
    results = make([(0, 1, 2), (1, 2, 0), (0, 2, 2)], [(3, 2, 1), (1, 2, 3), (0, 9, 9)])
    found = compare(results, "a", "b", game(3))
    assert (found.games, found.wins, found.pentanomial) == (2, 2, None)


def test_void_matches_and_games_with_others_do_not_count(make):
    results = make([(0, 1), (1, 0), (0, 2), (1, 2)], [(1, 0), (1, 0), (1, 0), (1, 0)], voids=[1])
    found = compare(results, "a", "b", game(2))
    assert (found.games, found.wins, found.losses) == (1, 1, 0)


def test_both_forfeit(make):
    found = compare(make([(0, 1)], [(1, 0)], forfeits=[(0, 0), (0, 1)]), "a", "b", game(2))
    assert (found.wins, found.draws, found.losses, found.difference) == (0, 0, 1, 0)


def test_one_side_on_shared_deals(make):
    luck = np.array([0.0, 100.0, -50.0, 30.0])
    gaps = np.array([1.0, 2.0, 0.0, 3.0])
    results = make(
        [(0,)] * 4 + [(1,)] * 4, np.concatenate([luck + gaps, luck])[:, None], [*range(4)] * 2
    )
    found = compare(results, "a", "b", game(1, "mixed"))
    half = student95(3) * gaps.std(ddof=1) / 2
    assert (found.unit, found.games, found.difference) == ("return", 4, 1.5)
    assert (found.wins, found.draws, found.losses) == (3, 1, 0)
    assert (found.low, found.high) == (pytest.approx(1.5 - half), pytest.approx(1.5 + half))
    assert found.more_games == math.ceil(4 * (half / 1.5) ** 2) - 4
    assert 0.9 < found.superiority < 1


def test_one_side_on_different_deals(make):
    results = make([(0,)] * 2 + [(1,)] * 2, [[1], [2], [5], [7]], [0, 1, 2, 3])
    found = compare(results, "a", "b", game(1, "mixed"))
    assert (found.games, found.difference) == (0, -4.5)
    assert found.low < -4.5 < found.high


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [("a", "z", "'z' has played no hex"), ("a", "a", "itself"), ("a", "c", "never met in hex")],
)
def test_nothing_to_compare(make, a, b, words):
    with pytest.raises(Unsuitable, match=words):
        compare(make([(0, 1), (1, 2)], [(1, 0), (1, 0)]), a, b, game(2))


@pytest.mark.parametrize(
    ("wins", "losses", "draws", "difference", "error", "superiority"),
    # cases that fastchess is tested by (elo_test.cpp): games, their Elo difference and its error,
    # half the interval's width; what it does not say is left out
    [(136, 96, 111, 40.70, 30.43, 0.9960), (76, 89, 123, None, None, 0.1553)],
)
def test_trinomial_cases_of_fastchess(make, wins, losses, draws, difference, error, superiority):
    returns = [(1, 0)] * wins + [(0, 1)] * losses + [(0, 0)] * draws
    found = compare(make([(0, 1)] * len(returns), returns), "a", "b", game(2))
    assert found.superiority == pytest.approx(superiority, abs=0.01)
    if difference is not None:
        assert found.difference == pytest.approx(difference, abs=0.005)
        # ours is Wilson's interval, of the same width within a hundredth for so many games
        assert (found.high - found.low) / 2 == pytest.approx(error, rel=0.02)


@pytest.mark.parametrize(
    ("counts", "difference", "error", "superiority"),
    # the same of pairs of games: how many gave 0, 1/2, 1, 3/2 and 2 points
    [
        ((34, 54, 63, 64, 75), 55.58, 27.65, 1.0),
        ((332, 433, 498, 333, 334), -8.64, 10.33, 0.0505),
        ((7895, 8757, 5685, 568, 9999), -21.04, 2.95, 0.0),
    ],
)
def test_pentanomial_cases_of_fastchess(make, counts, difference, error, superiority):
    points = np.repeat([0, 1, 2, 3, 4], counts)
    found = compare(paired(make, points), "a", "b", game(2))
    assert found.pentanomial == counts
    assert found.difference == pytest.approx(difference, abs=0.005)
    assert (found.high - found.low) / 2 == pytest.approx(error, rel=0.02)
    assert found.superiority == pytest.approx(superiority, abs=0.002)
