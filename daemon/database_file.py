"""The file of an SQLite database: one daemon holds it, and while it does the file must stay where it is."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.store.database import Database
from daemon.store.errors import DatabaseError
from daemon.store.sqlite import WHERE_IT_MAY_BE


@contextmanager
def sole_user(database: Database) -> Iterator[None]:
    """Hold the database for this daemon alone: an SQLite file serves one daemon.

    Raises:
        DatabaseError: another daemon runs on it, or no file can be made where it should be.
    """
    if database.path is None:
        yield
        return
    lock = Path(f"{database.path.resolve()}.lock")  # one file is one database, whatever links lead to it
    try:
        opened = lock.open("w", encoding="ascii")
    except OSError as error:
        raise DatabaseError(f"{database.path} cannot be used: {error.strerror}; {WHERE_IT_MAY_BE}") from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseError(f"another duban runs on {database.path}; stop it first") from None
        yield


class DatabaseFile:
    """The file as it was when the daemon began; nothing for PostgreSQL, and for a database in memory."""

    def __init__(self, database: Database) -> None:
        self._path = database.path
        self._opened = self._identity()

    def is_replaced(self) -> bool:
        """Whether what is written goes into a file that nobody finds any more.

        Raises:
            OSError: it cannot be looked at.
        """
        return self._identity() != self._opened

    def _identity(self) -> tuple[int, int] | None:
        """What the file is, whatever it is called: its device and inode; None if it is not there."""
        try:
            found = self._path.stat() if self._path is not None else None
        except FileNotFoundError:
            return None
        return (found.st_dev, found.st_ino) if found is not None else None
