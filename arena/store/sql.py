"""The history in SQLite or PostgreSQL; what each method does is told at `arena.roles.Store`."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, insert, select, update

from arena.block import Block
from arena.errors import StoreError
from arena.history import (
    EVERYTHING,
    MATCHES_EACH,
    RATED_KINDS,
    EntrantRecord,
    GameRecord,
    MatchQuery,
    MatchRow,
    State,
    StoredMatch,
    Tournament,
    TournamentKind,
    TournamentRecord,
    match_id,
    plain,
)
from arena.records import Episode
from arena.results import Results, make_results
from arena.roles import Store
from arena.store.columns import read_joint_results, read_results
from arena.store.database import open_database
from arena.store.filters import is_environment
from arena.store.reading import game_of, game_text, read_matches, read_tournaments
from arena.store.schema import entrants, tournaments
from arena.store.selection import Selection
from arena.store.shelf import Shelf, headers, read_columns
from arena.store.writing import Writer

BLOCK = 2048
"""How many matches are read at a time."""


class SqlStore(Store):
    """`sqlite:///FILE` (`sqlite://` keeps it in memory), or `postgresql://USER:WORD@HOST/NAME`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._database = open_database(url)
        self._writers: dict[int, Writer] = {}
        self._shelf = Shelf()

    def begin(self, record: TournamentRecord) -> int:
        game = record.game
        row = {
            "kind": record.kind, "state": "running", "environment": game.name, "alias": game.alias,
            "game": game_text(game), "format": record.format, "seed": record.seed,
            "definition": record.definition, "versions": json.dumps(plain(record.versions)),
            "started": record.started, "matches": 0,
        }  # fmt: skip
        with self._database.write() as connection:
            inserted = connection.execute(
                insert(tournaments).values(row).returning(tournaments.c.id)
            )
            tournament: int = inserted.scalar_one()
            _enter(connection, tournament, record.entrants)
        return tournament

    def add(self, tournament: int, episodes: Sequence[Episode]) -> int:
        if not episodes:
            return 0
        block = Block.of(episodes)
        try:
            with self._database.write() as connection:
                if tournament not in self._writers:
                    self._meet(connection, tournament)
                return self._writers[tournament].write(connection, block)
        except BaseException:
            self._writers.pop(tournament, None)  # it may have learnt what was undone
            raise

    def set_state(self, tournament: int, state: State, seconds: float | None = None) -> None:
        values = {"state": state} if seconds is None else {"state": state, "seconds": seconds}
        with self._database.write() as connection:
            row = update(tournaments).where(tournaments.c.id == tournament).values(values)
            if not connection.execute(row).rowcount:
                raise self._unknown(tournament)

    def amend(
        self, tournament: int, format: str, definition: str, entrants: Sequence[EntrantRecord]
    ) -> None:
        values = {"format": format, "definition": definition}
        with self._database.write() as connection:
            row = update(tournaments).where(tournaments.c.id == tournament).values(values)
            if not connection.execute(row).rowcount:
                raise self._unknown(tournament)
            _enter(connection, tournament, entrants)

    def tournament(self, tournament: int) -> Tournament:
        with self._reading(tournament) as (_, found):
            return found

    def tournaments(self) -> Iterator[Tournament]:
        with self._database.read() as connection:
            return iter(
                [] if connection is None else list(read_tournaments(connection, self._shelf))
            )

    def pulse(self) -> dict[int, tuple[State, int]]:
        c = tournaments.c
        with self._database.read() as connection:
            if connection is None:
                return {}
            rows = connection.execute(select(c.id, c.state, c.matches).order_by(c.id))
            return {identifier: (state, matches) for identifier, state, matches in rows}

    def numbers(self, tournament: int) -> NDArray[np.int64]:
        with self._reading(tournament) as (connection, _):
            ids = [header.id for header in headers(connection, tournament)]
            found = [told["numbers"] for told in read_columns(connection, ids, ["numbers"])]
            return np.sort(np.concatenate([np.zeros(0, np.int64), *found]))

    def results(self, tournament: int) -> Results:
        with self._reading(tournament) as (connection, found):
            return read_results(connection, self._shelf, found)

    def results_of(
        self,
        environment: str,
        kinds: Collection[TournamentKind] = RATED_KINDS,
        since: float | None = None,
        until: float | None = None,
    ) -> Results:
        with self._database.read() as connection:
            if connection is None:
                return make_results((), (), (), 0)
            wanted = [is_environment(environment), tournaments.c.kind.in_(kinds)]
            if since is not None:
                wanted.append(tournaments.c.started >= since)
            if until is not None:
                wanted.append(tournaments.c.started < until)
            found = read_tournaments(connection, self._shelf, *wanted)
            by_start = sorted(found, key=lambda each: (each.record.started, each.id))
            return read_joint_results(connection, self._shelf, by_start)

    def environments(self) -> list[GameRecord]:
        with self._database.read() as connection:
            if connection is None:
                return []
            newest = select(func.max(tournaments.c.id)).group_by(tournaments.c.environment)
            rows = select(tournaments).where(tournaments.c.id.in_(newest))
            games = map(game_of, connection.execute(rows.order_by(tournaments.c.environment)))
            return list(games)

    def matches(self, query: MatchQuery = EVERYTHING) -> Iterator[MatchRow]:
        return (stored.row for stored in self._stored(query, logs=False))

    def newest_against(self, query: MatchQuery, opponents: Sequence[str]) -> dict[str, MatchRow]:
        selection = Selection(self._shelf, query)
        with self._database.read() as connection:
            if connection is None:
                return {}
            hits = selection.newest_against(connection, opponents)
            return {
                name: read_matches(connection, hit, logs=False)[0].row for name, hit in hits.items()
            }

    def match(self, match: int) -> StoredMatch:
        query = MatchQuery(after=match - 1, before=match + 1)
        for stored in self._stored(query, logs=True):
            return stored
        name = self._database.name
        told = f"{match // MATCHES_EACH}/{match % MATCHES_EACH}" if match >= MATCHES_EACH else match
        raise StoreError(f"no match {told} in {name} (`arena matches` lists them)")

    def replays(self, query: MatchQuery = EVERYTHING) -> Iterator[StoredMatch]:
        return self._stored(query, logs=True)

    def close(self) -> None:
        self._writers.clear()
        self._shelf.clear()
        self._database.close()

    @contextmanager
    def _reading(self, tournament: int) -> Iterator[tuple[Connection, Tournament]]:
        with self._database.read() as connection:
            if connection is not None:
                for found in read_tournaments(
                    connection, self._shelf, tournaments.c.id == tournament
                ):
                    yield connection, found
                    return
        raise self._unknown(tournament)

    def _unknown(self, tournament: int) -> StoreError:
        where = self._database.name
        return StoreError(f"no tournament {tournament} in {where} (`arena tournaments` lists them)")

    def _meet(self, connection: Connection, tournament: int) -> None:
        """Make a writer for a tournament that is there."""
        if not list(read_tournaments(connection, self._shelf, tournaments.c.id == tournament)):
            raise self._unknown(tournament)
        self._writers[tournament] = Writer(tournament)

    def _stored(self, query: MatchQuery, logs: bool) -> Iterator[StoredMatch]:
        """Return an iterator that reads block by block, and holds no connection in between."""
        selection = Selection(self._shelf, query)
        if query.limit and query.after is None:
            return self._newest(selection, query.limit, logs)
        return self._oldest(selection, query.limit or sys.maxsize, logs)

    def _newest(self, selection: Selection, limit: int, logs: bool) -> Iterator[StoredMatch]:
        with self._database.read() as connection:
            found = [] if connection is None else selection.newest(connection, limit)
            read = None
            if connection is not None and limit <= BLOCK:
                read = [s for hits in found for s in read_matches(connection, hits, logs)]
        if read is not None:
            yield from read
            return
        # By their ids from here on: blocks may be joined to others before they are read.
        for hits in found:
            if len(hits.numbers):
                first = match_id(hits.tournament.id, int(hits.numbers[0]))
                yield from self._oldest(selection, limit, logs, after=first - 1)
                return

    def _oldest(
        self, selection: Selection, limit: int, logs: bool, after: int = -1
    ) -> Iterator[StoredMatch]:
        left = limit
        while left:
            with self._database.read() as connection:
                if connection is None:
                    return
                found = selection.oldest(connection, min(left, BLOCK), after)
                read = [stored for hits in found for stored in read_matches(connection, hits, logs)]
            if not read:
                return
            yield from read
            left, after = left - len(read), read[-1].id


def _enter(connection: Connection, tournament: int, joining: Sequence[EntrantRecord]) -> None:
    """Enter entrants after those that a tournament has."""
    of_tournament = entrants.c.tournament_id == tournament
    counted = select(func.count()).select_from(entrants).where(of_tournament)
    first: int = connection.execute(counted).scalar_one()
    members = [
        {"tournament_id": tournament, "position": place, **_entrant_row(entrant)}
        for place, entrant in enumerate(joining, first)
    ]
    if members:
        connection.execute(insert(entrants), members)


def _entrant_row(entrant: EntrantRecord) -> dict[str, str | None]:
    return {
        "name": entrant.name, "spec": entrant.spec, "agent": entrant.agent,
        "parameters": json.dumps(plain(entrant.parameters)), "digest": entrant.digest,
        "identity": entrant.identity,
    }  # fmt: skip
