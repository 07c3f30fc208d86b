"""Results as columns, straight from the blocks: a million in a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from arena.history import EntrantRecord, GameRecord, Tournament
from arena.results import Results, make_results, number_lineups
from arena.seeds import mix_many
from arena.store.shelf import headers, read_columns

_NAMES = ("numbers", "players", "returns", "forfeited", "endings", "deals")

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
        new = np.array(entrants, np.int32)
        ids = [header.id for header in headers(self.connection, tournament)]
        parts = [
            (
                told["numbers"], number_lineups(new[told["players"]], self.lineups),
                self._widened(told["returns"], np.nan), self._widened(told["forfeited"], False),
                told["endings"], told["deals"],
            )
            for told in read_columns(self.connection, ids, _NAMES)
        ]  # fmt: skip
        if parts:
            joined = [np.concatenate(columns) for columns in zip(*parts)]
            order = np.argsort(joined[_NUMBERS])
            self.blocks.append(tuple(column[order] for column in joined))

    def _widened(self, column: NDArray[Any], filling: float) -> NDArray[Any]:
        """Return (matches, most seats) of a column (matches, seats)."""
        missing = self.seats - column.shape[1]
        if not missing:
            return column
        return np.pad(column, ((0, 0), (0, missing)), constant_values=filling)
