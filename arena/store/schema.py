"""The tables, as SQLAlchemy Core sees them; `migrations/` holds how a database comes to have them.

    tournaments ─┬─ entrants ──┐
                 └─ lineups ───┴─ lineup_seats       who sat where: a match refers to a lineup
                       └─ matches ─┬─ faults         the key of a match holds its tournament's id
                                   └─ recordings     and its number (`arena.history.match_id`)

A million matches are normal, so a match is one row in one B-tree: what repeats is in `lineups`, and
the key needs no second index. The one index is partial and holds next to nothing: the matches that
went wrong are few, and `arena matches` must find them among the many that did not.
Foreign keys tell readers (and PostgreSQL) what belongs to what; SQLite is not asked to check them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

HEAD = "0001"
"""The newest revision in `migrations/versions`; a test holds that it is."""

REVISIONS = "arena_revision"
"""The table that holds the database's revision: not Alembic's own name, which others use too."""

NOTABLE = "(ending > 1 OR faults > 0)"
"""Matches that ended by forfeit, were void, or saw a fault; both databases use a partial index only
if a query says its condition word for word."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite's own key must be called INTEGER

tournaments = Table(
    "tournaments",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("environment", Text, nullable=False),  # full name and parameters, canonical
    Column("alias", Text),
    Column("game", Text, nullable=False),  # JSON: what GameRecord holds beside these
    Column("format", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("definition", Text, nullable=False),  # JSON
    Column("versions", Text, nullable=False),  # JSON
    Column("started", Float(53), nullable=False),  # seconds since the epoch
    Column("seconds", Float(53)),
    Column("matches", Integer, nullable=False),  # how many are stored: counting a million is slow
)

entrants = Table(
    "entrants",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("tournament_id", _Id, ForeignKey("tournaments.id"), nullable=False),
    Column("position", Integer, nullable=False),  # the entrant's index, from 0
    Column("name", Text, nullable=False),
    Column("spec", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("parameters", Text, nullable=False),  # JSON
    Column("digest", Text),
    Column("identity", Text, nullable=False),
    UniqueConstraint("tournament_id", "position"),
)

lineups = Table(
    "lineups",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("tournament_id", _Id, ForeignKey("tournaments.id"), nullable=False),
    Column("positions", Text, nullable=False),  # "0,1": the entrants' positions by seat
    UniqueConstraint("tournament_id", "positions"),
)

lineup_seats = Table(
    "lineup_seats",
    metadata,
    Column("lineup_id", _Id, ForeignKey("lineups.id"), primary_key=True, autoincrement=False),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("entrant_id", _Id, ForeignKey("entrants.id"), nullable=False),
    Index("ix_lineup_seats_entrant_id", "entrant_id"),
)

matches = Table(
    "matches",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("lineup_id", _Id, ForeignKey("lineups.id"), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("deal", BigInteger, nullable=False),
    Column("ending", SmallInteger, nullable=False),  # index into arena.results.ENDINGS
    Column("turns", Integer, nullable=False),
    Column("returns", LargeBinary, nullable=False),  # float64, little-endian, one a seat
    # The seats with the best value as bits, 0 if all share it; NULL where nobody met anybody.
    Column("winners", BigInteger),
    Column("faults", Integer, nullable=False),  # how many
    Column("moves", LargeBinary),  # see arena.store.codec; NULL where they are unknown
    Column("started", Float(53), nullable=False),
    Column("seconds", Float(53), nullable=False),
    Index("ix_matches_notable", "id", sqlite_where=text(NOTABLE), postgresql_where=text(NOTABLE)),
)

faults = Table(
    "faults",
    metadata,
    Column("match_id", _Id, ForeignKey("matches.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("seat", Integer),  # NULL: the infrastructure
    Column("turn", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cost", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("traceback", Text, nullable=False),
)

recordings = Table(
    "recordings",
    metadata,
    Column("match_id", _Id, ForeignKey("matches.id"), primary_key=True, autoincrement=False),
    Column("columns", LargeBinary, nullable=False),  # what agents handed back beside their moves
)
