"""Reach: whether the calendar covers the days that tasks are counted from; beyond it nothing can be counted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from config.documents import Loc
from obligations.deadlines import shift_day
from obligations.organizations import Organization
from obligations.rules import Obligation, OrganizationAnchor
from obligations.working_days import CalendarError, WorkingCalendar


def outside(day: date, calendar: WorkingCalendar) -> str | None:
    """That a day (or the day of a moment) lies outside the calendar; None if it does not."""
    try:
        calendar.require(day.date() if isinstance(day, datetime) else day)
    except CalendarError as error:
        return str(error)
    return None


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be counted in a city.

    Args:
        start: the city's.
        counted: the dates of organizations that duties count from, each with one of these duties.
    """

    calendar: WorkingCalendar
    start: date
    counted: Mapping[str, str]

    @classmethod
    def of(cls, calendar: WorkingCalendar, start: date, duties: Iterable[Obligation]) -> "Reach":
        """The reach of a calendar for some duties."""
        anchors = ((each.anchor, each.id) for each in duties)
        return cls(
            calendar, start, {anchor.date: key for anchor, key in anchors if isinstance(anchor, OrganizationAnchor)}
        )

    def of_duty(self, duty: Obligation) -> Iterator[tuple[Loc, str]]:
        """Why a duty gives nothing that can be counted even at the city's start: the place, and the message."""
        if outside(self.start, self.calendar):
            return  # said of `start` itself
        try:
            if duty.every is not None:
                field = "every"
                window = next(duty.every.windows(self.start, self.start))
                end = window.last if duty.by is None else shift_day(window.last, duty.by, self.calendar)
            elif duty.limit is not None and duty.limit.amount > 0 and not duty.limit.is_exact:
                field = "limit"
                end = shift_day(self.start, duty.limit, self.calendar)
            else:
                return
            self.calendar.require(end)
        except CalendarError as error:
            yield (field,), f"{field}: counted from `start` in duban.yaml, {self.start}: {error}"

    def covers(self, organizations: Iterable[Organization], dates: Iterable[str]) -> bool:
        """Whether all days of some organizations are covered, looked at date by date, so that many take no time."""
        roster = list(organizations)
        days: set[date | None] = {each.since for each in roster}
        first = self.calendar.first
        found = {day for day in days if day is not None and day > first}
        for name in self.counted.keys() & set(dates):
            found |= {each.dates[name] for each in roster if name in each.dates}
            found |= {day for each in roster if each.person_dates for day in each.person_dates.get(name, {}).values()}
        return not any(outside(day, self.calendar) for day in found)

    def of_organization(self, organization: Organization) -> Iterator[tuple[Loc, str]]:
        """The days of one that nothing can be counted from: the place of each, and the message without its name."""
        since = organization.since
        if since is not None and since > self.calendar.last:
            yield ("since",), f"{outside(since, self.calendar)}; write the first day on which it has duties"
        for name, duty in self.counted.items():
            days: list[tuple[Loc, date]] = [
                (("dates", name, person), day) for person, day in organization.person_dates.get(name, {}).items()
            ]
            if name in organization.dates:
                days.append((("dates", name), organization.dates[name]))
            for loc, day in days:
                fault = outside(day, self.calendar)
                if fault is not None:
                    yield loc, f"{fault}, and {duty} counts from it; leave the date out where there is none or no end"
