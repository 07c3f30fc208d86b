"""Which matches a query means: found in the columns of blocks, a tournament after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, or_, select

from arena.block import ENDINGS, VOID
from arena.errors import UsageError
from arena.history import MATCHES_EACH, MatchQuery, Tournament
from arena.records import Ending
from arena.store.reading import read_tournaments
from arena.store.schema import entrants, tournaments
from arena.store.shelf import Header, Hits, Shelf, Told, headers

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Filter = Callable[[Told], Any]

_MOST_SEATS = 62


class Selection:
    """The matches that a query means, its limit left aside."""

    def __init__(self, shelf: Shelf, query: MatchQuery) -> None:
        """Raises `UsageError` for a result that is none."""
        self.shelf, self.query = shelf, query
        self._best = _result(query.result) if query.result is not None else None

    def oldest(self, connection: Connection, limit: int, after: int = -1) -> Iterator[Hits]:
        """Yield the `limit` oldest matches beyond the id `after`, ascending."""
        after = max(after, -1 if self.query.after is None else self.query.after)
        for tournament in self._tournaments(connection):
            low, high = self._span(tournament, after)
            if low <= high and limit > 0:
                hits = self._first(connection, tournament, limit, low, high)
                limit -= len(hits.numbers)
                yield hits

    def newest(self, connection: Connection, limit: int) -> list[Hits]:
        """Return the `limit` newest matches, ascending."""
        found: list[Hits] = []
        for tournament in reversed(self._tournaments(connection)):
            low, high = self._span(tournament, -1)
            if low <= high and limit > 0:
                found.append(self._last(connection, tournament, limit, low, high))
                limit -= len(found[-1].numbers)
        return found[::-1]

    def _span(self, tournament: Tournament, after: int) -> tuple[int, int]:
        """Return the first and last number in a tournament that the query's ids allow."""
        base, before = tournament.id * MATCHES_EACH, self.query.before
        high = MATCHES_EACH if before is None else before - base
        return max(0, after + 1 - base), min(MATCHES_EACH, high) - 1

    def _tournaments(self, connection: Connection) -> list[Tournament]:
        query, conditions = self.query, []
        if query.tournament is not None:
            conditions.append(tournaments.c.id == query.tournament)
        if query.environment is not None:
            conditions.append(is_environment(query.environment))
        if query.agent is not None:
            mine = select(entrants.c.tournament_id).where(_is_agent(query.agent))
            conditions.append(tournaments.c.id.in_(mine))
        return list(read_tournaments(connection, *conditions))

    def _first(
        self, connection: Connection, tournament: Tournament, limit: int, low: int, high: int
    ) -> Hits:
        """Return the first `limit` hits from number `low` to `high`."""
        hits, around = _none(tournament), _around(connection, tournament, low, high)
        for header, following in pairwise([*around, None]):
            hits = _merged(hits, self._hits(connection, tournament, header, low, high))
            if following is None or np.searchsorted(hits.numbers, following.first) >= limit:
                break  # none of the first can be in what follows
        return cut(hits, slice(0, limit))

    def _last(
        self, connection: Connection, tournament: Tournament, limit: int, low: int, high: int
    ) -> Hits:
        """Return the last `limit` hits from number `low` to `high`."""
        hits, around = _none(tournament), _around(connection, tournament, low, high)
        around.sort(key=lambda header: -header.last)
        for header, following in pairwise([*around, None]):
            hits = _merged(hits, self._hits(connection, tournament, header, low, high))
            if following is None:
                break
            settled = np.searchsorted(-hits.numbers[::-1], -following.last)
            if settled >= limit:
                break
        return cut(hits, slice(max(0, len(hits.numbers) - limit), None))

    def _hits(
        self,
        connection: Connection,
        tournament: Tournament,
        header: Header | None,
        low: int,
        high: int,
    ) -> Hits:
        assert header is not None
        if self._for_notable and not header.notable:
            return _none(tournament)
        told = self.shelf.told(connection, header.id)
        keep = (low <= told.numbers) & (told.numbers <= high)
        for condition in self._conditions(tournament):
            keep &= condition(told)
        rows = np.flatnonzero(keep)
        rows = rows[np.argsort(told.numbers[rows])]
        return Hits(tournament, told.numbers[rows], np.full(len(rows), header.id), rows)

    @property
    def _for_notable(self) -> bool:
        bad = ("forfeit", "void")
        return bool(self.query.faults or self.query.ending in bad or self.query.result in bad)

    def _conditions(self, tournament: Tournament) -> Iterator[Filter]:
        query = self.query
        seats = _seats_of(query.agent, tournament) if query.agent is not None else None
        if seats is not None:
            yield lambda told: seats(told).any(1)
        if query.ending is not None:
            yield _ended(query.ending)
        if query.faults is not None:
            yield lambda told: (told.faults > 0) == query.faults
        if query.result in ENDINGS:
            yield _ended(query.result)
        elif self._best is not None:
            alone = tournament.record.game.ranked_by_return
            best = self._best
            yield lambda told: best(told, seats) & (told.endings != VOID) & (not alone)


def is_environment(name: str) -> ColumnElement[bool]:
    """Return the condition that a tournament was of this environment, by either name."""
    return or_(tournaments.c.environment == name, tournaments.c.alias == name)


def _is_agent(name: str) -> ColumnElement[bool]:
    return or_(entrants.c.name == name, entrants.c.spec == name, entrants.c.agent == name)


def _seats_of(agent: str, tournament: Tournament) -> Filter:
    """Return which seats the agent holds in each match: bool (n, seats)."""
    mine = [
        position
        for position, entrant in enumerate(tournament.record.entrants)
        if agent in (entrant.name, entrant.spec, entrant.agent)
    ]
    return lambda told: np.isin(told.players, mine)


def _ended(ending: Ending) -> Filter:
    code = ENDINGS.index(ending)
    return lambda told: told.endings == code


def _result(result: str) -> Callable[[Told, Filter | None], Any] | None:
    """Return what a result says of the seats with the best value, and of those the agent holds."""
    if result in ENDINGS:
        return None
    if result == "draw":
        return lambda told, mine: _best(told).all(1)
    if result in ("win", "loss"):
        won = result == "win"

        def decided(told: Told, mine: Filter | None) -> Any:
            best = _best(told)
            agents = best == won if mine is None else (best == won) & mine(told)
            return ~best.all(1) & agents.any(1)

        return decided
    if result.isascii() and result.isdigit() and int(result) < _MOST_SEATS:
        seat = int(result)
        return lambda told, mine: _seat(_best(told), seat)
    raise UsageError(
        f"no result {result!r}: write win, loss, draw, the number of the seat that won, or "
        f"one of {', '.join(ENDINGS)}"
    )


def _best(told: Told) -> Bools:
    """Return which seats have the best value of their match, a forfeit being the worst."""
    values = np.where(told.forfeited, -np.inf, told.returns)
    best: Bools = values == values.max(1, keepdims=True)
    return best


def _seat(best: Bools, seat: int) -> Bools:
    if seat >= best.shape[1]:
        return np.zeros(len(best), np.bool_)
    alone: Bools = best[:, seat] & ~best.all(1)
    return alone


def _around(connection: Connection, tournament: Tournament, low: int, high: int) -> list[Header]:
    """Return the blocks that may hold numbers from `low` to `high`, by their first number."""
    found = headers(connection, tournament.id)
    return [header for header in found if low <= header.last and header.first <= high]


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


def cut(hits: Hits, rows: slice) -> Hits:
    """Return some of the hits."""
    return Hits(hits.tournament, hits.numbers[rows], hits.blocks[rows], hits.rows[rows])
