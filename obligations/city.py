"""A city: everything the rules are evaluated on. What should exist is a pure function of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from obligations.history import NOTHING_YET, History
from obligations.organizations import AddressKind, Organization
from obligations.policies import Policy
from obligations.rules import Obligation
from obligations.working_days import WorkingCalendar


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of a day, local time, in which notices may go out: from `opens`, up to but not including `closes`.

    `closes` is None for midnight at the end of the day.
    """

    opens: time
    closes: time | None

    def include(self, moment: time) -> bool:
        """Whether a notice may go out at this time of day."""
        return self.opens <= moment and (self.closes is None or moment < self.closes)


@dataclass(frozen=True, slots=True)
class City:
    """Rules, roster, facts and calendar.

    Args:
        start: nothing due before this day exists.
        channels: the configured channels, each with the kind of address it sends to.
        history: what has happened so far.
    """

    zone: ZoneInfo
    start: date
    office_hours: OfficeHours
    calendar: WorkingCalendar
    organizations: Mapping[str, Organization]
    obligations: Mapping[str, Obligation]
    policies: Mapping[str, Policy]
    channels: Mapping[str, AddressKind]
    history: History = NOTHING_YET
