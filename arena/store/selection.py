"""Which matches a query means: found in the columns of blocks, a tournament after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from arena.block import ENDINGS, VOID
from arena.history import MATCHES_EACH, MatchQuery, Tournament
from arena.store.filters import (
    Filter,
    any_seat,
    apart,
    has_ended,
    has_result,
    in_seat,
    is_agent,
    is_environment,
    seats_of,
)
from arena.store.reading import read_tournaments
from arena.store.schema import entrants, tournaments
from arena.store.shelf import Header, Hits, Shelf

Ints = NDArray[np.int64]

_FIRST, _AT_A_TIME = 16, 50
"""How many tournaments are read at first, and at once at most: a page of the newest is often found
in the first few."""


class Selection:
    """The matches that a query means, its limit left aside."""

    def __init__(self, shelf: Shelf, query: MatchQuery) -> None:
        """Raises `UsageError` for a result that is none."""
        self.shelf, self.query = shelf, query
        self._best = has_result(query.result) if query.result is not None else None
        self._known: tuple[int, list[Filter]] = (-1, [])

    def oldest(self, connection: Connection, limit: int, after: int = -1) -> Iterator[Hits]:
        """Yield the `limit` oldest matches beyond the id `after`, ascending."""
        after = max(after, -1 if self.query.after is None else self.query.after)
        for tournament in self._tournaments(connection, after):
            if limit <= 0:
                return
            low, high = self._span(tournament, after)
            if low <= high:
                hits = self._first(connection, tournament, limit, low, high)
                limit -= len(hits.numbers)
                yield hits

    def newest(self, connection: Connection, limit: int) -> list[Hits]:
        """Return the `limit` newest matches, ascending."""
        found: list[Hits] = []
        for tournament in self._tournaments(connection, newest=True):
            if limit <= 0:
                break
            low, high = self._span(tournament, -1)
            if low <= high:
                found.append(self._last(connection, tournament, limit, low, high))
                limit -= len(found[-1].numbers)
        return found[::-1]

    def _span(self, tournament: Tournament, after: int) -> tuple[int, int]:
        """Return the first and last number in a tournament that the query's ids allow."""
        base, before = tournament.id * MATCHES_EACH, self.query.before
        high = MATCHES_EACH if before is None else before - base
        return max(0, after + 1 - base), min(MATCHES_EACH, high) - 1

    def _tournaments(
        self, connection: Connection, after: int = -1, newest: bool = False
    ) -> Iterator[Tournament]:
        """Yield those that may hold matches of the query, some at a time."""
        query, ids = self.query, tournaments.c.id
        conditions = [ids >= after // MATCHES_EACH]
        if query.before is not None:
            conditions.append(ids <= query.before // MATCHES_EACH)
        if query.tournament is not None:
            conditions.append(ids == query.tournament)
        if query.environment is not None:
            conditions.append(is_environment(query.environment))
        if query.agent is not None:
            mine = select(entrants.c.tournament_id).where(is_agent(query.agent))
            conditions.append(ids.in_(mine))
        if query.opponent is not None:
            theirs = select(entrants.c.tournament_id).where(is_agent(query.opponent))
            conditions.append(ids.in_(theirs))
        order = ids.desc() if newest else ids
        found = connection.scalars(select(ids).where(*conditions).order_by(order)).all()
        begin, size = 0, _FIRST
        while begin < len(found):
            some = list(
                read_tournaments(connection, self.shelf, ids.in_(found[begin : begin + size]))
            )
            yield from reversed(some) if newest else some
            begin, size = begin + size, min(2 * size, _AT_A_TIME)

    def _first(
        self, connection: Connection, tournament: Tournament, limit: int, low: int, high: int
    ) -> Hits:
        """Return the first `limit` hits from number `low` to `high`."""
        hits = _none(tournament)
        for header in self._around(connection, tournament, low, high):
            if np.searchsorted(hits.numbers, header.first) >= limit:
                break  # none of the first can be in what follows
            hits = _merged(hits, self._hits(connection, tournament, header, low, high))
        return _cut(hits, slice(0, limit))

    def _last(
        self, connection: Connection, tournament: Tournament, limit: int, low: int, high: int
    ) -> Hits:
        """Return the last `limit` hits from number `low` to `high`."""
        hits = _none(tournament)
        for header in self._backwards(connection, tournament, low, high):
            older = int(np.searchsorted(hits.numbers, header.last, side="right"))
            if len(hits.numbers) - older >= limit:
                break  # none of the last can be in what follows
            hits = _merged(hits, self._hits(connection, tournament, header, low, high))
        return _cut(hits, slice(max(0, len(hits.numbers) - limit), None))

    def _around(
        self, connection: Connection, tournament: Tournament, low: int, high: int
    ) -> list[Header]:
        """Return the blocks that may hold numbers from `low` to `high`, by their first number."""
        found = self.shelf.headers(connection, tournament)
        return [header for header in found if low <= header.last and header.first <= high]

    def newest_against(self, connection: Connection, opponents: Sequence[str]) -> dict[str, Hits]:
        """Return the newest match against each of these opponents that was met.

        The blocks are looked through once, from the newest on, until nobody is missing.
        """
        found: dict[str, Hits] = {}
        missing = list(opponents)
        for tournament in self._tournaments(connection, newest=True):
            low, high = self._span(tournament, -1)
            last: dict[str, Hits] = {}
            for header in self._backwards(connection, tournament, low, high):
                older = [name for name in missing if not _is_after(last.get(name), header)]
                if not older:
                    break  # what follows is older than what was found
                hits = self._hits(connection, tournament, header, low, high)
                for name, hit in self._last_against(connection, hits, older):
                    last[name] = max(last.get(name, hit), hit, key=lambda each: each.numbers[0])
            found |= last
            missing = [name for name in missing if name not in last]
            if not missing:
                break
        return found

    def _last_against(
        self, connection: Connection, hits: Hits, opponents: Sequence[str]
    ) -> Iterator[tuple[str, Hits]]:
        """Yield the last of these hits, all of one block, against each opponent that is met."""
        if not len(hits.rows):
            return
        told = self.shelf.told(connection, int(hits.blocks[0])).take(hits.rows)
        agent = self.query.agent
        mine = None if agent is None else seats_of(agent, hits.tournament)(told)
        for name in opponents:
            met = np.flatnonzero(apart(seats_of(name, hits.tournament)(told), mine))
            if len(met):
                yield name, _cut(hits, slice(int(met[-1]), int(met[-1]) + 1))

    def _backwards(
        self, connection: Connection, tournament: Tournament, low: int, high: int
    ) -> list[Header]:
        """Return the blocks that may hold numbers from `low` to `high`, last number first."""
        around = self._around(connection, tournament, low, high)
        return sorted(around, key=lambda header: -header.last)

    def _hits(
        self, connection: Connection, tournament: Tournament, header: Header, low: int, high: int
    ) -> Hits:
        """Return the hits in a block from number `low` to `high`."""
        if self._for_notable and not header.notable:
            return _none(tournament)
        told = self.shelf.told(connection, header.id)
        rows = np.flatnonzero((low <= told.numbers) & (told.numbers <= high))
        if self._known[0] != tournament.id:
            self._known = tournament.id, list(self._conditions(tournament))
        for condition in self._known[1]:
            if not len(rows):
                break
            some = told if len(rows) == len(told.numbers) else told.take(rows)
            rows = rows[condition(some)]
        rows = rows[np.argsort(told.numbers[rows])]
        return Hits(tournament, told.numbers[rows], np.full(len(rows), header.id), rows)

    @property
    def _for_notable(self) -> bool:
        bad = ("forfeit", "void")
        return bool(self.query.faults or self.query.ending in bad or self.query.result in bad)

    def _conditions(self, tournament: Tournament) -> Iterator[Filter]:
        query = self.query
        seats = seats_of(query.agent, tournament) if query.agent is not None else None
        yield from self._players(tournament, seats)
        yield from self._measures()
        if query.ending is not None:
            yield has_ended(query.ending)
        if query.faults is not None:
            yield lambda told: (told.faults > 0) == query.faults
        if query.result in ENDINGS:
            yield has_ended(query.result)
        elif self._best is not None:
            alone = tournament.record.game.ranked_by_return
            best = self._best
            yield lambda told: best(told, seats) & (told.endings != VOID) & (not alone)

    def _players(self, tournament: Tournament, seats: Filter | None) -> Iterator[Filter]:
        """Yield who must be there; `seats` says which the agent holds."""
        query = self.query
        if seats is not None and query.seat is None:
            yield lambda told: any_seat(seats(told))
        elif seats is not None:
            yield lambda told: in_seat(seats(told), query.seat or 0)
        if query.opponent is not None:
            theirs = seats_of(query.opponent, tournament)
            yield lambda told: apart(theirs(told), None if seats is None else seats(told))

    def _measures(self) -> Iterator[Filter]:
        """Yield when it must have begun, and how long it must have been."""
        since, until = self.query.since, self.query.until
        shortest, longest = self.query.shortest, self.query.longest
        if since is not None:
            yield lambda told: told.started >= since
        if until is not None:
            yield lambda told: told.started < until
        if shortest is not None:
            yield lambda told: told.turns >= shortest
        if longest is not None:
            yield lambda told: told.turns <= longest


def _is_after(hit: Hits | None, header: Header) -> bool:
    """Whether a hit is later than all that a block holds."""
    return hit is not None and int(hit.numbers[0]) > header.last


def _none(tournament: Tournament) -> Hits:
    nothing = np.zeros(0, np.int64)
    return Hits(tournament, nothing, nothing, nothing)


def _merged(one: Hits, other: Hits) -> Hits:
    if not len(other.numbers):
        return one
    numbers = np.concatenate([one.numbers, other.numbers])
    order = np.argsort(numbers, kind="stable")
    return Hits(
        one.tournament, numbers[order], np.concatenate([one.blocks, other.blocks])[order],
        np.concatenate([one.rows, other.rows])[order],
    )  # fmt: skip


def _cut(hits: Hits, rows: slice) -> Hits:
    """Return some of the hits."""
    return Hits(hits.tournament, hits.numbers[rows], hits.blocks[rows], hits.rows[rows])
