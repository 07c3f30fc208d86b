"""Ladder: those meet of whom a game tells most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from arena.errors import BadParameter
from arena.formats.design import at_least_one
from arena.formats.duels import Duels, check_duel, duel
from arena.formats.roster import Roster
from arena.formats.strength import Strengths
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.roles import Format
from arena.seeds import derive, uniforms
from arena.tally import Floats, Ints

_FED = 0.5
"""Nobody goes below this share of the mean number of games while others play."""


class Ladder(Format):
    """Rounds of `round_games` games, each between two whose order a game tells most about.

    What a game tells is in `arena.formats.strength`: much where the two are close or little known,
    hardly anything where it is plain who is better. Games come in pairs, one deal from both sides;
    two that meet for the n-th time play deal n. Whoever has played less than half of what entrants
    have on average comes first, so that nobody starves.

    games        times the pairs of entrants that have joined is how many are played in all
    round_games  games in a round; results count from the next round on
    budget       the most games of an entrant; 0 for no limit
    joins        entrants that come late, as NAME@ROUND: the first round that they play, from 1
    leaves       entrants that withdraw, as NAME@ROUND: the first round that they do not play
    """

    def __init__(
        self,
        games: int = 50,
        round_games: int = 20,
        budget: int = 0,
        joins: Sequence[str] = (),
        leaves: Sequence[str] = (),
    ) -> None:
        if round_games < 2 or budget < 0 or budget == 1:
            raise BadParameter(
                "ladder plays pairs of games; use round_games and budget of 2 or more"
            )
        self.games, self.round_games = at_least_one(games), -(-round_games // 2) * 2
        self.budget, self.roster = budget, Roster(joins, leaves)

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` unless two sides oppose each other, and there are two entrants."""
        check_duel("ladder", entrants)
        self.roster.check("ladder", entrants)

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the next round; nothing once all games, or all budgets, are used up."""
        return self._next(entrants, results)[1]

    def _next(self, entrants: Entrants, results: Results) -> tuple[int, list[Pairing]]:
        """Return the number of the next round, and its pairings.

        Where nothing is left to play for those that are there, it is the round in which the next
        one joins.
        """
        round_ = len(results) // self.round_games + 1
        later = sorted({joined for joined in self.roster.joins.values() if joined > round_})
        for number in (round_, *later):
            if pairings := self._round(entrants, results, number):
                return number, pairings
        return round_, []

    def _round(self, entrants: Entrants, results: Results, round_: int) -> list[Pairing]:
        # Who joins later is left out of the sums, so that they are the same if nobody does.
        known = self.roster.known(entrants, round_)
        if not known:
            return []
        left = self.games * len(known) * (len(known) - 1) // 2 - len(results)
        present = np.isin(known, self.roster.present(entrants, round_))
        points, met = _history(entrants, results)
        among = np.ix_(known, known)
        picks = self._picks(
            Strengths(points[among]), met[among], present, min(left, self.round_games),
            derive(entrants.seed, "ladder", len(results)),
        )  # fmt: skip
        pairings: list[Pairing] = []
        for one, other in picks:
            one, other = known[one], known[other]
            pairings += duel(entrants.spec.sides, one, other, 2, int(met[one, other]) // 2)
            met[one, other] += 2
            met[other, one] += 2
        return pairings

    def amend(
        self, before: Format, entrants: Entrants, results: Results, names: Sequence[str]
    ) -> Mapping[str, Any]:
        """Let those that are not among `names` leave, and those that are new join."""
        assert isinstance(before, Ladder)
        begun = before._next(entrants, results)[0]
        return self.roster.amended(before.roster, entrants.names, names, begun + 1)

    def _picks(
        self, strengths: Strengths, met: Ints, present: Any, games: int, seed: int
    ) -> list[tuple[int, int]]:
        """Return the pairs that play: each time the most informative one, given those before it."""
        played = met.sum(axis=1)
        gain = strengths.information() + _lots(seed, len(played))
        picks = []
        for _ in range(-(-games // 2)):
            able = present & ((played + 2 <= self.budget) if self.budget else True)
            allowed = np.triu(np.outer(able, able), 1)
            if not allowed.any():
                break
            hungry = able & (played < _FED * played[present].mean())
            if (fed_first := allowed & (hungry[:, None] | hungry)).any():
                allowed = fed_first
            place = int(np.argmax(np.where(allowed, gain, -1.0)))
            one, other = divmod(place, len(played))
            picks.append((one, other))
            played[[one, other]] += 2
            strengths.play(one, other, 2)
            for row in (one, other):
                gain[row] = gain[:, row] = strengths.information(row)
        return picks

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return the order, and how sure it is that each stands above the next."""
        if not len(results):
            return {}
        points, met = _history(entrants, results)
        strengths = Strengths(points)
        order = sorted(range(len(entrants)), key=lambda i: (-strengths.mean[i], i))
        names, chances = entrants.names, [strengths.better(*two) for two in pairwise(order)]
        unsure = [
            f"{names[one]} above {names[other]} ({chance:.0%})"
            for (one, other), chance in zip(pairwise(order), chances)
            if chance < 0.95
        ]
        rest = f" and {len(unsure) - 3} more" if len(unsure) > 3 else ""
        open_ = f"less than 95 % sure are {', '.join(unsure[:3])}{rest}"
        return {
            "says": f"{names[order[0]]} is first; {open_ if unsure else 'the order is sure'}.",
            "order": [
                {"entrant": names[i], "games": int(met[i].sum()), "above_next": chance}
                for i, chance in zip(order, [*chances, None])
            ],
        }


def _history(entrants: Entrants, results: Results) -> tuple[Floats, Ints]:
    """Return the points of each (row) against each, and how often they met, void games included."""
    size = len(entrants)
    points, met = np.zeros((size, size)), np.zeros((size, size), np.int64)
    if len(results):
        duels = Duels(results, entrants.spec.sides)
        one, other = duels.holders.T
        for row, column, score in ((one, other, 0), (other, one, 1)):
            np.add.at(points, (row, column), duels.scores[:, score])
            np.add.at(met, (row, column), 1)
    return points, met


def _lots(seed: int, size: int) -> Floats:
    """Return a tiny number for each pair, (size, size), that decides between equals."""
    one, other = np.indices((size, size)).reshape(2, -1)
    lots = uniforms([seed] * size**2, one.tolist(), other.tolist())
    scaled: Floats = lots.reshape(size, size) * 1e-9
    return scaled
