"""By side: entrants that hold a side of their own meet all that hold the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from arena.block import VOID
from arena.errors import BadParameter, Unsuitable
from arena.formats.design import LazyPairings, at_least_one, check_field, check_known
from arena.formats.duels import seated
from arena.intervals import clustered_mean
from arena.records import Entrants, Pairing, Spec
from arena.results import Results
from arena.roles import Format
from arena.tally import Floats, Ints, seat_holders

_AT = "@"


class BySide(Format):
    """Each who holds a side (predators) meets all who hold the others (prey), on `games` deals.

    All lineups play the same deals, so those of one side are compared on equal terms: by
    `bradley_terry:paired=true`, if nothing else is asked for, or `openskill:paired=true`.

    holds   who holds what, as `NAME@SIDE`: a side is called by its team, its role, or its number
            from 0 on. Who is not mentioned holds any side, and does not meet itself
    """

    compares_sides = False
    ratings = ("bradley_terry:paired=true",)

    def __init__(self, games: int = 100, holds: Sequence[str] = ()) -> None:
        self.games, self.holds = at_least_one(games), [_read(text) for text in holds]

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` where a side has no holder, or a name is not known."""
        check_field("by_side", entrants)
        spec, names = entrants.spec, side_names(entrants.spec)
        if len(names) < 2:
            cure = "cross_play or score" if len(spec.seats) > 1 else "score"
            raise Unsuitable(f"by_side: {spec.name} has one side; use --format {cure}")
        check_known("by_side", entrants, (who for who, _ in self.holds))
        for _, side in self.holds:
            if side not in _numbers(spec):
                known = ", ".join(names)
                raise Unsuitable(f"by_side: {spec.name} has no side {side!r}; it has {known}")
        for name, holders in zip(names, self._holders(entrants)):
            if not holders:
                raise Unsuitable(f"by_side: nobody holds {name}; let holds say who does")
        if not self._lineups(entrants):
            raise Unsuitable("by_side: nobody meets another; add entrants")

    def _holders(self, entrants: Entrants) -> list[list[int]]:
        """Return the entrants that hold each side."""
        numbers, told = _numbers(entrants.spec), {who for who, _ in self.holds}
        return [
            [
                index
                for index, name in enumerate(entrants.names)
                if name not in told
                or any(who == name and numbers.get(at) == side for who, at in self.holds)
            ]
            for side in range(len(entrants.spec.sides))
        ]

    def _lineups(self, entrants: Entrants) -> list[tuple[int, ...]]:
        """Return the entrants of the sides of each lineup."""
        everyone = product(*self._holders(entrants))
        return [holders for holders in everyone if len(set(holders)) > 1]

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the one round there is."""
        if len(results):
            return ()
        seats = [seated(entrants.spec.sides, each) for each in self._lineups(entrants)]

        def pairing(index: int) -> Pairing:
            deal, number = divmod(index, len(seats))
            return Pairing(seats[number], deal)

        return LazyPairings(self.games * len(seats), pairing)

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return what each side returned in whose hands, at 95 %, and by lineup."""
        results = results.where(results.endings != VOID)
        if not len(results):
            return {}
        sides, names = entrants.spec.sides, side_names(entrants.spec)
        held = seat_holders(results)[:, [side[0] for side in sides]][results.lineup]
        returned = np.stack([results.returns[:, list(side)].sum(axis=1) for side in sides], axis=1)
        deals = np.unique(results.deals, return_inverse=True)[1]
        tables = {
            name: _table(entrants, held[:, side], returned[:, side], deals)
            for side, name in enumerate(names)
        }
        best = " and ".join(f"{rows[0]['entrant']} as {name}" for name, rows in tables.items())
        return {
            "says": f"Most is returned to {best}.",
            **tables,
            "lineups": _lineup_rows(entrants, names, held, returned),
        }


def side_names(spec: Spec) -> list[str]:
    """Return what each side is called: its team, its role where no other has it, or its number."""
    names = []
    roles = [{spec.seats[seat].role for seat in side} for side in spec.sides]
    for number, side in enumerate(spec.sides):
        team, (role, *others) = spec.seats[side[0]].team, roles[number]
        alone = role is not None and not others and roles.count(roles[number]) == 1
        names.append(team or (role if alone and role else str(number)))
    return names


def _numbers(spec: Spec) -> dict[str, int]:
    """Return the number of each side by all that it may be called."""
    found = {str(number): number for number in range(len(spec.sides))}
    for number, side in enumerate(spec.sides):
        roles = {spec.seats[seat].role for seat in side}
        for role in roles:
            if role is not None and all(
                spec.seats[seat].role != role
                for other in spec.sides if other != side for seat in other
            ):  # fmt: skip
                found[role] = number
    return found | {name: number for number, name in enumerate(side_names(spec))}


def _read(text: str) -> tuple[str, str]:
    name, at, side = text.rpartition(_AT)
    if not (name and at and side):
        raise BadParameter(f"by_side: holds has {text!r}; write holds=NAME@SIDE, like fox@hunters")
    return name, side


def _table(entrants: Entrants, who: Ints, returned: Floats, deals: Ints) -> list[dict[str, Any]]:
    """Return what a side returned to each of its holders, most first."""
    rows: list[dict[str, Any]] = []
    for entrant in np.unique(who).tolist():
        mine = who == entrant
        sizes = np.bincount(deals[mine]).astype(np.float64)
        totals = np.bincount(deals[mine], returned[mine]).astype(np.float64)
        mean, low, high = clustered_mean(totals[sizes > 0], sizes[sizes > 0])
        rows.append({
            "entrant": entrants.names[entrant], "matches": int(mine.sum()),
            "return": {"mean": mean, "low": low, "high": high},
        })  # fmt: skip
    return sorted(rows, key=lambda row: -row["return"]["mean"])


def _lineup_rows(
    entrants: Entrants, names: Sequence[str], held: Ints, returned: Floats
) -> list[dict[str, Any]]:
    """Return what each side returned on average, by who held the sides."""
    lineups, place = np.unique(held, axis=0, return_inverse=True)
    place = place.reshape(-1)
    games = np.bincount(place)
    means = [np.bincount(place, each) / games for each in returned.T]
    return [
        {name: entrants.names[who] for name, who in zip(names, lineup)}
        | {f"return of {name}": float(mean[row]) for name, mean in zip(names, means)}
        | {"matches": int(games[row])}
        for row, lineup in enumerate(lineups.tolist())
    ]
