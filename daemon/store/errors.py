"""What can be wrong with the store, for those who must say so."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from daemon.errors import UserError

_AWAY = {"25006", "25P03", "25P04"}
"""States (SQLSTATE) that the driver calls internal errors, and that say nothing of what was asked: the server takes no
writing at present, as a standby does, or ended a transaction that took too long."""


class DatabaseError(UserError):
    """The database cannot be used; the message says why and what to do."""


class ArchiveError(UserError):
    """An archive cannot be written or read; the message says why and what to do."""


def is_away(error: BaseException) -> bool:
    """Whether the database is locked, full, read-only or away, so that the same may be done later."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _AWAY
