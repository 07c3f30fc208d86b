"""Double elimination: who loses two ties is out."""

from __future__ import annotations

from arena.formats.bracket import Bracket, Place, Tie, drawn_up, neighbours, seeds_of
from arena.formats.knockout import Knockout
from arena.formats.script import Script
from arena.records import Entrants


class DoubleElimination(Knockout):
    """A knockout whose losers drop into a second bracket, whose winner meets the first's.

    If the winner of the losers' bracket wins that final, both have lost once, and a decider is
    played. Those that drop meet the survivors of the losers' bracket in turned order, so that two
    who met do not soon meet again. Ties, seeds and byes are as in a knockout.
    """

    name = "double_elimination"

    def script(self, entrants: Entrants) -> Script:
        """Play both brackets, then the final between their winners."""
        seeds = seeds_of(entrants, self.seeding)
        bracket = Bracket(entrants, self.rules, seeds)
        out: list[list[int]] = []  # those that went out together, first to last
        ties = neighbours("winners 1", drawn_up(seeds))
        yield from bracket.play(ties)
        winners, losers = [t.winner for t in ties], [t.loser for t in ties]
        stage = 1
        while len(winners) > 1:
            stage += 1
            upper = neighbours(f"winners {stage}", winners)
            lower = neighbours(f"losers {2 * stage - 3}", losers)
            yield from bracket.play([*upper, *lower])
            winners, dropped = [t.winner for t in upper], _turned([t.loser for t in upper], stage)
            out.append([t.loser for t in lower if t.loser is not None])
            survivors = [t.winner for t in lower]
            lower = [Tie(f"losers {2 * stage - 2}", *pair) for pair in zip(survivors, dropped)]
            yield from bracket.play(lower)
            out.append([t.loser for t in lower if t.loser is not None])
            losers = [t.winner for t in lower]
        last = Tie("final", winners[0], losers[0])
        yield from bracket.play([last])
        if last.winner == losers[0]:
            last = Tie("decider", winners[0], losers[0])
            yield from bracket.play([last])
        assert last.winner is not None and last.loser is not None
        return bracket.report(last.winner, _places([*out, [last.loser], [last.winner]]))


def _turned(dropped: list[Place], stage: int) -> list[Place]:
    """Return those that drop from a stage in the order in which they meet the survivors."""
    if stage % 2 == 0:
        return dropped[::-1]
    half = len(dropped) // 2
    return dropped[half:] + dropped[:half]


def _places(out: list[list[int]]) -> dict[int, int]:
    """Return each entrant's place, from 1; those that went out together share one."""
    places: dict[int, int] = {}
    place = 1
    for group in reversed(out):
        places |= dict.fromkeys(group, place)
        place += len(group)
    return places
