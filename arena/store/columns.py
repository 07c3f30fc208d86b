"""Results as columns, straight from the blocks: a million in a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from arena.history import EntrantRecord, Tournament
from arena.results import Results, make_results, number_lineups
from arena.seeds import mix_many
from arena.store.shelf import Gathered, Shelf, headers, read_columns

_NAMES = ("numbers", "players", "returns", "forfeited", "endings", "deals")

Block = tuple[NDArray[Any], ...]
_NUMBERS, _LINEUP, _RETURNS, _DEALS = 0, 1, 2, 5
"""Where these columns stand in a block."""
_NOTHING = Gathered(frozenset(), {}, (
    np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros((0, 0)),
    np.zeros((0, 0), np.bool_), np.zeros(0, np.int8), np.zeros(0, np.int64),
))  # fmt: skip


def read_results(connection: Connection, shelf: Shelf, tournament: Tournament) -> Results:
    """Return the results of one tournament, entrants by position."""
    game = tournament.record.game
    names = tuple(entrant.name for entrant in tournament.record.entrants)
    known = gather(connection, shelf, tournament.id)
    blocks = [_widened(known.columns, game.seats)] if len(known.columns[0]) else []
    return make_results(names, list(known.lineups), blocks, game.seats, game.sides)


def read_joint_results(
    connection: Connection, shelf: Shelf, tournaments: Sequence[Tournament]
) -> Results:
    """Return the results of several tournaments in this order, numbered anew from 0.

    A match that was played twice, with the same seeds and the same entrants in the same seats, is
    the same game again and counts once: it would make an interval narrower than it is.
    """
    merged: dict[str, EntrantRecord] = {}
    for tournament in tournaments:
        for identity, entrant in zip(_identities(shelf, tournament), tournament.record.entrants):
            merged.setdefault(identity, entrant)
    index = {identity: i for i, identity in enumerate(merged)}
    widest = max((t.record.game for t in tournaments), key=lambda g: g.seats, default=None)
    seats, sides = (widest.seats, widest.sides) if widest else (0, ())
    found = [(gather(connection, shelf, each.id), each) for each in tournaments]
    found = [(known, each) for known, each in found if len(known.columns[_NUMBERS])]
    places = [
        (known, np.array([index[i] for i in _identities(shelf, each)], np.int32))
        for known, each in found
    ]
    lineups: dict[tuple[int, ...], int] = {}
    blocks: list[Block] = []
    played: dict[int, list[NDArray[np.uint64]]] = {}
    for (known, each), place in zip(found, _numbered(places, lineups)):
        numbers, lineup, *rest = _widened(known.columns, seats)
        block = (numbers, place[lineup], *rest)
        blocks.append(_unknown(block, played.setdefault(each.record.seed, [])))
    return make_results(_names(merged), list(lineups), _renumbered(blocks), seats, sides)


def gather(connection: Connection, shelf: Shelf, tournament: int) -> Gathered:
    """Return what counts of a tournament's matches; only blocks not yet known are read."""
    ids = frozenset(header.id for header in headers(connection, tournament))
    known = shelf.gathered.get(tournament, _NOTHING)
    if not known.blocks <= ids:
        known = _NOTHING  # some were joined to others, or came after what this reader sees
    if known.blocks == ids:
        return known
    lineups = dict(known.lineups)
    parts = [known.columns] if known.blocks else []
    by_seats: dict[int, list[dict[str, NDArray[Any]]]] = {}
    for told in read_columns(connection, sorted(ids - known.blocks), _NAMES):
        by_seats.setdefault(told["players"].shape[1], []).append(told)
    for some in by_seats.values():  # numbered together: many blocks hold the same lineups
        numbers, players, *rest = (np.concatenate([t[name] for t in some]) for name in _NAMES)
        parts.append((numbers, number_lineups(players, lineups), *rest))
    seats = max(part[_RETURNS].shape[1] for part in parts)
    columns = [np.concatenate(each) for each in zip(*(_widened(part, seats) for part in parts))]
    order = np.argsort(columns[_NUMBERS], kind="stable")  # nearly sorted: quick
    grown = Gathered(ids, lineups, tuple(column[order] for column in columns))
    shelf.keep(tournament, grown)
    return grown


def _identities(shelf: Shelf, tournament: Tournament) -> Sequence[str]:
    """Return who the entrants are; those that were added since it was read are left aside."""
    entrants = tournament.record.entrants
    members = shelf.members.get(tournament.id)
    if members is None or len(members.identities) < len(entrants):
        return [entrant.identity for entrant in entrants]
    return members.identities[: len(entrants)]


def _numbered(
    some: Sequence[tuple[Gathered, NDArray[np.int32]]], lineups: dict[tuple[int, ...], int]
) -> list[NDArray[np.int32]]:
    """Return for each tournament where its lineups are in `lineups`, those missing being added.

    With each comes who its entrants are, by position. All are numbered together, by their number of
    seats: tournaments of the same entrants have the same lineups.
    """
    places = [np.empty(len(known.lineups), np.int32) for known, _ in some]
    by_seats: dict[int, list[tuple[int, NDArray[np.int64], NDArray[np.int32]]]] = {}
    for i, (known, new) in enumerate(some):
        widths = np.fromiter(map(len, known.lineups), np.int64, len(known.lineups))
        for width in np.unique(widths).tolist():
            rows = np.flatnonzero(widths == width)
            flat = chain.from_iterable(each for each in known.lineups if len(each) == width)
            table = np.fromiter(flat, np.int64, len(rows) * width).reshape(-1, width)
            by_seats.setdefault(width, []).append((i, rows, new[table]))
    for parts in by_seats.values():
        index = number_lineups(np.concatenate([table for *_, table in parts]), lineups)
        ends = np.cumsum([len(rows) for _, rows, _ in parts])[:-1]
        for (i, rows, _), place in zip(parts, np.split(index, ends)):
            places[i][rows] = place
    return places


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


def _unknown(block: Block, known: list[NDArray[np.uint64]]) -> Block:
    """Return a block without the games among `known`, all of one seed; add the others to it."""
    games = _games(block)
    if known:
        new = ~np.isin(games, np.concatenate(known)) | (block[_DEALS] < 0)
        block = tuple(column[new] for column in block)
    known.append(games)
    return block


def _renumbered(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks numbered one after the other, from 0."""
    begins = np.cumsum([0, *(len(block[_NUMBERS]) for block in blocks)]).tolist()
    return [
        (np.arange(begin, end, dtype=np.int64), *block[1:])
        for begin, end, block in zip(begins, begins[1:], blocks)
    ]


def _widened(columns: Block, seats: int) -> Block:
    """Return columns with returns and forfeits of (matches, seats) where they are narrower."""
    missing = seats - columns[_RETURNS].shape[1]
    if not missing:
        return columns
    numbers, lineup, returns, forfeited, *rest = columns
    room = ((0, 0), (0, missing))
    wider = np.pad(returns, room, constant_values=np.nan)
    return (numbers, lineup, wider, np.pad(forfeited, room), *rest)
