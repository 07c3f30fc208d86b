"""One round of a Swiss: who meets whom, as the cheapest perfect matching.

What counts is ranked, each level mattering only where all before it are equal: no rematch; no
second bye; nobody two games further on one side than on the other; equal points; the side that is
due; and within a group of equal points the upper half against the lower half, best against best.
These are the aims of FIDE's Dutch system (Handbook C.04.3), in that order but for the balance of
sides, which stands above equal points here. A matching weighs all pairs at once, so a rematch comes
only where every way to pair the round has one; and where few are left to meet, a round is chosen
after which the others can be paired too (`arena.formats.outlook`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, islice

import networkx

from arena.formats.outlook import Outlook, Search, Unmet, Who, playing
from arena.formats.swiss_lines import NOBODY, Line, Round, begun_again, ranked

Level = tuple[int, ...]
Costs = Mapping[tuple[int, int], Level]
"""What each pair costs, level by level. Pairs are of places in the ranking, the better first; the
place after the last is nobody's, who gives a bye."""
_HARD = 4
"""The levels that stand above points: met before (yes, how often), byes, sides out of balance."""
_NEW = 3
"""The first of these: those of rematches and byes."""
_LOOKS = 100
"""How many ways to pair a round are looked at for one that lets the later ones be paired."""
_NEAR = (24, 96)
"""In fields much larger than one of these, at first only so many cheapest pairs of each."""


def pair(lines: Sequence[Line], who: Who, odd: bool, lot: int, left: int = 0) -> Round:
    """Return the next round, of those in `who`; `lines` are of everyone, by entrant.

    `odd` says whether sides matter (an odd number of games is played), `lot`, 0 or 1, which side
    the first of the first pairing begins on, and `left` how many rounds come after this one: as
    many of them as can be, with those that play now, are kept free of rematches and second byes,
    and then on even sides. Once all have met all it begins again.
    """
    lines = begun_again([lines[i] for i in sorted(who)])
    table = ranked(lines)
    costs = _costs(table, odd)
    matching = _best(costs, len(table))
    best = _seated(table, matching, lot)
    if left < 1 or any(any(costs[pair][:_NEW]) for pair in matching):
        return best
    outlook = Outlook(lines, left, sides=False)
    sides = Outlook(lines, left, sides=True) if odd else outlook
    lasting = None
    others = chain(_others(table, costs, matching, lot), _all(table, costs, outlook.unmet, lot))
    for candidate in islice(chain([best], others), _LOOKS):
        if (kept := outlook.kept(candidate)) is not None:
            if (even := sides.kept(kept)) is not None:
                return even
            lasting = lasting or kept
    return lasting or best


def _others(
    lines: Sequence[Line], costs: Costs, matching: Sequence[tuple[int, int]], lot: int
) -> Iterator[Round]:
    """Yield the cheapest rounds without one of these pairs, if they are clean."""
    found = []
    for left_out in matching:
        allowed = {pair: cost for pair, cost in costs.items() if pair != left_out}
        other = _matching(allowed, len(lines))
        if other is not None and _clean(other, costs):
            found.append((_total(costs, other), other))
    for _, other in sorted(found):
        yield _seated(lines, other, lot)


def _all(lines: Sequence[Line], costs: Costs, unmet: Unmet, lot: int) -> Iterator[Round]:
    """Yield the rounds without a rematch, the cheapest first; not all where they are many."""
    places = {line.entrant: place for place, line in enumerate(lines)} | {NOBODY: len(lines)}
    found = [
        sorted((min(two), max(two)) for two in ((places[a], places[b]) for a, b in pairs))
        for pairs in Search().matchings(unmet, playing([line.entrant for line in lines]))
    ]
    for pairs in sorted(found, key=lambda pairs: (_total(costs, pairs), pairs)):
        yield _seated(lines, pairs, lot)


def _total(costs: Costs, pairs: Iterable[tuple[int, int]]) -> Level:
    """Return what a matching costs, level by level."""
    return tuple(sum(column) for column in zip(*(costs[pair] for pair in pairs)))


def _seated(lines: Sequence[Line], matching: Sequence[tuple[int, int]], lot: int) -> Round:
    pairs: list[tuple[Line, Line]] = []
    bye = None
    for p, q in matching:
        if q == len(lines):
            bye = lines[p]
            continue
        pairs.append(_on_sides(lines[p], lines[q], (len(pairs) + lot) % 2))
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
