"""Matches of two sides: who may play them, how they are seated, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from arena.block import VOID
from arena.errors import Unsuitable
from arena.formats.design import Sides, check_field
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.tally import BOTH_FORFEIT, Floats, Ints, Pairwise

_SCORES = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [0.0, 0.0]])
"""What the first and the second side score, by the outcomes of `arena.tally`."""
assert len(_SCORES) == BOTH_FORFEIT + 1


class Duels:
    """Matches of two sides as columns, in the order of their numbers.

    holders   int64 (matches, 2)     the entrant of each side
    scores    float64 (matches, 2)   what each scored: 1, 1/2 or 0; 0 and 0 in a void match
    counted   bool (matches,)        whether the match was not void
    """

    def __init__(self, results: Results, sides: Sides) -> None:
        table = Pairwise(results, sides)
        self.holders: Ints = table.holders[results.lineup]
        self.counted = results.endings != VOID
        self.scores: Floats = _SCORES[table.outcomes[:, 0]] * self.counted[:, None]

    def totals(self, start: int, end: int, entrant: int) -> tuple[float, float]:
        """Return what `entrant` and its opponents scored in the matches from `start` to `end`."""
        mine = self.holders[start:end] == entrant
        scores = self.scores[start:end]
        return float(scores[mine].sum()), float(scores[~mine].sum())


def check_duel(name: str, entrants: Entrants, cure: str = "use --format round_robin") -> None:
    """Raise `Unsuitable` unless two sides oppose each other and there are two to hold them."""
    check_field(name, entrants)
    spec = entrants.spec
    if len(spec.sides) != 2:
        sides = f"{len(spec.sides)} side" + "s" * (len(spec.sides) != 1)
        raise Unsuitable(f"{name}: {spec.name} has {sides}, and two must meet; {cure}")


def seated(sides: Sides, holders: Sequence[int]) -> tuple[int, ...]:
    """Return the entrant of each seat, from the entrant of each side."""
    seats = [0] * sum(map(len, sides))
    for side, holder in zip(sides, holders):
        for seat in side:
            seats[seat] = holder
    return tuple(seats)


def duel(sides: Sides, first: int, second: int, games: int, deal: int) -> list[Pairing]:
    """Return `games` games of two, each deal (from `deal` on) from both sides, `first` beginning.

    Where `games` is odd, the last deal is played once, with `first` on the first side.
    """
    both = seated(sides, (first, second)), seated(sides, (second, first))
    return [Pairing(both[game % 2], deal + game // 2) for game in range(games)]
