"""A city: everything the rules are evaluated on. What should exist is a pure function of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from obligations.history import NOTHING_YET, History
from obligations.organizations import AddressKind, Organization
from obligations.policies import OfficeHours, Policy
from obligations.rules import Obligation
from obligations.working_days import WorkingCalendar


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
