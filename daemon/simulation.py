"""Simulation: the real engine lives through time that does not pass, and sends nothing."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from itertools import takewhile, zip_longest
from pathlib import Path

from config.documents import Fault, did_you_mean
from config.fields import parse_moment
from config.loader import Config
from daemon.clock import VirtualClock
from daemon.engine import Engine
from daemon.errors import UserError
from daemon.recording import Recorder, RecordingError
from daemon.store.database import Database
from notifiers.channel import Channel
from notifiers.memory import MemoryChannel
from obligations.deadlines import end_of_day, local_day, local_moment
from obligations.events import Event
from obligations.history import History
from obligations.planning import planned_tasks
from obligations.rules import StageAnchor, TaskAnchor

Progress = Callable[[date], None]


@dataclass(frozen=True, slots=True, order=True)
class Completion:
    """A task done on a day, recorded at an instant (UTC); `line` of `file` is where that is said."""

    at: datetime
    task: str
    line: int
    on: date
    file: str = "completions"


class CompletionsError(UserError):
    """A completions file with faults in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)

    def lines(self) -> list[str]:
        """Every fault with its place."""
        return list(map(str, self.faults))


def read_completions(
    path: Path, config: Config, events: Sequence[Event], until: date
) -> tuple[list[Completion], list[Fault]]:
    """Read a CSV file of `task,date`, in the order of time. A date is a day, whose first moment counts, or a moment.

    What was done after `until` is left out. Tasks that others start are not known beforehand; whether they exist shows
    when their day is lived.

    Returns:
        What was done, and the faults that show before it is lived.

    Raises:
        CompletionsError: the file cannot be read.
    """
    known = {plan.id for plan in planned_tasks(config.city(History(events)), until)}
    follow = {each.id for each in config.obligations.values() if isinstance(each.anchor, TaskAnchor | StageAnchor)}
    found: list[Completion] = []
    faults: list[Fault] = []
    zone = config.settings.timezone
    for line, row in _rows(path):
        task, day = row["task"], row["date"]
        each: Completion | None = None
        try:
            moment = parse_moment(day)
            config.calendar.require(moment.date() if isinstance(moment, datetime) else moment)
            each = Completion(local_moment(moment, zone), task, line, local_day(moment, zone), str(path))
        except ValueError as error:
            faults.append(Fault(str(path), line, _column(row, "date"), str(error)))
        if each is not None and each.on > until:
            continue
        obligation = task.partition("/")[0]
        if task not in known and obligation not in follow:
            near = [other for other in known if other.startswith(f"{obligation}/")]
            column = _column(row, "task")
            faults.append(Fault(str(path), line, column, f"there is no task {task!r}{did_you_mean(task, near)}"))
        elif each is not None:
            found.append(each)
    return sorted(found), faults


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Every row with the line on which it begins; empty lines count."""
    reader = csv.reader(StringIO(_text(path), newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    begins = 1
    try:
        header = next(reader, [])
        begins = reader.line_num + 1
        for row in reader:
            if row:
                rows.append((begins, dict(zip_longest(header, row[: len(header)], fillvalue=""))))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise CompletionsError([Fault(str(path), begins, 1, f"cannot be read: {error}")]) from error
    if rows and not {"task", "date"} <= set(header):
        raise CompletionsError([Fault(str(path), 1, 1, "expected the columns task,date")])
    return rows


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CompletionsError([Fault(str(path), 1, 1, f"cannot be read: {error}")]) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fault = Fault(str(path), line, 1, "is not UTF-8; save it as such (in Excel: CSV UTF-8)")
        raise CompletionsError([fault]) from error


def _column(row: Mapping[str, str], name: str) -> int:
    """Where a cell begins, counted from 1."""
    before = takewhile(lambda other: other != name, row)
    return 1 + sum(len(row[other]) + 1 for other in before)


def memory_channels(config: Config) -> dict[str, MemoryChannel]:
    """A stand-in that sends nothing for every configured channel: a dry run."""
    return {name: MemoryChannel(name, kind, connections=50) for name, kind in config.channels.items()}


class Simulation:
    """Lives from one day to another, waking only when there is something to do.

    Completions are recorded at their moment. Events that stand in files become known when they say they happened.
    """

    def __init__(
        self,
        config: Config,
        database: Database,
        channels: Mapping[str, Channel],
        completions: Sequence[Completion] = (),
        faults: Sequence[Fault] = (),
    ) -> None:
        """Begin.

        Args:
            faults: of the file of completions, as far as they are known; all are told when it was lived through.
        """
        self._config = config
        self._completions = list(reversed(completions))
        self._faults = list(faults)
        self._channels = channels
        self._database = database

    async def run(self, begin: date, until: date, progress: Progress = lambda _: None) -> Engine:
        """Live from the first moment of `begin` to the last of `until`.

        Raises:
            CompletionsError: with everything that is wrong in the file of completions.
        """
        zone = self._config.settings.timezone
        now, end = local_moment(begin, zone), end_of_day(until, zone)
        clock = VirtualClock(now)
        engine = Engine(self._config, self._database, self._channels, clock)
        while now < end:
            clock.set(now)
            self._complete(engine, now)
            await engine.wake()
            progress(engine.situation.local(now).date())
            now = max(self._next_wake(engine, now), now + timedelta(microseconds=1))
        if self._faults:
            raise CompletionsError(sorted(self._faults, key=lambda fault: (fault.line, fault.column)))
        return engine

    def _next_wake(self, engine: Engine, now: datetime) -> datetime:
        moment = engine.next_wake(now)
        return min(moment, self._completions[-1].at) if self._completions else moment

    def _complete(self, engine: Engine, now: datetime) -> None:
        due = list(self._due_completions(now))
        if not due:
            return
        with self._database.write() as connection:
            recorder = Recorder(connection, engine.situation, now)
            for completion in due:
                try:
                    recorder.done(completion.task, completion.on)
                except RecordingError as error:  # nothing of it is written; the rest is tried, to tell all at once
                    self._faults.append(Fault(completion.file, completion.line, 1, str(error)))

    def _due_completions(self, now: datetime) -> Iterator[Completion]:
        while self._completions and self._completions[-1].at <= now:
            yield self._completions.pop()
