"""How shares of a population change by what its members earn off each other.

`payoffs`, float64 (kinds, kinds), is what the row earns in a game with the column.
"""

from __future__ import annotations

import numpy as np

from arena.tally import Floats


def replicator(payoffs: Floats, shares: Floats, generations: int, strength: float) -> Floats:
    """Return the shares in each generation, float64 (generations + 1, kinds), `shares` first.

    The replicator equation (Taylor and Jonker, Mathematical Biosciences 40, 1978) in discrete time:
    from one generation to the next a kind grows as exp(strength * what it earns).
    """
    path = [shares]
    for _ in range(generations):
        earned = payoffs @ path[-1]
        grown = path[-1] * np.exp(strength * (earned - earned.max()))
        path.append(grown / grown.sum())
    return np.array(path)


def fixation(payoffs: Floats, population: int, strength: float) -> Floats:
    """Return the chance that one mutant (row) takes over a population of residents (column).

    A Moran process in a well-mixed population of this size, all others being met equally often and
    fitness exp(strength * mean payoff) (Traulsen, Shoresh and Nowak, Bulletin of Mathematical
    Biology 70, 2008). float64 (kinds, kinds); the diagonal is 1 / population.
    """
    own = np.diag(payoffs)
    mutants = np.arange(1, population)
    others = population - mutants
    mutant = (mutants - 1) * own[:, None, None] + others * payoffs[:, :, None]
    resident = mutants * payoffs.T[:, :, None] + (others - 1) * own[None, :, None]
    lost = np.cumsum((resident - mutant) / (population - 1), axis=2) * strength
    most = np.maximum(lost.max(axis=2), 0.0)
    total = np.exp(lost - most[..., None]).sum(axis=2) + np.exp(-most)
    chance: Floats = np.exp(-most) / total
    return chance


def stationary(rates: Floats) -> Floats:
    """Return the long-run share of time in each state of a chain with these rates, row to column.

    By elimination without subtractions (Grassmann, Taksar and Heyman, Operations Research 33,
    1985), exact even where rates differ by many orders of magnitude. All rates are positive; the
    diagonal is not looked at.
    """
    rates = np.array(rates, np.float64)
    size = len(rates)
    for last in range(size - 1, 0, -1):
        rates[:last, last] /= rates[last, :last].sum()
        rates[:last, :last] += np.outer(rates[:last, last], rates[last, :last])
    shares = np.ones(size)
    for state in range(1, size):
        shares[state] = shares[:state] @ rates[:state, state]
    scaled: Floats = shares / shares.sum()
    return scaled


def moran(payoffs: Floats, population: int, strength: float) -> Floats:
    """Return how often the population consists of each kind, where mutants are rare.

    Between takeovers all are alike (Fudenberg and Imhof, Journal of Economic Theory 131, 2006).
    """
    # from a resident (row) to a mutant (column); tiny chances are not let vanish altogether
    return stationary(np.maximum(fixation(payoffs, population, strength).T, 1e-300))
