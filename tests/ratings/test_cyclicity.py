"""The cyclic share of results."""

from __future__ import annotations

import numpy as np
import pytest

from arena.cyclicity import cyclicity


def played(make, rng, odds, games, entrants):
    """Results of a round robin in which i beats j with odds[i][j]."""
    lineups = [(i, j) for i in range(entrants) for j in range(i + 1, entrants)] * games
    won = rng.random(len(lineups)) < np.array([odds[i][j] for i, j in lineups])
    return make(lineups, np.stack([won, ~won], axis=1).astype(float), entrants=entrants)


def test_rock_paper_scissors_is_all_circle(make):
    found = cyclicity(make([(0, 1), (1, 2), (2, 0)] * 20, [(1, -1)] * 60))
    assert found.share == pytest.approx(1) and found.p < 1e-4


def test_what_ratings_explain_is_no_circle(make):
    rng = np.random.default_rng(1)
    strength = np.array([300, 100, 0, -100, -300.0])
    odds = 1 / (1 + 10 ** (-(strength[:, None] - strength) / 400))
    found = cyclicity(played(make, rng, odds, 2000, 5))
    assert found.share < 0.01 and found.p > 0.001


def test_a_mixture_of_both(make):
    # log odds of 1 round the circle, and of 1 and 2 along the line: 3 of 3 + 6
    rng = np.random.default_rng(2)
    flow = np.array([[0, 1 + 1, 2 - 1], [-2, 0, 1 + 1], [-1, -2, 0]])
    found = cyclicity(played(make, rng, 1 / (1 + np.exp(-flow)), 20_000, 3))
    # edges weigh by their games' information, so not quite a third
    assert found.share == pytest.approx(1 / 3, abs=0.05) and found.p < 1e-9


def test_equals_look_cyclic_by_chance_and_p_says_so(make):
    """Of 300 tournaments of five equals, p is below 0.05 in some 5 %; s.d. 1.3 %."""
    rng = np.random.default_rng(3)
    found = [cyclicity(played(make, rng, np.full((5, 5), 0.5), 40, 5)) for _ in range(300)]
    assert np.mean([one.p < 0.05 for one in found]) < 0.09
    assert 0.35 < np.mean([one.p for one in found]) < 0.65


def test_games_of_one_deal_are_one_piece_of_evidence(make):
    lineups, returns = [(0, 1), (1, 2), (2, 0)] * 4, [(1, -1)] * 9 + [(-1, 1)] * 3
    once = cyclicity(make(lineups, returns, np.repeat(np.arange(4), 3)))
    copies = make(lineups * 50, returns * 50, np.tile(np.repeat(np.arange(4), 3), 50))
    assert once.p > 0.05 and cyclicity(copies).p > 0.01


def test_no_circle_to_go_round(make):
    assert cyclicity(make([(0, 1), (1, 2)] * 5, [(1, -1)] * 10)) is None
    assert cyclicity(make([(0,), (1,)], [(1,), (2,)])) is None
    assert cyclicity(make([(0, 0)], [(1, 2)])) is None
    assert cyclicity(make([], np.zeros((0, 2)), entrants=2)) is None
