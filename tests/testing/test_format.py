"""Every rule of `check_format` holds for good formats and is broken by a bad one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from arena.errors import Unsuitable
from arena.formats.gauntlet import Gauntlet
from arena.formats.round_robin import RoundRobin
from arena.formats.score import Score
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.roles import Format
from arena.seeds import derive
from arena.testing import Broken, check_format
from arena.testing.format import RULES
from arena.testing.results import PAIR


class Ladder(Format):
    """Three rounds in which the better half of the last one meet again: a good example."""

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        rounds = len(results) // max(1, len(entrants))
        if rounds == 3:
            return ()
        seats, size = len(entrants.spec.seats), len(entrants)
        ahead = int(results[-1].values[0] > 0) if rounds else 0
        luck = derive(entrants.seed, rounds)
        return [
            Pairing(tuple((n + i * (1 + ahead)) % size for i in range(seats)), luck % 7 + n)
            for n in range(size)
        ]


class Spoilt(Ladder):
    """Changes the first round of a good format."""

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        good = super().next(entrants, results)
        return self.spoil(list(good), entrants, results) if good else ()

    def spoil(self, good: list[Pairing], entrants: Entrants, results: Results) -> Any:
        return good


class Never(Format):
    def check(self, entrants: Entrants) -> None:
        raise Unsuitable("never: it suits nobody")

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        return ()


class BadCheck(Ladder):
    def check(self, entrants: Entrants) -> None:
        raise ValueError("odd field")


class Exact(Spoilt):
    """Cannot stand a match without a result."""

    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        assert all(ending != 3 for ending in results.endings), "a void match"
        return good


class FailsLate(Spoilt):
    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        if any(result.ending == "void" for result in results):
            raise KeyError("void")
        return good


class Tidies(Spoilt):
    """Writes into the results."""

    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        results.returns[:] = 0
        return good


class NoSuchEntrant(Spoilt):
    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        return [Pairing(tuple(seat + 1 for seat in seats), deal) for seats, deal in good]


class TooFew(Spoilt):
    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        return [Pairing(seats[:1], deal) for seats, deal in good]


class BadDeal(Spoilt):
    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        return [Pairing(seats, -1) for seats, _ in good]


class ByName(Spoilt):
    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        return [
            Pairing(tuple(entrants.names[seat] for seat in seats), deal) for seats, deal in good
        ]  # type: ignore


class Once(Sequence[Pairing]):
    """Pairings that can be read once."""

    def __init__(self, pairings: list[Pairing]) -> None:
        self.pairings, self.read = pairings, iter(pairings)

    def __len__(self) -> int:
        return len(self.pairings)

    def __getitem__(self, index: Any) -> Any:
        return self.pairings[index]

    def __iter__(self) -> Iterator[Pairing]:
        return self.read


class ReadOnce(Spoilt):
    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        return Once(good)


class Backwards(Once):
    def __getitem__(self, index: Any) -> Any:
        return self.pairings[-1 - index]

    def __iter__(self) -> Iterator[Pairing]:
        return iter(self.pairings)


class OtherByIndex(Spoilt):
    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        return Backwards(good)


class Counts(Spoilt):
    """Remembers how often it was asked."""

    asked = 0

    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        self.asked += 1
        return [Pairing(seats, deal + self.asked) for seats, deal in good]


class Keeps(Format):
    """Keeps its round number on itself: goes on well, cannot be resumed."""

    rounds = 0

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        if not len(results):
            self.rounds = 0
        self.rounds += 1
        return RoundRobin(2).next(entrants, results[:0]) if self.rounds < 3 else ()


class Endless(Format):
    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        return RoundRobin(2).next(entrants, results[:0])


class Excludes(Spoilt):
    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        return [Pairing((0,) * len(seats), deal) for seats, deal in good]


class Rolls(Spoilt):
    def spoil(self, good: Any, entrants: Entrants, results: Results) -> Any:
        random.shuffle(good)
        return good


BROKEN: list[tuple[str, Format]] = [
    ("suits", Never()),
    ("suits", BadCheck()),
    ("raises", FailsLate()),
    ("raises", Tidies()),
    ("pairings", NoSuchEntrant()),
    ("pairings", TooFew()),
    ("pairings", BadDeal()),
    ("pairings", ByName()),
    ("reread", ReadOnce()),
    ("reread", OtherByIndex()),
    ("pure", Counts()),
    ("pure", Keeps()),
    ("ends", Endless()),
    ("plays", Excludes()),
    ("luck", Rolls()),
]


@pytest.mark.parametrize("good", [RoundRobin(4), Gauntlet(4), Score(4), Ladder()])
def test_good_formats_pass(good: Format) -> None:
    check_format(good)


@pytest.mark.parametrize(("rule", "bad"), BROKEN)
def test_a_bad_format_breaks_its_rule(rule: str, bad: Format) -> None:
    with pytest.raises(Broken) as caught:
        check_format(bad, entrants=4)
    assert caught.value.rule == rule, caught.value
    assert "\n" not in str(caught.value) and "; " in str(caught.value)


def test_every_rule_has_a_format_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} == set(RULES)


def test_seat_balance_is_reported() -> None:
    class Lopsided(Format):
        """Always the lower index first: legal, and worth knowing."""

        def check(self, entrants: Entrants) -> None:
            if len(entrants) < 2:
                raise Unsuitable("lopsided: it takes two")

        def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
            pairs = [(i, j) for j in range(len(entrants)) for i in range(j)]
            return [] if len(results) else [Pairing(pair, 0) for pair in pairs * 5]

    report = check_format(Lopsided(), specs=(PAIR,), entrants=4)
    assert report.notes == [
        "made-up, two seats: fields of 2 to 4; the number of times an entrant holds each side "
        "differs by at most 15"
    ]
    even = check_format(RoundRobin(4), specs=(PAIR,), entrants=4)
    assert even.notes[0].endswith("by at most 0")
