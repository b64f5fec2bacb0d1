"""Calendars: the notices made into a workalendar class, and that compiled into the domain's arrays.

workalendar is the interface, so that any of its regions can be configured instead (`config.foreign_calendars`); the
stock class for China ends in 2023 and is wrong in places, so this one is fed with the papers themselves.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from workalendar.core import SAT, SUN, CoreCalendar, cleaned_date

from config.foreign_calendars import DEFAULT_YEARS, compile_workalendar
from config.notice_files import load_notices, shipped_calendar_directory
from config.notices import FIRST_YEAR, LAST_YEAR, CalendarNotice
from config.statutory import SOURCE, first_statutory_days, statutory_departures
from obligations.festivals import Festival
from obligations.working_days import Departure, WorkingCalendar

__all__ = [
    "NoticeCalendar",
    "compile_calendar",
    "first_missing_notice",
    "load_notices",
    "shipped_calendar_directory",
]

FIRST_DAY = date(FIRST_YEAR, 1, 1)
"""The first paper that is shipped arranges 2004."""
FESTIVALS = {
    "元旦": Festival.NEW_YEAR,
    "春节": Festival.SPRING_FESTIVAL,
    "清明节": Festival.QINGMING,
    "劳动节": Festival.LABOUR_DAY,
    "端午节": Festival.DRAGON_BOAT,
    "中秋节": Festival.MID_AUTUMN,
    "国庆节": Festival.NATIONAL_DAY,
}
"""What the papers call the festivals; several that fall together are named with 、 between them."""
LAST_DAY = date(LAST_YEAR, 12, 31)
"""As far as lunar dates and Qingming were checked: two lunar tables and the computed new moons agree to here."""


class NoticeCalendar(CoreCalendar):  # type: ignore[misc] # workalendar ships no types
    """Mainland China"""  # workalendar takes its display name from here

    WEEKEND_DAYS = (SAT, SUN)

    def __init__(self, departures: Iterable[Departure]) -> None:
        super().__init__()
        self._departures: Mapping[date, Departure] = {each.day: each for each in departures}

    def get_calendar_holidays(self, year: int) -> list[tuple[date, str]]:
        """The weekdays off in a year, each with its festival."""
        return [(day, each.name) for day, each in self._departures.items() if day.year == year and not each.works]

    def is_working_day(
        self,
        day: date,
        extra_working_days: Iterable[date] | None = None,
        extra_holidays: Iterable[date] | None = None,
    ) -> bool:
        """Whether a day is worked; the extra days are workalendar's own way to decide single days otherwise."""
        day = cleaned_date(day)
        if day in (extra_working_days or ()):
            return True
        if day in (extra_holidays or ()):
            return False
        decided = self._departures.get(day)
        return day.weekday() < 5 if decided is None else decided.works


def compile_calendar(
    notices: Sequence[CalendarNotice],
    region: str | None = None,
    workalendar: str | None = None,
    years: tuple[int, int] = DEFAULT_YEARS,
) -> WorkingCalendar:
    """The calendar that the notices make, compiled once a version and process.

    Years without their notice are computed from the statutory holidays and provisional, and so is the last week of
    December before them, which a notice may still change (it did so for 2005, 2006, 2007, 2011 and 2018).

    Args:
        notices: in any order; `CalendarNotice.rank` says which decides a day that several name.
        region: the `region` or `id` of regional notices to lay over the national ones; a region without any has the
            national calendar.
        workalendar: a class of workalendar to be used instead of all notices, as `asia.HongKong`.
        years: the first and last year to cover with it; see `config.foreign_calendars`.

    Raises:
        CalendarError: `workalendar` names no class, or one that cannot answer.
    """
    if workalendar is not None:
        return compile_workalendar(workalendar, *years)
    used = (each for each in notices if each.region is None or region in {each.region, each.id})
    return _compile(tuple(sorted(used, key=lambda notice: notice.rank)))


def regions_of(notices: Iterable[CalendarNotice]) -> frozenset[str]:
    """The names and ids of the regions that have notices of their own."""
    return frozenset(name for each in notices if each.region is not None for name in (each.region, each.id))


def first_missing_notice(notices: Iterable[CalendarNotice], today: date) -> int | None:
    """The first year whose notice should be in by `today` and is not: next year's from 1 November on."""
    expected = today.year + (today.month >= 11)
    missing = _first_unpublished_year(notices)
    return missing if missing <= expected else None


@lru_cache(maxsize=8)
def _compile(notices: tuple[CalendarNotice, ...]) -> WorkingCalendar:
    missing = _first_unpublished_year(notices)
    departures = list(_departures(notices, missing))
    calendar = NoticeCalendar(departures)
    return WorkingCalendar(
        _version(notices, missing - 1),
        FIRST_DAY,
        LAST_DAY,
        calendar.is_working_day,
        departures,
        provisional_from=date(missing - 1, 12, 25),
        festivals=dict(_festivals(notices, missing)),
    )


def _first_unpublished_year(notices: Iterable[CalendarNotice]) -> int:
    published: Container[int | None] = {each.year for each in notices if each.arranges_year}
    return next(year for year in range(FIRST_YEAR, LAST_YEAR + 2) if year not in published)


def _departures(notices: Iterable[CalendarNotice], missing: int) -> Iterator[Departure]:
    decided = {each.day: each for year in range(missing, LAST_YEAR + 1) for each in statutory_departures(year)}
    for notice in notices:
        for day, works, index, _ in notice.decisions():
            decided[day] = Departure(day, works, notice.holidays[index].name, notice.paper)
    for day in sorted(decided):
        if decided[day].works != (day.weekday() < 5) and FIRST_DAY <= day <= LAST_DAY:
            yield decided[day]


def _festivals(notices: Iterable[CalendarNotice], missing: int) -> Iterator[tuple[tuple[Festival, int], date]]:
    """The first day off of each festival: as the national papers of a year leave it, else the first by the law."""
    decided: dict[date, tuple[bool, str, int | None]] = {}
    for notice in notices:
        if notice.region is None:
            for day, works, index, _ in notice.decisions():
                decided[day] = works, notice.holidays[index].name, notice.year
    for day in sorted(decided, reverse=True):  # so that the first day of a festival is given last, and stays
        works, names, arranged = decided[day]
        for name in names.split("、"):
            if not works and arranged is not None and name in FESTIVALS:
                yield (FESTIVALS[name], arranged), day
    for year in range(missing, LAST_YEAR + 1):
        for name, day in first_statutory_days(year):
            yield (FESTIVALS[name], year), day


def _version(notices: Sequence[CalendarNotice], last_published: int) -> str:
    """Names the papers' contents, as `cn-2026-3f2a9c`; a changed word in a file gives another name."""
    digest = hashlib.sha256(SOURCE.encode())
    for notice in notices:
        digest.update(notice.model_dump_json().encode())
    place = next((each.id for each in notices if each.region is not None), "cn")
    return f"{place}-{last_published}-{digest.hexdigest()[:6]}"
