"""Escalation policies: ladders of ever graver notices."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache

from obligations.limits import Limit
from obligations.single import Single


class Stage(Enum):
    """How grave a notice is. The order is the order of gravity, as in the policy's sanction chain."""

    REMIND = "remind"
    URGE = "urge"
    SUPERVISE = "supervise"
    LETTER = "letter"
    SUMMON = "summon"
    LIST = "list"
    REPORT = "report"

    gravity: int
    """0 for a reminder, 6 for a report to discipline and personnel authorities."""

    def __init__(self, _: str) -> None:
        self.gravity = len(type(self).__members__)


class SpeakingDays(Single):
    """The days on which a policy may speak."""

    WORKING = "working"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of a day, local time, in which notices may go out: from `opens`, up to but not including `closes`.

    `closes` is None for midnight at the end of the day.
    """

    opens: time
    closes: time | None

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}" if self.closes else f"{self.opens:%H:%M}-24:00"

    @property
    def length(self) -> timedelta:
        """How long they are, on a day without a change of clocks."""
        day = date.min
        until = datetime.combine(day, self.closes) if self.closes else datetime.combine(day + timedelta(days=1), time())
        return until - datetime.combine(day, self.opens)

    def include(self, moment: time) -> bool:
        """Whether a notice may go out at this time of day."""
        return self.opens <= moment and (self.closes is None or moment < self.closes)

    def within(self, others: "OfficeHours") -> "OfficeHours":
        """The part of these hours that lies within others; all of them where that is none."""
        opens = max(self.opens, others.opens)
        closes = min((each.closes for each in (self, others) if each.closes is not None), default=None)
        return OfficeHours(opens, closes) if closes is None or opens < closes else self


@dataclass(frozen=True, slots=True)
class Speaking:
    """The days and hours in which a ladder may speak; `hours` is None for the city's office hours."""

    days: SpeakingDays
    hours: OfficeHours | None = None

    def __str__(self) -> str:
        return _written(self.days, self.hours)

    def within(self, others: "Speaking", office: OfficeHours) -> "Speaking":
        """When it may speak as well as others; where their hours have nothing in common, in its own of their days.

        Args:
            office: the city's office hours.
        """
        days = self.days if others.days is SpeakingDays.ALL else others.days
        return Speaking(days, (self.hours or office).within(others.hours or office))

    @classmethod
    def parse(cls, text: str) -> "Speaking":
        """What `str` gave."""
        days, _, hours = text.partition(" ")
        if not hours:
            return cls(SpeakingDays(days))
        opens, _, closes = hours.partition("-")
        until = None if closes == "24:00" else time.fromisoformat(closes)
        return cls(SpeakingDays(days), OfficeHours(time.fromisoformat(opens), until))


@lru_cache(maxsize=64)  # asked for with every message
def _written(days: SpeakingDays, hours: OfficeHours | None) -> str:
    return days.value if hours is None else f"{days.value} {hours}"


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: when, how gravely, to whom, and by which channels.

    Args:
        at: from the due day (or from the deadline's moment, in hours); None is the moment the task opens.
        tell: `assignee`, a post of the bearer, a relation, or `relation.post`.
        channels: names of configured channels; every one of them is used.
        urgent: speaks on any day, and at once when its moment has come.
        approval: the relation whose duty post must approve before the notice goes.
    """

    name: str
    at: Limit | None
    stage: Stage
    tell: tuple[str, ...]
    channels: tuple[str, ...]
    urgent: bool = False
    approval: str | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """What is said again and again after the last step until the task is done; `every` is at least one day."""

    every: Limit
    stage: Stage
    tell: tuple[str, ...]
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A ladder, in the order in which it is written."""

    id: str
    steps: tuple[Step, ...]
    repeat: Repeat | None = None
    days: SpeakingDays = SpeakingDays.WORKING
    hours: OfficeHours | None = None
    """When it may speak; None for the city's office hours."""

    @property
    def speaking(self) -> Speaking:
        """The days and hours in which it may speak."""
        return Speaking(self.days, self.hours)

    def __hash__(self) -> int:
        """Cheap, and equal for equals: ladders are looked up by it."""
        return hash(self.id)
