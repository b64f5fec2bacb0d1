"""What can be wrong with the store, for those who must say so."""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from daemon.errors import UserError

_AWAY = {"25006", "25P03", "25P04"}
"""States (SQLSTATE) that the driver calls internal errors, and that say nothing of what was asked: the server takes no
writing at present, as a standby does, or ended a transaction that took too long."""
_DAMAGED = {"XX001", "XX002"}
"""States by which PostgreSQL says that data or an index is corrupted."""
_DAMAGED_FILE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class DatabaseError(UserError):
    """The database cannot be used; the message says why and what to do."""


class ArchiveError(UserError):
    """An archive cannot be written or read; the message says why and what to do."""


def is_away(error: BaseException) -> bool:
    """Whether the database is locked, full, read-only or away, so that the same may be done later.

    So it is while all connections that this process may have are in use.
    """
    if isinstance(error, OperationalError | InterfaceError | NoConnectionFree):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _AWAY


def is_damaged(error: BaseException) -> bool:
    """Whether the database is damaged where it was asked, so that the same can be done only once it has been mended."""
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without what SQLite says more of it
    return code in _DAMAGED_FILE or getattr(error.orig, "sqlstate", None) in _DAMAGED
