"""What can be wrong with the store, for those who must say so."""

from daemon.errors import UserError


class DatabaseError(UserError):
    """The database cannot be used; the message says why and what to do."""


class ArchiveError(UserError):
    """An archive cannot be written or read; the message says why and what to do."""
