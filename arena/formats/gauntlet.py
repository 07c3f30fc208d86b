"""Gauntlet: one challenger meets all others, who do not meet each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.errors import Unsuitable
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


class Gauntlet(Format):
    """The first entrant, the challenger, meets each of the others in `games` matches.

    With two sides each deal is played from both. With k sides the challenger sits down with every
    set of k - 1 others (with all, where they are fewer), each deal played from every side. `games`
    is a group's number of matches, rounded up to a multiple of the group's size.
    """

    def __init__(self, games: int = 100) -> None:
        self.games = at_least_one(games)

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` where the challenger would meet nobody."""
        check_field("gauntlet", entrants)
        if entrants.spec.ranked_by_return:
            raise Unsuitable(
                f"gauntlet: {entrants.spec.name} has one side, so nobody is met; use --format score"
            )

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the one round there is."""
        if len(results):
            return ()
        size = group_size(entrants)
        groups = Groups(range(1, len(entrants)), size - 1, head=(0,))
        return Design(entrants.spec.sides, groups, deals_for(self.games, size))
