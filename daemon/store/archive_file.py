"""Archive files: each an SQLite database of this version's schema, with old tasks and all that belongs to them.

So a file can be read by itself, by any program that reads SQLite. A later version of Duban reads it by a copy that it
brings up to its own schema; the file itself is not touched once it is complete.
"""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection, NullPool, create_engine, insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from daemon.store import facts, sqlite
from daemon.store.archives import Part, part
from daemon.store.bulk import Bulk
from daemon.store.database import Database
from daemon.store.errors import ArchiveError, DatabaseError

_TOKEN = "archive"  # noqa: S105 - the name under which it stands, and no secret
_CONTENTS = ("events", "tasks", "facts", "notices", "deliveries", "delivery_notices", "meta")
"""The tables beside the ledger, whose rows no chain holds together."""
_NO_WORDS: Mapping[str, str] = {}


class ArchiveFile:
    """A file that is being written."""

    def __init__(self, path: Path, final: Path | None = None) -> None:
        """Open it.

        Args:
            final: what people know it by.

        Raises:
            ArchiveError: it cannot be written.
        """
        self.path = path
        self._name = final or path
        self.database = Database(f"sqlite:///{path}")
        with self._written():
            self.database.migrate()

    def put(self, parts: Sequence[Part], words: Mapping[str, str] = _NO_WORDS) -> None:
        """Write rows, those that are there already once more, and read them back once they are on the disk.

        Args:
            words: about the whole, by name.

        Raises:
            ArchiveError: they cannot be written, or what is read is not what was written.
        """
        with self._written():
            with self.database.write() as connection:
                for each in parts:
                    names = [column.name for column in each.table.columns]
                    Bulk(insert(each.table).prefix_with("OR REPLACE"), names).execute(connection, each.rows)
                for name, word in words.items():
                    facts.remember(connection, name, word)
            with self.database.read() as connection:
                other = [each.table.name for each in parts if part(connection, each.column, each.keys) != each]
        if other:
            raise ArchiveError(f"{self._name} does not keep what is written into it ({', '.join(other)})")

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, DatabaseError) as error:
            why = error.orig if isinstance(error, DBAPIError) else error
            raise ArchiveError(f"{self._name} cannot be written: {why}; nothing is lost, begin anew") from error

    def close(self) -> None:
        """Leave one file, without others beside it, unless somebody reads it just now."""
        self.database.close()
        with closing(sqlite3.connect(self.path)) as file, suppress(sqlite3.OperationalError):
            file.execute("PRAGMA journal_mode = DELETE")


def create(path: Path) -> None:
    """Make an empty archive; it appears under its name only when it is whole.

    Raises:
        ArchiveError: it cannot be written.
    """
    growing = path.with_name(f".{path.name}.unfinished")
    try:
        growing.unlink(missing_ok=True)  # of one that was killed
        with closing(ArchiveFile(growing, path)) as file:
            file.put([], {_TOKEN: token_hex(16)})
        growing.rename(path)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"{path} cannot be written: {error}") from error


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """A connection to an archive that changes nothing in it.

    Raises:
        ArchiveError: there is no such file, or it is no archive.
        DatabaseError: a later version wrote it.
    """
    # Alembic takes a while to load, and few commands need it
    from daemon.store.migrating import is_up_to_date

    if not path.is_file():
        raise ArchiveError(f"{path} is not there")
    with _only_reading(path) as connection:
        try:
            token, fits = facts.recall(connection, _TOKEN), is_up_to_date(connection)
        except DBAPIError:
            token, fits = None, False
        if token is None:
            raise ArchiveError(f"{path} is no archive of duban")
        if fits:
            yield connection
            return
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / path.name
        with _only_reading(path) as connection:
            sqlite.copy_to(connection, copy)
        with closing(Database(f"sqlite:///{copy}", durable=False)) as database:
            database.migrate()
            with database.read() as connection:
                yield connection


@contextmanager
def _only_reading(path: Path) -> Iterator[Connection]:
    url = URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def token_of(file: Connection) -> str:
    """The word by which the database knows the file."""
    return facts.recall(file, _TOKEN) or ""


class Seal(NamedTuple):
    """What the ledger keeps of a complete archive.

    Args:
        rows: how many rows of the ledger are in it.
        sha256: over their hashes, in order.
        contents: the SHA-256 over all other rows.
    """

    rows: int
    sha256: str
    contents: str


def seal(path: Path) -> Seal:
    """Look through a whole file, whatever version wrote it."""
    rows, hashes, contents = 0, hashlib.sha256(), hashlib.sha256()
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as file:
        for (digest,) in file.execute("SELECT hash FROM ledger ORDER BY seq"):
            hashes.update(f"{digest}\n".encode())
            rows += 1
        for table in _CONTENTS:
            for row in file.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):  # noqa: S608 - our own names
                contents.update(json.dumps([table, *row], ensure_ascii=False).encode())
    return Seal(rows, hashes.hexdigest(), contents.hexdigest())
