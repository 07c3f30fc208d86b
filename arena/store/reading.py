"""From rows to records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, func, select

from arena.history import (
    MATCHES_EACH,
    EntrantRecord,
    GameRecord,
    StoredMatch,
    Tournament,
    TournamentRecord,
    plain,
)
from arena.records import Ref
from arena.store.schema import entrants, tournaments
from arena.store.shelf import Hits, Members, Shelf, cut, read_blocks, read_handed

_NOBODY = Members((), ())


def game_text(game: GameRecord) -> str:
    """Return what the database keeps of a game beside its name and its alias, as JSON."""
    return json.dumps({
        "ref": [game.ref.name, plain(game.ref.parameters)], "seats": game.seats,
        "kind": game.kind, "zero_sum": game.zero_sum, "sides": game.sides, "returns": game.returns,
    })  # fmt: skip


def game_of(row: Row[Any]) -> GameRecord:
    """Return the game of a row of `tournaments`."""
    return _game(row.environment, row.alias, row.game)


@lru_cache(maxsize=256)
def _game(environment: str, alias: str | None, text: str) -> GameRecord:
    told = json.loads(text)
    name, parameters = told["ref"]
    return GameRecord(
        environment, alias, Ref(name, parameters), told["seats"], told["kind"],
        told["zero_sum"], tuple(map(tuple, told["sides"])), tuple(told["returns"]),
    )  # fmt: skip


def read_tournaments(
    connection: Connection, shelf: Shelf, *conditions: ColumnElement[bool]
) -> Iterator[Tournament]:
    """Yield the tournaments that meet the conditions (on `tournaments`), oldest first.

    Entrants are only ever added: those of a tournament are read again when there are more.
    """
    rows = select(tournaments).where(*conditions).order_by(tournaments.c.id)
    found = connection.execute(rows).all()
    of = entrants.c.tournament_id
    counts = select(of, func.count()).join(tournaments).where(*conditions).group_by(of)
    many = {row[0]: row[1] for row in connection.execute(counts)}
    known = {row.id: shelf.members.get(row.id, _NOBODY) for row in found}
    unknown = [i for i, members in known.items() if len(members.entrants) != many.get(i, 0)]
    fresh = _read_members(connection, unknown)
    shelf.members.update(fresh)
    known |= fresh
    for row in found:
        record = TournamentRecord(
            row.kind, game_of(row), known[row.id].entrants, row.format, row.seed,
            row.definition, json.loads(row.versions), row.started,
        )  # fmt: skip
        yield Tournament(row.id, record, row.state, row.matches, row.seconds)


def _read_members(connection: Connection, ids: Sequence[int]) -> dict[int, Members]:
    """Return the entrants of these tournaments."""
    by_tournament: dict[int, list[tuple[EntrantRecord, str]]] = {i: [] for i in ids}
    for some in cut(ids):
        wanted = select(entrants).where(entrants.c.tournament_id.in_(some))
        for row in connection.execute(wanted.order_by(entrants.c.position)):
            record = EntrantRecord(
                row.name, row.spec, row.agent, json.loads(row.parameters), row.digest
            )
            by_tournament[row.tournament_id].append((record, row.identity))
    return {
        i: Members(tuple(each for each, _ in both), tuple(identity for _, identity in both))
        for i, both in by_tournament.items()
    }


def read_matches(connection: Connection, hits: Hits, logs: bool = True) -> list[StoredMatch]:
    """Return what is kept of these matches; without `logs` neither moves nor columns."""
    tournament = hits.tournament
    base = tournament.id * MATCHES_EACH
    ids = (hits.numbers + base).tolist()
    found = read_blocks(connection, tournament.id, np.unique(hits.blocks).tolist(), logs)
    parts = [found[i].take(hits.rows[hits.blocks == i]) for i in found]
    episodes = {base + e.match.number: e for part in parts for e in part}
    for match, told in (read_handed(connection, ids) if logs else {}).items():
        episodes[match] = episodes[match]._replace(columns=dict(told))
    record = tournament.record
    return [
        StoredMatch(match, tournament.id, record.game, record.entrants, episodes[match])
        for match in ids
    ]
