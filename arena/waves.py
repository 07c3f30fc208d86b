"""Matches sorted so that whole slices of a table are between the same players.

A wave fills a table of equal regions. In a game of two that move by turns a pair of players gets
two regions: at every tick one of them moves in all rows of the first, the other in all rows of the
second. It stays so, because where a match has ended the next to be dealt is one that begins with
whoever is to move there at the next tick. In other games a region has one lineup, and every player
is asked for the seats it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from arena.records import Match

_AHEAD = 64
"""Matches a slot that are sorted at a time."""
_ROWS = 64
"""A region has at least so many rows, if there are as many matches."""


class Wave(NamedTuple):
    """Matches to be played together.

    matches   pool by pool
    ends      where each pool ends in them: as many pools as regions
    players   who plays in each region: by seat; for a pair the one who moves first, then the other
    paired    whether regions come in pairs that draw from each other's pools in turn
    """

    matches: list[Match]
    ends: list[int]
    players: list[tuple[int, ...]]
    paired: bool


def waves(matches: Iterable[Match], slots: int, alternating: bool) -> Iterator[Wave]:
    """Yield waves for a table of at most `slots` rows."""
    source = iter(matches)
    while chunk := list(islice(source, max(slots, 1) * _AHEAD)):
        pools: dict[tuple[int, ...], list[Match]] = {}
        for match in chunk:
            pools.setdefault(match.seats, []).append(match)
        yield from _paired(pools, slots) if alternating else _single(pools, slots)


def _single(pools: dict[tuple[int, ...], list[Match]], slots: int) -> Iterator[Wave]:
    groups = [[(lineup, pool)] for lineup, pool in pools.items()]
    for some in _together(groups, slots):
        yield _wave(some, paired=False)


def _paired(pools: dict[tuple[int, ...], list[Match]], slots: int) -> Iterator[Wave]:
    groups = []
    while pools:
        lineup = next(iter(pools))
        pool = pools.pop(lineup)
        other = lineup[::-1]
        if other == lineup:  # one player moves in all rows of both regions
            other_pool = pool[len(pool) // 2 :]
            pool = pool[: len(pool) // 2]
        else:
            other_pool = pools.pop(other, [])
        groups.append([(lineup, pool), (other, other_pool)])
    for some in _together(groups, slots):
        yield _wave(some, paired=True)


Group = list[tuple[tuple[int, ...], list[Match]]]


def _together(groups: Sequence[Group], slots: int) -> Iterator[list[Group]]:
    """Yield groups that are played at once: as many as fill the table, each with enough rows."""
    most = max(1, slots // (_ROWS * len(groups[0]))) if groups else 1
    for begin in range(0, len(groups), most):
        yield list(groups[begin : begin + most])


def _wave(groups: Sequence[Group], paired: bool) -> Wave:
    matches: list[Match] = []
    ends, players = [], []
    for group in groups:
        for lineup, pool in group:
            matches += pool
            ends.append(len(matches))
            players.append(lineup)
    return Wave(matches, ends, players, paired)
