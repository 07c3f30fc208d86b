"""From rows to records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, select

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
from arena.store.shelf import Hits, read_blocks, read_handed


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
