"""Tournaments played on paper: fields, made-up games, and results as a format sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from arena.block import ENDINGS
from arena.records import Entrants, Kind, Pairing, Seat, Spec
from arena.results import Results, make_results
from arena.roles import Format

Outcome = Callable[[np.random.Generator, Pairing], Sequence[float] | None]
"""What each seat of a match returns; None for a void match."""


def field(count: int, seats: int = 2, kind: Kind = "competitive", teams: int = 0) -> Entrants:
    places = tuple(Seat(None, None, team=f"t{i % teams}" if teams else None) for i in range(seats))
    names = tuple(f"e{i}" for i in range(count))
    return Entrants(names, Spec("game", places, kind=kind), seed=1)


def no_results(entrants: Entrants) -> Results:
    return results_of(entrants, [], [])


def results_of(
    entrants: Entrants, pairings: Sequence[Pairing], returns: Sequence[Sequence[float] | None]
) -> Results:
    seats = len(entrants.spec.seats)
    lineups: dict[tuple[int, ...], int] = {}
    rows = [lineups.setdefault(pairing.seats, len(lineups)) for pairing in pairings]
    count = len(pairings)
    block = (
        np.arange(count), np.array(rows, np.int32),
        np.array([[0.0] * seats if r is None else r for r in returns]).reshape(-1, seats),
        np.zeros((count, seats), np.bool_),
        np.array([ENDINGS.index("void" if r is None else "terminal") for r in returns], np.int8),
        np.array([pairing.deal for pairing in pairings], np.int64),
    )  # fmt: skip
    return make_results(entrants.names, list(lineups), [block], seats)


class Played:
    """A tournament that was played to its end: its rounds, and the results after each."""

    def __init__(
        self, format_: Format, entrants: Entrants, outcome: Outcome, seed: int = 0, most: int = 500
    ) -> None:
        luck = np.random.default_rng(seed)
        self.format, self.entrants = format_, entrants
        self.rounds: list[list[Pairing]] = []
        self.pairings: list[Pairing] = []
        returns: list[Sequence[float] | None] = []
        self.results = no_results(entrants)
        while pairings := list(format_.next(entrants, self.results)):
            self.rounds.append(pairings)
            assert len(self.rounds) < most, "it does not end"
            self.pairings += pairings
            returns += [outcome(luck, pairing) for pairing in pairings]
            self.results = results_of(entrants, self.pairings, returns)

    @property
    def conclusion(self) -> Mapping[str, Any]:
        return self.format.conclusion(self.entrants, self.results)

    def check_pure(self) -> None:
        """Asked after any of its rounds, latest first, the format gives the round that followed."""
        ends = np.cumsum([0, *(len(pairings) for pairings in self.rounds)])
        for end, pairings in reversed([*zip(ends, [*self.rounds, []])]):
            known = self.results.where(self.results.numbers < end)
            assert list(self.format.next(self.entrants, known)) == pairings

    def seats_held(self) -> list[Counter[int]]:
        """How often each entrant held each side."""
        sides = range(len(self.entrants.spec.sides))
        held = [Counter(dict.fromkeys(sides, 0)) for _ in self.names]
        for pairing in self.pairings:
            for side, seats in enumerate(self.entrants.spec.sides):
                held[pairing.seats[seats[0]]][side] += 1
        return held

    @property
    def names(self) -> tuple[str, ...]:
        return self.entrants.names


def by_strength(strengths: Sequence[float], draws: float = 0.0, void: float = 0.0) -> Outcome:
    """Two seats; who wins is drawn with odds exp(strength)."""

    def outcome(luck: np.random.Generator, pairing: Pairing) -> Sequence[float] | None:
        fate, result = luck.random(2)
        if fate < void:
            return None
        if fate < void + draws:
            return [0.0] * len(pairing.seats)
        one, other = pairing.seats[0], pairing.seats[1]
        wins = result < (1 + np.tanh((strengths[one] - strengths[other]) / 2)) / 2
        return [1.0, -1.0] if wins else [-1.0, 1.0]

    return outcome
