"""The migrations lead to the schema, and are not even loaded where they are not needed."""

import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from arena.store import migrations
from arena.store.database import open_database
from arena.store.schema import HEAD, REVISIONS, metadata
from arena.store.sql import SqlStore


def test_the_constant_is_the_newest_script():
    scripts = ScriptDirectory.from_config(migrations._config())
    assert scripts.get_heads() == [HEAD]
    assert migrations.knows(HEAD)
    assert not migrations.knows("9999")


def test_a_migrated_database_has_the_schema(url):
    database = open_database(url)
    with database.write() as connection:
        options = {"version_table": REVISIONS, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    database.close()


def test_sqlite_says_the_same_of_both_ways_to_make_the_tables(tmp_path, make_record):
    store = SqlStore(f"sqlite:///{tmp_path}/migrated.db")
    store.begin(make_record())
    store.close()
    metadata.create_all(create_engine(f"sqlite:///{tmp_path}/created.db"))

    def tables(name):
        rows = create_engine(f"sqlite:///{tmp_path}/{name}.db").raw_connection().cursor().execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != ?", [REVISIONS]
        )  # fmt: skip
        return {name: " ".join(sql.split()).replace('"', "") for name, sql in rows}

    assert tables("migrated") == tables("created")


def test_a_history_that_is_up_to_date_is_used_without_alembic(tmp_path, make_record):
    url = f"sqlite:///{tmp_path}/history.db"
    store = SqlStore(url)
    store.begin(make_record())
    store.close()
    code = (
        "import sys; from arena.store.sql import SqlStore; store = SqlStore(sys.argv[1]);"
        "store.set_state(1, 'finished'); list(store.tournaments());"
        "print([m for m in sys.modules if m.split('.')[0] in ('alembic', 'gymnasium', 'torch')])"
    )
    command = [sys.executable, "-c", code, url]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert (ran.stdout, ran.stderr) == ("[]\n", "")
