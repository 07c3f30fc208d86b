"""OpenSkill: the library's own numbers, free-for-alls, teams and ties."""

from __future__ import annotations

import numpy as np
import pytest
from openskill.models import PlackettLuce

from arena.errors import BadParameter, Unsuitable
from arena.ratings.openskill import OpenSkill


def means(ratings):
    return {name: rating.rating for name, rating in ratings.items()}


def library(teams, ranks):
    """Means that the library itself gives newcomers."""
    model = PlackettLuce(tau=1e-12)
    rated = model.rate([[model.rating() for _ in range(n)] for n in teams], ranks=ranks)
    return [player.mu for team in rated for player in team]


def test_two(make):
    ratings = OpenSkill().rate(make([(1, 0)], [(1, 0)]))
    assert list(ratings) == ["b", "a"]
    assert [r.rating for r in ratings.values()] == pytest.approx(library([1, 1], [0, 1]))
    assert ratings["a"].low is None and ratings["a"].games == 1


def test_a_free_for_all_in_which_losers_tie(make):
    # TrueSkill 0.4.5 gives these two different means
    ratings = means(OpenSkill().rate(make([(0, 1, 2)], [(1, 0, 0)])))
    assert list(ratings.values()) == pytest.approx(library([1, 1, 1], [0, 1, 1]))
    assert ratings["b"] == ratings["c"] < 25 < ratings["a"]


def test_a_forfeit_is_last(make):
    ratings = means(OpenSkill().rate(make([(0, 1, 2)], [(9, 1, 0)], forfeits=[(0, 0)])))
    assert ratings["b"] > ratings["c"] > ratings["a"]


def test_teams_of_several_entrants(make):
    results = make([(0, 1, 2, 3)], [(1, 0, 1, 0)], sides=((0, 2), (1, 3)))
    ratings = means(OpenSkill().rate(results))
    won, _, lost, _ = library([2, 2], [0, 1])
    assert ratings == pytest.approx({"a": won, "c": won, "b": lost, "d": lost})


def test_partners_are_told_apart_by_whom_they_partner(make):
    rng = np.random.default_rng(0)
    strength = np.array([2.0, 0.0, -1.0, -1.0])
    lineups = [tuple(rng.permutation(4)) for _ in range(400)]
    won = [rng.random() < 1 / (1 + np.exp(s[1] + s[3] - s[0] - s[2]))
           for s in (strength[list(who)] for who in lineups)]  # fmt: skip
    returns = [(w, 1 - w, w, 1 - w) for w in won]
    ratings = OpenSkill().rate(make(lineups, returns, sides=((0, 2), (1, 3))))
    assert list(ratings)[:2] == ["a", "b"]
    assert ratings["a"].rating > ratings["b"].rating + 3


def test_an_entrant_that_holds_all_seats_of_a_side_is_one_player(make):
    results = make([(0, 1, 0, 1)], [(1, 0, 1, 0)], sides=((0, 2), (1, 3)))
    assert OpenSkill().rate(results) == OpenSkill().rate(make([(0, 1)], [(1, 0)]))


def test_an_entrant_that_holds_several_sides_learns_from_each(make):
    ratings = means(OpenSkill().rate(make([(0, 1, 0)], [(2, 1, 0)])))
    first, second, third = library([1, 1, 1], [0, 1, 2])
    assert ratings == pytest.approx({"a": 25 + (first - 25) + (third - 25), "b": second})


def test_matches_of_fewer_seats(make):
    nan = np.nan
    ratings = OpenSkill().rate(make([(0, 1, 2), (0, 2)], [(2, 1, 0), (0, 1, nan)]))
    assert {name: rating.games for name, rating in ratings.items()} == {"a": 2, "b": 1, "c": 2}
    assert means(ratings)["b"] == pytest.approx(library([1, 1, 1], [0, 1, 2])[1])


def test_its_own_scale(make):
    small = OpenSkill(mu=25.0).rate(make([(0, 1)], [(1, 0)]))
    large = OpenSkill(mu=1500.0).rate(make([(0, 1)], [(1, 0)]))
    assert large["a"].rating == pytest.approx(60 * small["a"].rating)


def test_nobody_met(make):
    with pytest.raises(Unsuitable, match="nobody met another; use mean_return"):
        OpenSkill().rate(make([(0, 0), (1, 1)], [(1, 1), (2, 2)], sides=((0, 1),)))
    assert OpenSkill().rate(make([], np.zeros((0, 2)), entrants=2)) == {}


@pytest.mark.parametrize("wrong", [{"mu": 0.0}, {"sigma": -1.0}, {"tau": float("nan")}])
def test_bad_parameters(wrong):
    with pytest.raises(BadParameter, match=f"openskill: .*{next(iter(wrong))}="):
        OpenSkill(**wrong)
