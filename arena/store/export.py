"""Matches as lines of text for other programs; however many, one block of them is in memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any, TextIO

from arena.errors import UsageError
from arena.history import MatchQuery, MatchRow, plain
from arena.roles import Store

FORMATS = ("jsonl", "csv")

_BEFORE_SEATS = ("match", "number", "tournament", "environment")
_AFTER_SEATS = ("ending", "turns", "seed", "deal", "faults", "started", "seconds")


def export(store: Store, form: str, query: MatchQuery, out: TextIO, moves: bool = False) -> int:
    """Write the matches asked for to `out`, and return how many they were.

    `jsonl` is what `arena matches --json` prints, with `moves` (and `columns`, what agents handed
    back) if asked for. `csv` has a header, then a line a match: seat 0's entrant under `seat_0`,
    its return under `return_0` and so on; `faults` is their number. No matches: nothing is written.
    Raises `UsageError` for another format, and for `moves` in CSV.
    """
    if form not in FORMATS:
        raise UsageError(f"no export format {form!r}: write one of {', '.join(FORMATS)}")
    if form == "csv":
        if moves:
            raise UsageError("csv has no room for moves: export jsonl")
        return _write_csv(store, query, out)
    count = 0
    for line in _with_moves(store, query) if moves else map(MatchRow.as_json, store.matches(query)):
        out.write(json.dumps(line) + "\n")
        count += 1
    return count


def _with_moves(store: Store, query: MatchQuery) -> Iterator[dict[str, Any]]:
    for stored in store.replays(query):
        episode = stored.episode
        told = {"moves": plain(episode.moves), "columns": plain(episode.columns)}
        yield stored.row.as_json() | told


def _write_csv(store: Store, query: MatchQuery, out: TextIO) -> int:
    seats = range(_most_seats(store, query))
    names = [f"seat_{i}" for i in seats] + [f"return_{i}" for i in seats]
    writer = csv.DictWriter(out, [*_BEFORE_SEATS, *names, *_AFTER_SEATS], lineterminator="\n")
    count = 0
    for count, row in enumerate(store.matches(query), start=1):
        if count == 1:
            writer.writeheader()
        told = {name: getattr(row, name) for name in (*_BEFORE_SEATS, *_AFTER_SEATS)}
        told["faults"] = len(row.faults)
        told |= {f"seat_{i}": name for i, name in enumerate(row.seats)}
        told |= {f"return_{i}": value for i, value in enumerate(row.returns)}
        writer.writerow(told)
    return count


def _most_seats(store: Store, query: MatchQuery) -> int:
    return max((
        each.record.game.seats
        for each in store.tournaments()
        if query.tournament in (None, each.id)
        and query.environment in (None, each.record.game.name, each.record.game.alias)
    ), default=0)  # fmt: skip
