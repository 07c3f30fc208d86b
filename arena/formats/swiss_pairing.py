"""One round of a Swiss: who meets whom, as the cheapest perfect matching.

What counts is ranked, each level mattering only where all before it are equal: no rematch; no
second bye; nobody two games further on one side than on the other; equal points; the side that is
due; and within a group of equal points the upper half against the lower half, best against best.
These are the aims of FIDE's Dutch system (Handbook C.04.3), in that order but for the balance of
sides, which stands above equal points here. A matching weighs all pairs at once, so a rematch comes
only where every way to pair the round has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import networkx

Level = tuple[int, ...]
Costs = Mapping[tuple[int, int], Level]
"""What each pair costs, level by level. Pairs are of places in the ranking, the better first; the
place after the last is nobody's, who gives a bye."""
_HARD = 4
"""The levels that stand above points: met before (yes, how often), byes, sides out of balance."""
_NEAR = (24, 96)
"""In fields much larger than one of these, at first only so many cheapest pairs of each."""


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
    def due(self) -> int | None:
        """The side it is due; None before its first game."""
        if self.lean:
            return int(self.lean > 0)
        return 1 - self.sides[-1] if self.sides else None


@dataclass(frozen=True)
class Round:
    """The pairs, first the one that begins on the first side, and who has the bye, if any."""

    pairs: list[tuple[Line, Line]]
    bye: Line | None

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


def pair(lines: Iterable[Line], odd: bool, lot: int, last: bool) -> Round:
    """Return the next round of those that play, given in any order.

    `odd` says whether sides matter (an odd number of games is played), `lot`, 0 or 1, which side
    the first of the first pairing begins on. Unless it is the `last` round, one is preferred after
    which another can be paired without a rematch and with sides in balance.
    """
    table = ranked(lines)
    costs = _costs(table, odd)
    matching = _best(costs, len(table))
    best = _seated(table, matching, lot)
    played = max(len(line.met) for line in table)
    # By Hall's theorem another round is in no danger while it is early.
    if last or len(table) > 4 * (played + 2) or not _clean(matching, costs) or _goes_on(best, odd):
        return best
    others = _others(table, costs, matching, lot)
    return next((other for other in others if _goes_on(other, odd)), best)


def _goes_on(round_: Round, odd: bool) -> bool:
    """Whether after this round another can be paired that costs nothing on the hard levels."""
    lines = round_.after()
    costs = _costs(lines, odd)
    return _clean(_best(costs, len(lines)), costs)


def _others(
    lines: Sequence[Line], costs: Costs, matching: Sequence[tuple[int, int]], lot: int
) -> Iterator[Round]:
    """Yield the round with the sides of a pair changed, then as clean ones without a pair."""
    for changed in matching:
        if changed[1] < len(lines) and lines[changed[0]].lean == lines[changed[1]].lean:
            yield _seated(lines, matching, lot, changed)
    found = []
    for without in matching:
        allowed = {pair: cost for pair, cost in costs.items() if pair != without}
        other = _matching(allowed, len(lines))
        if other is not None and _clean(other, costs):
            total = tuple(sum(column) for column in zip(*(costs[pair] for pair in other)))
            found.append((total, other))
    for _, other in sorted(found):
        yield _seated(lines, other, lot)


def _seated(
    lines: Sequence[Line],
    matching: Sequence[tuple[int, int]],
    lot: int,
    changed: tuple[int, int] | None = None,
) -> Round:
    pairs: list[tuple[Line, Line]] = []
    bye = None
    for p, q in matching:
        if q == len(lines):
            bye = lines[p]
            continue
        first, second = _on_sides(lines[p], lines[q], (len(pairs) + lot) % 2)
        pairs.append((second, first) if (p, q) == changed else (first, second))
    return Round(pairs, bye)


def _on_sides(better: Line, worse: Line, lot: int) -> tuple[Line, Line]:
    """Return the two as they sit: who is due more; else turned about; else as the better is due."""
    if better.lean != worse.lean:
        return (better, worse) if better.lean < worse.lean else (worse, better)
    for mine, theirs in zip(reversed(better.sides), reversed(worse.sides)):
        if mine != theirs:
            return (worse, better) if mine == 0 else (better, worse)
    side = better.due if better.due is not None else lot
    return (worse, better) if side else (better, worse)


def _costs(lines: Sequence[Line], odd: bool) -> Costs:
    """Return what each pair of these lines, best first, costs."""
    points = [line.points for line in lines]
    starts = {point: points.index(point) for point in points}
    places = [(p - starts[point], points.count(point)) for p, point in enumerate(points)]
    costs = {
        (p, q): _cost(lines[p], lines[q], places[p], places[q], odd)
        for p, q in combinations(range(len(lines)), 2)
    }
    if len(lines) % 2:
        for p, line in enumerate(lines):
            gap, last = line.points - points[-1], len(lines) - 1 - p
            costs[p, len(lines)] = (0, 0, line.byes, 0, gap * gap, 0, last * last)
    return costs


def _cost(
    better: Line, worse: Line, upper: tuple[int, int], lower: tuple[int, int], odd: bool
) -> Level:
    """Return what a pair costs; `upper` and `lower` are each one's place in its group of equal
    points, and the size of the group."""
    met = better.met.count(worse.entrant)
    beyond = unmet = 0
    if odd:
        for line, side in zip(_on_sides(better, worse, 0), (0, 1)):
            beyond += max(0, abs(line.lean + 1 - 2 * side) - 1)
            unmet += line.due not in (None, side)
    gap = better.points - worse.points
    if gap:
        floats = (upper[1] - 1 - upper[0]) ** 2 + lower[0] ** 2
    else:
        floats = (lower[0] - upper[0] - upper[1] // 2) ** 2
    return (int(met > 0), met, 0, beyond, gap * gap, unmet, floats)


def _best(costs: Costs, count: int) -> list[tuple[int, int]]:
    """Return the cheapest matching; in a large field that among near pairs, if it is clean."""
    for width in _NEAR:
        if count > 2 * width:
            matching = _matching(_near(costs, width), count)
            if matching is not None and _clean(matching, costs):
                return matching
    matching = _matching(costs, count)
    assert matching is not None  # all may be paired with all
    return matching


def _near(costs: Costs, width: int) -> Costs:
    """Return each place's cheapest pairs, and those with its neighbours, so that all can pair."""
    by_place: dict[int, list[tuple[Level, tuple[int, int]]]] = {}
    for two, cost in costs.items():
        for place in two:
            by_place.setdefault(place, []).append((cost, two))
    near = {two for pairs in by_place.values() for _, two in sorted(pairs)[:width]}
    return {
        two: cost for two, cost in costs.items() if two in near or two[1] - two[0] <= width // 2
    }


def _clean(matching: Sequence[tuple[int, int]], costs: Costs) -> bool:
    """Whether a matching costs nothing on the hard levels."""
    return not any(any(costs[pair][:_HARD]) for pair in matching)


def _matching(costs: Costs, count: int) -> list[tuple[int, int]] | None:
    """Return the cheapest perfect matching of `count` lines, best pair first; None without any."""
    units, unit = [], 1
    for most in reversed([max(column) for column in zip(*costs.values())]):
        units.append(unit)
        unit *= most * count + 1  # all pairs of a round weigh less than one step up a level
    units.reverse()
    graph = networkx.Graph()
    for (p, q), cost in costs.items():
        graph.add_edge(p, q, weight=unit - sum(u * c for u, c in zip(units, cost)))
    matching = networkx.max_weight_matching(graph, maxcardinality=True)
    pairs = sorted((min(two), max(two)) for two in matching)
    return pairs if len(pairs) == (count + 1) // 2 else None
