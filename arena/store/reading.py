"""From rows to records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from arena.history import (
    MATCHES_EACH,
    EntrantRecord,
    GameRecord,
    MatchRow,
    StoredMatch,
    Tournament,
    TournamentRecord,
    plain,
)
from arena.records import Episode, Fault, Match, Ref
from arena.results import ENDINGS
from arena.store.codec import decode_columns, decode_moves, decode_returns
from arena.store.schema import entrants, faults, lineups, matches, recordings, tournaments
from arena.store.writing import positions_of

Columns = dict[str, list[tuple[int, Any]]]

_LINEUPS_KEPT = 10_000


def game_text(game: GameRecord) -> str:
    """Return what the database keeps of a game beside its name and its alias, as JSON."""
    return json.dumps({
        "ref": [game.ref.name, plain(game.ref.parameters)], "seats": game.seats,
        "kind": game.kind, "zero_sum": game.zero_sum, "sides": game.sides, "returns": game.returns,
    })  # fmt: skip


def game_of(row: Row[Any]) -> GameRecord:
    """Return the game of a row of `tournaments`."""
    told = json.loads(row.game)
    name, parameters = told["ref"]
    return GameRecord(
        row.environment, row.alias, Ref(name, parameters), told["seats"], told["kind"],
        told["zero_sum"], tuple(map(tuple, told["sides"])), tuple(told["returns"]),
    )  # fmt: skip


def read_tournaments(
    connection: Connection, *conditions: ColumnElement[bool]
) -> Iterator[Tournament]:
    """Yield the tournaments that meet the conditions (on `tournaments`), oldest first."""
    rows = select(tournaments).where(*conditions).order_by(tournaments.c.id)
    members = select(entrants).join(tournaments).where(*conditions).order_by(entrants.c.position)
    by_tournament: dict[int, list[EntrantRecord]] = defaultdict(list)
    for row in connection.execute(members):
        by_tournament[row.tournament_id].append(
            EntrantRecord(row.name, row.spec, row.agent, json.loads(row.parameters), row.digest)
        )
    for row in connection.execute(rows):
        record = TournamentRecord(
            row.kind, game_of(row), tuple(by_tournament[row.id]), row.format, row.seed,
            row.definition, json.loads(row.versions), row.started,
        )  # fmt: skip
        yield Tournament(row.id, record, row.state, row.matches, row.seconds)


class Reader:
    """Reads matches by their ids; remembers tournaments and lineups from block to block."""

    def __init__(self) -> None:
        self._tournaments: dict[int, Tournament] = {}
        self._lineups: dict[int, tuple[int, ...]] = {}

    def rows(self, connection: Connection, ids: Sequence[int]) -> list[MatchRow]:
        """Return the matches with these ids, ascending, without their moves."""
        columns = [column for column in matches.c if column is not matches.c.moves]
        rows = self._fetch(connection, columns, ids)
        wrong = _faults_of(connection, rows)
        return [self._stored(row, [], wrong[row.id], None).row for row in rows]

    def replays(self, connection: Connection, ids: Sequence[int]) -> list[StoredMatch]:
        """Return all that is kept of the matches with these ids, ascending."""
        rows = self._fetch(connection, list(matches.c), ids)
        wrong = _faults_of(connection, rows)
        handed = select(recordings.c.match_id, recordings.c.columns)
        handed = handed.where(recordings.c.match_id.in_(ids))
        columns = {match: decode_columns(data) for match, data in connection.execute(handed)}
        return [
            self._stored(row, decode_moves(row.moves), wrong[row.id], columns.get(row.id))
            for row in rows
        ]

    def _fetch(
        self, connection: Connection, columns: Sequence[ColumnElement[Any]], ids: Sequence[int]
    ) -> Sequence[Row[Any]]:
        rows = select(*columns).where(matches.c.id.in_(ids)).order_by(matches.c.id)
        found = connection.execute(rows).all()
        self._remember(connection, found)
        return found

    def _remember(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        """Read the tournaments and lineups of these matches that are not known yet."""
        if len(self._lineups) > _LINEUPS_KEPT:
            self._lineups.clear()
        unknown = {row.lineup_id for row in rows} - self._lineups.keys()
        if unknown:
            found = select(lineups.c.id, lineups.c.positions).where(lineups.c.id.in_(unknown))
            for lineup, positions in connection.execute(found):
                self._lineups[lineup] = positions_of(positions)
        missing = {row.id // MATCHES_EACH for row in rows} - self._tournaments.keys()
        if missing:
            for tournament in read_tournaments(connection, tournaments.c.id.in_(missing)):
                self._tournaments[tournament.id] = tournament

    def _stored(
        self, row: Row[Any], log: list[Any], wrong: Sequence[Fault], columns: Columns | None
    ) -> StoredMatch:
        tournament, number = divmod(row.id, MATCHES_EACH)
        record = self._tournaments[tournament].record
        match = Match(number, self._lineups[row.lineup_id], row.seed, row.deal)
        episode = Episode(
            match, decode_returns(row.returns), ENDINGS[row.ending], row.turns, log,
            tuple(wrong), row.started, row.seconds, columns,
        )  # fmt: skip
        return StoredMatch(row.id, tournament, record.game, record.entrants, episode)


def _faults_of(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, list[Fault]]:
    """Return the faults of these matches by match id."""
    found: dict[int, list[Fault]] = defaultdict(list)
    ids = [row.id for row in rows if row.faults]
    if ids:
        told = select(faults).where(faults.c.match_id.in_(ids))
        for row in connection.execute(told.order_by(faults.c.match_id, faults.c.position)):
            found[row.match_id].append(
                Fault(row.seat, row.turn, row.kind, row.cost, row.message, row.traceback)
            )
    return found
