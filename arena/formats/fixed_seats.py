"""Fixed seats: the entrants sit as they are named, and play again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.errors import Unsuitable
from arena.formats.design import at_least_one
from arena.records import Entrants, Pairing
from arena.roles import Format

if TYPE_CHECKING:
    from arena.results import Results


class FixedSeats(Format):
    """One entrant a side, in the order of the sides; `games` deals, nobody ever moves over."""

    def __init__(self, games: int = 1) -> None:
        self.games = at_least_one(games)

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` unless there is one entrant for each side."""
        sides, names = len(entrants.spec.sides), len(entrants)
        if sides != names:
            named = f"{names} agents are named" if names > 1 else "1 agent is named"
            team = " for the whole team" if len(entrants.spec.seats) > 1 else ""
            wanted = f"{sides} agents, one a side" if sides > 1 else f"1 agent{team}"
            raise Unsuitable(f"{entrants.spec.name} takes {wanted}, and {named}")

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return one round of `games` pairings."""
        if len(results):
            return ()
        seats = [0] * len(entrants.spec.seats)
        for entrant, side in enumerate(entrants.spec.sides):
            for seat in side:
                seats[seat] = entrant
        return [Pairing(tuple(seats), deal) for deal in range(self.games)]
