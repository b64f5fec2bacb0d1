"""Reloading: edited files take effect when they are quiet and without fault; until then the last good ones stay."""

import logging
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from config.documents import Fault
from config.kept_rosters import KeptRosters
from config.loader import Config, ConfigError, load
from config.sources import come_upon
from daemon.engine import Engine
from daemon.foresight import is_forced, too_much
from daemon.memory import settle
from daemon.situation import Situation
from daemon.store import facts
from daemon.templates import template_faults, template_files

logger = logging.getLogger(__name__)

LOOKS_AGAIN = timedelta(minutes=5)
"""How long files with faults are left alone that seem to be as they were: what was wrong may lie outside of them."""
_ASKED = "reload asked"

Signature = tuple[tuple[str | int, ...], ...]


class ConfigWatch:
    """Watches the files of one config directory."""

    def __init__(self, config: Config, kept: KeptRosters | None = None) -> None:
        """Watch the files of a config that was read; `kept` is what was read with it."""
        self._kept = kept or KeptRosters()
        self._directory = config.directory
        self._taken: Signature | None = signature(config.directory)
        self._seen = self._taken
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._asked: str | None = None
        self._pending: Config | None = config
        """Without fault, and not in force yet: it has to be looked at whether it would withdraw too much."""
        self.faults: tuple[Fault, ...] = ()
        """Why the files as they stand now are not in force."""
        self._was_sound = True

    def refresh(self, engine: Engine) -> bool:
        """Take edited files over. False while tasks must not follow: not half an edit, nor one that takes too much.

        Files count as quiet when two looks in a row find them the same. With faults in them nothing changes; they are
        read once more now and then, and when somebody asks for it.
        """
        now = signature(self._directory)
        if now != self._seen:
            self._seen = now
            return False
        if now != self._taken or (self.faults and self._pending is None and self._may_be_mended(engine)):
            self._taken, self._looked_at = now, engine.now()
            self._load()
        if self._pending is not None:
            self._consider(engine, self._pending)
        self._say_if_mended(engine)
        return self._pending is not engine.config

    def look_now(self) -> None:
        """Take the files for quiet as they are, and read them: somebody says that they are ready."""
        self._seen, self._taken = signature(self._directory), None

    def _may_be_mended(self, engine: Engine) -> bool:
        """Whether it is time to read files with faults again, though they seem to be as they were."""
        with engine.database.read() as connection:
            asked = facts.recall(connection, _ASKED)
        is_asked, self._asked = asked != self._asked, asked
        return is_asked or not timedelta(0) <= engine.now() - self._looked_at < LOOKS_AGAIN

    def _say_if_mended(self, engine: Engine) -> None:
        """Whoever read in the log of faults reads there that they are gone."""
        is_sound = not self.faults
        if is_sound and not self._was_sound:
            logger.info("the config is sound again; %s is in force", engine.config.version)
        self._was_sound = is_sound

    def _load(self) -> None:
        try:
            config = load(self._directory, self._kept)
            self.faults = template_faults(self._directory, config.settings.language)
            self._pending = None if self.faults else config
        except ConfigError as error:
            self._pending, self.faults = None, error.faults
        except Exception as error:
            logger.exception("the edited config cannot be read")
            self._pending, self.faults = None, (self._fault_of_ours(error),)

    def _consider(self, engine: Engine, config: Config) -> None:
        with engine.database.read() as connection:
            allowed = is_forced(connection, config)
            if not allowed and not self.faults:  # looked at once
                self.faults = tuple(self._objections(connection, engine, config))
                allowed = not self.faults
        if allowed:
            if config is not engine.config:
                self._adopt(engine, config)
            self._pending, self.faults = None, ()

    def _objections(self, connection: Connection, engine: Engine, config: Config) -> Iterator[Fault]:
        """Why a config is not taken over unasked; whatever goes wrong with it is one reason."""
        situation, now = Situation(config), engine.now()
        try:
            scope, language = engine.reach(connection, situation, now), config.settings.language
            why = too_much(connection, situation, now, scope, language)
        except (SQLAlchemyError, OSError):  # the database is away: no edit is at fault
            raise
        except Exception as error:
            logger.exception("the edited config cannot be taken over")
            yield self._fault_of_ours(error)
        else:
            if why is not None:
                yield Fault(str(self._directory), 1, 1, why)

    def _fault_of_ours(self, error: Exception) -> Fault:
        """What is told of an edit that something of ours stumbles over."""
        told = f"{type(error).__name__}: {error}".partition("\n")[0]
        return Fault(
            str(self._directory), 1, 1, f"it cannot be taken over ({told}); undo the edit, and tell the developers"
        )

    def _adopt(self, engine: Engine, config: Config) -> None:
        settings = engine.config.settings
        if config.settings != settings:
            logger.warning("duban.yaml was edited; that takes effect when the daemon is started again")
            config = replace(config, settings=settings)
        logger.info("took over config %s with calendar %s", config.version, config.calendar.version)
        engine.adopt(config)
        settle()


def ask(connection: Connection, now: datetime) -> None:
    """Have a daemon read files again in which it found faults, whether or not they seem to be as they were."""
    facts.remember(connection, _ASKED, now.isoformat())


def signature(directory: Path) -> Signature:
    """What tells one state of the files from another: names, sizes, times of change, and who may read them.

    Of what is no file the name and mode count, and not when something was last written beside what is read.
    """
    found: list[tuple[str | int, ...]] = []
    for path in sorted({*come_upon(directory), *template_files(directory)}):
        try:
            status = path.stat()
        except OSError:  # a link that leads nowhere, or it went away while we looked; the next look will tell
            found.append((str(path),))
            continue
        changed = (status.st_mtime_ns, status.st_ctime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else ()
        found.append((str(path), status.st_mode, *changed))
    return tuple(found)
