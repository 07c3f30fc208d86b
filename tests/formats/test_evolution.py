"""Evolution: payoffs measured as planted, and dynamics against known answers."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.errors import BadParameter, Unsuitable
from arena.formats.dynamics import fixation, moran, replicator, stationary
from arena.formats.evolution import Evolution, payoffs
from tests.formats.simulated import Played, field, results_of

ROCK_PAPER_SCISSORS = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0.0]])
HAWK_DOVE = np.array([[-1.0, 2.0], [0.0, 1.0]])  # V = 2, C = 4: half are hawks
DILEMMA = np.array([[3.0, 0.0], [5.0, 1.0]])  # to cooperate, to defect


def paying(table, noise=0.0):
    def outcome(luck, pairing):
        one, other = pairing.seats
        return [table[one][other] + noise * luck.normal(), table[other][one]]

    return outcome


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 6), st.integers(1, 9))
def test_everyone_meets_everyone_themselves_too(size, games):
    played = Played(Evolution(games), field(size), paying(np.zeros((size, size))))
    met = Counter(tuple(sorted(pairing.seats)) for pairing in played.pairings)
    assert len(met) == size * (size + 1) // 2
    assert set(met.values()) == {-(-games // 2) * 2}
    assert all(held[0] == held[1] for held in played.seats_held())
    played.check_pure()


def test_payoffs_are_those_that_were_planted():
    played = Played(Evolution(4), field(2), paying(DILEMMA))
    assert np.array_equal(payoffs(played.entrants, played.results), DILEMMA)
    assert played.conclusion["payoffs"] == {
        "e0": {"e0": 3, "e1": 0}, "e1": {"e0": 5, "e1": 1},
    }  # fmt: skip
    teams = Played(Evolution(4), field(2, 4, teams=2), lambda luck, p: [float(w) for w in p.seats])
    assert payoffs(teams.entrants, teams.results).tolist() == [[0, 0], [2, 2]]


@pytest.mark.parametrize(
    ("table", "expected"),
    [(ROCK_PAPER_SCISSORS, [1 / 3] * 3), (HAWK_DOVE, [0.5, 0.5]), (DILEMMA, [0, 1])],
)
def test_replicator_dynamics_come_to_rest_where_they_should(table, expected):
    conclusion = Played(Evolution(2), field(len(table)), paying(table)).conclusion
    found = {row["entrant"]: row["frequencies"] for row in conclusion["entrants"]}
    assert [found[f"e{i}"] for i in range(len(table))] == pytest.approx(expected, abs=1e-6)
    json.dumps(conclusion)


def test_hawks_and_doves_from_elsewhere():
    path = replicator(HAWK_DOVE, np.array([0.9, 0.1]), 500, 0.1)
    assert path.shape == (501, 2) and path[-1] == pytest.approx([0.5, 0.5])
    assert np.allclose(path.sum(axis=1), 1)


def test_fixation_has_moran_s_closed_form():
    """A mutant of relative fitness r takes over N with (1 - 1/r) / (1 - 1/r**N)."""
    size, gain = 20, 0.3
    chance = fixation(np.array([[1 + gain, 1 + gain], [1.0, 1.0]]), size, 1.0)
    for odds, found in ((np.exp(gain), chance[0, 1]), (np.exp(-gain), chance[1, 0])):
        assert found == pytest.approx((1 - 1 / odds) / (1 - odds**-size))
    assert np.diag(chance) == pytest.approx([1 / size] * 2)
    assert np.allclose(fixation(DILEMMA, size, 0.0), 1 / size)


def test_fixation_agrees_with_a_simulation():
    luck, size, runs = np.random.default_rng(0), 6, 40_000
    chance = fixation(HAWK_DOVE, size, 0.5)[0, 1]
    mutants = np.ones(runs, int)
    while (live := (mutants > 0) & (mutants < size)).any():
        m = mutants[live]
        hawk = ((m - 1) * HAWK_DOVE[0, 0] + (size - m) * HAWK_DOVE[0, 1]) / (size - 1)
        dove = (m * HAWK_DOVE[1, 0] + (size - m - 1) * HAWK_DOVE[1, 1]) / (size - 1)
        birth = m * np.exp(0.5 * hawk) / (m * np.exp(0.5 * hawk) + (size - m) * np.exp(0.5 * dove))
        born, dies = luck.random(len(m)) < birth, luck.random(len(m)) < m / size
        mutants[live] = m + born.astype(int) - dies.astype(int)
    share = np.mean(mutants == size)
    assert abs(share - chance) < 4 * np.sqrt(chance * (1 - chance) / runs)


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(0, 99))
def test_stationary_shares_stay_what_they_are(size, seed):
    rates = np.random.default_rng(seed).random((size, size)) + 0.01
    shares = stationary(rates)
    np.fill_diagonal(rates, 0)
    assert shares.sum() == pytest.approx(1)
    assert shares @ rates == pytest.approx(shares * rates.sum(axis=1))


def test_moran_dynamics():
    assert moran(ROCK_PAPER_SCISSORS, 50, 1.0) == pytest.approx([1 / 3] * 3)
    assert moran(DILEMMA, 50, 0.0) == pytest.approx([0.5, 0.5])
    assert moran(DILEMMA, 50, 1.0)[1] > 0.999
    assert np.isfinite(moran(DILEMMA * 100, 1000, 50.0)).all()
    conclusion = Played(Evolution(2, "moran"), field(2), paying(DILEMMA)).conclusion
    assert conclusion["entrants"][0]["entrant"] == "e1"
    assert conclusion["says"].startswith("By moran dynamics: e1 100.0%")


def test_results_that_are_missing():
    entrants, format_ = field(2), Evolution(2)
    none = results_of(entrants, [], [])
    assert format_.conclusion(entrants, none) == {}
    pairings = list(format_.next(entrants, none))
    returns = [(1, 1) if p.seats != (1, 1) else None for p in pairings]
    conclusion = format_.conclusion(entrants, results_of(entrants, pairings, returns))
    assert conclusion == {"says": "Nothing evolves: there is no result of e1 with e1."}
    same = [(1, 1)] * len(pairings)  # nobody earns more than anybody
    conclusion = format_.conclusion(entrants, results_of(entrants, pairings, same))
    assert [row["frequencies"] for row in conclusion["entrants"]] == [0.5, 0.5]


def test_what_does_not_suit():
    Evolution().check(field(2, kind="mixed"))
    with pytest.raises(Unsuitable, match="3 sides"):
        Evolution().check(field(3, 3))
    for wrong in (
        {"games": 0}, {"dynamics": "drift"}, {"generations": 0}, {"population": 1},
        {"selection": -1.0},
    ):  # fmt: skip
        with pytest.raises(BadParameter):
            Evolution(**wrong)
