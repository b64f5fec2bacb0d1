"""Backups: a whole copy of the database, proved before it is called one."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from daemon.errors import UserError
from daemon.store import ledger, proving
from daemon.store.database import Database


class BackupError(UserError):
    """A backup cannot be written, or what was written is no whole copy."""


def back_up(database: Database, file: Path) -> int:
    """Copy the database into a new file; gives how many rows its ledger has.

    Others may write meanwhile; the copy is of one moment. It appears under its name only when its pages and the chain
    of its ledger have been looked through.

    Raises:
        BackupError: the file exists, it cannot be written, the copy is not whole, or the database is no file.
    """
    if database.is_shared:
        raise BackupError(
            f"`duban backup` copies SQLite files; {database.name} is kept by its server: let pg_dump copy it "
            "(docs/service.md says how), and `duban ledger verify` prove what was restored"
        )
    if file.exists():
        raise BackupError(f"{file} exists; a backup never overwrites anything")
    growing = unfinished(file)
    growing.unlink(missing_ok=True)  # of a backup that was killed
    try:
        database.copy_to(growing)
        rows = _prove(growing)
        growing.rename(file)
    except DatabaseError as error:
        raise BackupError(f"the copy is not whole: {error.orig}") from error
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{file} cannot be written: {error}") from error
    finally:
        growing.unlink(missing_ok=True)
    return rows


def unfinished(file: Path) -> Path:
    """The name of a backup while it is being written."""
    return file.with_name(f".{file.name}.unfinished")


def _prove(file: Path) -> int:
    with closing(Database(f"sqlite:///{file}")) as database, database.read() as connection:
        damage = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()  # the first fault tells enough
        broken = list(proving.verify(connection))
        if damage != "ok" or broken:
            raise BackupError(f"the copy is not whole: {'; '.join(broken) or damage}")
        end = ledger.end(connection)
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")  # it stays one file
    return end[0] if end else 0
