"""The first tables. (Revision 0001 was never released: it kept a row a match.)"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_BLOBS = (
    "numbers", "players", "returns", "endings", "forfeited", "faults", "turns", "deals", "seeds",
    "started", "seconds", "lengths", "logs",
)  # fmt: skip
_NULLABLE = ("forfeited", "faults")


def upgrade() -> None:
    """Make all tables."""
    _tournaments()
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


def _matches() -> None:
    op.create_table(
        "blocks",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("tournament_id", _ID, sa.ForeignKey("tournaments.id"), nullable=False),
        sa.Column("matches", sa.Integer, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("notable", sa.Integer, nullable=False),
        *(sa.Column(n, sa.LargeBinary, nullable=n in _NULLABLE) for n in _BLOBS),
    )
    op.create_index("ix_blocks_tournament_id", "blocks", ["tournament_id"])
    op.create_table(
        "faults",
        _key("match_id", _ID),
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
        _key("match_id", _ID),
        sa.Column("columns", sa.LargeBinary, nullable=False),
    )


def _key(name: str, kind: sa.types.TypeEngine[int]) -> sa.Column[int]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)
