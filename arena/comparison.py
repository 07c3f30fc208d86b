"""Two entrants compared: by how much one is better, how sure that is, and what would settle it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from arena.errors import Unsuitable
from arena.intervals import Z95, clustered_mean, wilson
from arena.results import Results
from arena.tally import (
    BETTER,
    BOTH_FORFEIT,
    EQUAL,
    POINTS,
    WORSE,
    Clusters,
    Floats,
    Pairwise,
    Sided,
    deals_told_apart,
    entrant_groups,
    returns_by_deal,
)

SURPRISES = 5.0
"""The variance, in games, at which the spread of the pairs counts as much as that of a coin."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How `a` does against `b`.

    unit          what `difference` is in: "elo", or "return" in a game with one side
    games         how often they met; in a game with one side, on how many deals both played
    wins, draws, losses   of `a` against `b`; in a game with one side, on those deals
    difference    how much better `a` is, None where it has no finite value (all won or all lost)
    low, high     the 95 % interval; None where it has no such end
    superiority   the likelihood that `a` is the better, given these games: 0.5 is no telling
    pentanomial   how many pairs of games with seats swapped gave `a` 0, 1/2, 1, 3/2, 2 points; None
                  where the game has not two sides
    more_games    how many more games would tell them apart if they go on like this, 0 where they
                  are told apart; None where none would, or nothing can be said
    """

    a: str
    b: str
    unit: Literal["elo", "return"]
    games: int
    wins: int
    draws: int
    losses: int
    difference: float | None
    low: float | None
    high: float | None
    superiority: float | None
    pentanomial: tuple[int, ...] | None
    more_games: int | None


def compare(results: Results, a: str, b: str, game: Sided) -> Comparison:
    """Compare entrants `a` and `b` by name; void matches do not count.

    Raises `Unsuitable` where there is nothing to compare them by.
    """
    results = results.rated
    for name in (a, b):
        if name not in results.entrants:
            raise Unsuitable(f"{name!r} has played no {game.name} that counts; let it play first")
    if a == b:
        raise Unsuitable(f"{a!r} cannot be compared with itself; name two entrants")
    return (_by_return if game.ranked_by_return else _by_score)(results, a, b, game)


def _by_score(results: Results, a: str, b: str, game: Sided) -> Comparison:
    """Compare by games against each other, Wilson's interval at the games' effective number."""
    pair = {results.entrants.index(a), results.entrants.index(b)}
    both = np.array([pair.issubset(lineup) for lineup in results.lineups], np.bool_)
    results = results.where(both[results.lineup])
    table = Pairwise(results, game.sides)
    points, met, counts = _meetings(results, table, a, b)
    pairs = len(table.pairs) == 1
    games = int(met.sum())
    if not games:
        raise Unsuitable(f"{a!r} and {b!r} never met in {game.name}; let them play a match first")
    group, _ = entrant_groups(results)
    clusters = Clusters(deals_told_apart(results), group[results.lineup])
    totals, sizes = clusters.sums(np.stack([points, met], axis=1)).T
    share = float(totals.sum()) / games
    dispersion = _dispersion(totals, sizes, share)
    effective = games / dispersion
    low, high = wilson(share, effective)
    wins, draws, losses = counts
    return Comparison(
        a, b, "elo", games, wins, draws, losses,
        elo(share), elo(low), elo(high),
        _normal(2 * (share - 0.5) * math.sqrt(effective)),
        _pentanomial(totals, sizes) if pairs else None,
        _more_games(games, share, dispersion),
    )  # fmt: skip


def _meetings(
    results: Results, table: Pairwise, a: str, b: str
) -> tuple[Floats, Floats, tuple[int, int, int]]:
    """Return the points `a` took from `b` and how often they met, by match; and `a`'s balance."""
    i, j = results.entrants.index(a), results.entrants.index(b)
    points, met = np.zeros(len(results)), np.zeros(len(results))
    balance = np.zeros(4, np.int64)
    for column, (s, t) in enumerate(table.pairs):
        one, other = table.holders[:, s], table.holders[:, t]
        ahead, behind = (one == i) & (other == j), (one == j) & (other == i)
        scored = POINTS[table.outcomes[:, column]]
        points += np.where(ahead[results.lineup], scored, 0)
        points += np.where(behind[results.lineup], 1 - scored, 0)
        met += (ahead | behind)[results.lineup]
        balance += table.counts[ahead, column].sum(axis=0)
        balance += table.counts[behind, column].sum(axis=0)[[WORSE, EQUAL, BETTER, BOTH_FORFEIT]]
    wins, draws, losses, forfeits = balance.tolist()
    return points, met, (wins, draws, losses + forfeits)


def _dispersion(totals: Floats, sizes: Floats, share: float) -> float:
    """Return the spread of the clusters' points as a multiple of that of independent wins.

    Draws and paired deals make it less than one. Where few surprises can have been seen, so that
    the clusters' own spread tells little, it is drawn towards one.
    """
    count = int(np.count_nonzero(sizes))
    seen = float(np.sum((totals - share * sizes) ** 2)) * count / max(count - 1, 1)
    expected = float(sizes.sum()) * share * (1 - share)
    return (seen + SURPRISES) / (expected + SURPRISES)


def elo(share: float) -> float | None:
    """Return the Elo difference at which this share of the points is expected; None at 0 and 1."""
    if not 0 < share < 1:
        return None
    return 400 * math.log10(share / (1 - share))


def _pentanomial(totals: Floats, sizes: Floats) -> tuple[int, ...]:
    pairs = totals[sizes == 2]
    return tuple(np.bincount((2 * pairs).astype(np.int64), minlength=5).tolist())


def _more_games(games: int, share: float, dispersion: float) -> int | None:
    """Return how many more games, in pairs, push 1/2 out of Wilson's interval."""
    if share == 0.5:
        return None
    needed = dispersion * Z95**2 / 4 / (share - 0.5) ** 2
    return max(0, 2 * math.ceil((needed - games) / 2))


def _normal(z: float) -> float:
    """Return the chance that a standard normal number is below `z`."""
    return math.erfc(-z / math.sqrt(2)) / 2


def _by_return(results: Results, a: str, b: str, game: Sided) -> Comparison:
    """Compare by mean return: on the deals that both played if there are two, else overall."""
    clusters, sums = returns_by_deal(results)
    i, j = results.entrants.index(a), results.entrants.index(b)
    mine, theirs = clusters.groups == i, clusters.groups == j
    if not (mine.any() and theirs.any()):
        raise Unsuitable(f"{a!r} or {b!r} has played no {game.name}; let it play first")
    shared, rows_a, rows_b = np.intersect1d(
        clusters.deals[mine], clusters.deals[theirs], return_indices=True
    )
    one, other = sums[mine], sums[theirs]
    gaps = one[rows_a, 0] / one[rows_a, 1] - other[rows_b, 0] / other[rows_b, 1]
    if len(shared) > 1:
        mean, low, high = clustered_mean(gaps, np.ones(len(gaps)))
    else:
        mean, low, high = _apart(one, other)
    error = (high - low) / 2 if high is not None and low is not None else None
    return Comparison(
        a, b, "return", len(shared),
        int((gaps > 0).sum()), int((gaps == 0).sum()), int((gaps < 0).sum()),
        mean, low, high,
        _superiority(mean, error), None,
        _more_deals(len(shared), mean, error),
    )  # fmt: skip


def _apart(one: Floats, other: Floats) -> tuple[float, float | None, float | None]:
    """Return the difference of two means that share nothing, with its 95 % interval."""
    mean_a, low_a, _ = clustered_mean(*one.T)
    mean_b, low_b, _ = clustered_mean(*other.T)
    mean = mean_a - mean_b
    if low_a is None or low_b is None:
        return mean, None, None
    half = math.hypot(mean_a - low_a, mean_b - low_b)
    return mean, mean - half, mean + half


def _superiority(mean: float, error: float | None) -> float | None:
    if error is None:
        return None
    if error == 0:
        return 0.5 + 0.5 * float(np.sign(mean))
    return _normal(mean / error * Z95)


def _more_deals(deals: int, mean: float, error: float | None) -> int | None:
    if error is None or mean == 0 or deals < 2:
        return None
    return max(0, math.ceil(deals * (error / mean) ** 2) - deals)
