"""Run by Alembic; `arena.store.migrations.upgrade` hands it the connection."""

from alembic import context

from arena.store.schema import REVISIONS, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=REVISIONS,
)
with context.begin_transaction():
    context.run_migrations()
