"""The tables, as SQLAlchemy Core sees them; `migrations/` holds how a database comes to have them.

    tournaments ─┬─ entrants
                 ├─ blocks          matches: a row holds thousands, a column of them is one blob
                 ├─ faults          a match's key is made of its tournament's id and its number
                 └─ recordings      (`arena.history.match_id`)

A million matches are normal, and a row a match costs more time than the match. So matches are kept
as they leave the runner, in blocks (`arena.block.Block`) whose columns are arrays
(`arena.store.codec`): what a query is about is read as arrays too, a million rows in a moment.
Blocks are written once; small ones are joined to larger ones later. Their numbers may interleave.
Foreign keys tell readers (and PostgreSQL) what belongs to what; SQLite is not asked to check them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
)

HEAD = "0002"
"""The newest revision in `migrations/versions`; a test holds that it is."""

REVISIONS = "arena_revision"
"""The table that holds the database's revision: not Alembic's own name, which others use too."""

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

blocks = Table(
    "blocks",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("tournament_id", _Id, ForeignKey("tournaments.id"), nullable=False),
    Column("matches", Integer, nullable=False),  # how many
    Column("seats", Integer, nullable=False),
    Column("first", Integer, nullable=False),  # the lowest and the highest of their numbers
    Column("last", Integer, nullable=False),
    Column("notable", Integer, nullable=False),  # how many ended badly or saw a fault
    # Arrays, as arena.block.Block says; those that queries look at come first.
    Column("numbers", LargeBinary, nullable=False),
    Column("players", LargeBinary, nullable=False),
    Column("returns", LargeBinary, nullable=False),
    Column("endings", LargeBinary, nullable=False),
    Column("forfeited", LargeBinary),  # NULL: nobody
    Column("faults", LargeBinary),  # how many each; NULL: none
    Column("turns", LargeBinary, nullable=False),
    Column("deals", LargeBinary, nullable=False),
    Column("seeds", LargeBinary, nullable=False),
    Column("started", LargeBinary, nullable=False),
    Column("seconds", LargeBinary, nullable=False),
    Column("lengths", LargeBinary, nullable=False),  # of the logs
    Column("logs", LargeBinary, nullable=False),
    Index("ix_blocks_tournament_id", "tournament_id"),
)

faults = Table(
    "faults",
    metadata,
    Column("match_id", _Id, primary_key=True, autoincrement=False),
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
    Column("match_id", _Id, primary_key=True, autoincrement=False),
    Column("columns", LargeBinary, nullable=False),  # what agents handed back beside their moves
)

_revisions = Table(REVISIONS, MetaData(), Column("version_num", String(32), nullable=False))


def create(connection: Connection) -> None:
    """Make all tables in an empty database, in the connection's transaction.

    It is what the migrations lead to (a test holds that), without loading Alembic.
    """
    metadata.create_all(connection)
    _revisions.create(connection)
    connection.execute(insert(_revisions).values(version_num=HEAD))
