"""Cross-play: how well do those that play well with themselves play with others?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np

from arena.errors import Unsuitable
from arena.formats.design import LazyPairings, at_least_one, check_field, check_known, deals_for
from arena.intervals import clustered_mean
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.roles import Format
from arena.tally import Floats, Ints


class CrossPlay(Format):
    """Every pairing of partners, each entrant with itself among them, in `games` matches.

    For games that are cooperative. All pairings play the same deals, each deal once from every
    seat; `games` is rounded up to a multiple of the seats. In games of three and more seats one
    entrant holds one seat and its partner all others, so that each two make two pairings.

    partners   ad hoc teamwork: these entrants are kept back as partners for all others, who meet
               them (in one seat, where there are three and more) and themselves, and nobody else.
               Name such that nobody was trained with: other seeds, other trainers, scripts
    """

    compares_sides = False
    ratings = ("bradley_terry:paired=true", "mean_return:by_seat=true")

    def __init__(self, games: int = 100, partners: Sequence[str] = ()) -> None:
        self.games, self.partners = at_least_one(games), tuple(partners)

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` unless the game is cooperative and has partners."""
        check_field("cross_play", entrants)
        spec = entrants.spec
        if spec.kind != "cooperative" or len(spec.seats) < 2:
            cure = "score" if spec.ranked_by_return else "round_robin"
            raise Unsuitable(
                f"cross_play: {spec.name} is {spec.kind}, with {len(spec.seats)} seats, and is no"
                f" game of partners; use --format {cure}"
            )
        check_known("cross_play", entrants, self.partners)
        if set(entrants.names) <= set(self.partners):
            raise Unsuitable("cross_play: all are partners; add an entrant to be scored with them")

    def _pairs(self, entrants: Entrants) -> list[tuple[int, int]]:
        """Return the pairings: who holds one seat, and who holds all others."""
        everyone = range(len(entrants))
        if self.partners:
            kept = [index for index in everyone if entrants.names[index] in self.partners]
            visitors = [index for index in everyone if index not in kept]
            return [(who, who) for who in everyone] + list(product(visitors, kept))
        if len(entrants.spec.seats) == 2:
            return list(combinations_with_replacement(everyone, 2))
        return list(product(everyone, everyone))

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the one round there is."""
        if len(results):
            return ()
        seats, partners = len(entrants.spec.seats), self._pairs(entrants)

        def pairing(index: int) -> Pairing:
            rest, seat = divmod(index, seats)
            deal, number = divmod(rest, len(partners))
            one, other = partners[number]
            return Pairing(tuple(one if i == seat else other for i in range(seats)), deal)

        return LazyPairings(deals_for(self.games, seats) * len(partners) * seats, pairing)

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return each entrant's score with itself and with others, and the gap between them.

        A score is the mean return of a seat. The gap, self-play less cross-play, is taken deal by
        deal; its interval is at 95 %.
        """
        results = results.rated
        if not len(results):
            return {}
        scores, one, other = _columns(results)
        deals = np.unique(results.deals, return_inverse=True)[1]
        alone = one == other
        rows = []
        for who, name in enumerate(entrants.names):
            mine = (one == who) | (other == who)
            if name not in self.partners:
                found = _gap(scores, deals, mine & alone, mine & ~alone)
                if self.partners:
                    found["ad_hoc"] = _mean(scores, deals, mine & ~alone)
                rows.append({"entrant": name, **found})
        kept = np.isin(one, [entrants.names.index(name) for name in self.partners])
        overall = _gap(scores, deals, alone & ~kept, ~alone)
        says = _sentence(overall)
        if self.partners:
            rows = sorted(rows, key=lambda row: _first(row["ad_hoc"]["mean"]))
            overall["partners_alone"] = _mean(scores, deals, alone & kept)
            says = _ad_hoc_sentence(rows[0], overall["partners_alone"])
        return {
            "says": says,
            **overall,
            "entrants": rows,
            "pairings": _matrix(entrants, scores, one, other),
        }


def _columns(results: Results) -> tuple[Floats, Ints, Ints]:
    """Return each match's mean return of a seat, and its two partners (the lone one first)."""
    pairs = np.array([_partners(lineup) for lineup in results.lineups], np.int64)[results.lineup]
    return results.returns.mean(axis=1), pairs[:, 0], pairs[:, 1]


def _partners(lineup: tuple[int, ...]) -> tuple[int, int]:
    one, *rest = sorted(set(lineup), key=lambda who: (lineup.count(who), who))
    return one, rest[0] if rest else one


def _gap(scores: Floats, deals: Ints, alone: Any, mixed: Any) -> dict[str, Any]:
    """Return the mean scores of two sets of matches, and their difference over shared deals."""
    size = int(deals.max()) + 1
    counts = [np.bincount(deals[rows], minlength=size) for rows in (alone, mixed)]
    sums = [np.bincount(deals[rows], scores[rows], size) for rows in (alone, mixed)]
    means = [float(scores[rows].mean()) if rows.any() else None for rows in (alone, mixed)]
    shared = (counts[0] > 0) & (counts[1] > 0)
    gap = low = high = None
    if shared.any():
        gaps = sums[0][shared] / counts[0][shared] - sums[1][shared] / counts[1][shared]
        gap, low, high = clustered_mean(gaps, np.ones(len(gaps)))
    return {"self_play": means[0], "cross_play": means[1], "gap": gap, "low": low, "high": high}


def _mean(scores: Floats, deals: Ints, chosen: Any) -> dict[str, float | None]:
    """Return the mean score of some matches and its interval, those of one deal together."""
    sizes = np.bincount(deals[chosen]).astype(np.float64)
    totals = np.bincount(deals[chosen], scores[chosen]).astype(np.float64)
    if not sizes.sum():
        return {"mean": None, "low": None, "high": None}
    mean, low, high = clustered_mean(totals[sizes > 0], sizes[sizes > 0])
    return {"mean": mean, "low": low, "high": high}


def _matrix(entrants: Entrants, scores: Floats, one: Ints, other: Ints) -> list[dict[str, Any]]:
    """Return the mean score of each pairing that was played."""
    size = len(entrants)
    games = np.bincount(one * size + other, minlength=size**2)
    totals = np.bincount(one * size + other, scores, size**2)
    ordered = games.reshape(size, size)
    cells = {(i, j): (totals[i * size + j], ordered[i, j]) for i, j in np.argwhere(ordered)}
    names = entrants.names
    return [
        {"partners": [names[i], names[j]], "score": float(total / count), "games": int(count)}
        for (i, j), (total, count) in cells.items()
    ]


def _sentence(overall: Mapping[str, Any]) -> str:
    if overall["gap"] is None:
        return "There are no deals on which self-play and cross-play can be compared."
    interval = "" if overall["low"] is None else f" ({overall['low']:.4g} to {overall['high']:.4g})"
    return (
        f"Self-play scores {overall['self_play']:.4g}, cross-play {overall['cross_play']:.4g};"
        f" on the same deals the gap is {overall['gap']:.4g}{interval}."
    )


def _first(mean: float | None) -> float:
    return np.inf if mean is None else -mean


def _ad_hoc_sentence(best: Mapping[str, Any], kept: Mapping[str, Any]) -> str:
    told = best["ad_hoc"]
    if told["mean"] is None or kept["mean"] is None:
        return "There are no matches by which to judge."
    interval = "" if told["low"] is None else f" ({told['low']:.4g} to {told['high']:.4g})"
    return (
        f"With partners it never met {best['entrant']} does best: {told['mean']:.4g}{interval};"
        f" these by themselves score {kept['mean']:.4g}."
    )
