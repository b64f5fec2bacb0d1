"""SQLite: one file that one daemon and the commands share.

Every writing transaction takes the write lock at its start (BEGIN IMMEDIATE): a transaction that reads first and writes
later would fail at once when another has written meanwhile, whatever the busy timeout says.
"""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import StaticPool

BUSY_TIMEOUT = 30
"""Seconds that a transaction waits for another process to finish with the database."""
BRIEFLY = 1
"""Seconds that one does so whose caller has all else wait meanwhile, and tries again by itself."""

CACHE = 32_768
"""KiB of the database that a connection may keep in memory; SQLite's 2 MB do not hold what one tick touches."""
CHECKPOINT = 4_000
"""Pages in the write-ahead log (16 MB) before they go into the file: pages that change again go there once."""

WHERE_IT_MAY_BE = "it must be a file in a directory that exists, and that the user of the command may write"
_UNUSABLE = {
    sqlite3.SQLITE_CANTOPEN: WHERE_IT_MAY_BE,
    sqlite3.SQLITE_READONLY: "the user of the command must be allowed to write the file and its directory",
    sqlite3.SQLITE_NOTADB: "it is no database of SQLite; name another file in duban.yaml",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; put the last copy of `duban backup` in its place",
    sqlite3.SQLITE_BUSY: "another process has held it for long; look which one does, or try again later",
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written",
}
"""Result codes of SQLite that say that a file cannot be used, and what to do."""


def why_unusable(error: BaseException | None) -> str | None:
    """Why a file cannot be used, and what to do about it; None if that is not what the driver's error says."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what SQLite says more of it
    return f"{error}; {_UNUSABLE[code]}" if code in _UNUSABLE else None


def path_of(url: URL) -> Path | None:
    """The database's file; None for one in memory."""
    return Path(url.database) if url.database and url.database != ":memory:" else None


def open_engine(url: URL, *, durable: bool) -> Engine:
    """An engine whose connections are set up and whose transactions begin as they must."""
    options: dict[str, Any] = {} if path_of(url) else {"poolclass": StaticPool}
    connect = {"timeout": BUSY_TIMEOUT, "check_same_thread": False}
    engine = create_engine(url, connect_args=connect, hide_parameters=True, **options)
    event.listen(engine, "connect", partial(_configure, durable))
    event.listen(engine, "begin", _begin)
    return engine


def for_exchanging(engine: Engine) -> Engine:
    """The same connections; transactions wait only briefly for another process."""
    return engine.execution_options(duban_patience=BRIEFLY)


def for_reading(engine: Engine) -> Engine:
    """The same connections; transactions take no write lock."""
    return engine.execution_options(duban_reads=True)


def for_glancing(engine: Engine) -> Engine:
    """The same connections; there are no transactions, and each question sees the database as it is then."""
    return engine.execution_options(duban_glances=True)


def copy_to(connection: Connection, file: Path) -> None:
    """Write the database as the transaction sees it into one file.

    Raises:
        sqlite3.Error: the copy cannot be written.
    """
    with closing(sqlite3.connect(file)) as copy:
        source: Any = connection.connection.driver_connection
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a -wal beside it


def is_no_text(error: Exception) -> bool:
    """Whether what was read should be text and is not in UTF-8: the driver says so, without a code of SQLite's."""
    found = getattr(error, "orig", None)
    return isinstance(found, sqlite3.OperationalError) and not hasattr(found, "sqlite_errorcode")


def _configure(durable: bool, connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    connection.isolation_level = None  # this module writes BEGIN itself
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # NORMAL lost acknowledged commits in simulated power cuts
    cursor.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = {-CACHE}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("duban_glances", False):
        return
    if options.get("duban_reads", False):
        connection.exec_driver_sql("BEGIN")
        return
    patience = options.get("duban_patience", BUSY_TIMEOUT)
    if connection.info.get("duban_patience", BUSY_TIMEOUT) != patience:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * patience}")  # milliseconds
        connection.info["duban_patience"] = patience
    connection.exec_driver_sql("BEGIN IMMEDIATE")
