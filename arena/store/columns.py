"""Results as columns, straight from the rows: a million in a second or two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from arena.history import MATCHES_EACH, EntrantRecord, GameRecord, Tournament
from arena.results import Results, make_results
from arena.seeds import mix_many
from arena.store.schema import faults, lineups, matches
from arena.store.writing import positions_of

_ROWS = 500
"""How many are read at a time: fewer tuples than make Python's garbage collector look at them all,
which took a third of the time with 20,000."""

Block = tuple[NDArray[Any], ...]
_NUMBERS, _LINEUP, _DEALS = 0, 1, 5
"""Where these columns stand in a block."""


def read_results(connection: Connection, tournament: Tournament) -> Results:
    """Return the results of one tournament, entrants by position."""
    record = tournament.record
    names = tuple(entrant.name for entrant in record.entrants)
    columns = _Columns(connection, record.game)
    columns.read(tournament.id, range(len(names)))
    return columns.results(names)


def read_joint_results(connection: Connection, tournaments: Sequence[Tournament]) -> Results:
    """Return the results of several tournaments in this order, numbered anew from 0.

    A match that was played twice, with the same seeds and the same entrants in the same seats, is
    the same game again and counts once: it would make an interval narrower than it is.
    """
    merged: dict[str, EntrantRecord] = {}
    for tournament in tournaments:
        for entrant in tournament.record.entrants:
            merged.setdefault(entrant.identity, entrant)
    index = {identity: i for i, identity in enumerate(merged)}
    widest = max((t.record.game for t in tournaments), key=lambda g: g.seats, default=None)
    columns = _Columns(connection, widest)
    played: dict[int, list[NDArray[np.uint64]]] = {}
    for tournament in tournaments:
        begin = len(columns.blocks)
        columns.read(tournament.id, [index[e.identity] for e in tournament.record.entrants])
        columns.drop_known(begin, played.setdefault(tournament.record.seed, []))
    columns.renumber()
    return columns.results(_names(merged))


def _names(merged: Mapping[str, EntrantRecord]) -> tuple[str, ...]:
    """Return the entrants' names, with the identity after those that stand for several."""
    shared: dict[str, list[str]] = {}
    for identity, entrant in merged.items():
        shared.setdefault(entrant.name, []).append(identity)
    return tuple(
        name if len(shared[name]) == 1 else f"{name}@{_short(identity, shared[name])}"
        for identity, name in ((identity, entrant.name) for identity, entrant in merged.items())
    )


def _short(identity: str, others: Sequence[str]) -> str:
    """Return as much of the identity, at least 6 digits, as tells it from the others."""
    for length in range(6, len(identity)):
        if len({other[:length] for other in others}) == len(others):
            return identity[:length]
    return identity


def _games(block: Block) -> NDArray[np.uint64]:
    """Return a hash of each row's number, lineup and deal, which with the seed make the game."""
    numbers, lineup, deals = (block[i].astype(np.uint64) for i in (_NUMBERS, _LINEUP, _DEALS))
    return mix_many(numbers + mix_many(lineup + mix_many(deals)))


class _Columns:
    """Gathers blocks of rows; see `arena.results.make_results` for what a block is."""

    def __init__(self, connection: Connection, game: GameRecord | None) -> None:
        self.connection = connection
        self.seats, self.sides = (game.seats, game.sides) if game else (0, ())
        self.blocks: list[Block] = []
        self.lineups: dict[tuple[int, ...], int] = {}

    def results(self, names: Sequence[str]) -> Results:
        return make_results(names, list(self.lineups), self.blocks, self.seats, self.sides)

    def renumber(self) -> None:
        begin = 0
        for i, (numbers, *rest) in enumerate(self.blocks):
            fresh = np.arange(begin, begin + len(numbers), dtype=np.int64)
            self.blocks[i] = (fresh, *rest)
            begin += len(numbers)

    def drop_known(self, begin: int, known: list[NDArray[np.uint64]]) -> None:
        """Drop the games among `known`, all of one seed, from the blocks; then add these to it."""
        fresh = [_games(block) for block in self.blocks[begin:]]
        if known:
            before = np.concatenate(known)
            for i, games in enumerate(fresh, begin):
                new = ~np.isin(games, before) | (self.blocks[i][_DEALS] < 0)
                self.blocks[i] = tuple(column[new] for column in self.blocks[i])
        known += fresh

    def read(self, tournament: int, entrants: Sequence[int]) -> None:
        """Take in a tournament's matches; `entrants` are the new indices by position."""
        low = tournament * MATCHES_EACH
        new = self._lineups_of(tournament, entrants)
        lost = self._forfeits(low)
        c = matches.c
        query = select(c.id, c.lineup_id, c.returns, c.ending, c.deal).order_by(c.id)
        for rows in self._blocks_of(query, low):
            ids, lineup, returns, endings, deals = zip(*rows)
            numbers = np.array(ids, np.int64) - low
            self.blocks.append((
                numbers, np.array([*map(new.__getitem__, lineup)], np.int32),
                self._returns(returns), self._forfeited(numbers, lost),
                np.array(endings, np.int8), np.array(deals, np.int64),
            ))  # fmt: skip

    def _blocks_of(self, query: Select[Any], low: int) -> Iterator[Sequence[Any]]:
        """Yield the driver's own rows: to make SQLAlchemy's of them takes a third as long again."""
        after = low - 1
        while True:
            within = matches.c.id.between(after + 1, low + MATCHES_EACH - 1)
            result = self.connection.execute(query.where(within).limit(_ROWS))
            assert result.cursor is not None
            rows = result.cursor.fetchall()
            if not rows:
                return
            after = rows[-1][0]
            yield rows

    def _lineups_of(self, tournament: int, entrants: Sequence[int]) -> dict[int, int]:
        """Return the index of each of the tournament's lineups, by its id in the database."""
        query = select(lineups.c.id, lineups.c.positions)
        query = query.where(lineups.c.tournament_id == tournament).order_by(lineups.c.id)
        known = self.lineups
        return {
            lineup: known.setdefault(tuple(entrants[i] for i in positions_of(text)), len(known))
            for lineup, text in self.connection.execute(query)
        }

    def _forfeits(self, low: int) -> NDArray[np.int64]:
        """Return (number, seat) of each forfeit: shape (forfeits, 2), ascending."""
        query = select(faults.c.match_id - low, faults.c.seat).where(
            faults.c.match_id.between(low, low + MATCHES_EACH - 1),
            faults.c.cost == "forfeit", faults.c.seat.is_not(None),
        )  # fmt: skip
        found = self.connection.execute(query.order_by(faults.c.match_id)).all()
        return np.array([tuple(row) for row in found], np.int64).reshape(-1, 2)

    def _forfeited(self, numbers: NDArray[np.int64], lost: NDArray[np.int64]) -> NDArray[np.bool_]:
        forfeited = np.zeros((len(numbers), self.seats), np.bool_)
        first, last = np.searchsorted(lost[:, 0], (numbers[0], numbers[-1] + 1))
        here = lost[first:last]
        forfeited[np.searchsorted(numbers, here[:, 0]), here[:, 1]] = True
        return forfeited

    def _returns(self, stored: Sequence[bytes]) -> NDArray[np.float64]:
        """Return the returns as float64 (matches, seats), NaN beyond a match's own seats."""
        width = 8 * self.seats
        if set(map(len, stored)) - {width}:
            nan = np.float64(np.nan).tobytes()
            stored = [data + nan * (self.seats - len(data) // 8) for data in stored]
        return np.frombuffer(b"".join(stored), "<f8").reshape(-1, self.seats).astype(np.float64)
