"""The database: opening it, bringing its schema up to date, transactions."""

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool

from config.loader import Config
from daemon.store.tables import metadata

BUSY_TIMEOUT = 30
"""Seconds that a transaction waits for another process to finish with the database."""


class Database:
    """One SQLite database.

    Every writing transaction takes the write lock at its start (BEGIN IMMEDIATE): a transaction that reads first and
    writes later would fail at once when another has written meanwhile, whatever the busy timeout says.
    """

    def __init__(self, url: str, *, durable: bool = True) -> None:
        """Open it.

        Args:
            durable: whether what is committed must survive a power cut; a demo need not.
        """
        parsed = make_url(url)
        self.path = Path(parsed.database) if parsed.database and parsed.database != ":memory:" else None
        options: dict[str, Any] = {} if self.path else {"poolclass": StaticPool}
        self._engine = create_engine(
            parsed, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False}, **options
        )
        event.listen(self._engine, "connect", partial(_configure, durable))
        event.listen(self._engine, "begin", _begin)
        weakref.finalize(self, self._engine.dispose)  # whoever forgets to close it leaves no open file behind
        self._reader = self._engine.execution_options(duban_reads=True)

    @classmethod
    def in_memory(cls) -> "Database":
        """A database that vanishes when it is closed, its schema in place."""
        database = cls("sqlite:///:memory:")
        with database.write() as connection:
            metadata.create_all(connection)
        return database

    @property
    def exists(self) -> bool:
        """Whether the database's file is there."""
        return self.path is None or self.path.exists()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; it is committed at the end, or rolled back if an error leaves it."""
        with self._engine.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the schema to this version's; safe to call at every start.

        Raises:
            DatabaseError: the database was written by a later version.
        """
        from daemon.store.migrating import bring_up_to_date  # Alembic takes a while to load, and few commands need it

        with self.write() as connection:
            bring_up_to_date(connection)

    def copy_to(self, file: Path) -> None:
        """Write the database as it is at this moment into one file; others may go on writing meanwhile.

        Raises:
            sqlite3.Error: the copy cannot be written.
        """
        with self.read() as connection, closing(sqlite3.connect(file)) as copy:
            source: Any = connection.connection.driver_connection
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a -wal beside it

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_database(config: Config, *, durable: bool = True) -> Database:
    """The database that a config names, a relative file being relative to the config directory."""
    url = make_url(config.settings.database)
    return Database(f"sqlite:///{config.directory / (url.database or 'duban.db')}", durable=durable)


def _configure(durable: bool, connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    connection.isolation_level = None  # this module writes BEGIN itself
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # NORMAL lost acknowledged commits in simulated power cuts
    cursor.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("duban_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
