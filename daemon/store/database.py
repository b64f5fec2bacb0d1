"""The database: opening it, bringing its schema up to date, transactions."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Select, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError, SQLAlchemyError

from config.loader import Config
from daemon.credentials import read_secret
from daemon.store import postgres, sqlite
from daemon.store.errors import DatabaseError, is_damaged
from daemon.store.fairness import FairLock
from daemon.store.tables import metadata


class Database:
    """One database: an SQLite file, which one daemon uses, or a PostgreSQL database, which any number of nodes share.

    Writing transactions come one after the other in either.
    """

    def __init__(self, url: str | URL, *, durable: bool = True) -> None:
        """Open it.

        Args:
            durable: whether what is committed must survive a power cut; a demo need not. Of SQLite only.
        """
        parsed = make_url(url)
        self.is_shared = parsed.get_backend_name() == "postgresql"
        """Whether other nodes may work on it."""
        self.path = None if self.is_shared else sqlite.path_of(parsed)
        """The file of an SQLite database; None for one in memory, and for one on a server."""
        shown = parsed.difference_update_query(["password"]).render_as_string(hide_password=True)
        self.name = str(self.path) if self.path is not None else shown
        """What people may be shown: its file, or its address without the password."""
        self._turn = nullcontext() if self.is_shared else FairLock()  # PostgreSQL gives its locks in order itself
        if self.is_shared:
            self._engine = self._exchanger = postgres.open_engine(parsed)
            self._reader, self._claimer = postgres.for_reading(self._engine), postgres.for_claiming(self._engine)
            self._glancer = postgres.for_glancing(self._engine)
        else:
            self._engine = sqlite.open_engine(parsed, durable=durable)
            self._claimer = self._exchanger = sqlite.for_exchanging(self._engine)
            self._reader, self._glancer = sqlite.for_reading(self._engine), sqlite.for_glancing(self._engine)
        self.damage: str | None = None
        """What was found damaged in it last, by whoever asked, and what to do about it."""
        self._glancing = Lock()
        self._glass: Connection | None = None
        """The connection that is kept for questions; one thread asks at a time."""
        weakref.finalize(self, self._engine.dispose)  # whoever forgets to close it leaves no open file behind

    @classmethod
    def in_memory(cls) -> "Database":
        """A database that vanishes when it is closed, its schema in place."""
        database = cls("sqlite:///:memory:")
        with database.write() as connection:
            metadata.create_all(connection)
        return database

    @property
    def exists(self) -> bool:
        """Whether something was ever stored in it.

        Raises:
            DatabaseError: the server cannot be reached.
        """
        if self.is_shared:
            with self.in_words(), self.read() as connection:
                return inspect(connection).has_table(metadata.sorted_tables[0].name)
        return self.path is None or self.path.exists()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._noting_damage(), self._reader.begin() as connection:
            yield connection

    def glance(self, question: Select[Any]) -> Any:  # noqa: ANN401 - whatever was asked for
        """The answer to one question, on a connection that is kept for such; a transaction takes thrice as long."""
        with self._glancing, self._noting_damage():
            try:
                if self._glass is None:
                    self._glass = self._glancer.connect()
                return self._glass.execute(question).scalar_one()
            except DBAPIError:
                self._drop_glass()
                raise

    def _drop_glass(self) -> None:
        glass, self._glass = self._glass, None
        if glass is not None:
            glass.invalidate()
            glass.close()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; it is committed at the end, or rolled back if an error leaves it.

        No other node, and no command, writes before it has ended.
        """
        with self._noting_damage(), self._turn, self._engine.begin() as connection:
            yield connection

    @contextmanager
    def exchange(self) -> Iterator[Connection]:
        """The same for the outbox, which tries again by itself: in SQLite it waits only briefly for another process."""
        with self._noting_damage(), self._turn, self._exchanger.begin() as connection:
            yield connection

    @contextmanager
    def claim(self) -> Iterator[Connection]:
        """A transaction that changes only rows that nobody else holds; in PostgreSQL others may write meanwhile."""
        with self._noting_damage(), self._turn, self._claimer.begin() as connection:
            yield connection

    @contextmanager
    def _noting_damage(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if is_damaged(error):
                self.damage = why_unusable(error) or str(error.orig)
            raise

    def migrate(self) -> None:
        """Bring the schema to this version's; safe to call at every start, and by several nodes at once.

        Raises:
            DatabaseError: the database was written by a later version, or it cannot be reached or used.
        """
        # Alembic takes a while to load, and few commands need it
        from daemon.store.migrating import bring_up_to_date, is_up_to_date

        with self.in_words():
            with self.read() as connection:
                if is_up_to_date(connection):  # then nobody who writes need be waited for
                    return
            with self.write() as connection:
                bring_up_to_date(connection)

    def copy_to(self, file: Path) -> None:
        """Write an SQLite database as it is at this moment into one file; others may go on writing meanwhile.

        Raises:
            sqlite3.Error: the copy cannot be written.
        """
        with self.read() as connection:
            sqlite.copy_to(connection, file)

    def close(self) -> None:
        """Close every connection."""
        with self._glancing:
            self._drop_glass()
        self._engine.dispose()

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """Say in words that the file cannot be used, or the server not reached, or that it does not let us do it.

        Raises:
            DatabaseError: one of these.
        """
        try:
            yield
        except DBAPIError as error:
            why = why_unusable(error)
            if why is None:
                raise
            raise DatabaseError(f"{self.name} cannot be used: {why}") from error


def why_unusable(error: SQLAlchemyError) -> str | None:
    """Why a database cannot be used, in one line; None if the error says something else: that we asked it wrongly."""
    if not isinstance(error, DBAPIError):
        return None
    if "sqlite" in type(error.orig).__module__:
        return sqlite.why_unusable(error.orig)
    said = " ".join(str(error.orig).split())
    if is_damaged(error):
        return f"{said}; mend it, or restore a copy (docs/service.md)"
    is_its_own = isinstance(error, OperationalError | InterfaceError | ProgrammingError)
    return said if is_its_own else None


def open_database(config: Config, *, durable: bool = True) -> Database:
    """The database that a config names, a relative file being relative to the config directory.

    Raises:
        SecretError: the password of the database is not where the config says.
        DatabaseError: it cannot be opened.
    """
    settings, file = config.settings, database_file(config)
    if file is not None:
        return Database(URL.create("sqlite", database=str(file)), durable=durable)
    url, password = make_url(settings.database), read_secret(settings.database_password)
    return Database(url.set(password=password) if password is not None else url)


def database_file(config: Config) -> Path | None:
    """The file of the SQLite database that a config names, a relative one being relative to the config directory; None
    for a database on a server."""
    url = make_url(config.settings.database)
    return config.directory / (url.database or "duban.db") if url.get_backend_name() == "sqlite" else None
