"""Standings, cross tables and comparisons: functions of results and nothing else.

A score is a win for each opponent beaten and half for each that was equalled. Two that both forfeit
have both lost. In a game with one side nobody is met, and what counts is the mean return.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from arena.results import Results
from arena.tally import (
    BETTER,
    BOTH_FORFEIT,
    EQUAL,
    WORSE,
    Floats,
    Ints,
    Pairwise,
    Sided,
    matches_played,
    seat_holders,
)


class Standing(NamedTuple):
    """An entrant's line in the table.

    `played` counts matches, the next three opponents met in them. `mean_return` is the mean over
    its matches of what its seats returned together; None before the first.
    """

    entrant: str
    played: int
    wins: int
    draws: int
    losses: int
    score: float
    mean_return: float | None


@dataclass(frozen=True, slots=True)
class CrossTable:
    """How each entrant (row) fared against each other (column): int64 (entrants, entrants) each."""

    entrants: tuple[str, ...]
    wins: Ints
    draws: Ints
    losses: Ints
    games: Ints

    @property
    def score(self) -> Floats:
        """Wins and half the draws, float64 (entrants, entrants)."""
        return self.wins + self.draws / 2


def standings(results: Results, game: Sided, table: CrossTable | None = None) -> list[Standing]:
    """Return a line for every entrant, best first; void matches do not count.

    `table` is the cross table of these results, for whoever has it.

    Order is by score (in a game with one side by mean return), then by share of the points, then by
    mean return, then as the entrants were named.
    """
    results = results.rated
    table = table or cross_table(results, game)
    played, returned = matches_played(results), mean_returns(results)
    score, games = table.score.sum(axis=1), table.games.sum(axis=1)
    share = score / np.maximum(games, 1)
    known = np.where(played > 0, returned, -np.inf)
    keys = (known,) if game.ranked_by_return else (known, share, score)
    order = np.lexsort(tuple(-key for key in keys)).tolist()
    wins, draws, losses = (t.sum(axis=1) for t in (table.wins, table.draws, table.losses))
    return [
        Standing(
            results.entrants[i],
            int(played[i]),
            int(wins[i]),
            int(draws[i]),
            int(losses[i]),
            float(score[i]),
            float(returned[i]) if played[i] else None,
        )
        for i in order
    ]


def cross_table(results: Results, game: Sided) -> CrossTable:
    """Return everyone's wins, draws and losses against everyone; void matches do not count."""
    results = results.rated
    pairwise = Pairwise(results, game.sides)
    size = len(results.entrants)
    wins, draws, losses = (np.zeros((size, size), np.int64) for _ in range(3))
    for column, (a, b) in enumerate(pairwise.pairs):
        met = pairwise.met[:, column]
        one, other = pairwise.holders[met, a], pairwise.holders[met, b]
        counts = pairwise.counts[met, column]
        both = counts[:, BOTH_FORFEIT]
        for row, opponent, better, worse in (
            (one, other, BETTER, WORSE),
            (other, one, WORSE, BETTER),
        ):
            np.add.at(wins, (row, opponent), counts[:, better])
            np.add.at(draws, (row, opponent), counts[:, EQUAL])
            np.add.at(losses, (row, opponent), counts[:, worse] + both)
    return CrossTable(results.entrants, wins, draws, losses, wins + draws + losses)


def mean_returns(results: Results) -> Floats:
    """Return each entrant's mean over its matches of what its seats returned: float64 (entrants,).

    NaN for an entrant that has not played.
    """
    holders = seat_holders(results)
    totals = np.zeros(len(results.entrants))
    for seat in range(holders.shape[1]):
        there = holders[:, seat] >= 0
        returned = np.nan_to_num(results.returns[:, seat])
        sums = np.bincount(results.lineup, returned, len(holders))
        np.add.at(totals, holders[there, seat], sums[there])
    played = matches_played(results)
    return np.where(played > 0, totals / np.maximum(played, 1), np.nan)
