"""Reloading: edited files take effect when they are quiet and without fault; until then the last good ones stay."""

import logging
from dataclasses import replace
from pathlib import Path

from config.documents import Fault
from config.loader import Config, ConfigError, load
from config.sources import files_of
from daemon.engine import Engine

logger = logging.getLogger(__name__)

Signature = tuple[tuple[str, int, int], ...]


class ConfigWatch:
    """Watches the files of one config directory."""

    def __init__(self, config: Config) -> None:
        self._directory = config.directory
        self._taken = self._seen = signature(config.directory)
        self.faults: tuple[Fault, ...] = ()
        """What is wrong with the files as they stand now."""

    def refresh(self, engine: Engine) -> bool:
        """Take edited files over. False while they are being edited: tasks must not follow half an edit.

        Files count as quiet when two looks in a row find them the same. With faults in them nothing changes.
        """
        now = signature(self._directory)
        if now == self._taken:
            return True
        if now != self._seen:
            self._seen = now
            return False
        self._taken = now
        try:
            self._adopt(engine, load(self._directory))
            self.faults = ()
        except ConfigError as error:
            self.faults = error.faults
        return True

    def _adopt(self, engine: Engine, config: Config) -> None:
        settings = engine.config.settings
        if config.settings != settings:
            logger.warning("duban.yaml was edited; that takes effect when the daemon is started again")
            config = replace(config, settings=settings)
        logger.info("took over config %s with calendar %s", config.version, config.calendar.version)
        engine.adopt(config)


def signature(directory: Path) -> Signature:
    """What tells one state of the files from another: names, times of change and sizes."""
    found = []
    for path in files_of(directory):
        try:
            status = path.stat()
        except OSError:
            continue  # it went away while we looked; the next look will tell
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)
