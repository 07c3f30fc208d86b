"""A database that may not be there yet: opening it, its revision, and errors in one line."""

from __future__ import annotations

import os
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from arena.errors import StoreError
from arena.store.schema import HEAD, REVISIONS, create

BUSY_SECONDS = 60.0
"""How long to wait for another process that is writing."""


def open_database(url: str) -> Database:
    """Return the database at a URL; nothing is opened or made yet. Raises `StoreError`."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            f"{url!r} is not the URL of a history: write sqlite:///FILE or postgresql://HOST/NAME"
        ) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return SqliteDatabase(parsed)
    if kind == "postgresql":
        return PostgresDatabase(parsed)
    raise StoreError(f"no store for {kind!r} databases: use sqlite:///FILE or postgresql://...")


class Database(ABC):
    """`read()` and `write()` give connections; the first write makes what is missing."""

    def __init__(self, url: URL) -> None:
        self.name = url.render_as_string(hide_password=True)
        self._url = url
        self._engine: Engine | None = None
        self._current = False  # known to exist and to be of this revision
        self._lock = Lock()

    @contextmanager
    def read(self) -> Iterator[Connection | None]:
        """Give a connection that sees the history as it is now, or None if there is none yet."""
        with self._told():
            if not self._exists():
                yield None
                return
            with self._connect() as connection:
                if self._check(connection):
                    self._begin_reading(connection)
                    yield connection
                else:
                    yield None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction: kept when the block ends, undone if it raises."""
        with self._told():
            if not self._current:
                self._prepare()
            with self._connect() as connection:
                self._begin(connection)
                yield connection
                connection.commit()

    def close(self) -> None:
        """Close the connections; the next use opens others."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
            self._current = False

    @abstractmethod
    def _make_engine(self) -> Engine: ...

    @abstractmethod
    def _begin(self, connection: Connection) -> None:
        """Begin a transaction that writes."""

    @abstractmethod
    def _begin_reading(self, connection: Connection) -> None:
        """Begin a transaction that sees nothing of what others write meanwhile."""

    @abstractmethod
    def _cure(self, said: str) -> str:
        """Return the cure for what the driver said (in lower case)."""

    def _exists(self) -> bool:
        return True

    def _create(self) -> None:
        """Make what the tables will lie in; a server has it."""
        return None

    @abstractmethod
    def _hold(self, connection: Connection) -> None:
        """Begin a transaction that keeps others from making the tables at the same time."""

    def _connect(self) -> Connection:
        with self._lock:  # two threads of a server may be the first
            if self._engine is None:
                self._engine = self._make_engine()
        return self._engine.connect()

    def _check(self, connection: Connection) -> bool:
        """Return whether there is a history; one of an older revision is brought up to date."""
        if not self._current:
            found = self._revision(connection)
            if found is None:
                return False
            if found != HEAD:
                self._migrate(connection)
            self._current = True
        return True

    def _revision(self, connection: Connection) -> str | None:
        """Return the revision found, or None for an empty database; raise if it is no history."""
        tables = inspect(connection).get_table_names()
        if not tables:
            return None
        if REVISIONS not in tables:
            raise StoreError(
                f"{self.name} is a database, but not a history of Arena (it has a table "
                f"{tables[0]!r}); name another with --store"
            )
        return connection.exec_driver_sql(f"SELECT version_num FROM {REVISIONS}").scalar()

    def _prepare(self) -> None:
        """Make whatever is missing."""
        self._create()
        with self._connect() as connection:
            if self._revision(connection) != HEAD:
                self._migrate(connection)
        self._current = True

    def _migrate(self, connection: Connection) -> None:
        """Make the tables, or bring them up to date."""
        if self._revision(connection) is not None:
            self._check_known(connection)
        self._hold(connection)
        found = self._revision(connection)  # another process may have been quicker
        if found is None:
            create(connection)
        elif found != HEAD:
            from arena.store.migrations import upgrade

            upgrade(connection)
        connection.commit()

    def _check_known(self, connection: Connection) -> None:
        """Raise if the database is of a revision that no migration leads on from."""
        from arena.store.migrations import knows  # Alembic takes .15 s to load

        found = self._revision(connection)
        if found is None or knows(found):
            return
        if found < HEAD:
            raise StoreError(
                f"{self.name} is at revision {found}, from before Arena's first release, and cannot"
                " be brought up to date: name another with --store"
            )
        raise StoreError(
            f"{self.name} is at revision {found}, newer than this Arena's {HEAD}: update Arena "
            f"(pip install --upgrade arena-games), or name another history with --store"
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what drivers and files raise into one line."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError, OverflowError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            said = " ".join(str(getattr(cause, "strerror", None) or cause).split())
            raise StoreError(f"{self.name}: {said}; {self._cure(said.lower())}") from error


class SqliteDatabase(Database):
    """A file, or (`sqlite://`) memory. Many processes may read and write it at once."""

    def __init__(self, url: URL) -> None:
        super().__init__(url)
        if url.host:
            raise StoreError(f"{self.name} names a host: write sqlite:/// with three slashes")
        memory = url.database in (None, "", ":memory:")
        self.path = None if memory else Path(str(url.database)).expanduser()

    def _make_engine(self) -> Engine:
        if self.path is None:
            return create_engine("sqlite://", creator=self._open, poolclass=StaticPool)
        return create_engine("sqlite:///history.db", creator=self._open)  # the creator knows where

    def _open(self) -> sqlite3.Connection:
        # No isolation level: Python then leaves transactions to `_begin`.
        source = ":memory:" if self.path is None else self._uri(self._mode())
        connection = sqlite3.connect(
            source, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        # A crash of the machine may lose the last matches then, but never harms the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _uri(self, mode: str) -> str:
        return f"file:{quote(str(self.path))}?{mode}"

    def _mode(self) -> str:
        """Read what may only be read as it is: SQLite would need to write beside it."""
        assert self.path is not None
        log = Path(f"{self.path}-wal")
        frozen = not os.access(self.path.parent, os.W_OK) or not os.access(self.path, os.W_OK)
        if frozen and not (log.exists() and log.stat().st_size):
            return "mode=ro&immutable=1"
        return "mode=ro" if frozen else "mode=rw"

    def _exists(self) -> bool:
        if self.path is None:
            return True
        if self.path.is_dir():
            raise StoreError(f"{self.name} is a folder: name a file in it with --store")
        return self.path.exists() and self.path.stat().st_size > 0

    def _create(self) -> None:
        if self.path is None:
            return
        if not self._exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch()

    def _hold(self, connection: Connection) -> None:
        self._log_ahead(connection)
        self._begin(connection)

    def _log_ahead(self, connection: Connection) -> None:
        """Let readers go on while one writes. The file keeps this setting."""
        give_up = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                return
            except OperationalError as error:  # for this, SQLite does not wait by itself
                if "locked" not in str(error) or time.monotonic() > give_up:
                    raise
                time.sleep(0.01)

    def _begin(self, connection: Connection) -> None:
        # A transaction that began by reading could not wait for its turn to write.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _begin_reading(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    def _cure(self, said: str) -> str:
        if "too large" in said:
            return "no id or seed is that large"
        if "locked" in said:
            return "another program is writing to it: try again when it has finished"
        if "malformed" in said:
            return "it is damaged: restore a copy of it, or name another with --store"
        if "full" in said:
            return "make room, or name another with --store"
        return "see that it is an Arena history that you may write, or name another with --store"


class PostgresDatabase(Database):
    """A database on a PostgreSQL server, by psycopg 3."""

    def _make_engine(self) -> Engine:
        try:
            return create_engine(self._url.set(drivername="postgresql+psycopg"))
        except ModuleNotFoundError:
            raise StoreError(
                f"{self.name} needs psycopg 3: pip install 'psycopg[binary]'"
            ) from None

    def _begin(self, connection: Connection) -> None:
        """SQLAlchemy begins one by itself."""

    def _begin_reading(self, connection: Connection) -> None:
        connection.rollback()  # the level can be set only before a transaction
        connection.execution_options(isolation_level="REPEATABLE READ")

    def _hold(self, connection: Connection) -> None:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4172656)")

    def _cure(self, said: str) -> str:
        return "see that the server runs and lets you in, or name another with --store"
