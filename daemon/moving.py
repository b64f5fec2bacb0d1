"""Moving: an installation goes from its SQLite file to a PostgreSQL database, whole and proved."""

import shutil
from pathlib import Path

from daemon.database_file import sole_user
from daemon.errors import UserError
from daemon.ledger_heads import heads_file
from daemon.store import ledger, proving
from daemon.store.copying import copy_rows, filled
from daemon.store.database import Database


class MovingError(UserError):
    """The installation cannot be moved there; nothing was written."""


def move(source: Database, target: Database, directory: Path) -> dict[str, int]:
    """Copy everything in one transaction; gives how many rows each table has.

    While it runs neither a daemon nor a command can write to the source. What was copied is committed only when the
    chain of its ledger holds, and ends where that of the source does. The heads of the ledger are kept on.

    Args:
        directory: the config directory.

    Raises:
        MovingError: the target holds something already, or the copy is not whole.
        DatabaseError: a daemon runs on the source, or the target cannot be used.
    """
    with sole_user(source):
        source.migrate()
        target.migrate()
        with source.write() as old, target.write() as new:
            if there := list(filled(new)):
                raise MovingError(f"{target.name} is not empty: there are rows in {', '.join(there)}")
            copied = copy_rows(old, new)
            broken = list(proving.verify(new))
            if broken or ledger.end(old) != ledger.end(new):
                raise MovingError(f"the copy is not whole: {'; '.join(broken) or 'the ledger ends elsewhere'}")
        _keep_heads(heads_file(source, directory), heads_file(target, directory))
    return copied


def _keep_heads(old: Path | None, new: Path | None) -> None:
    if old is not None and new is not None and old.exists() and not new.exists():
        shutil.copyfile(old, new)
