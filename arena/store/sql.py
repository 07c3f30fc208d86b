"""The history in SQLite or PostgreSQL; what each method does is told at `arena.history.Store`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, insert, select, update

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
    Store,
    StoredMatch,
    Tournament,
    TournamentKind,
    TournamentRecord,
    plain,
)
from arena.records import Episode
from arena.results import Results, make_results
from arena.store.columns import read_joint_results, read_results
from arena.store.database import open_database
from arena.store.reading import Reader, game_of, game_text, read_tournaments
from arena.store.schema import entrants, matches, tournaments
from arena.store.selection import Selection, is_environment
from arena.store.writing import Writer

BLOCK = 500
"""How many matches are read at a time."""

_Record = TypeVar("_Record")
_Read = Callable[[Connection, Sequence[int]], list[_Record]]


class SqlStore(Store):
    """`sqlite:///FILE` (`sqlite://` keeps it in memory), or `postgresql://USER:WORD@HOST/NAME`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._database = open_database(url)
        self._writers: dict[int, Writer] = {}

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
            members = [
                {"tournament_id": tournament, "position": i, **_entrant_row(entrant)}
                for i, entrant in enumerate(record.entrants)
            ]
            if members:
                connection.execute(insert(entrants), members)
        return tournament

    def add(self, tournament: int, episodes: Sequence[Episode]) -> int:
        if not episodes:
            return 0
        try:
            with self._database.write() as connection:
                if tournament not in self._writers:
                    self._writers[tournament] = self._writer(connection, tournament)
                return self._writers[tournament].write(connection, episodes)
        except BaseException:
            self._writers.pop(tournament, None)  # it may have learnt ids that were undone
            raise

    def set_state(self, tournament: int, state: State, seconds: float | None = None) -> None:
        values = {"state": state} if seconds is None else {"state": state, "seconds": seconds}
        with self._database.write() as connection:
            row = update(tournaments).where(tournaments.c.id == tournament).values(values)
            if not connection.execute(row).rowcount:
                raise self._unknown(tournament)

    def tournament(self, tournament: int) -> Tournament:
        with self._reading(tournament) as (_, found):
            return found

    def tournaments(self) -> Iterator[Tournament]:
        with self._database.read() as connection:
            return iter([] if connection is None else list(read_tournaments(connection)))

    def numbers(self, tournament: int) -> NDArray[np.int64]:
        with self._reading(tournament) as (connection, _):
            low = tournament * MATCHES_EACH
            ids = select(matches.c.id).where(matches.c.id.between(low, low + MATCHES_EACH - 1))
            found = connection.execute(ids.order_by(matches.c.id)).scalars()
            return np.fromiter(found, np.int64) - low

    def results(self, tournament: int) -> Results:
        with self._reading(tournament) as (connection, found):
            return read_results(connection, found)

    def results_of(
        self, environment: str, kinds: Collection[TournamentKind] = RATED_KINDS
    ) -> Results:
        with self._database.read() as connection:
            if connection is None:
                return make_results((), (), (), 0)
            wanted = is_environment(environment), tournaments.c.kind.in_(kinds)
            found = read_tournaments(connection, *wanted)
            by_start = sorted(found, key=lambda each: (each.record.started, each.id))
            return read_joint_results(connection, by_start)

    def environments(self) -> list[GameRecord]:
        with self._database.read() as connection:
            if connection is None:
                return []
            newest = select(func.max(tournaments.c.id)).group_by(tournaments.c.environment)
            rows = select(tournaments).where(tournaments.c.id.in_(newest))
            games = map(game_of, connection.execute(rows.order_by(tournaments.c.environment)))
            return list(games)

    def matches(self, query: MatchQuery = EVERYTHING) -> Iterator[MatchRow]:
        return self._blocks(query, Reader().rows)

    def match(self, match: int) -> StoredMatch:
        with self._database.read() as connection:
            found = [] if connection is None else Reader().replays(connection, [match])
        if not found:
            raise StoreError(
                f"no match {match} in {self._database.name} (`arena matches` lists them)"
            )
        return found[0]

    def replays(self, query: MatchQuery = EVERYTHING) -> Iterator[StoredMatch]:
        return self._blocks(query, Reader().replays)

    def close(self) -> None:
        self._writers.clear()
        self._database.close()

    @contextmanager
    def _reading(self, tournament: int) -> Iterator[tuple[Connection, Tournament]]:
        with self._database.read() as connection:
            if connection is not None:
                for found in read_tournaments(connection, tournaments.c.id == tournament):
                    yield connection, found
                    return
        raise self._unknown(tournament)

    def _unknown(self, tournament: int) -> StoreError:
        where = self._database.name
        return StoreError(f"no tournament {tournament} in {where} (`arena tournaments` lists them)")

    def _writer(self, connection: Connection, tournament: int) -> Writer:
        for found in read_tournaments(connection, tournaments.c.id == tournament):
            ids = select(entrants.c.id).where(entrants.c.tournament_id == tournament)
            positions = connection.execute(ids.order_by(entrants.c.position)).scalars().all()
            alone = found.record.game.ranked_by_return
            return Writer(tournament, alone, positions, self._database.placeholder)
        raise self._unknown(tournament)

    def _blocks(self, query: MatchQuery, read: _Read[_Record]) -> Iterator[_Record]:
        """Return an iterator that reads block by block, and holds no connection in between."""
        with self._database.read() as connection:
            if connection is None:
                return iter(())
            selection = Selection(connection, query)
            newest = query.limit and query.after is None
            ids = selection.newest(connection, query.limit) if newest else None
        blocks = self._oldest(selection, query) if ids is None else _cut(ids)
        return self._records(blocks, read)

    def _oldest(self, selection: Selection, query: MatchQuery) -> Iterator[list[int]]:
        left, after = query.limit or sys.maxsize, -1
        while left:
            with self._database.read() as connection:
                assert connection is not None
                ids = selection.oldest(connection, min(left, BLOCK), after)
            if not ids:
                return
            yield ids
            left, after = left - len(ids), ids[-1]

    def _records(self, blocks: Iterator[list[int]], read: _Read[_Record]) -> Iterator[_Record]:
        for ids in blocks:
            with self._database.read() as connection:
                assert connection is not None
                records = read(connection, ids)
            yield from records


def _cut(ids: list[int]) -> Iterator[list[int]]:
    return (ids[i : i + BLOCK] for i in range(0, len(ids), BLOCK))


def _entrant_row(entrant: EntrantRecord) -> dict[str, str | None]:
    return {
        "name": entrant.name, "spec": entrant.spec, "agent": entrant.agent,
        "parameters": json.dumps(plain(entrant.parameters)), "digest": entrant.digest,
        "identity": entrant.identity,
    }  # fmt: skip
