"""Round robin: everyone meets everyone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.formats.design import (
    Design,
    Groups,
    at_least_one,
    check_field,
    deals_for,
    group_size,
)
from arena.records import Entrants, Pairing
from arena.roles import Format

if TYPE_CHECKING:
    from arena.results import Results


class RoundRobin(Format):
    """Every group of entrants that fills the sides meets in `games` matches.

    With two sides that is every pair, each deal played from both. With k sides it is every subset
    of k entrants (of all, where they are fewer), each deal played from every side. With one side
    (alone, or as one team) each entrant plays the same deals. `games` is a group's number of
    matches, rounded up to a multiple of the group's size.
    """

    def __init__(self, games: int = 100) -> None:
        self.games = at_least_one(games)

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` where there is nobody to play or nobody to meet."""
        check_field("round_robin", entrants)

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the one round there is."""
        if len(results):
            return ()
        size = group_size(entrants)
        groups = Groups(range(len(entrants)), size)
        return Design(entrants.spec.sides, groups, deals_for(self.games, size))
