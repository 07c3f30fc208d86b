"""What every rating system owes: `check_rater`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import permutations

from arena.errors import Unsuitable
from arena.records import Episode, Pairing, Rating, Spec
from arena.results import Results
from arena.roles import Rater
from arena.seeds import derive
from arena.testing.probe import global_luck, global_luck_kept, same, stir, touched
from arena.testing.report import Report, short
from arena.testing.results import ALONE, PAIR, TEAM, THREE, outcome, results_of

RULES = {
    "suits": "it rates some kind of results, and says with Unsuitable why not otherwise",
    "raises": "it rates any results that suit it, forfeits among them, and changes none",
    "empty": "no results give no ratings (or Unsuitable)",
    "ratings": "it gives a Rating with a finite number to every entrant that played, to no other",
    "interval": "low <= rating <= high, or both are None",
    "games": "it counts the matches of each entrant",
    "sorted": "the best come first",
    "sense": "who does better in every way is not rated below who does worse",
    "pure": "the same results give the same ratings",
    "names": "names and the order of entrants do not matter",
    "luck": "the process-wide generators are left alone, and do not matter",
}
_NAMES = ("ann", "bob", "cyd", "dee", "eve")  # eve takes no part
_NEAR = 1e-5


def check_rater(rater: Rater, games: int = 240, seed: int = 0) -> Report:
    """Hold a rating system to its contract, on made-up results of four entrants.

    Raises AssertionError, naming the rule that is broken and the cure.
    """
    report = Report(f"rater {type(rater).__name__}", RULES)
    with global_luck_kept():
        rated = [_rates(report, rater, spec, games, seed) for spec in (PAIR, THREE, ALONE, TEAM)]
    if not any(rated):
        raise report.broken("suits", "it rates no results at all", "raise Unsuitable more rarely")
    return report


def _rates(report: Report, rater: Rater, spec: Spec, games: int, seed: int) -> bool:
    """Check results of one kind of game; return whether they can be rated."""
    episodes = [
        episode
        for number in range(games)
        if (episode := _match(spec, number, seed)).ending != "void"
    ]
    results = results_of(_NAMES, spec, episodes)
    ratings = _rate(report, rater, results)
    if ratings is None:
        report.notes.append(f"it rates no results of {spec.name}")
        return False
    _check_ratings(report, ratings, episodes)
    stir(1)
    again = _rate(report, rater, results)
    if again != ratings:
        raise report.broken(
            "pure", f"it rated {short(ratings)}, and then {short(again)}",
            "take luck from a seed of its own, and keep nothing between calls",
        )  # fmt: skip
    _check_names(report, rater, spec, episodes, ratings)
    _check_empty(report, rater, spec)
    return True


def _match(spec: Spec, number: int, seed: int) -> Episode:
    """Return a match among the first four, who take every seat in turn."""
    who = list(permutations(range(4), len(spec.seats)))[number * 7 % math.perm(4, len(spec.seats))]
    if spec.ranked_by_return:
        who = (number % 4,) * len(spec.seats)
    return outcome(spec, number, Pairing(who, number), derive(seed, spec.name))


def _rate(report: Report, rater: Rater, results: Results) -> Mapping[str, Rating] | None:
    """Return the ratings, None if the results do not suit."""
    before = global_luck()
    with report.guard("raises", "rate what suits, change no results, else raise Unsuitable"):
        try:
            ratings = rater.rate(results)
        except Unsuitable:
            return None
    if moved := touched(before):
        raise report.broken(
            "luck", f"it draws from the process-wide {' and '.join(moved)}",
            "draw from numpy.random.default_rng of a seed of its own",
        )  # fmt: skip
    return ratings


def _check_ratings(report: Report, ratings: Mapping[str, Rating], episodes: list[Episode]) -> None:
    if set(ratings) != set(_NAMES[:4]):
        raise report.broken(
            "ratings", f"it rated {sorted(ratings)}, and {list(_NAMES[:4])} played",
            "rate exactly those that played",
        )  # fmt: skip
    for name, rating in ratings.items():
        if not isinstance(rating, Rating) or not math.isfinite(rating.rating):
            raise report.broken(
                "ratings", f"{name} is rated {short(rating)}", "give an arena.Rating, finite"
            )
        low, high = rating.low, rating.high
        if (low is None) != (high is None) or (
            low is not None and high is not None and not low <= rating.rating <= high
        ):
            raise report.broken(
                "interval", f"{name} has {short(rating)}", "let low <= rating <= high, or both None"
            )
        played = sum(_NAMES.index(name) in episode.match.seats for episode in episodes)
        if rating.games != played:
            raise report.broken(
                "games", f"{name} has {rating.games} games, and played {played}", "count matches"
            )
    values = [rating.rating for rating in ratings.values()]
    if values != sorted(values, reverse=True):
        raise report.broken("sorted", f"the order is {short(values)}", "put the best first")
    if ratings["ann"].rating < ratings["dee"].rating:
        raise report.broken(
            "sense", f"ann mostly wins and has {ratings['ann'].rating:g}, dee mostly loses and has "
            f"{ratings['dee'].rating:g}", "let more be better",
        )  # fmt: skip


def _check_names(
    report: Report, rater: Rater, spec: Spec, episodes: list[Episode],
    ratings: Mapping[str, Rating],
) -> None:  # fmt: skip
    """Rate the same results with the entrants in another order and under other names."""
    order = (2, 4, 0, 3, 1)  # entrant n becomes number order[n], and takes another's name
    names = tuple(f"z{5 - n} {n}" for n in range(5))
    moved = [
        episode._replace(
            match=episode.match._replace(seats=tuple(order[who] for who in episode.match.seats))
        )
        for episode in episodes
    ]
    other = _rate(report, rater, results_of(names, spec, moved)) or {}
    for number, name in enumerate(_NAMES[:4]):
        mine, theirs = ratings[name], other.get(names[order[number]])
        if not same(mine, theirs, _NEAR):
            raise report.broken(
                "names", f"{name} has {short(mine)}, and {short(theirs)} under another name and "
                "number", "let ratings depend on who met whom and how it ended alone",
            )  # fmt: skip


def _check_empty(report: Report, rater: Rater, spec: Spec) -> None:
    for names in (_NAMES, ()):
        with report.guard("empty", "return {} where there are no results, or raise Unsuitable"):
            try:
                ratings = rater.rate(results_of(names, spec, ()))
            except Unsuitable:
                continue
        if ratings:
            raise report.broken("empty", f"no results give {short(ratings)}", "return {}")
