"""Evolution: who spreads in a population in which everyone earns what games with others pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any, Literal, get_args

import numpy as np

from arena.errors import BadParameter
from arena.formats.design import Design, at_least_one, deals_for
from arena.formats.duels import check_duel
from arena.formats.dynamics import fixation, moran, replicator
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.roles import Format
from arena.tally import Floats, seat_holders

Dynamics = Literal["replicator", "moran"]
_STEP = 0.1
"""How much a full range of payoffs, at selection=1, changes log shares in a generation."""


class Evolution(Format):
    """Everyone meets everyone, themselves too, in `games` matches; then a population evolves.

    A side's mean return in the games of two kinds is the payoff of the one against the other; the
    range of payoffs is made 1. `dynamics` is "replicator" (shares of an endless population, all
    equal at first) or "moran" (a finite one, in which mutants are rare); see
    `arena.formats.dynamics`.

    games        a pairing, rounded up to pairs: each deal is played from both sides
    generations  of the replicator dynamics
    population   of the Moran process
    selection    how much payoffs matter; near 0 all is chance
    """

    compares_sides = False
    ratings = ("mean_return:by_seat=true",)

    def __init__(
        self,
        games: int = 20,
        dynamics: Dynamics = "replicator",
        generations: int = 1000,
        population: int = 50,
        selection: float = 1.0,
    ) -> None:
        if dynamics not in get_args(Dynamics):
            raise BadParameter(f"evolution: dynamics={dynamics!r}; use replicator or moran")
        if generations < 1 or population < 2 or not 0 <= selection < float("inf"):
            raise BadParameter("evolution needs generations >= 1, population >= 2, selection >= 0")
        self.games, self.dynamics = at_least_one(games), dynamics
        self.generations, self.population, self.selection = generations, population, selection

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` unless two sides meet, and there are two entrants."""
        check_duel("evolution", entrants)

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the one round there is."""
        if len(results):
            return ()
        pairs = list(combinations_with_replacement(range(len(entrants)), 2))
        return Design(entrants.spec.sides, pairs, deals_for(self.games, 2))

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return the payoffs and the frequencies that they lead to."""
        results = results.rated
        if not len(results):
            return {}
        names, earned = entrants.names, payoffs(entrants, results)
        if np.isnan(earned).any():
            one, other = (names[i] for i in np.argwhere(np.isnan(earned))[0])
            return {"says": f"Nothing evolves: there is no result of {one} with {other}."}
        scale = float(np.ptp(earned)) or 1.0
        found = self._evolve(earned / scale)
        order = np.argsort(-found["frequencies"], kind="stable")
        shown = [f"{names[i]} {found['frequencies'][i]:.1%}" for i in order[:5]]
        more = f" and {len(order) - 5} more" if len(order) > 5 else ""
        return {
            "says": f"By {self.dynamics} dynamics: {', '.join(shown)}{more}.",
            "dynamics": self.dynamics,
            "entrants": [
                {"entrant": names[i], "mean_payoff": float(earned[i].mean())}
                | {key: float(value[i]) for key, value in found.items()}
                for i in order
            ],
            "payoffs": {name: dict(zip(names, row)) for name, row in zip(names, earned.tolist())},
        }

    def _evolve(self, earned: Floats) -> dict[str, Floats]:
        """Return numbers by entrant: "frequencies" in the end, and what else the dynamics tell."""
        if self.dynamics == "moran":
            takeover = fixation(earned, self.population, self.selection)
            others = np.where(np.eye(len(earned), dtype=bool), np.nan, takeover)
            return {
                "frequencies": moran(earned, self.population, self.selection),
                "mean_fixation": np.nanmean(others, axis=1),
            }
        equal = np.full(len(earned), 1 / len(earned))
        path = replicator(earned, equal, self.generations, _STEP * self.selection)
        return {"frequencies": path[-1], "mean_frequencies": path.mean(axis=0)}


def payoffs(entrants: Entrants, results: Results) -> Floats:
    """Return the mean return of the row's side in games with the column; NaN without a game."""
    size, sides = len(entrants), entrants.spec.sides
    holders = seat_holders(results)[results.lineup]
    totals, games = np.zeros((size, size)), np.zeros((size, size))
    for mine, theirs in (sides, sides[::-1]):
        cell = holders[:, mine[0]], holders[:, theirs[0]]
        np.add.at(totals, cell, results.returns[:, list(mine)].sum(axis=1))
        np.add.at(games, cell, 1)
    with np.errstate(invalid="ignore"):
        mean: Floats = totals / games
    return mean
