"""A daemon that dies in the midst of a story, and its successor, which knows only what the database holds."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Self

from config.loader import Config
from daemon.clock import VirtualClock
from daemon.engine import Engine
from daemon.store import ledger, proving
from daemon.store.database import Database
from daemon.store.tasks import StoredTask, find
from obligations.deadlines import local_moment
from obligations.states import TaskState
from tests.stories.telling import Life


class Death(Enum):
    """When the process dies."""

    NEVER = "lives on"
    AFTER_EACH_WAKE = "dies after each wake-up with anything to do"
    BEFORE_SENDING = "dies between deciding and sending"


@dataclass
class MortalLife(Life):
    """An installation whose database is a file, and whose process may die at each wake-up."""

    death: Death = Death.NEVER

    def wake(self) -> None:
        before = self._end_of_ledger()
        if self.death is Death.BEFORE_SENDING and self.engine.decide(self.clock.now()):
            self.die()
        super().wake()
        if self.death is not Death.NEVER and self._end_of_ledger() != before:
            self.die()

    def _end_of_ledger(self) -> tuple[int, str] | None:
        """Nothing happens without a word in the ledger."""
        with self.database.read() as connection:
            return ledger.end(connection)

    def die(self) -> None:
        """The process ends; another begins on the same file, with the same files and the same post office."""
        path = self.database.path
        assert path is not None
        self.database.close()
        self.database = Database(f"sqlite:///{path}")
        self.engine = Engine(self.config, self.database, self.channels, self.clock)

    def adopt(self, config: Config) -> Self:
        """The files are edited."""
        self.config = config
        self.engine.adopt(config)
        return self

    def task(self, key: str) -> StoredTask | None:
        with self.database.read() as connection:
            return find(connection, key)

    def state(self, key: str) -> TaskState | None:
        """None if there is no such task."""
        found = self.task(key)
        return found.task.state if found is not None else None

    def due(self, key: str) -> str:
        found = self.task(key)
        assert found is not None, f"there is no task {key}"
        return str(found.task.plan.due)

    def standing(self) -> dict[str, str]:
        """The tasks that are open or reported, each with its due day."""
        with self.database.read() as connection:
            rows = connection.exec_driver_sql("SELECT task, due FROM tasks WHERE state IN ('open', 'reported')").all()
        return dict(sorted(tuple(row) for row in rows))

    def end(self) -> None:
        """The ledger holds, whatever happened."""
        with self.database.read() as connection:
            assert list(proving.verify(connection)) == []
        self.database.close()


def begin(config: Config, moment: str, path: Path, death: Death) -> MortalLife:
    """A new installation at a local moment."""
    database = Database(f"sqlite:///{path}")
    database.migrate()
    clock = VirtualClock(local_moment(datetime.fromisoformat(moment), config.settings.timezone))
    return MortalLife(config, clock, database, death=death)
