"""Focal and background: how an entrant fares, and others beside it, in a population of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from arena.block import VOID
from arena.errors import BadParameter, Unsuitable
from arena.formats.design import LazyPairings, at_least_one, check_field, check_known, deals_for
from arena.formats.duels import seated
from arena.intervals import clustered_mean
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.roles import Format
from arena.tally import Floats, Ints


class FocalBackground(Format):
    """Each focal entrant plays at least `games` matches, the other sides held by the background.

    For games of mixed motives, where what an entrant is worth depends on the company, and what the
    company is worth on the entrant (after the protocol of Melting Pot; Leibo et al., ICML 2021).
    Every deal is played from each side, and by all focal entrants; the background takes turns
    deal by deal, and is the same for all who are not of it. `games` is rounded up to a multiple of
    the number of sides.

    focal        how many sides the focal entrant holds: one is a visitor, more make it a resident
    background   the entrants of the background, who are not focal; if left out everyone is focal,
                 and has all the others as background
    """

    def __init__(self, games: int = 100, focal: int = 1, background: Sequence[str] = ()) -> None:
        if focal < 1:
            raise BadParameter(f"focal={focal}: a focal entrant holds one side or more")
        self.games, self.focal, self.background = at_least_one(games), focal, tuple(background)

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` where there is no background, or nobody and no side to be focal."""
        check_field("focal_background", entrants)
        sides = len(entrants.spec.sides)
        if sides <= self.focal:
            raise Unsuitable(
                f"focal_background: {entrants.spec.name} has too few sides for focal={self.focal}"
                f" and a background ({sides}); "
                + ("use --format cross_play or score" if sides == 1 else "use fewer")
            )
        check_known("focal_background", entrants, self.background)
        if set(entrants.names) <= set(self.background):
            raise Unsuitable("focal_background: all are background; add an entrant to be focal")

    def _focal(self, entrants: Entrants) -> list[int]:
        return [i for i, name in enumerate(entrants.names) if name not in self.background]

    def _others(self, entrants: Entrants, focal: int) -> list[int]:
        named = [i for i, name in enumerate(entrants.names) if name in self.background]
        return named or [i for i in range(len(entrants)) if i != focal]

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the one round there is."""
        if len(results):
            return ()
        sides, focal = entrants.spec.sides, self._focal(entrants)
        size, rest = len(sides), len(sides) - self.focal
        others = [self._others(entrants, who) for who in focal]

        def pairing(index: int) -> Pairing:
            who, turn, deal = place(index, len(focal), size)
            company = others[who]
            table = [focal[who]] * self.focal
            table += [company[(deal * rest + i) % len(company)] for i in range(rest)]
            return Pairing(seated(sides, [table[(s - turn) % size] for s in range(size)]), deal)

        return LazyPairings(deals_for(self.games, size) * len(focal) * size, pairing)

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return what a side of each focal entrant and of its background returned, at 95 %."""
        if not (results.endings != VOID).any():
            return {}
        sides, focal = entrants.spec.sides, self._focal(entrants)
        who, turn, deals = place(results.numbers, len(focal), len(sides))
        returned = np.stack([results.returns[:, list(side)].sum(axis=1) for side in sides], axis=1)
        held = (np.arange(len(sides)) - turn[:, None]) % len(sides) < self.focal
        mine = np.where(held, returned, 0).sum(axis=1) / self.focal
        theirs = np.where(held, 0, returned).sum(axis=1) / (len(sides) - self.focal)
        rows: list[dict[str, Any]] = []
        for number, entrant in enumerate(focal):
            at = (who == number) & (results.endings != VOID)
            if at.any():
                rows.append({
                    "entrant": entrants.names[entrant], "matches": int(at.sum()),
                    "focal": _mean(mine[at], deals[at]),
                    "background": _mean(theirs[at], deals[at]),
                    "difference": _mean((mine - theirs)[at], deals[at]),
                })  # fmt: skip
        rows.sort(key=lambda row: -row["focal"]["mean"])
        best = rows[0]
        return {
            "says": f"{best['entrant']} fares best among others: a side of its own returned"
            f" {best['focal']['mean']:.4g}, one beside it {best['background']['mean']:.4g}.",
            "entrants": rows,
        }


def place(index: Any, focal: int, sides: int) -> tuple[Any, Any, Any]:
    """Return which focal entrant's match this is, on which side it begins, and the deal."""
    return index // sides % focal, index % sides, index // (sides * focal)


def _mean(values: Floats, deals: Ints) -> dict[str, float | None]:
    """Return a mean and its interval, matches of one deal taken together."""
    deals = np.unique(deals, return_inverse=True)[1]
    sizes = np.bincount(deals).astype(np.float64)
    mean, low, high = clustered_mean(np.bincount(deals, values).astype(np.float64), sizes)
    return {"mean": mean, "low": low, "high": high}
