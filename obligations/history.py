"""History: what has happened so far, as far as tasks follow from it. Rules, roster and history give the tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from obligations.events import Event
from obligations.policies import Stage


@dataclass(frozen=True, slots=True)
class Closing:
    """A task that was closed.

    Args:
        key: the last part of its id.
        event: the event that the task goes back to, if any.
        on: the day on which it was done, or confirmed where another organization had to confirm it.
    """

    obligation: str
    subject: str
    key: str
    event: str | None
    on: date


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage that the ladder of a task has reached, at an aware moment."""

    obligation: str
    subject: str
    key: str
    event: str | None
    stage: Stage
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """Everything that has happened.

    Args:
        extensions: task id to the due day that was granted.
        matched: obligation and organization to the day on which the roster first showed that the one applies to the
            other; a pair that is not here counts from the city's start.
    """

    events: Sequence[Event] = ()
    extensions: Mapping[str, date] = field(default_factory=dict)
    closings: Sequence[Closing] = ()
    reached: Sequence[Reached] = ()
    matched: Mapping[tuple[str, str], date] = field(default_factory=dict)


NOTHING_YET = History()
