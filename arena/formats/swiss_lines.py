"""What entrants of a Swiss have done so far, and a round of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

NOBODY = -1
"""Whom an entrant meets that has a bye."""


@dataclass
class Line:
    """What an entrant has done so far; `points` are in halves, `score` is that of its games.

    `sides` holds the side (0 or 1) of each game that was not one of a pair; `met` the opponents.
    """

    entrant: int
    points: int = 0
    score: float = 0.0
    byes: int = 0
    sides: list[int] = field(default_factory=list)
    met: list[int] = field(default_factory=list)

    @property
    def lean(self) -> int:
        """Games on the first side less games on the second."""
        return len(self.sides) - 2 * sum(self.sides)

    @property
    def ahead(self) -> int:
        """1 if it was on the first side more often, -1 if on the second, 0 if on both alike."""
        return (self.lean > 0) - (self.lean < 0)

    @property
    def due(self) -> int | None:
        """The side it is due; None before its first game."""
        if self.lean:
            return int(self.lean > 0)
        return 1 - self.sides[-1] if self.sides else None


class Met(NamedTuple):
    """Two that met, and what each scored in its games."""

    entrants: tuple[int, int]
    scores: tuple[float, float]


class Played(NamedTuple):
    """A round that was played to its end; `number` counts from 1."""

    number: int
    ties: list[Met]
    byes: list[int]


@dataclass(frozen=True)
class Round:
    """The pairs, first the one that begins on the first side, and who has the bye, if any."""

    pairs: list[tuple[Line, Line]]
    bye: Line | None

    @property
    def edges(self) -> list[tuple[int, int]]:
        """Who meets whom, by entrant; whoever has the bye meets NOBODY."""
        met = [(one.entrant, other.entrant) for one, other in self.pairs]
        return met if self.bye is None else [*met, (self.bye.entrant, NOBODY)]

    def after(self) -> list[Line]:
        """Return the lines after this round, results left out."""
        lines = [
            replace(
                line, points=0, sides=[*line.sides, side], met=[*line.met, pair[1 - side].entrant]
            )
            for pair in self.pairs
            for side, line in enumerate(pair)
        ]
        if self.bye is not None:
            lines.append(replace(self.bye, points=0, byes=self.bye.byes + 1))
        return sorted(lines, key=lambda line: line.entrant)


def ranked(lines: Iterable[Line]) -> list[Line]:
    """Return the lines best first: by points, by the score of their games, as they were named."""
    return sorted(lines, key=lambda line: (-line.points, -line.score, line.entrant))


def begun_again(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines without the meetings and the byes that everyone has had."""
    met = [Counter(line.met) for line in lines]
    fewest = min(seen[b.entrant] for a, seen in zip(lines, met) for b in lines if b is not a)
    if len(lines) % 2:
        fewest = min(fewest, *(line.byes for line in lines))
    if not fewest:
        return lines
    return [
        replace(
            line,
            byes=max(0, line.byes - fewest),
            met=[who for who, times in seen.items() for _ in range(times - fewest)],
        )
        for line, seen in zip(lines, met)
    ]
