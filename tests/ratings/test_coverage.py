"""Do 95 % intervals cover what was planted in 93 to 97 % of cases?

Each figure is from 200 simulated tournaments with a fixed seed. The n (n - 1) / 2 differences of
one tournament are not independent: the figure's own standard deviation is about 0.7 %, so intervals
that are right stay within 93 to 97 % for some 99 of 100 seeds.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from arena.comparison import compare
from arena.formats.round_robin import RoundRobin
from arena.ratings.bradley_terry import ELO, BradleyTerry
from arena.records import Entrants, Seat, Spec

TOURNAMENTS = 200


def spec(seats):
    return Spec("game", (Seat(None, None),) * seats)


def design(entrants, seats, games):
    """Return lineups and deals, int64 (matches, seats) and (matches,), of a round robin."""
    names = tuple(f"e{i}" for i in range(entrants))
    pairings = RoundRobin(games).next(Entrants(names, spec(seats), 0), ())
    return np.array([p.seats for p in pairings]), np.array([p.deal for p in pairings])


def shared_luck(rng, lineups, deals, shape, share):
    """Uniform numbers by match; in a `share` of groups' deals all matches have the same ones."""
    groups = np.sort(lineups, axis=1)
    _, cluster = np.unique(np.column_stack([groups, deals]), axis=0, return_inverse=True)
    own, common = rng.random((len(deals), *shape)), rng.random((cluster.max() + 1, *shape))
    same = rng.random(cluster.max() + 1) < share
    picked = same[cluster].reshape(-1, *[1] * len(shape))
    return np.where(picked, common[cluster], own)


def two_seats(rng, planted, lineups, deals, advantage, nu, luck):
    """Returns of Davidson's model; the deal favours a seat, so paired games answer each other."""
    lead = (planted[lineups[:, 0]] - planted[lineups[:, 1]] + advantage) / ELO
    weights = np.stack([np.exp(lead / 2), np.full_like(lead, nu), np.exp(-lead / 2)], axis=1)
    edges = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)[:, :2]
    outcome = (shared_luck(rng, lineups, deals, (), luck)[:, None] > edges).sum(axis=1)
    return np.stack([1.0 - outcome, outcome - 1.0], axis=1)


def many_seats(rng, planted, lineups, deals, advantage, luck):
    """Returns ranked by Plackett and Luce's model, of which each pair is Bradley and Terry's."""
    noise = -np.log(-np.log(shared_luck(rng, lineups, deals, lineups.shape[1:], luck)))
    return planted[lineups] / ELO + noise - np.arange(lineups.shape[1]) * advantage / ELO


def coverage(make, rater, entrants, games, spread, seats=2, advantage=0.0, nu=0.0, luck=0.0):
    """Return how often intervals cover: of differences, and of ratings against the mean."""
    rng = np.random.default_rng([entrants, games, seats, int(spread)])
    lineups, deals = design(entrants, seats, games)
    differences, ratings = [], []
    for _ in range(TOURNAMENTS):
        planted = rng.normal(0, spread, entrants)
        if seats == 2:
            returns = two_seats(rng, planted, lineups, deals, advantage, nu, luck)
        else:
            returns = many_seats(rng, planted, lineups, deals, advantage, luck)
        results = make(lineups, returns, deals)
        fit = rater.fit(results)
        for i, j in combinations(range(entrants), 2):
            _, low, high = fit.difference(fit.entrants[i], fit.entrants[j])
            differences.append(low <= planted[i] - planted[j] <= high)
        rated = rater.rate(results)
        for i, name in enumerate(results.entrants):
            ratings.append(
                rated[name].low <= 1500 + planted[i] - planted.mean() <= rated[name].high
            )
    return np.mean(differences), np.mean(ratings)


@pytest.mark.parametrize(
    "tournament",
    [
        {"entrants": 5, "games": 100, "spread": 150},
        {"entrants": 5, "games": 100, "spread": 150, "advantage": 50, "nu": 0.5},
        {"entrants": 10, "games": 20, "spread": 200, "advantage": 100, "nu": 1.0},
        {"entrants": 8, "games": 60, "spread": 400, "advantage": 50, "nu": 0.5},
        {"entrants": 6, "games": 100, "spread": 100, "advantage": 300, "nu": 2.0},
        {"entrants": 5, "games": 100, "spread": 150, "advantage": 50, "nu": 0.5, "luck": 0.5},
        {"entrants": 5, "games": 100, "spread": 150, "advantage": 50, "nu": 0.5, "luck": 1.0},
        {"entrants": 5, "games": 30, "spread": 150, "seats": 3, "advantage": 40},
        {"entrants": 5, "games": 60, "spread": 150, "seats": 4, "advantage": 40, "luck": 1.0},
    ],
    ids=lambda t: "-".join(f"{key}{value}" for key, value in t.items()),
)
def test_bradley_terry(make, tournament):
    differences, ratings = coverage(make, BradleyTerry(), **tournament)
    assert 0.93 <= differences <= 0.97
    assert 0.93 <= ratings <= 0.97


def test_bradley_terry_by_half_draws(make):
    differences, ratings = coverage(make, BradleyTerry(draws="half"), 5, 100, 150)
    assert 0.93 <= differences <= 0.97
    assert 0.93 <= ratings <= 0.97


def test_pairing_deals_is_worth_games(make):
    """Where the deal decides much, games paired on deals tell far more than the same unpaired."""
    rng = np.random.default_rng(8)
    lineups, deals = design(2, 2, 1000)
    returns = two_seats(rng, np.array([30.0, -30.0]), lineups, deals, 0, 0, luck=1.0)
    widths = []
    for known in (deals, np.full(len(deals), -1)):
        _, low, high = BradleyTerry().fit(make(lineups, returns, known)).difference("a", "b")
        widths.append(high - low)
    assert widths[0] < 0.6 * widths[1]


@pytest.mark.parametrize(("games", "luck"), [(100, 0.0), (1000, 1.0)])
def test_compare(make, games, luck):
    """1,000 encounters of entrants 80 Elo apart, the first move worth 60: 95 %, s.d. 0.7 %."""
    rng = np.random.default_rng(games)
    lineups, deals = design(2, 2, games)
    planted = np.array([40.0, -40.0])
    share = np.mean([1 / (1 + 10 ** (-(80 + edge) / 400)) for edge in (60, -60)])
    truth = 400 * np.log10(share / (1 - share))
    hits = 0
    for _ in range(1000):
        returns = two_seats(rng, planted, lineups, deals, 60, 0, luck)
        found = compare(make(lineups, returns, deals), "a", "b", spec(2))
        hits += found.low <= truth <= found.high
    assert 0.93 <= hits / 1000 <= 0.97
