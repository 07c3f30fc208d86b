"""From episodes to rows: what costs time with every match played."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select, update

from arena.errors import StoreError
from arena.history import MATCHES_EACH
from arena.records import Episode, Fault
from arena.results import ENDINGS
from arena.store.codec import encode_columns, encode_moves, encode_returns
from arena.store.schema import faults, lineup_seats, lineups, matches, recordings, tournaments

MOST_SEATS = 62
"""Of how many seats the winners fit in one integer."""

_CODES = {ending: code for code, ending in enumerate(ENDINGS)}
_LINEUPS_KEPT = 100_000
_OUTCOMES_KEPT = 10_000
_VARIABLES = 500
"""How many values a query lists at most."""

Outcome = tuple[bytes, int | None]


class Writer:
    """Writes the matches of one tournament."""

    def __init__(
        self, tournament: int, ranked_by_return: bool, entrants: Sequence[int], placeholder: str
    ) -> None:
        """`entrants` are the entrants' ids in the database by position."""
        self.tournament, self.ranked_by_return, self.entrants = (
            tournament,
            ranked_by_return,
            entrants,
        )
        self._insert = {
            table: _insert_text(table, placeholder)
            for table in (lineups, lineup_seats, matches, faults, recordings)
        }
        self._lineups: dict[tuple[int, ...], int] = {}
        self._outcomes: dict[tuple[float, ...], Outcome] = {}

    def write(self, connection: Connection, episodes: Sequence[Episode]) -> int:
        """Insert those episodes that are not there yet, and return how many they were."""
        self._meet({episode.match.seats for episode in episodes}, connection)
        told = [episode for episode in episodes if episode.faults or episode.columns]
        stored = self._stored(connection, told)
        result = connection.exec_driver_sql(self._insert[matches], self._rows(episodes))
        self._insert_details(connection, [e for e in told if self._id(e) not in stored])
        new = result.rowcount
        connection.execute(
            update(tournaments)
            .where(tournaments.c.id == self.tournament)
            .values(matches=tournaments.c.matches + new)
        )
        return new

    def _id(self, episode: Episode) -> int:
        return self.tournament * MATCHES_EACH + episode.match.number

    def _rows(self, episodes: Sequence[Episode]) -> list[tuple[Any, ...]]:
        """Return a row a match. Written for speed: this runs for every match that is played."""
        rows: list[tuple[Any, ...]] = []
        base, known, outcomes = self.tournament * MATCHES_EACH, self._lineups, self._outcomes
        for match, returns, ending, turns, log, wrong, started, seconds, _ in episodes:
            number, seats, seed, deal, _ = match
            outcome = None if wrong or ending == "void" else outcomes.get(returns)
            if outcome is None:
                outcome = self._outcome(returns, wrong, ending)
            rows.append((
                base + number, known[seats], seed, deal, _CODES[ending], turns, outcome[0],
                outcome[1], len(wrong), encode_moves(log), started, seconds,
            ))  # fmt: skip
        if rows and not base <= min(rows)[0] <= max(rows)[0] < base + MATCHES_EACH:
            raise StoreError(f"match numbers go from 0 to {MATCHES_EACH - 1}")
        return rows

    def _outcome(self, returns: tuple[float, ...], wrong: Sequence[Fault], ending: str) -> Outcome:
        """Return the bytes of the returns, and the winners."""
        if wrong or ending == "void":
            lost = {fault.seat for fault in wrong if fault.cost == "forfeit"}
            values = [-math.inf if seat in lost else r for seat, r in enumerate(returns)]
            winners = None if ending == "void" else self._winners(values)
            return encode_returns(returns), winners
        if len(self._outcomes) >= _OUTCOMES_KEPT:
            self._outcomes.clear()
        outcome = encode_returns(returns), self._winners(returns)
        self._outcomes[returns] = outcome
        return outcome

    def _winners(self, values: Sequence[float]) -> int | None:
        """Return the seats with the best value as bits; 0 if all have it; None if none met."""
        if self.ranked_by_return or len(values) > MOST_SEATS:
            return None
        best = max(values)
        bits = sum(1 << seat for seat, value in enumerate(values) if value == best)
        return 0 if bits == (1 << len(values)) - 1 else bits

    def _meet(self, seats: set[tuple[int, ...]], connection: Connection) -> None:
        """Learn the ids of these lineups; insert those that are new."""
        if len(self._lineups) > _LINEUPS_KEPT:
            self._lineups.clear()
        unknown = sorted(lineup for lineup in seats if lineup not in self._lineups)
        for i in range(0, len(unknown), _VARIABLES):
            self._insert_lineups(connection, unknown[i : i + _VARIABLES])

    def _insert_lineups(self, connection: Connection, unknown: list[tuple[int, ...]]) -> None:
        texts = {positions_text(seats): seats for seats in unknown}
        connection.exec_driver_sql(
            self._insert[lineups], [(self.tournament, text) for text in texts]
        )
        found = connection.execute(
            select(lineups.c.id, lineups.c.positions)
            .where(lineups.c.tournament_id == self.tournament)
            .where(lineups.c.positions.in_(list(texts)))
        )
        ids = {texts[text]: lineup for lineup, text in found}
        connection.exec_driver_sql(self._insert[lineup_seats], [
            (lineup, seat, self.entrants[position])
            for seats, lineup in ids.items()
            for seat, position in enumerate(seats)
        ])  # fmt: skip
        self._lineups |= ids

    def _stored(self, connection: Connection, episodes: Sequence[Episode]) -> set[int]:
        """Return which of these are stored already: what else is known of them is kept as it is."""
        if not episodes:
            return set()
        ids = [self._id(episode) for episode in episodes]
        query = select(matches.c.id).where(matches.c.id.between(min(ids), max(ids)))
        return set(connection.execute(query).scalars())

    def _insert_details(self, connection: Connection, episodes: Iterable[Episode]) -> None:
        wrong, handed = [], []
        for episode in episodes:
            match = self._id(episode)
            wrong += [(match, i, *fault) for i, fault in enumerate(episode.faults)]
            if episode.columns:
                handed.append((match, encode_columns(episode.columns)))
        if wrong:
            connection.exec_driver_sql(self._insert[faults], wrong)
        if handed:
            connection.exec_driver_sql(self._insert[recordings], handed)


def positions_text(seats: Iterable[int]) -> str:
    """Return a lineup as the database keeps it: `0,1`."""
    return ",".join(map(str, seats))


def positions_of(text: str) -> tuple[int, ...]:
    """Return what `positions_text` was given."""
    return tuple(map(int, text.split(",")))


def _insert_text(table: Table, placeholder: str) -> str:
    """Return the statement for the driver itself: SQLAlchemy's own costs more than the database."""
    names = [column.name for column in table.columns if column is not table.autoincrement_column]
    values = ", ".join([placeholder] * len(names))
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) ON CONFLICT DO NOTHING"
