"""Comparison of the shipped notices with the data sets that others keep, where they are installed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from obligations.working_days import WorkingCalendar

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
"""The days that published notices fix; beyond them the data sets guess."""

KNOWN = {("chinesecalendar", date(2005, 12, 31)): "国办发明电〔2005〕35号 has that Saturday worked"}
"""Differences that were looked into: the paper itself says what we say."""

IsWorked = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Difference:
    """A day on which a data set says otherwise."""

    day: date
    source: str
    ours: bool
    known: str | None = None
    """Why it differs, if that was looked into and our day stands."""


def compare_with_installed(calendar: WorkingCalendar) -> tuple[dict[str, int], list[Difference]]:
    """Compare every published day with `holidays` and `chinesecalendar`.

    Returns:
        How many days each installed data set covers, and every day on which one differs.
    """
    compared: dict[str, int] = {}
    differences: list[Difference] = []
    for source, is_worked in _installed():
        days = 0
        for day in _days():
            try:
                theirs = is_worked(day)
            except NotImplementedError:  # how chinesecalendar says that it does not cover the day
                continue
            days += 1
            if theirs != calendar.is_working(day):
                differences.append(Difference(day, source, calendar.is_working(day), KNOWN.get((source, day))))
        compared[source] = days
    return compared, differences


def _installed() -> Iterator[tuple[str, IsWorked]]:
    try:
        import chinese_calendar
    except ImportError:
        pass
    else:
        yield "chinesecalendar", chinese_calendar.is_workday
    try:
        import holidays
    except ImportError:
        pass
    else:
        country = holidays.country_holidays("CN", years=range(FIRST.year, LAST.year + 1))
        yield "holidays", country.is_working_day


def _days() -> Iterator[date]:
    return (FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1))
