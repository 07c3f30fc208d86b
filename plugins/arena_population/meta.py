"""Meta-solvers: which mixtures of a population's members to answer next.

All read `payoffs`, float64 (2, members, members): what seats 0 and 1 return where the row's member
sits in seat 0 and the column's in seat 1; they return float64 (2, members), rows that sum to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from arena import equilibrium
from arena_population.population import Floats

Solver = Callable[[Floats], Floats]


def nash(payoffs: Floats) -> Floats:
    """Return an equilibrium of the game in which members are the moves; stakes must be opposite.

    A matrix game is made symmetric by a move that decides who holds which seat (Gale, Kuhn and
    Tucker, "On symmetric games", 1950): with all payoffs above nought its equilibrium holds both.
    """
    game = (payoffs[0] - payoffs[1]) / 2
    scale = max(float(np.ptp(game)), 1e-12)
    game = (game - game.min()) / scale + 1.0
    rows, columns = game.shape
    whole = np.zeros((rows + columns + 1,) * 2)
    whole[:rows, rows:-1], whole[rows:-1, :rows] = game, -game.T
    whole[:rows, -1], whole[rows:-1, -1] = -1.0, 1.0
    whole[-1, :rows], whole[-1, rows:-1] = 1.0, -1.0
    found = equilibrium(whole)
    return np.stack([part / part.sum() for part in (found[:rows], found[rows:-1])])


def uniform(payoffs: Floats) -> Floats:
    """Return even odds."""
    size = payoffs.shape[1]
    return np.full((2, size), 1 / size)


def alpha_rank(payoffs: Floats) -> Floats:
    """Return how long each member is what a population of each seat consists of, by OpenSpiel.

    Omidshafiei et al., "Alpha-rank" (Scientific Reports 9, 2019). Payoffs are brought to a range
    of 1, as its alpha of 100 goes by differences.
    """
    from open_spiel.python.egt import alpharank, utils  # takes a second to load

    size = payoffs.shape[1]
    if size == 1:
        return np.ones((2, 1))
    scale = max(float(np.ptp(payoffs)), 1e-12)
    with np.errstate(over="ignore"):
        _, _, shares, *_ = alpharank.compute([each / scale for each in payoffs], m=50, alpha=100.0)
    odds = np.zeros((2, size))
    for number, share in enumerate(np.maximum(shares, 0)):
        for seat, member in enumerate(utils.get_strat_profile_from_id([size, size], number)):
            odds[seat, member] += share
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def projected_replicator(payoffs: Floats) -> Floats:
    """Return where projected replicator dynamics lead on average, by OpenSpiel; any stakes.

    Lanctot et al., "A unified game-theoretic approach to multiagent reinforcement learning"
    (NIPS 2017).
    """
    from open_spiel.python.algorithms.projected_replicator_dynamics import (
        projected_replicator_dynamics,
    )

    if payoffs.shape[1] == 1:
        return np.ones((2, 1))
    found = projected_replicator_dynamics(
        list(payoffs), prd_iterations=20_000, prd_dt=0.01, use_approx=True
    )
    return np.stack([np.asarray(each) / np.sum(each) for each in found])


SOLVERS: Mapping[str, Solver] = {
    "nash": nash,
    "prd": projected_replicator,
    "alpha_rank": alpha_rank,
    "uniform": uniform,
}
