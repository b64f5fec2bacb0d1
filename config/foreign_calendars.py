"""Any class of workalendar as the calendar: `calendar: {workalendar: asia.HongKong}`.

workalendar computes its days from rules, so none is marked provisional; whoever configures it answers for the years.
It knows holidays by their English names only, so the festivals that duties may be tied to are told by these.
"""

import importlib
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from workalendar.core import CoreCalendar
from workalendar.exceptions import CalendarError as WorkalendarError

from obligations.festivals import Festival
from obligations.working_days import CalendarError, Departure, WorkingCalendar

DEFAULT_YEARS = (2004, 2035)
"""As long ahead as a city plans; a class may know fewer years, and then the configuration must say which."""
_FESTIVALS = {
    Festival.NEW_YEAR: re.compile(r"^new year(?!.*\beve\b)", re.IGNORECASE),
    Festival.SPRING_FESTIVAL: re.compile(r"(chinese|lunar).*new year|spring festival", re.IGNORECASE),
    Festival.QINGMING: re.compile(r"ching ming|qingming|tomb.sweeping", re.IGNORECASE),
    Festival.LABOUR_DAY: re.compile(r"^(labou?r day|may day)", re.IGNORECASE),
    Festival.DRAGON_BOAT: re.compile(r"dragon boat|tuen ng", re.IGNORECASE),
    Festival.MID_AUTUMN: re.compile(r"mid-autumn", re.IGNORECASE),
    Festival.NATIONAL_DAY: re.compile(r"^national day", re.IGNORECASE),
}
"""What workalendar calls the days of the festivals."""
_Holidays = Mapping[int, Sequence[tuple[date, str]]]
"""The holidays of each year, each with its name."""
_NAME = re.compile(r"([a-z_]+(?:\.[a-z_]+)*)\.([A-Z][A-Za-z0-9]*)")


@lru_cache(maxsize=8)
def compile_workalendar(name: str, first_year: int, last_year: int) -> WorkingCalendar:
    """Compile a class of workalendar.

    Args:
        name: the class below the package `workalendar`, as `asia.HongKong`.
        first_year, last_year: the years to cover, both included; workalendar has no bounds of its own.

    Raises:
        CalendarError: there is no such class, or it cannot answer for every day of these years.
    """
    calendar = _load(name)
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    version = f"{name}-{importlib.import_module('workalendar').__version__}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # China warns at each year, lunar dates of a deprecation within
            holidays = {year: calendar.holidays(year) for year in range(first_year, last_year + 1)}
            departures = _departures(calendar, name, first, last, holidays)
            festivals = dict(_festivals(holidays))
            return WorkingCalendar(version, first, last, calendar.is_working_day, departures, festivals=festivals)
    except (WorkalendarError, ValueError, LookupError, NotImplementedError) as error:  # whatever a class may lack
        message = f"workalendar {name} cannot answer for every day from {first_year} to {last_year}: {error}"
        raise CalendarError(message) from error


def _load(name: str) -> Any:  # noqa: ANN401 # workalendar ships no types
    found = _NAME.fullmatch(name)
    if found is None:
        raise CalendarError(f"{name!r} names no class of workalendar; write, say, asia.HongKong")
    try:
        loaded = getattr(importlib.import_module(f"workalendar.{found[1]}"), found[2])
    except (ImportError, AttributeError) as error:
        raise CalendarError(f"workalendar has no class {name!r}; write, say, asia.HongKong") from error
    if not (isinstance(loaded, type) and issubclass(loaded, CoreCalendar)):
        raise CalendarError(f"workalendar.{name} is not a calendar; write, say, asia.HongKong")
    return loaded()


def _festivals(holidays: _Holidays) -> Iterator[tuple[tuple[Festival, int], date]]:
    """The first day off of each festival that the region has."""
    for year, days in holidays.items():
        for festival, name in _FESTIVALS.items():
            found = [day for day, label in days if name.search(label)]
            if found:
                yield (festival, year), min(found)


def _departures(calendar: Any, name: str, first: date, last: date, holidays: _Holidays) -> list[Departure]:  # noqa: ANN401 # as above
    labels = {day: label for days in holidays.values() for day, label in days}
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [
        Departure(day, works, labels.get(day, "weekend"), f"workalendar {name}")
        for day in days
        if (works := calendar.is_working_day(day)) != (day.weekday() < 5)
    ]
