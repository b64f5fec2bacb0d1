"""What every command shares: where the config is, opening it and the store, and saying what is wrong.

Config and store are loaded when a command asks for them: `duban deadline` needs neither.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from daemon.clock import Clock, SystemClock

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.documents import Fault
    from config.kept_rosters import KeptRosters
    from config.loader import Config
    from daemon.situation import Situation
    from daemon.store.database import Database
    from obligations.events import Event

SYSTEM_DIRECTORY = Path("/etc/duban")


class Workplace:
    """One config directory and what belongs to it; files and database are opened when they are asked for."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self.clock: Clock = SystemClock()

    @property
    def directory(self) -> Path:
        """`--config`, else $DUBAN_CONFIG, else the current directory if it holds duban.yaml, else the system one."""
        if self._directory is not None:
            return self._directory
        if os.environ.get("DUBAN_CONFIG"):
            return Path(os.environ["DUBAN_CONFIG"])
        return Path() if Path("duban.yaml").exists() else SYSTEM_DIRECTORY

    @property
    def is_configured(self) -> bool:
        """Whether a config directory was named or found."""
        return self._directory is not None or (self.directory / "duban.yaml").exists()

    def config(self, kept: KeptRosters | None = None) -> Config:
        """The config; its faults are shown and end the command. `kept` as of `config.loader.load`."""
        from config.loader import ConfigError, load

        try:
            return load(self.directory, kept)
        except ConfigError as error:
            fail_with(error.faults)

    def database(self, config: Config) -> Database:
        """The database that the config names; its schema is not touched."""
        from daemon.store.database import open_database

        return open_database(config)

    @contextmanager
    def writing(self, config: Config) -> Iterator[Connection]:
        """A writing transaction on an up-to-date database."""
        with closing(self.database(config)) as database, database.in_words():
            database.migrate()
            with database.write() as connection:
                yield connection

    @contextmanager
    def reading(self, config: Config) -> Iterator[Connection | None]:
        """A reading transaction; None where nothing has been stored yet."""
        with closing(self.database(config)) as database, database.in_words():
            if not database.exists:
                yield None
                return
            database.migrate()
            with database.read() as connection:
                yield connection

    @contextmanager
    def stored(self, config: Config) -> Iterator[Connection]:
        """A reading transaction; where nothing has been stored yet, that is said and ends the command."""
        with self.reading(config) as connection:
            if connection is None:
                fail_unstored(config)
            yield connection

    def events(self, config: Config) -> list[Event]:
        """Every event that is known: those in files, and those that were recorded by command."""
        from daemon.situation import Situation

        with self.reading(config) as connection:
            return Situation(config).events(connection)

    def situation(self) -> Situation:
        """The config, ready for decisions."""
        from daemon.situation import Situation

        return Situation(self.config())


def fail_with(faults: Iterable[Fault]) -> NoReturn:
    """Show faults, one a line, and end with status 1."""
    for fault in faults:
        click.echo(str(fault), err=True)
    sys.exit(1)


def fail(message: str) -> NoReturn:
    """Say what is wrong and end with status 1."""
    click.echo(f"duban: {message}", err=True)
    sys.exit(1)


def fail_unstored(config: Config) -> NoReturn:
    """Say that nothing has been stored yet, and end with status 1."""
    fail(f"nothing is stored yet in {config.directory}; `duban run` starts the daemon")
