"""Swiss: in each round those meet that stand alike and have not met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from arena.errors import BadParameter, Unsuitable
from arena.formats.design import at_least_one
from arena.formats.duels import Duels, check_duel, duel
from arena.formats.roster import Roster
from arena.formats.swiss_lines import Line
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
        if not len(results):
            return lines, round_
        duels, start = Duels(results, entrants.spec.sides), 0
        while start < len(results):
            present = self._next_round(entrants, round_ + 1)
            assert present is not None
            round_, who = present
            end = start + len(who) // 2 * self.games
            for game in range(start, end, self.games):
                _enter(lines, duels, game, self.games)
            playing = {int(i) for i in duels.holders[start:end].ravel()}
            for bye in set(who) - playing:
                lines[bye].byes += 1
                lines[bye].points += 2
                lines[bye].score += self.games
            start = end
        return lines, round_


def enough(entrants: int) -> int:
    """Return how many rounds tell so many entrants apart."""
    return max(1, (entrants - 1).bit_length())


def _enter(lines: list[Line], duels: Duels, start: int, games: int) -> None:
    """Enter a pairing, whose games begin at `start`, into the lines of both."""
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
