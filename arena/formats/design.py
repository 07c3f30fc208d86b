"""Balanced designs: groups of entrants that play every deal from every side.

A *side* is what one entrant holds: a seat, or all seats of a team. A *group* is the entrants that
meet, as many as there are sides (fewer where the field is smaller: entrants then hold several
sides). A group plays each deal as many times as it has members, moving on by one side each time, so
that every member holds every side equally often with the same luck, and as every group plays the
same deals, nobody owes a place in the standings to kinder ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import overload

import numpy as np
from numpy.typing import NDArray

from arena.errors import BadParameter, Unsuitable
from arena.records import Entrants, Pairing

Group = tuple[int, ...]
Sides = tuple[tuple[int, ...], ...]
_FEW = 10_000


class Groups(Sequence[Group]):
    """Every way to choose `size` of the entrants in `pool`, in lexicographic order, never stored.

    `head` are entrants that belong to every group and come first in it.
    """

    def __init__(self, pool: Sequence[int], size: int, head: Group = ()) -> None:
        self.pool, self.size, self.head = pool, size, head

    def __len__(self) -> int:
        return math.comb(len(self.pool), self.size)

    @overload
    def __getitem__(self, index: int) -> Group: ...
    @overload
    def __getitem__(self, index: slice) -> list[Group]: ...
    def __getitem__(self, index: int | slice) -> Group | list[Group]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        left = range(len(self))[index]
        chosen, start = [], 0
        for open_places in range(self.size, 0, -1):
            # skip every group whose next member is pool[start]
            while left >= (block := math.comb(len(self.pool) - start - 1, open_places - 1)):
                left -= block
                start += 1
            chosen.append(self.pool[start])
            start += 1
        return (*self.head, *chosen)

    def __iter__(self) -> Iterator[Group]:
        return (self.head + group for group in combinations(self.pool, self.size))


class Design(Sequence[Pairing]):
    """Every group plays deals `first_deal`, `first_deal` + 1, ... from every side.

    `groups` is any sequence of groups of one size. Pairings come deal by deal over all groups, so a
    tournament that is stopped early is balanced to within one deal. Element i is worked out from i:
    the design takes no memory, however long it is. On deals with an odd number the group sits in
    reverse order, so that with three and more sides neighbours change.
    """

    def __init__(
        self, sides: Sides, groups: Sequence[Group], deals: int, first_deal: int = 0
    ) -> None:
        self.groups, self.deals, self.first_deal = groups, deals, first_deal
        self.members = len(groups[0]) if len(groups) else 0
        side_of = {seat: side for side, seats in enumerate(sides) for seat in seats}
        order = [side_of[seat] for seat in range(len(side_of))]
        # places[parity][turn]: which member of the group sits in each seat
        self._places = [
            [
                [(turn + sign * side) % self.members for side in order]
                for turn in range(self.members)
            ]
            for sign in (1, -1)
        ]

    def __len__(self) -> int:
        return self.deals * len(self.groups) * self.members

    @overload
    def __getitem__(self, index: int) -> Pairing: ...
    @overload
    def __getitem__(self, index: slice) -> list[Pairing]: ...
    def __getitem__(self, index: int | slice) -> Pairing | list[Pairing]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        rest, turn = divmod(range(len(self))[index], self.members)
        deal, group_number = divmod(rest, len(self.groups))
        group, deal = self.groups[group_number], deal + self.first_deal
        return Pairing(tuple([group[place] for place in self._places[deal % 2][turn]]), deal)

    def __iter__(self) -> Iterator[Pairing]:
        # Of few groups the lineups are made once, not for every deal.
        few = len(self.groups) <= _FEW
        lineups = [list(self._lineups(parity)) for parity in (0, 1)] if few else None
        for deal in range(self.first_deal, self.first_deal + self.deals):
            for seats in lineups[deal % 2] if lineups else self._lineups(deal % 2):
                yield Pairing(seats, deal)

    def columns(self, size: int) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
        """Yield the same pairings as columns: players (n, seats) and deals (n,)."""
        if not len(self):
            return
        lineups = np.array([[*self._lineups(parity)] for parity in (0, 1)], np.int32)
        _, each, seats = lineups.shape
        last = self.first_deal + self.deals
        step = max(1, size // each)
        for begin in range(self.first_deal, last, step):
            deals = np.arange(begin, min(begin + step, last))
            yield lineups[deals % 2].reshape(-1, seats), np.repeat(deals, each)

    def _lineups(self, parity: int) -> Iterator[tuple[int, ...]]:
        """Yield who sits where in the matches of a deal with an even or odd number."""
        for group in self.groups:
            for places in self._places[parity]:
                yield tuple([group[place] for place in places])


class LazyPairings(Sequence[Pairing]):
    """`count` pairings, each worked out from its index when it is read."""

    def __init__(self, count: int, pairing: Callable[[int], Pairing]) -> None:
        self._count, self._pairing = count, pairing

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Pairing: ...
    @overload
    def __getitem__(self, index: slice) -> list[Pairing]: ...
    def __getitem__(self, index: int | slice) -> Pairing | list[Pairing]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        return self._pairing(range(self._count)[index])


def deals_for(games: int, members: int) -> int:
    """Return how many deals give a group of `members` at least `games` games."""
    return -(-games // members)


def group_size(entrants: Entrants) -> int:
    """Return how many entrants meet in a match: one a side, or all where there are fewer."""
    return min(len(entrants.spec.sides), len(entrants))


def at_least_one(games: int) -> int:
    """Return `games`; raises `BadParameter` where it is less than one."""
    if games < 1:
        raise BadParameter(
            f"games={games}: a tournament needs at least one game; use games=1 or more"
        )
    return games


def check_field(name: str, entrants: Entrants) -> None:
    """Raise `Unsuitable` where there is nobody to play or, where sides oppose, nobody to meet."""
    if not len(entrants):
        raise Unsuitable(f"{name}: no entrants; name some with --agent or [[entrants]]")
    spec = entrants.spec
    if len(entrants) == 1 and not spec.ranked_by_return:
        raise Unsuitable(
            f"{name}: {entrants.names[0]!r} is alone and {spec.name} is {spec.kind}, with"
            f" {len(spec.sides)} sides; add a second --agent"
        )


def check_known(name: str, entrants: Entrants, named: Iterable[str]) -> None:
    """Raise `Unsuitable` where someone is named that is no entrant."""
    for who in named:
        if who not in entrants.names:
            raise Unsuitable(
                f"{name}: no entrant is called {who!r}; there are {', '.join(entrants.names)}"
            )
