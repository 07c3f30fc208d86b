"""Matches sorted so that whole slices of a table are between the same players.

A wave fills a table of equal regions. In a game of two that move by turns a pair of players gets
two regions: at every tick one of them moves in all rows of the first, the other in all rows of the
second. It stays so, because where a match has ended the next to be dealt is one that begins with
whoever is to move there at the next tick. In other games a region has one lineup, and every player
is asked for the seats it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.column_batch import Part
from arena.fixtures import Fixtures
from arena.records import Seat, Spec
from arena.results import number_lineups

Rows = NDArray[np.int64]
Group = list[tuple[tuple[int, ...], Rows]]

_ROWS = 64
"""A region has at least so many rows, if there are as many matches."""


class Wave(NamedTuple):
    """Matches to be played together.

    fixtures  pool by pool
    ends      where each pool ends in them: as many pools as regions
    players   who plays in each region: by seat; for a pair the one who moves first, then the other
    paired    whether regions come in pairs that draw from each other's pools in turn
    """

    fixtures: Fixtures
    ends: list[int]
    players: list[tuple[int, ...]]
    paired: bool


def waves(some: Fixtures, slots: int, alternating: bool) -> Iterator[Wave]:
    """Yield waves of these matches for a table of at most `slots` rows."""
    lineups: dict[tuple[int, ...], int] = {}
    index = number_lineups(some.players, lineups)
    order = np.argsort(index, kind="stable")
    cuts = np.searchsorted(index[order], np.arange(len(lineups) + 1)).tolist()
    pools = {lineup: order[cuts[i] : cuts[i + 1]] for lineup, i in lineups.items()}
    groups = list(_pairs(pools)) if alternating else [[pool] for pool in pools.items()]
    most = max(1, slots // (_ROWS * len(groups[0])))
    for begin in range(0, len(groups), most):
        yield _wave(some, groups[begin : begin + most], alternating)


def _pairs(pools: dict[tuple[int, ...], Rows]) -> Iterator[Group]:
    """Yield the pools of a pair of players; of one who plays itself, two halves of a pool."""
    while pools:
        lineup = next(iter(pools))
        pool, other = pools.pop(lineup), lineup[::-1]
        if other == lineup:
            half = len(pool) // 2
            yield [(lineup, pool[:half]), (lineup, pool[half:])]
        else:
            yield [(lineup, pool), (other, pools.pop(other, pool[:0]))]


def _wave(some: Fixtures, groups: Sequence[Group], paired: bool) -> Wave:
    pools = [pool for group in groups for pool in group]
    rows = np.concatenate([rows for _, rows in pools])
    ends = np.cumsum([len(rows) for _, rows in pools]).tolist()
    return Wave(some.take(rows), ends, [lineup for lineup, _ in pools], paired)


class Ask(NamedTuple):
    """Whom to ask for which rows of a table: seats with equal spaces, the first of them `kind`."""

    agent: int
    kind: int
    parts: list[Part]


def asks(wave: Wave, spec: Spec, rows: int, phase: int) -> list[Ask]:
    """Return who is to be asked in a tick, `rows` to a region; `phase` is 0 and 1 by turns."""
    kinds = [next(k for k, s in enumerate(spec.seats) if _alike(s, seat)) for seat in spec.seats]
    found: dict[tuple[int, int], list[Part]] = {}
    for seat in [None] if wave.paired else range(len(spec.seats)):
        for region, players in enumerate(wave.players):
            # in the first of two regions the pair's first player moves at every even tick
            place = phase if seat is None else seat
            parts = found.setdefault((players[place], kinds[place]), [])
            _add(parts, slice(region * rows, (region + 1) * rows), seat)
    return [Ask(agent, kind, parts) for (agent, kind), parts in sorted(found.items())]


def alternate(spec: Spec, alternating: bool) -> bool:
    """Whether one column has the moves of both seats, by turns."""
    return alternating and _alike(*spec.seats)


def _alike(one: Seat, other: Seat) -> bool:
    spaces = (one.action_space, one.observation_space)
    return spaces == (other.action_space, other.observation_space)


def _add(parts: list[Part], rows: slice, seat: int | None) -> None:
    """Add a part, joined to the last one where it goes on with the same seat."""
    if parts and parts[-1][1] == seat and parts[-1][0].stop == rows.start:
        rows = slice(parts.pop()[0].start, rows.stop)
    parts.append((rows, seat))
