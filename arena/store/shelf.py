"""Blocks as they are read: the columns that are asked for, and those that queries look at."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, select

from arena.block import Block, Handed
from arena.history import MATCHES_EACH, EntrantRecord, Tournament
from arena.records import Fault
from arena.store.codec import decode_array, decode_columns, decode_logs
from arena.store.schema import blocks, faults, recordings

_DTYPES: dict[str, type[np.generic]] = {
    "numbers": np.int64, "players": np.int32, "returns": np.float64, "endings": np.int8,
    "forfeited": np.bool_, "faults": np.int32, "turns": np.int32, "deals": np.int64,
    "seeds": np.int64, "started": np.float64, "seconds": np.float64,
}  # fmt: skip
_BY_SEAT = {"players", "returns", "forfeited"}
_TOLD = ("numbers", "players", "returns", "endings", "forfeited", "faults", "turns", "started")
_KEPT = 1024
"""How many blocks' columns are remembered: of two million matches, in 100 MB."""
_GATHERED = 5_000_000
"""How many matches are remembered to count from: of two seats, in 200 MB."""


class Header(NamedTuple):
    """What a block is, without its columns. `first` and `last` are of its matches' numbers."""

    id: int
    first: int
    last: int
    matches: int
    notable: int


class Told(NamedTuple):
    """The columns of a block that queries look at; for what they are see `arena.block.Block`."""

    numbers: NDArray[np.int64]
    players: NDArray[np.int32]
    returns: NDArray[np.float64]
    endings: NDArray[np.int8]
    forfeited: NDArray[np.bool_]
    faults: NDArray[np.int32]  # how many
    turns: NDArray[np.int32]
    started: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> Told:
        """Return these rows."""
        columns: list[Any] = [column[rows] for column in self]
        return Told(*columns)


class Hits(NamedTuple):
    """Matches of one tournament by their numbers, ascending; each is a row of a block.

    numbers, blocks, rows   int64 (n,)
    """

    tournament: Tournament
    numbers: NDArray[np.int64]
    blocks: NDArray[np.int64]
    rows: NDArray[np.int64]


class Members(NamedTuple):
    """A tournament's entrants by position, and their identities."""

    entrants: tuple[EntrantRecord, ...]
    identities: tuple[str, ...]


class Gathered(NamedTuple):
    """What counts of a tournament's matches, sorted by number, and the blocks that it is from.

    lineups   the distinct tuples of positions by seat, with their indices
    columns   numbers, lineup, returns, forfeited, endings, deals, as `arena.results.make_results`
              takes them
    """

    blocks: frozenset[int]
    lineups: dict[tuple[int, ...], int]
    columns: tuple[NDArray[Any], ...]


class Shelf:
    """Remembers what was read and never changes, or only grows. Threads may share one.

    What grows is replaced by what has grown, never changed in place.
    """

    def __init__(self) -> None:
        self._told: dict[int, Told] = {}
        self.members: dict[int, Members] = {}
        self.gathered: OrderedDict[int, Gathered] = OrderedDict()
        self._headers: dict[int, tuple[int, list[Header]]] = {}
        self._lock = Lock()

    def keep(self, tournament: int, gathered: Gathered) -> None:
        """Remember this of a tournament, and forget what was asked for longest ago."""
        with self._lock:
            self.gathered[tournament] = gathered
            self.gathered.move_to_end(tournament)
            while sum(len(each.columns[0]) for each in self.gathered.values()) > _GATHERED:
                if len(self.gathered) == 1:
                    break  # the one that is looked at, however large
                self.gathered.popitem(last=False)

    def told(self, connection: Connection, block: int) -> Told:
        """Return the columns that queries look at."""
        known = self._told.get(block)
        if known is None:
            [columns] = read_columns(connection, [block], _TOLD)
            known = Told(*(columns[name] for name in _TOLD))
            if len(self._told) >= _KEPT:
                self._told.clear()
            self._told[block] = known
        return known

    def headers(self, connection: Connection, tournament: Tournament) -> list[Header]:
        """Return what a tournament's blocks are: they change only when matches are added."""
        count, known = self._headers.get(tournament.id, (-1, []))
        if count != tournament.matches:
            known = headers(connection, tournament.id)
            if sum(header.matches for header in known) != tournament.matches:
                return known  # some came since the tournament was read
            self._headers[tournament.id] = tournament.matches, known
        return known

    def clear(self) -> None:
        """Forget everything."""
        self._told.clear()
        self.members.clear()
        with self._lock:
            self.gathered.clear()
        self._headers.clear()


def headers(connection: Connection, tournament: int) -> list[Header]:
    """Return what a tournament's blocks are, in the order of their first numbers."""
    c = blocks.c
    query = select(c.id, c.first, c.last, c.matches, c.notable)
    found = connection.execute(query.where(c.tournament_id == tournament))
    return sorted((Header(*row) for row in found), key=lambda header: (header.first, header.id))


def read_columns(
    connection: Connection, ids: Sequence[int], names: Sequence[str]
) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield the named columns of each of these blocks, decoded; in the order of their ids."""
    for row in _rows(connection, [blocks.c[name] for name in names], ids):
        yield _decoded(row, names)


def read_blocks(
    connection: Connection, tournament: int, ids: Sequence[int], logs: bool = True
) -> dict[int, Block]:
    """Return a tournament's blocks by these ids, ascending, without what agents handed back."""
    names = [name for name in _DTYPES if name != "forfeited"]
    texts = ["lengths", "logs"] if logs else []
    read = {}
    for row in _rows(connection, [blocks.c[name] for name in (*names, *texts)], ids):
        columns: dict[str, Any] = _decoded(row, names)
        faulty = np.flatnonzero(columns.pop("faults"))
        base = tournament * MATCHES_EACH
        told = read_faults(connection, (columns["numbers"][faulty] + base).tolist())
        read[row.id] = Block(
            logs=decode_logs(row.lengths, row.logs, row.matches) if logs else [[]] * row.matches,
            faults=dict(zip(faulty.tolist(), told.values())),
            **columns,
        )
    return read


def read_faults(connection: Connection, matches: Sequence[int]) -> dict[int, tuple[Fault, ...]]:
    """Return the faults of these matches (by id, ascending), in order."""
    found: dict[int, tuple[Fault, ...]] = dict.fromkeys(matches, ())
    c = faults.c
    for some in cut(matches):
        told = select(faults).where(c.match_id.in_(some)).order_by(c.match_id, c.position)
        for row in connection.execute(told):
            fault = Fault(row.seat, row.turn, row.kind, row.cost, row.message, row.traceback)
            found[row.match_id] += (fault,)
    return found


def read_handed(connection: Connection, matches: Sequence[int]) -> dict[int, Handed]:
    """Return what agents handed back in these matches, by id, where it was anything."""
    c = recordings.c
    return {
        match: decode_columns(data)
        for some in cut(matches)
        for match, data in connection.execute(
            select(c.match_id, c.columns).where(c.match_id.in_(some))
        )
    }


def _rows(connection: Connection, columns: Sequence[Any], ids: Sequence[int]) -> Iterator[Row[Any]]:
    wanted = select(blocks.c.id, blocks.c.matches, blocks.c.seats, *columns)
    for some in cut(ids, 50):  # blocks may be large
        query = wanted.where(blocks.c.id.in_(some)).order_by(blocks.c.id)
        yield from connection.execute(query).all()


def cut(ids: Sequence[int], size: int = 500) -> Iterator[Sequence[int]]:
    """Return the ids some at a time: a statement takes only so many."""
    return (ids[begin : begin + size] for begin in range(0, len(ids), size))


def _decoded(row: Row[Any], names: Sequence[str]) -> dict[str, NDArray[Any]]:
    found = {}
    for name in names:
        shape = (row.matches, row.seats) if name in _BY_SEAT else (row.matches,)
        data, dtype = row._mapping[name], _DTYPES[name]
        if data is None:
            found[name] = np.zeros(shape, dtype)
        else:
            found[name] = decode_array(data, math.prod(shape), dtype).reshape(shape)
    return found
