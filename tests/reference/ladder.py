"""What a ladder saves: games until 20 agents of known strength are in order, on paper.

    python tests/reference/ladder.py [LADDERS]

Asked for: the rank correlation with the true order that a round robin has (0.95), with at most half
of its games. Both are judged by the strengths that are likeliest after their games.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from numpy.typing import NDArray
from report import table, write

from arena.formats.ladder import Ladder, _history
from arena.formats.strength import Strengths
from tests.formats.simulated import by_strength, field, no_results, results_of

SIZE, WANTED, MOST = 20, 0.95, 8
PAIRS = SIZE * (SIZE - 1) // 2
LOG_ODDS = np.log(10) / 400
Floats = NDArray[np.float64]


def normal(spread: float) -> Floats:
    """Return the strengths that split a normal distribution in equal parts."""
    from statistics import NormalDist

    middles = (np.arange(SIZE) + 0.5) / SIZE
    return np.array([NormalDist(0, spread).inv_cdf(p) for p in middles])


FIELDS = {
    "evenly spread over 1,600 points": np.linspace(0, 1600, SIZE),
    "evenly over 800": np.linspace(0, 800, SIZE),
    "normal, standard deviation 400": normal(400),
    "ten 300 points apart, ten more within 150": np.r_[
        np.arange(10) * 300.0 - 3000, np.linspace(0, 150, 10)
    ],
    "normal, standard deviation 200": normal(200),
    "evenly over 400": np.linspace(0, 400, SIZE),
}


def correlation(found: Floats, truth: Floats) -> float:
    """Return the rank correlation (Spearman)."""
    ranks = [np.argsort(np.argsort(x)) for x in (found, truth)]
    return float(np.corrcoef(*ranks)[0, 1])


def ladder(truth: Floats, seed: int) -> list[float]:
    """Return the rank correlation after each round of 20 games."""
    format_, entrants = Ladder(MOST), field(SIZE)
    luck, play = np.random.default_rng(seed), by_strength(truth * LOG_ODDS)
    pairings: list[Any] = []
    returns: list[Any] = []
    told, results = [], no_results(entrants)
    while len(pairings) < 1_000:
        round_ = format_.next(entrants, results)
        pairings += round_
        returns += [play(luck, pairing) for pairing in round_]
        results = results_of(entrants, pairings, returns)
        told.append(correlation(Strengths(_history(entrants, results)[0]).mean, truth))
    return told


def robin(truth: Floats, games: int, seed: int) -> float:
    """Return the rank correlation after so many games of every pair."""
    luck = np.random.default_rng([seed, games])
    chances = 1 / (1 + np.exp((truth - truth[:, None]) * LOG_ODDS))
    wins = np.triu(luck.binomial(games, chances), 1).astype(np.float64)
    lost = np.triu(games - wins, 1)
    return correlation(Strengths(wins + lost.T).mean, truth)


def games_needed(steps: Sequence[float], told: Sequence[float]) -> float:
    """Return after how many games WANTED is reached first, in between by interpolation."""
    for place, value in enumerate(told):
        if value >= WANTED:
            if place == 0:
                return steps[0]
            share = (WANTED - told[place - 1]) / (value - told[place - 1])
            return steps[place - 1] + share * (steps[place] - steps[place - 1])
    raise AssertionError(f"{told[-1]} after {steps[-1]} games")


def row(name: str, truth: Floats, ladders: int) -> tuple[str, ...]:
    """Return the table's row of a field."""
    told = np.mean([ladder(truth, seed) for seed in range(ladders)], axis=0)
    mine = games_needed([20.0 * (n + 1) for n in range(len(told))], told.tolist())
    times = [float(n) for n in range(1, MOST + 1)]
    robins = [float(np.mean([robin(truth, int(n), s) for s in range(1_000)])) for n in times]
    theirs = games_needed([n * PAIRS for n in times], robins)
    even = next(int(n) * PAIRS for n, r in zip(times, robins) if n % 2 == 0 and r >= WANTED)
    once = theirs == PAIRS  # fewer than a game of every pair were not looked at
    found = (
        f"{mine:.0f}", f"{'at most ' if once else ''}{theirs:.0f}", str(even),
        f"{mine / theirs:.2f}{' or more' if once else ''}", f"{mine / even:.2f}",
    )  # fmt: skip
    return (name, *found, "yes" if mine <= even / 2 else "no")


def main(ladders: int) -> None:
    """Measure all fields, and write the table."""
    begun, rows = time.time(), []
    for name, truth in FIELDS.items():
        rows.append(row(name, truth, ladders))
        print(rows[-1], flush=True)
    header = (
        "field", "ladder", "round robin", "of an even number of games a pair", "ratio to the one",
        "to the other", "at most half",
    )  # fmt: skip
    write(
        "ladder", "What a ladder saves",
        f"`python tests/reference/ladder.py {ladders}`: games until the rank correlation of 20 "
        f"simulated agents with the true order is 0.95, in the mean of {ladders} ladders (seeds 0 "
        f"to {ladders - 1}) and of 1,000 round robins of 1, 2, 3 ... games a pair, in between by "
        "interpolation. A round robin of Arena's plays each deal from both sides: an even number "
        "of games a pair, which is what the last column compares with; "
        f"{time.time() - begun:.0f} s in all.\n\n" + table(header, rows),
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
