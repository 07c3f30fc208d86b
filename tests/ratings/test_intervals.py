"""Intervals in closed form against known values."""

from __future__ import annotations

import numpy as np
import pytest

from arena.comparison import elo
from arena.intervals import clustered_mean, student95, wilson


@pytest.mark.parametrize(
    ("freedom", "point"),
    # any printed table of Student's distribution
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042),
     (100, 1.984), (1000, 1.962)],
)  # fmt: skip
def test_students_points(freedom, point):
    assert student95(freedom) == pytest.approx(point, abs=6e-4)


def test_students_points_against_scipy():
    stats = pytest.importorskip("scipy.stats")
    for freedom in (*range(1, 40), 199, 200, 201, 500):
        assert student95(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=1e-4)


def test_student_needs_a_degree_of_freedom():
    with pytest.raises(ValueError, match="0 degrees"):
        student95(0)


@pytest.mark.parametrize(
    ("games", "half"), [(4636, 10), (1158, 20), (184, 50), (45, 100)]
)  # the project's reference: games for a half-width in Elo, without draws
def test_games_for_a_half_width(games, half):
    low, high = wilson(0.5, games)
    assert elo(high) == pytest.approx(half, rel=0.003)
    assert elo(low) == pytest.approx(-half, rel=0.003)


def test_wilson_at_the_ends():
    low, high = wilson(1.0, 10)
    assert (low, high) == (pytest.approx(1 / (1 + 1.96**2 / 10), abs=1e-4), 1.0)
    assert wilson(0.0, 10) == (0.0, pytest.approx(1 - low))


def test_mean_of_single_numbers_is_students():
    # Student (1908), the sleep data: mean .75, s.d. 1.789, t(9) = 2.262
    extra = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    mean, low, high = clustered_mean(extra, np.ones(10))
    assert mean == pytest.approx(0.75)
    assert (low, high) == (pytest.approx(-0.5298, abs=1e-4), pytest.approx(2.0298, abs=1e-4))


def test_one_cluster_has_no_interval():
    assert clustered_mean(np.array([6.0]), np.array([3.0])) == (2.0, None, None)


def test_clusters_of_copies_count_once():
    once = clustered_mean(np.array([1.0, 2.0, 4.0]), np.ones(3))
    copied = clustered_mean(np.array([5.0, 10.0, 20.0]), np.full(3, 5.0))
    assert copied == pytest.approx(once)
