"""Every rule of `check_rater` holds for good raters and is broken by a bad one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from arena.errors import Unsuitable
from arena.ratings.bradley_terry import BradleyTerry
from arena.ratings.elo import Elo
from arena.ratings.mean_return import MeanReturn
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.testing import Broken, check_rater
from arena.testing.rater import RULES

Ratings = dict[str, Rating]


class Means(Rater):
    """The mean return of a match, for the others to spoil."""

    def rate(self, results: Results) -> Mapping[str, Rating]:
        totals: dict[str, list[float]] = {}
        for result in results:
            for who in set(result.seats):
                held = [r for s, r in zip(result.seats, result.returns) if s == who]
                totals.setdefault(results.entrants[who], []).append(sum(held))
        ratings = {
            name: Rating(sum(kept) / len(kept), -1e9, 1e9, len(kept))
            for name, kept in totals.items()
        }
        ratings = dict(sorted(ratings.items(), key=lambda item: -item[1].rating))
        return self.spoil(ratings, results)

    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return ratings


class Never(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        raise Unsuitable("never: it rates nothing")


class Fails(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        raise ZeroDivisionError("division by zero")


class Tidies(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        results.values[np.isneginf(results.values)] = -1.0
        return ratings


class FailsOnNothing(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return ratings if max(rating.games for rating in ratings.values()) else {}


class Imagines(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return ratings or {"somebody": Rating(0.0, None, None, 0)}


class RatesAll(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return {**ratings, "eve": Rating(-9.0, None, None, 0)} if ratings else {}


class Infinite(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return {name: r._replace(rating=float("inf")) for name, r in ratings.items()}


class Inverted(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return {name: r._replace(low=r.high, high=r.low) for name, r in ratings.items()}


class HalfInterval(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return {name: r._replace(low=None) for name, r in ratings.items()}


class Miscounts(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return {name: r._replace(games=r.games * 2) for name, r in ratings.items()}


class Unsorted(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return dict(reversed(ratings.items()))


class Golf(Means):
    """Less is better."""

    def spoil(self, ratings: Ratings, results: Results) -> Any:
        return {n: r._replace(rating=-r.rating) for n, r in reversed(ratings.items())}


class Drifts(Means):
    calls = 0

    def spoil(self, ratings: Ratings, results: Results) -> Any:
        self.calls += 1
        return {n: r._replace(rating=r.rating + self.calls) for n, r in ratings.items()}


class ByNumber(Means):
    """Looks better with a higher number."""

    def spoil(self, ratings: Ratings, results: Results) -> Any:
        number = results.entrants.index
        spoilt = {n: r._replace(rating=r.rating + number(n) / 1000) for n, r in ratings.items()}
        return dict(sorted(spoilt.items(), key=lambda item: -item[1].rating))


class Rolls(Means):
    def spoil(self, ratings: Ratings, results: Results) -> Any:
        noise = np.random.normal()
        return {n: r._replace(low=r.rating - abs(noise)) for n, r in ratings.items()}


BROKEN: list[tuple[str, Rater]] = [
    ("suits", Never()),
    ("raises", Fails()),
    ("raises", Tidies()),
    ("empty", FailsOnNothing()),
    ("empty", Imagines()),
    ("ratings", RatesAll()),
    ("ratings", Infinite()),
    ("interval", Inverted()),
    ("interval", HalfInterval()),
    ("games", Miscounts()),
    ("sorted", Unsorted()),
    ("sense", Golf()),
    ("pure", Drifts()),
    ("names", ByNumber()),
    ("luck", Rolls()),
]


@pytest.mark.parametrize("good", [Means(), Elo(), BradleyTerry(), MeanReturn()])
def test_good_raters_pass(good: Rater) -> None:
    check_rater(good)


@pytest.mark.parametrize(("rule", "bad"), BROKEN)
def test_a_bad_rater_breaks_its_rule(rule: str, bad: Rater) -> None:
    with pytest.raises(Broken) as caught:
        check_rater(bad)
    assert caught.value.rule == rule, caught.value
    assert "\n" not in str(caught.value) and "; " in str(caught.value)


def test_every_rule_has_a_rater_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} == set(RULES)
