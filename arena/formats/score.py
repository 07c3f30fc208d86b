"""Score: each entrant plays by itself, all on the same deals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.errors import Unsuitable
from arena.formats.design import Design, Groups, at_least_one, check_field
from arena.records import Entrants, Pairing
from arena.roles import Format

if TYPE_CHECKING:
    from arena.results import Results


class Score(Format):
    """Each entrant plays the deals 0 to `games` - 1 from all seats, of a game that has one side."""

    def __init__(self, games: int = 100) -> None:
        self.games = at_least_one(games)

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` where there is nobody to play, or where sides oppose each other."""
        check_field("score", entrants)
        spec = entrants.spec
        if not spec.ranked_by_return:
            raise Unsuitable(
                f"score: {spec.name} has {len(spec.sides)} sides that meet;"
                " use --format round_robin"
            )

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the one round there is."""
        if len(results):
            return ()
        return Design(entrants.spec.sides, Groups(range(len(entrants)), 1), self.games)
