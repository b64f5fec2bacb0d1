"""Nightly backups: a proved copy of the database each night, the last ones kept."""

import logging
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from config.loader import Config
from daemon.backups import BackupError, back_up, unfinished
from daemon.store.database import Database

TRY_AGAIN = timedelta(hours=1)
"""How long after a failure the next attempt is made."""
_NAME = re.compile(r"duban-(\d{4}-\d{2}-\d{2})\.db")

logger = logging.getLogger(__name__)


class NightlyBackups:
    """Makes the backup of a night once, as soon as its hour has come, and deletes those that are too old."""

    def __init__(self, config: Config, database: Database) -> None:
        self._settings = config.settings.backup
        self._database = database
        self._directory = config.directory / (self._settings.directory if self._settings else "")
        self._zone = config.settings.timezone
        self._not_before = datetime.min.replace(tzinfo=self._zone)
        self.fault: str | None = None
        """Why there is no backup of last night."""

    def keep_up(self, now: datetime) -> None:
        """Make the backup that is due, if there is one; may take minutes, and may be called from another thread."""
        if self._settings is None or now < self._not_before:
            return
        local = now.astimezone(self._zone)
        try:
            if self._is_due(local, self._settings.at):
                self._make(local.date())
                self._delete_old(self._settings.keep)
            self.fault = None
        except (BackupError, SQLAlchemyError, OSError) as error:
            self._put_off(error, now)
            logger.error("no backup was made, will try again in %s: %s", TRY_AGAIN, error)  # noqa: TRY400 - told whole
        except Exception as error:
            self._put_off(error, now)
            logger.exception("no backup was made by a fault of ours, will try again in %s", TRY_AGAIN)

    def _put_off(self, error: Exception, now: datetime) -> None:
        self.fault = str(error)
        self._not_before = now + TRY_AGAIN

    def _is_due(self, local: datetime, at: time) -> bool:
        night = local.date() if local.time() >= at else local.date() - timedelta(days=1)
        made = (day for day, _ in self._made() if day <= local.date())  # a later one was made under a wrong clock
        return max(made, default=date.min) < night

    def _make(self, day: date) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        for left in self._directory.glob(unfinished(Path("duban-*.db")).name):
            left.unlink()  # by a daemon that was stopped meanwhile
        file = self._directory / f"duban-{day}.db"
        rows = back_up(self._database, file)
        logger.info("backed up to %s, %d rows of the ledger, proved", file, rows)

    def _delete_old(self, keep: int) -> None:
        for _, file in sorted(self._made())[:-keep]:
            file.unlink()

    def _made(self) -> Iterator[tuple[date, Path]]:
        """The backups that are there, each with the day on which it was made."""
        for file in self._directory.glob("duban-*.db"):
            if named := _NAME.fullmatch(file.name):
                yield date.fromisoformat(named[1]), file
