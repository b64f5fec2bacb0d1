"""Statutory holidays: what the law gives before a year's notice is published.

Source: 全国年节及纪念日放假办法 (State Council decree 270 as revised by decree 795, in force from 2025-01-01), art. 2:
New Year 1 day, Spring Festival 4 (the eve and the first three days of the lunar year), Qingming 1, Labour Day 2,
Dragon Boat 1, Mid-Autumn 1, National Day 3. Art. 6: a day that falls on a Saturday or Sunday is made up on a working
day. Where Mid-Autumn falls on a National Day holiday, the day that both claim is made up too, as in 2020.

A notice may swap days around these, which nobody can know: so a year computed here is provisional.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from lunardate import LunarDate

from obligations.working_days import Departure

SOURCE = "全国年节及纪念日放假办法（国务院令第795号）"
"""The source of a provisional day. The word "provisional" is added where the day is shown."""


def statutory_departures(year: int) -> list[Departure]:
    """The thirteen weekdays off that the law gives in a year, in order of date.

    Args:
        year: 2004 to 2099, the years for which the lunar table and the formula for Qingming were checked. The rule is
            that of 2025; for an earlier year it says what the present law would give.
    """
    off: dict[date, str] = {}
    owed: list[tuple[date, str]] = []
    for day, name in sorted(_statutory_days(year)):
        if day.weekday() >= 5 or day in off:
            owed.append((day, name))
        else:
            off[day] = name
    for day, name in owed:
        off[_next_free(day, off)] = name
    return [Departure(day, works=False, name=off[day], source=SOURCE) for day in sorted(off)]


def first_statutory_days(year: int) -> list[tuple[str, date]]:
    """Each festival of a year with the first of its statutory days, whether or not that is a weekday."""
    first: dict[str, date] = {}
    for day, name in sorted(_statutory_days(year)):
        first.setdefault(name, day)
    return list(first.items())


def lawful_days(year: int) -> dict[str, set[date]]:
    """Each festival of a year with every day that the law gives it: its own, and those on which they are made up."""
    days: dict[str, set[date]] = {}
    for day, name in _statutory_days(year):
        days.setdefault(name, set()).add(day)
    for each in statutory_departures(year):
        days[each.name].add(each.day)
    return days


def qingming(year: int) -> date:
    """The day on which the sun reaches longitude 15° in China's time zone.

    The usual formula of the 21st century, equal to an astronomical computation for each year from 2004 to 2099.
    """
    return date(year, 4, int((year - 2000) * 0.2422 + 4.81) - (year - 2000) // 4)


def _statutory_days(year: int) -> Iterator[tuple[date, str]]:
    yield date(year, 1, 1), "元旦"
    new_year = _lunar(year, 1, 1)
    for offset in range(-1, 3):
        yield new_year + timedelta(days=offset), "春节"
    yield qingming(year), "清明节"
    for day in (1, 2):
        yield date(year, 5, day), "劳动节"
    yield _lunar(year, 5, 5), "端午节"
    yield _lunar(year, 8, 15), "中秋节"
    for day in (1, 2, 3):
        yield date(year, 10, day), "国庆节"


def _lunar(year: int, month: int, day: int) -> date:
    found: date = LunarDate(year, month, day).to_solar_date()
    return found


def _next_free(day: date, off: dict[date, str]) -> date:
    while day.weekday() >= 5 or day in off:
        day += timedelta(days=1)
    return day
