"""Free for all: games of three and more sides, with few matches and everything in balance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from arena.errors import Unsuitable
from arena.formats.design import LazyPairings, at_least_one, check_field, deals_for
from arena.formats.duels import seated
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.roles import Format
from arena.seeds import derive
from arena.tally import Floats, Ints

_BLOCKS, _TRIES = 48, 200
"""How many tables are drawn up before they repeat, and from how many each is chosen."""


class FreeForAll(Format):
    """Each entrant plays at least `games` matches at full tables, each side equally often.

    A table is drawn up once a deal and then moved on by one entrant at a time until everyone has
    held each of its sides: all play every deal, from every side, equally often (a cyclic design;
    Bose, Annals of Eugenics 9, 1939). Tables are chosen so that all meet all others, and sit beside
    all others, about equally often. `games` is rounded up to a multiple of the number of sides; a
    round robin plays every group there is, which soon is too many.
    """

    def __init__(self, games: int = 100) -> None:
        self.games = at_least_one(games)

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` where there are fewer than three sides, or nobody to meet."""
        check_field("free_for_all", entrants)
        if len(entrants.spec.sides) < 3:
            sides = len(entrants.spec.sides)
            cure = "score" if entrants.spec.ranked_by_return else "round_robin"
            raise Unsuitable(
                f"free_for_all: {entrants.spec.name} has {sides} sides, not three or more;"
                f" use --format {cure}"
            )

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the one round there is."""
        if len(results):
            return ()
        sides, size = entrants.spec.sides, len(entrants)
        deals = deals_for(self.games, len(sides))
        tables = cyclic_tables(size, len(sides), min(deals, _BLOCKS), entrants.seed)

        def pairing(index: int) -> Pairing:
            deal, moved = divmod(index, size)
            table = tables[deal % len(tables)]
            return Pairing(seated(sides, [(who + moved) % size for who in table]), deal)

        return LazyPairings(size * deals, pairing)


@lru_cache(maxsize=16)
def cyclic_tables(size: int, sides: int, count: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """Return `count` tables of `sides` entrants of `size` whose differences are as even as may be.

    Moved on through all entrants, a table lets two meet as often as their difference (modulo the
    number of entrants) is in it. Each table is the best of many drawn, given those before it: first
    in who meets whom, then in who sits beside whom.
    """
    luck = np.random.default_rng(derive(seed, "tables", size, sides))
    met, beside = np.zeros(size), np.zeros(size)
    chosen = []
    for _ in range(count):
        drawn = _drawn(luck, size, sides)
        meets = _differences(drawn[:, :, None] - drawn[:, None, :], size)
        next_to = _differences(np.roll(drawn, -1, axis=1) - drawn, size)
        costs = [((total + new)[:, 1:] ** 2).sum(axis=1) for total, new in
                 ((met, meets), (beside, next_to))]  # fmt: skip
        best = int(np.lexsort((costs[1], costs[0]))[0])
        met, beside = met + meets[best], beside + next_to[best]
        chosen.append(tuple(drawn[best].tolist()))
    return tuple(chosen)


def _drawn(luck: np.random.Generator, size: int, sides: int) -> Ints:
    """Return tables drawn at random; where entrants are few each holds as many sides as others."""
    whole, rest = divmod(sides, size)
    orders = luck.random((_TRIES, size)).argsort(axis=1)
    repeated = [orders] * whole + [orders[:, :rest]]
    tables = np.concatenate(repeated, axis=1)
    return np.asarray(luck.permuted(tables, axis=1), np.int64)


def _differences(gaps: Ints, size: int) -> Floats:
    """Return how often each difference modulo `size` is among each table's: (tables, size)."""
    flat = (gaps % size).reshape(len(gaps), -1)
    rows = np.arange(len(flat))[:, None] * size
    counts = np.bincount((flat + rows).ravel(), minlength=len(flat) * size)
    return counts.reshape(len(flat), size).astype(np.float64)
