"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_NOTABLE = "(ending > 1 OR faults > 0)"


def upgrade() -> None:
    """Make all tables."""
    _tournaments()
    _lineups()
    _matches()


def _tournaments() -> None:
    op.create_table(
        "tournaments",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("alias", sa.Text),
        sa.Column("game", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("versions", sa.Text, nullable=False),
        sa.Column("started", sa.Float(53), nullable=False),
        sa.Column("seconds", sa.Float(53)),
        sa.Column("matches", sa.Integer, nullable=False),
    )
    op.create_table(
        "entrants",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("tournament_id", _ID, sa.ForeignKey("tournaments.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("spec", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("digest", sa.Text),
        sa.Column("identity", sa.Text, nullable=False),
        sa.UniqueConstraint("tournament_id", "position"),
    )


def _lineups() -> None:
    op.create_table(
        "lineups",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("tournament_id", _ID, sa.ForeignKey("tournaments.id"), nullable=False),
        sa.Column("positions", sa.Text, nullable=False),
        sa.UniqueConstraint("tournament_id", "positions"),
    )
    op.create_table(
        "lineup_seats",
        _key("lineup_id", _ID, sa.ForeignKey("lineups.id")),
        _key("seat", sa.Integer()),
        sa.Column("entrant_id", _ID, sa.ForeignKey("entrants.id"), nullable=False),
    )
    op.create_index("ix_lineup_seats_entrant_id", "lineup_seats", ["entrant_id"])


def _matches() -> None:
    op.create_table(
        "matches",
        _key("id", _ID),
        sa.Column("lineup_id", _ID, sa.ForeignKey("lineups.id"), nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("deal", sa.BigInteger, nullable=False),
        sa.Column("ending", sa.SmallInteger, nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("returns", sa.LargeBinary, nullable=False),
        sa.Column("winners", sa.BigInteger),
        sa.Column("faults", sa.Integer, nullable=False),
        sa.Column("moves", sa.LargeBinary),
        sa.Column("started", sa.Float(53), nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
    )
    notable = sa.text(_NOTABLE)
    op.create_index(
        "ix_matches_notable", "matches", ["id"], sqlite_where=notable, postgresql_where=notable
    )
    op.create_table(
        "faults",
        _key("match_id", _ID, sa.ForeignKey("matches.id")),
        _key("position", sa.Integer()),
        sa.Column("seat", sa.Integer),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("cost", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("traceback", sa.Text, nullable=False),
    )
    op.create_table(
        "recordings",
        _key("match_id", _ID, sa.ForeignKey("matches.id")),
        sa.Column("columns", sa.LargeBinary, nullable=False),
    )


def _key(name: str, kind: sa.types.TypeEngine[int], *rest: sa.ForeignKey) -> sa.Column[int]:
    return sa.Column(name, kind, *rest, primary_key=True, autoincrement=False)
