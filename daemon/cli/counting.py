"""Counting: deadlines from their words, on the calendar of the config or of a region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from config.calendars import compile_calendar, load_notices, regions_of, shipped_calendar_directory
from config.fields import parse_moment
from config.notices import CalendarNotice
from daemon.cli.context import Workplace
from notifiers.derivations import derivation_words
from obligations.deadlines import Deadline, Roll, compute_deadline
from obligations.derivations import derive
from obligations.limits import parse_limit
from obligations.working_days import WorkingCalendar

_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts deadlines on one calendar and puts them into words."""

    calendar: WorkingCalendar
    zone: ZoneInfo
    language: str

    def row(self, start: str, limit: str, roll: str = "none", exclude: str = "0") -> dict[str, object]:
        """One deadline from its words.

        Raises:
            ValueError: one of the words is wrong, or the calendar does not reach; the message says which and why.
        """
        deadline = compute_deadline(
            parse_moment(start),
            parse_limit(limit),
            self.calendar,
            self.zone,
            roll=roll_of(roll),
            exclude=days_of(exclude),
        )
        return {
            "start": deadline.start.isoformat(),
            "limit": str(deadline.limit),
            "roll": deadline.roll.value,
            "due": deadline.due.isoformat(),
            "rolled": deadline.rolled.isoformat(),
            "ends_at": _local_words(deadline.ends_at, self.zone),
            "provisional": deadline.provisional,
            "derivation": self.words(deadline),
        }

    def words(self, deadline: Deadline) -> tuple[str, ...]:
        """The derivation, line by line."""
        return derivation_words(derive(deadline, self.calendar), self.language, self.zone)


class Counters:
    """A counter for each region, made when it is first asked for."""

    def __init__(self, workplace: Workplace, language: str) -> None:
        self._language = language
        self._found: dict[str | None, Counter] = {}
        config = workplace.config() if workplace.is_configured else None
        self._configured = config
        extra = [workplace.directory / "calendars"] if config is not None else []
        self._directories: list[Path] = [shipped_calendar_directory(), *extra]

    def of(self, region: str | None) -> Counter:
        """The counter of a region; None is the configured calendar, else the national one.

        Raises:
            ValueError: no calendar is for that region.
        """
        if region not in self._found:
            self._found[region] = self._make(region)
        return self._found[region]

    def _make(self, region: str | None) -> Counter:
        zone = self._configured.settings.timezone if self._configured else _CHINA
        if region is None and self._configured is not None:
            return Counter(self._configured.calendar, zone, self._language)
        notices, _ = load_notices(self._directories)
        return Counter(calendar_of(notices, region), zone, self._language)


def calendar_of(notices: Sequence[CalendarNotice], region: str | None) -> WorkingCalendar:
    """The calendar of a region; None is the national one.

    Raises:
        ValueError: no calendar is for that region.
    """
    regions = regions_of(notices)
    if region is not None and region not in regions:
        raise ValueError(f"no calendar is for the region {region!r}; known: {', '.join(sorted(regions))}")
    return compile_calendar(notices, region)


@lru_cache(maxsize=20_000)
def _local_words(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat()


def roll_of(word: str) -> Roll:
    """Where a last day that is not worked goes.

    Raises:
        ValueError: no such way is known.
    """
    try:
        return Roll(word)
    except ValueError:
        raise ValueError(f"{word!r} is no way to roll; known: none, next, previous") from None


def days_of(word: str) -> int:
    """How many days do not count.

    Raises:
        ValueError: it is no number of days, or beyond sense.
    """
    if not word.isdecimal() or int(word) > 3660:
        raise ValueError(f"{word!r} is not a number of days to exclude; write a whole number up to 3660")
    return int(word)
