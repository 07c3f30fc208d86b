"""Knockout: who loses a tie is out."""

from __future__ import annotations

from arena.formats.bracket import (
    Bracket,
    Seeding,
    TieBreak,
    TieRules,
    drawn_up,
    neighbours,
    seeds_of,
)
from arena.formats.duels import check_duel
from arena.formats.script import Script, Scripted
from arena.records import Entrants

_STAGES = {2: "final", 4: "semi-final", 8: "quarter-final"}


class Knockout(Scripted):
    """Ties of `games` games; the winners meet until one is left.

    Seeds are the entrants in the order they are named (`seeding=lot` draws them), and the best have
    a bye where the field is no power of two. A tie that is level after its games goes on with up to
    `extra` pairs of games, one deal from both sides at a time; then `tie_break` decides: the better
    seed, or the lot. All games of a tie are played, so that each deal is played from both sides;
    where `games` is odd, each tie's seats balance to within one.
    """

    name = "knockout"

    def __init__(
        self,
        games: int = 2,
        extra: int = 3,
        tie_break: TieBreak = "seed",
        seeding: Seeding = "named",
    ) -> None:
        self.rules, self.seeding = TieRules(games, extra, tie_break), seeding

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` unless two sides oppose each other, and there are two entrants."""
        check_duel(self.name, entrants)
        seeds_of(entrants, self.seeding)

    def script(self, entrants: Entrants) -> Script:
        """Play stage after stage."""
        seeds = seeds_of(entrants, self.seeding)
        bracket, alive = Bracket(entrants, self.rules, seeds), drawn_up(seeds)
        places: dict[int, int] = {}
        while len(alive) > 1:
            stage = _STAGES.get(len(alive), f"round of {len(alive)}")
            ties = neighbours(stage, alive)
            yield from bracket.play(ties)
            alive = [tie.winner for tie in ties]
            places |= {t.loser: len(alive) + 1 for t in ties if t.loser is not None}
        champion = alive[0]
        assert champion is not None
        return bracket.report(champion, {champion: 1, **places})
