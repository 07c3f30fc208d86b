"""What every tournament format owes: `check_format`."""

from __future__ import annotations

import copy
import operator
from collections import Counter
from collections.abc import Sequence

from arena.errors import Unsuitable
from arena.records import Entrants, Episode, Pairing, Spec
from arena.results import Results
from arena.roles import Format
from arena.testing.probe import global_luck, global_luck_kept, stir, touched
from arena.testing.report import Report, short
from arena.testing.results import GAMES, outcome, results_of

RULES = {
    "suits": "check() accepts some field, and says with Unsuitable why not otherwise",
    "raises": "next() answers whatever the results, void and forfeited ones among them",
    "pairings": "a pairing names an entrant for every seat, and a deal",
    "reread": "a round is the same however often and in whatever way it is read",
    "pure": "the same results give the same round, on any object and in any order of asking",
    "ends": "the tournament ends",
    "plays": "every entrant plays",
    "luck": "the process-wide generators are left alone, and do not matter",
}
_MOST_ROUNDS = 300
_MOST_MATCHES = 20_000


def check_format(
    format_: Format, specs: Sequence[Spec] = GAMES, entrants: int = 6, seed: int = 0
) -> Report:
    """Hold a format to its contract, in made-up tournaments of one to `entrants` entrants.

    Make it with few games: every match is looked at. `specs` are the games. How evenly entrants
    hold the seats is in the report's notes. Raises AssertionError, naming the rule that is broken.
    """
    report = Report(f"format {type(format_).__name__}", RULES)
    fields = [
        Entrants(tuple(f"entrant {n}" for n in range(size)), spec, seed)
        for spec in specs
        for size in range(1, entrants + 1)
    ]
    with global_luck_kept():
        suited = [field for field in fields if _suits(report, format_, field)]
        if not suited:
            raise report.broken("suits", "it accepts no field at all", "let check() accept some")
        for spec in specs:
            fields = [field for field in suited if field.spec == spec]
            uneven = [_Check(report, format_, field, seed).run() for field in fields]
            if fields:
                report.notes.append(
                    f"{spec.name}: fields of {len(fields[0])} to {len(fields[-1])}; the number of "
                    f"times an entrant holds each side differs by at most {max(uneven)}"
                )
    return report


def _suits(report: Report, format_: Format, field: Entrants) -> bool:
    with report.guard("suits", "raise nothing but arena.Unsuitable from check()"):
        try:
            format_.check(field)
        except Unsuitable:
            return False
    return True


class _Check:
    def __init__(self, report: Report, format_: Format, field: Entrants, seed: int) -> None:
        self.report, self.format, self.field, self.seed = report, format_, field, seed
        self.where = f"with {len(field)} entrants in {field.spec.name}"

    def run(self) -> int:
        """Play a tournament; return by how much an entrant's sides are uneven at most."""
        unused = copy.deepcopy(self.format)
        episodes: list[Episode] = []
        rounds: list[list[Pairing]] = []
        counts = [0]
        while pairings := self.round(self.format, self.results(episodes), len(rounds)):
            rounds.append(pairings)
            episodes += [
                outcome(self.field.spec, len(episodes) + i, pairing, self.seed)
                for i, pairing in enumerate(pairings)
            ]
            counts.append(len(episodes))
            if len(rounds) >= _MOST_ROUNDS or len(episodes) >= _MOST_MATCHES:
                raise self.report.broken(
                    "ends", f"{len(episodes):,} matches in {len(rounds)} rounds and no end "
                    f"{self.where}", "return an empty round at last (or check it with fewer games)",
                )  # fmt: skip
        rounds.append([])
        for number in reversed(range(len(rounds))):
            results = self.results(episodes[: counts[number]])
            for asked in (self.format, unused):
                again = self.round(asked, results, number + 1000)
                self.same("pure", rounds[number], again, f"round {number} asked for again")
        return self.balance([pairing for pairings in rounds for pairing in pairings])

    def results(self, episodes: list[Episode]) -> Results:
        return results_of(self.field.names, self.field.spec, episodes)

    def round(self, format_: Format, results: Results, luck: int) -> list[Pairing]:
        """Return a whole round, read in three ways."""
        stir(luck)
        before = global_luck()
        with self.report.guard("raises", "let next() take every result, and change none"):
            sequence = format_.next(self.field, results)
            pairings = list(sequence)
            again = list(sequence)
            by_index = [sequence[i] for i in range(len(sequence))]
        if moved := touched(before):
            raise self.report.broken(
                "luck", f"it draws from the process-wide {' and '.join(moved)}",
                "draw from arena.derive(entrants.seed, ...)",
            )  # fmt: skip
        self.same("reread", pairings, again, "the second reading")
        self.same("reread", pairings, by_index, "reading by index")
        for pairing in pairings:
            self.check_pairing(pairing)
        return pairings

    def same(self, rule: str, one: list[Pairing], other: list[Pairing], what: str) -> None:
        if one == other:
            return
        pairs = zip(one, other)
        first = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
        raise self.report.broken(
            rule, f"{what} differs from pairing {first} on ({len(other)} pairings, not {len(one)}) "
            f"{self.where}",
            "make the round a function of entrants and results alone, and return a sequence",
        )  # fmt: skip

    def check_pairing(self, pairing: Pairing) -> None:
        try:
            seats, deal = pairing
            numbers = [operator.index(seat) for seat in seats]
            good = isinstance(seats, tuple) and 0 <= operator.index(deal) < 2**63
        except (TypeError, ValueError):
            good, numbers = False, []
        wanted = len(self.field.spec.seats)
        if not good or len(numbers) != wanted or not all(0 <= n < len(self.field) for n in numbers):
            raise self.report.broken(
                "pairings", f"{short(pairing)} {self.where}",
                f"make it an arena.Pairing of {wanted} entrant indices (a tuple) and a deal >= 0",
            )  # fmt: skip

    def balance(self, pairings: list[Pairing]) -> int:
        """Check that all play; return how unevenly one holds the sides at most."""
        sides = self.field.spec.sides
        held = [Counter[int]() for _ in range(len(self.field))]
        for pairing in pairings:
            for side, seats in enumerate(sides):
                held[pairing.seats[seats[0]]][side] += 1
        idle = next((n for n, counts in enumerate(held) if not counts), None)
        if idle is not None:
            raise self.report.broken(
                "plays", f"{self.field.names[idle]} never plays {self.where}",
                "give every entrant a match, or refuse the field in check()",
            )  # fmt: skip
        counts = [[by_side[side] for side in range(len(sides))] for by_side in held]
        return max(max(row) - min(row) for row in counts)
