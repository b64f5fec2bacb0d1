"""Telling stories: a city lives through days in virtual time, and what was told is read like a diary."""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Self

from config.loader import Config, load
from daemon.clock import VirtualClock
from daemon.engine import Engine
from daemon.recording import Recorder
from daemon.simulation import memory_channels
from daemon.store.database import Database
from daemon.store.told import Told, told
from notifiers.memory import MemoryChannel
from obligations.deadlines import local_moment

CITY = Path(__file__).parent / "city"
"""The config directory of a small city of 41 organizations."""
ACCIDENT = ("reg-15a", "off-28a")
"""The two duties of an accident that stories tell of; an accident starts more."""
DUTIES = ("ent-01a", "ent-09a", "ent-09b", "reg-15a", "off-26a", "off-28a", "off-28b")
NEW_DATABASE: ContextVar[Callable[[], Database]] = ContextVar("NEW_DATABASE", default=Database.in_memory)
"""Where a life is kept that is not told where."""
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


def _new_database() -> Database:
    return NEW_DATABASE.get()()


@dataclass
class Life:
    """An installation whose clock stands still until it is told to go on."""

    config: Config
    clock: VirtualClock
    database: Database = field(default_factory=_new_database)
    channels: Mapping[str, MemoryChannel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.channels = self.channels or memory_channels(self.config)
        self.engine = Engine(self.config, self.database, self.channels, self.clock)

    @property
    def now(self) -> datetime:
        return self.clock.now().astimezone(self.config.settings.timezone)

    def go_to(self, moment: str, *, every: timedelta | None = None) -> Self:
        """Go on to a local moment, waking whenever there is something to do, or at set intervals."""
        target = self.moment(moment)
        while self.clock.now() <= target:
            self.wake()
            following = self.clock.now() + every if every else self.engine.next_wake(self.clock.now())
            self.clock.set(following)
        self.clock.set(target)
        return self

    def sleep_until(self, moment: str) -> Self:
        """The daemon is down until a local moment, and then wakes once."""
        self.clock.set(self.moment(moment))
        self.wake()
        return self

    def wake(self) -> None:
        asyncio.run(self.engine.wake())

    def done(self, task: str, on: str | None = None) -> Self:
        return self.record(lambda recorder: recorder.done(task, date.fromisoformat(on) if on else self.now.date()))

    def record(self, say: Callable[[Recorder], object]) -> Self:
        with self.database.write() as connection:
            say(Recorder(connection, self.engine.situation, self.clock.now()))
        return self

    def moment(self, text: str) -> datetime:
        return local_moment(datetime.fromisoformat(text), self.config.settings.timezone)

    def told(self) -> list[Told]:
        with self.database.read() as connection:
            return list(told(connection, *ALWAYS))

    def diary(self, task: str, channel: str = "email") -> list[str]:
        """What was told about one task on one channel: `09-18 14:20 remind start reg-emergency.duty`."""
        zone = self.config.settings.timezone
        return [
            f"{each.at.astimezone(zone):%m-%d %H:%M} {each.stage} {each.step} {each.organization}.{each.post}"
            for each in self.told()
            if each.task == task and each.channel == channel
        ]


@cache
def _whole_city() -> Config:
    return load(CITY)


def sample_city(*duties: str) -> Config:
    """The small city under the duties that a story names, so that it lives through months in a moment."""
    config = _whole_city()
    chosen = {key: config.obligations[key] for key in duties or DUTIES}
    return replace(config, obligations=chosen)


def life_from(config: Config, moment: str) -> Life:
    return Life(config, VirtualClock(local_moment(datetime.fromisoformat(moment), config.settings.timezone)))


def write_city(directory: Path, files: Mapping[str, str]) -> Config:
    """A config directory with the given files beside the small city's duban.yaml."""
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copy(CITY / "duban.yaml", directory)
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(directory)


def stages(diary: Iterable[str]) -> list[str]:
    """The stages in a diary in the order in which each came first."""
    return list(dict.fromkeys(line.split()[2] for line in diary))
