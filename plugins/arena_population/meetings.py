"""The matches that a population has not played yet, and what they return."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from arena import ArenaError, Match, derive, play
from arena_population.population import Floats
from arena_population.training import Training


def play_missing(training: Training, games: int) -> None:
    """Fill in the payoffs of members that have not met: the means of `games` matches each.

    All play the same deals. With no games they are what is to be expected, which is known of a game
    that was looked at whole.
    """
    payoffs = training.population.payoffs
    missing = np.argwhere(np.isnan(payoffs[0])).tolist()
    if not games:
        _expected(training, missing)
        return
    sums = np.zeros_like(payoffs)
    for match, returns in _played(training, missing, games):
        sums[:, match.seats[0], match.seats[1]] += returns
    for one, other in missing:
        payoffs[:, one, other] = sums[:, one, other] / games


def _expected(training: Training, missing: list[list[int]]) -> None:
    whole, plans = training.whole, training.plans
    assert whole is not None
    for one, other in missing:
        returned = whole.returns([plans[one], plans[other]])
        training.population.payoffs[:, one, other] = returned


def _played(
    training: Training, missing: list[list[int]], games: int
) -> Iterator[tuple[Match, Floats]]:
    """Yield each match and what its seats returned."""
    seed = training.run.seed
    matches = (
        Match(
            number * games + deal, (one, other),
            derive(seed, "meeting", one, other, deal), derive(seed, "deal", deal),
        )
        for number, (one, other) in enumerate(missing)
        for deal in range(games)
    )  # fmt: skip
    for episode in play(training.run.make, training.agents, matches):
        if episode.faults:
            raise ArenaError(f"a match of the population ended: {episode.faults[0].message}")
        yield episode.match, np.array(episode.returns)


def gain(payoffs: Floats, mixture: Floats) -> float:
    """Return what the newest member gains over a mixture (2, members), in both seats together.

    The mixture is the one that it was to answer, in which it has no part.
    """
    values = np.einsum("sij,i,j->s", payoffs, mixture[0], mixture[1])
    return float(payoffs[0, -1] @ mixture[1] + payoffs[1, :, -1] @ mixture[0] - values.sum())
