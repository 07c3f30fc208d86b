"""Which matches a query means, found by their ids."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    TextClause,
    exists,
    literal,
    or_,
    select,
    text,
)

from arena.errors import UsageError
from arena.history import MATCHES_EACH, MatchQuery
from arena.records import Ending
from arena.results import ENDINGS
from arena.store.schema import NOTABLE, entrants, lineup_seats, matches, tournaments

Condition = ColumnElement[bool] | TextClause

_LAST = 2**63 - 1
_MOST_BITS = 62


class Selection:
    """The matches that a query means, its limit left aside."""

    def __init__(self, connection: Connection, query: MatchQuery) -> None:
        """Raises `UsageError` for a result that is none."""
        self._conditions = list(_conditions(query))
        self._ranges = list(_ranges(connection, query))

    def oldest(self, connection: Connection, limit: int, after: int = -1) -> list[int]:
        """Return the ids of the `limit` oldest matches beyond the id `after`, ascending."""
        found: list[int] = []
        for low, high in self._ranges:
            if after < high and len(found) < limit:
                rows = self._ids(max(low, after + 1), high).order_by(matches.c.id)
                found += connection.execute(rows.limit(limit - len(found))).scalars()
        return found

    def newest(self, connection: Connection, limit: int) -> list[int]:
        """Return the ids of the `limit` newest matches, ascending."""
        found: list[int] = []
        for low, high in reversed(self._ranges):
            if len(found) < limit:
                rows = self._ids(low, high).order_by(matches.c.id.desc())
                found += connection.execute(rows.limit(limit - len(found))).scalars()
        return found[::-1]

    def _ids(self, low: int, high: int) -> Select[int]:
        between = matches.c.id.between(low, high)
        return select(matches.c.id).where(between, *self._conditions)


def _ranges(connection: Connection, query: MatchQuery) -> Iterator[tuple[int, int]]:
    """Yield the spans of match ids (ends included) of the tournaments that are meant."""
    first = 0 if query.after is None else query.after + 1
    last = _LAST if query.before is None else query.before - 1
    for low, high in _spans(connection, query):
        low, high = max(low * MATCHES_EACH, first), min((high + 1) * MATCHES_EACH - 1, last)
        if low <= high:
            yield low, high


def _spans(connection: Connection, query: MatchQuery) -> Iterator[tuple[int, int]]:
    """Yield the first and last of the tournaments' ids, wherever they follow without a gap."""
    found = select(tournaments.c.id).order_by(tournaments.c.id)
    if query.tournament is not None:
        found = found.where(tournaments.c.id == query.tournament)
    if query.environment is not None:
        found = found.where(is_environment(query.environment))
    if query.agent is not None:
        mine = select(entrants.c.tournament_id).where(_is_agent(query.agent))
        found = found.where(tournaments.c.id.in_(mine))
    span: list[int] = []
    for tournament in connection.execute(found).scalars():
        if span and tournament != span[1] + 1:
            yield span[0], span[1]
            span = []
        span = [span[0] if span else tournament, tournament]
    if span:
        yield span[0], span[1]


def is_environment(name: str) -> ColumnElement[bool]:
    """Return the condition that a tournament was of this environment, by either name."""
    return or_(tournaments.c.environment == name, tournaments.c.alias == name)


def _is_agent(name: str) -> ColumnElement[bool]:
    return or_(entrants.c.name == name, entrants.c.spec == name, entrants.c.agent == name)


def _conditions(query: MatchQuery) -> Iterator[Condition]:
    if query.agent is not None:
        seated = select(lineup_seats.c.lineup_id).join(entrants).where(_is_agent(query.agent))
        yield matches.c.lineup_id.in_(seated)
    if query.ending is not None:
        yield from _ended(query.ending)
    if query.faults is not None:
        yield matches.c.faults > 0 if query.faults else matches.c.faults == 0
        if query.faults:
            yield text(NOTABLE)
    if query.result is not None:
        yield from _result(query.result, query.agent)


def _ended(ending: Ending) -> Iterator[Condition]:
    code = ENDINGS.index(ending)
    yield matches.c.ending == code
    if code > 1:
        yield text(NOTABLE)


def _result(result: str, agent: str | None) -> Iterator[Condition]:
    if result in ENDINGS:
        yield from _ended(result)
    elif result == "draw":
        yield matches.c.winners == 0
    elif result in ("win", "loss"):
        yield matches.c.winners > 0
        if agent is not None:
            yield _agent_won(agent, result == "win")
    elif result.isascii() and result.isdigit() and int(result) < _MOST_BITS:
        yield matches.c.winners.bitwise_and(1 << int(result)) != 0
    else:
        raise UsageError(
            f"no result {result!r}: write win, loss, draw, the number of the seat that won, or "
            f"one of {', '.join(ENDINGS)}"
        )


def _agent_won(agent: str, won: bool) -> Condition:
    """Return the condition that a seat the agent holds is among the winners, or one is not."""
    bit = literal(1, BigInteger).bitwise_lshift(lineup_seats.c.seat)
    mine = matches.c.winners.bitwise_and(bit)
    return exists(
        select(lineup_seats.c.seat)
        .join(entrants)
        .where(lineup_seats.c.lineup_id == matches.c.lineup_id, _is_agent(agent))
        .where(mine != 0 if won else mine == 0)
        .correlate(matches)
    )
