"""Swiss: in each round those meet that stand alike and have not met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from arena.errors import BadParameter, Unsuitable
from arena.formats.design import at_least_one
from arena.formats.duels import Duels, check_duel, duel
from arena.formats.roster import Roster
from arena.formats.swiss_lines import Line, Met, Played, ranked
from arena.formats.swiss_pairing import pair
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.roles import Format
from arena.seeds import derive


class Swiss(Format):
    """`rounds` rounds, in each of which an entrant meets one other in `games` games.

    A pairing won counts a point, a level one half. Who may meet whom is in
    `arena.formats.swiss_pairing`. Each deal of a round is played by all pairings from both sides;
    where `games` is odd, the last one is played once, and sides are kept in balance to within one
    over the rounds. In an odd field the lowest entrant that has had no bye has one, worth a point.
    Until all have met all, no two meet again (where entrants come and go: if that can be avoided in
    the round), nobody has a second bye, and rounds are paired with an eye on those left to pair.

    rounds   as many as tell n entrants apart, log2(n) rounded up, if left out
    joins    entrants that come late, as NAME@ROUND: the first round that they play, from 1
    leaves   entrants that withdraw, as NAME@ROUND: the first round that they do not play
    """

    def __init__(
        self,
        rounds: int | None = None,
        games: int = 2,
        joins: Sequence[str] = (),
        leaves: Sequence[str] = (),
    ) -> None:
        if rounds is not None and rounds < 1:
            raise BadParameter(f"rounds={rounds}: a Swiss needs at least one round")
        self.rounds, self.games = rounds, at_least_one(games)
        self.roster = Roster(joins, leaves)

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` unless two sides oppose each other, and there are two entrants."""
        check_duel("swiss", entrants)
        self.roster.check("swiss", entrants)

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the next round in which there are two to play; nothing after the last."""
        lines, round_ = self._table(entrants, results)
        present = self._next_round(entrants, round_ + 1)
        if not present:
            return ()
        round_, who = present
        lot = derive(entrants.seed, "swiss") % 2
        # who joins or leaves later must not matter, as it may be said while this round is played
        left = (self.rounds or enough(len(self.roster.known(entrants, round_)))) - round_
        pairs = pair(lines, who, self.games % 2 == 1, lot, left).pairs
        deal, sides = (round_ - 1) * -(-self.games // 2), entrants.spec.sides
        return [
            game
            for one, other in pairs
            for game in duel(sides, one.entrant, other.entrant, self.games, deal)
        ]

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return the table, once all is played: points, then opponents' points, then games."""
        if not len(results) or self.next(entrants, results):
            return {}
        lines, round_ = self._table(entrants, results)
        rivals = [sum(lines[other].points for other in line.met) for line in lines]
        keys = [(line.points, rivals[line.entrant], line.score) for line in lines]
        order = sorted(range(len(lines)), key=lambda i: (keys[i], -i), reverse=True)
        best = [entrants.names[i] for i in order if keys[i] == keys[order[0]]]
        points, s = lines[order[0]].points / 2, "s" * (round_ > 1)
        worth = f"{points:g} point{'s' * (points != 1)}"
        return {
            "says": f"{' and '.join(best)} wins with {worth} in {round_} round{s}."
            if len(best) == 1
            else f"{' and '.join(best)} share the first place with {worth}.",
            "winners": best,
            "rounds": round_,
            "table": [
                {
                    "entrant": entrants.names[i],
                    "points": lines[i].points / 2,
                    "buchholz": rivals[i] / 2,
                    "score": lines[i].score,
                    "byes": lines[i].byes,
                }
                for i in order
            ],
        }

    def played_rounds(self, entrants: Entrants, results: Results) -> Sequence[Mapping[str, Any]]:
        """Return who met whom in each round, with the points of all after it."""
        begun = int((results.numbers == np.arange(len(results))).cumprod().sum())
        names, told = entrants.names, []
        lines = [Line(i) for i in range(len(entrants))]
        for played in self._played(entrants, results[:begun], lines):
            ties = [
                {"entrants": [names[i] for i in tie.entrants], "scores": list(tie.scores)}
                for tie in played.ties
            ]
            order = ranked(lines)
            told.append({
                "round": f"round {played.number}", "ties": ties,
                "byes": [names[i] for i in played.byes],
                "standings": [
                    {"entrant": names[line.entrant], "points": line.points / 2} for line in order
                ],
            })  # fmt: skip
        return told

    def amend(
        self, before: Format, entrants: Entrants, results: Results, names: Sequence[str]
    ) -> Mapping[str, Any]:
        """Let those that are not among `names` leave, and those that are new join."""
        assert isinstance(before, Swiss)
        begun = before._next_round(entrants, before._table(entrants, results)[1] + 1)
        assert begun is not None
        first = begun[0] + 1
        if self.rounds and first > self.rounds and set(names) - set(entrants.names):
            raise Unsuitable(f"the last of its {self.rounds} rounds is begun: nobody can join")
        return self.roster.amended(before.roster, entrants.names, names, first)

    def _next_round(self, entrants: Entrants, round_: int) -> tuple[int, list[int]] | None:
        """Return the first round from this one on that has two to play, and who plays it."""
        for number in range(round_, (self.rounds or enough(len(entrants))) + 1):
            if len(who := self.roster.present(entrants, number)) > 1:
                return number, who
        return None

    def _table(self, entrants: Entrants, results: Results) -> tuple[list[Line], int]:
        """Return everyone's line after these results, and the last round that they hold."""
        lines, round_ = [Line(i) for i in range(len(entrants))], 0
        for each in self._played(entrants, results, lines):
            round_ = each.number
        return lines, round_

    def _played(self, entrants: Entrants, results: Results, lines: list[Line]) -> Iterator[Played]:
        """Yield the whole rounds that these results hold; enter each into the lines before it."""
        if not len(results):
            return
        duels, start, round_ = Duels(results, entrants.spec.sides), 0, 0
        while present := self._next_round(entrants, round_ + 1):
            round_, who = present
            end = start + len(who) // 2 * self.games
            if end > len(results):
                return
            ties = [
                _enter(lines, duels, game, self.games) for game in range(start, end, self.games)
            ]
            byes = sorted(set(who) - {i for tie in ties for i in tie.entrants})
            for bye in byes:
                lines[bye].byes += 1
                lines[bye].points += 2
                lines[bye].score += self.games
            yield Played(round_, ties, byes)
            start = end


def enough(entrants: int) -> int:
    """Return how many rounds tell so many entrants apart."""
    return max(1, (entrants - 1).bit_length())


def _enter(lines: list[Line], duels: Duels, start: int, games: int) -> Met:
    """Enter a pairing, whose games begin at `start`, into the lines of both, and return it."""
    first, second = (int(i) for i in duels.holders[start])
    mine, theirs = duels.totals(start, start + games, first)
    for line, other, score, against, side in (
        (lines[first], second, mine, theirs, 0),
        (lines[second], first, theirs, mine, 1),
    ):
        line.points += 1 + (score > against) - (score < against)
        line.score += score
        line.met.append(other)
        if games % 2:
            line.sides.append(side)
    return Met((first, second), (mine, theirs))
