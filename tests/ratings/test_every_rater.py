"""Every rating system that comes with Arena, held to the contract of the role."""

from __future__ import annotations

import numpy as np
import pytest

from arena.plugins import make_registry
from arena.ratings import bootstrap
from arena.ratings.bradley_terry import BradleyTerry
from arena.ratings.elo import Elo
from arena.specs import parse
from arena.testing import check_rater

SYSTEMS = (
    "elo", "elo:k=16,initial=1000,shuffles=10", "bradley_terry",
    "bradley_terry:draws=half,seat_advantage=false,prior=0.5", "mean_return", "glicko2",
    "glicko2:tau=0.3,period=20,volatility=0.05", "openskill", "openskill:mu=1500,sigma=350,tau=5",
    "alpha_rank", "alpha_rank:alpha=10,population=20", "nash_averaging", "maximal_lotteries",
    "mean_return:intervals=student",
)  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_contract(system):
    check_rater(make_registry().make("raters", parse(system)))


def test_all_are_here():
    names = {parse(system).name for system in SYSTEMS}
    assert names == set(make_registry().table("raters"))


def test_the_contract_of_the_bootstrap(monkeypatch):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 20)
    check_rater(BradleyTerry(intervals="bootstrap"))


def test_systems_agree_on_who_is_best_of_a_clear_field(make):
    """A field 200 Elo points apart, 90 games each pair: the order is beyond doubt."""
    rng = np.random.default_rng(5)
    strength = np.array([400, 200, 0, -200.0])
    lineups = np.array([(i, j) for i in range(4) for j in range(4) if i != j] * 45)
    lineups = rng.permutation(lineups)
    odds = 1 / (1 + 10 ** (-(strength[lineups[:, 0]] - strength[lineups[:, 1]]) / 400))
    won = rng.random(len(lineups)) < odds
    results = make(lineups, np.stack([won, ~won], axis=1))
    for system in ("elo:k=4", *SYSTEMS[1:]):
        rated = make_registry().make("raters", parse(system)).rate(results)
        expected = ["a", "b", "c", "d"]
        if system.startswith("alpha_rank"):  # all but the best have nought
            rated, expected = list(rated)[:1], expected[:1]
        assert list(rated) == expected, system
    assert Elo().rate(results)["a"].rating > 1650
