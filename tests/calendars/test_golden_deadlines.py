"""Deadlines worked out by hand from the papers, with a calendar on the table and a pencil.

Each line: what it shows · anchor · limit · the day that counts · and, where they say more than the default, how it
rolls, the next working day if the last day is off, the days that do not count, whether a paper is still awaited.
"""

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from config.calendars import compile_calendar
from obligations.deadlines import Deadline, Roll, compute_deadline
from obligations.limits import parse_limit
from tests.calendars.verified_table import shipped_notices

CALENDAR = compile_calendar(shipped_notices())
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Day(NamedTuple):
    says: str
    start: str
    limit: str
    due: str
    roll: str = "none"
    rolled: str = ""
    exclude: int = 0
    provisional: bool = False


class Moment(NamedTuple):
    says: str
    start: str
    limit: str
    ends_at: str
    due: str


WORKING_DAYS = [
    Day("2024: the eve of Spring Festival and the Sunday after count", "2024-02-08", "10wd", "2024-02-28"),
    Day("2026: ten working days run past National Day", "2026-09-18", "10wd", "2026-10-09"),
    Day("the Chinese form means the same", "2026-09-18", "10个工作日", "2026-10-09"),
    Day("a make-up Saturday is the next working day", "2026-02-13", "1wd", "2026-02-14"),
    Day("from a make-up Saturday over nine days of Spring Festival", "2026-02-14", "1wd", "2026-02-24"),
    Day("five working days around Spring Festival 2026", "2026-02-13", "5wd", "2026-02-27"),
    Day("the second make-up Saturday of that festival counts", "2026-02-27", "1wd", "2026-02-28"),
    Day("after a worked Saturday the Sunday rests", "2026-02-28", "1wd", "2026-03-02"),
    Day("over New Year to a worked Sunday", "2025-12-31", "1wd", "2026-01-04"),
    Day("that Sunday counts as a whole day", "2025-12-31", "2wd", "2026-01-05"),
    Day("the first working day after National Day 2026", "2026-09-30", "1wd", "2026-10-08"),
    Day("the third is a make-up Saturday", "2026-09-30", "3wd", "2026-10-10"),
    Day("the fourth is the Monday after it", "2026-09-30", "4wd", "2026-10-12"),
    Day("a start on a day off is not counted either", "2026-10-03", "1wd", "2026-10-08"),
    Day("a make-up Sunday eleven days ahead of its festival counts", "2026-09-19", "1wd", "2026-09-20"),
    Day("Qingming made up on a Monday", "2026-04-03", "1wd", "2026-04-07"),
    Day("Labour Day 2026 to Wednesday", "2026-04-30", "1wd", "2026-05-06"),
    Day("and its make-up Saturday", "2026-04-30", "4wd", "2026-05-09"),
    Day("ten working days over Labour Day, with that Saturday", "2026-04-27", "10wd", "2026-05-13"),
    Day("Dragon Boat on a Friday", "2026-06-18", "1wd", "2026-06-22"),
    Day("2020: the extension takes the next working day to 3 February", "2020-01-23", "1wd", "2020-02-03"),
    Day("2020: five working days end before it, a Sunday counted", "2020-01-17", "5wd", "2020-01-23"),
    Day("2020: the sixth lies eleven days later", "2020-01-17", "6wd", "2020-02-03"),
    Day("2015: the holiday of one year, then a worked Sunday", "2015-09-02", "1wd", "2015-09-06"),
    Day("2019: Labour Day as changed, then a worked Sunday", "2019-04-30", "1wd", "2019-05-05"),
    Day("2019: the Sunday before it was worked too", "2019-04-26", "3wd", "2019-04-30"),
    Day("2005: New Year's Eve was a worked Saturday", "2005-12-30", "1wd", "2005-12-31"),
    Day("2007: the paper of 2008 took Monday 31 December", "2007-12-28", "2wd", "2008-01-02"),
    Day("2018: so did the paper of 2019", "2018-12-28", "2wd", "2019-01-02"),
    Day("2010: a worked Sunday, three days off, a worked weekend", "2010-09-17", "7wd", "2010-09-28"),
    Day("2025: eight days of National Day and Mid-Autumn", "2025-09-26", "5wd", "2025-10-10"),
    Day("2025: and the Saturday that makes up for them", "2025-09-26", "6wd", "2025-10-11"),
    Day("2025: Spring Festival from the eve on", "2025-01-24", "3wd", "2025-02-05"),
    Day("2024: Mid-Autumn with a worked Saturday before", "2024-09-13", "3wd", "2024-09-19"),
    Day("2024: the fifth working day after National Day is a Saturday", "2024-09-30", "5wd", "2024-10-12"),
    Day("the 251 working days of 2024 end on its last", "2023-12-31", "251wd", "2024-12-31"),
    Day("the 248 working days of 2025 end on its last", "2024-12-31", "248wd", "2025-12-31"),
    Day("three days of appraisal do not count", "2026-09-18", "10wd", "2026-10-13", exclude=3),
    Day("no working day after is the day itself, off or not", "2026-10-01", "0wd", "2026-10-01", rolled="2026-10-08"),
    Day("the day itself, rolled on", "2026-10-01", "0wd", "2026-10-08", "next", "2026-10-08"),
    Day("the day itself, rolled back", "2026-10-01", "0wd", "2026-09-30", "previous", "2026-10-08"),
]

WORKING_DAYS_BEFORE = [
    Day("the working day before Friday is Thursday", "2026-10-09", "-1wd", "2026-10-08"),
    Day("the working day before that is in September", "2026-10-08", "-1wd", "2026-09-30"),
    Day("seven back over two holidays, a make-up Saturday counted", "2026-10-12", "-7wd", "2026-09-24"),
    Day("back over Spring Festival to a worked Saturday", "2026-02-24", "-1wd", "2026-02-14"),
    Day("back over New Year, the worked Sunday first", "2026-01-05", "-2wd", "2025-12-31"),
    Day("ten back is the inverse of ten on", "2024-02-28", "-10wd", "2024-02-08"),
    Day("back from a Sunday at rest", "2026-03-01", "-1wd", "2026-02-28"),
    Day("back from a day that the extension of 2020 took", "2020-01-31", "-1wd", "2020-01-23"),
]

DAYS_AND_WEEKS = [
    Day("seven days end in a holiday and stay there", "2026-02-10", "7d", "2026-02-17", rolled="2026-02-24"),
    Day("or move to the day after it ends", "2026-02-10", "7d", "2026-02-24", "next", "2026-02-24"),
    Day("or back to the worked Saturday before", "2026-02-10", "7日", "2026-02-14", "previous", "2026-02-24"),
    Day("a make-up Saturday is no reason to move", "2026-02-07", "7天", "2026-02-14", "next"),
    Day("thirty days over 29 February, to a Saturday", "2024-02-01", "30d", "2024-03-02", rolled="2024-03-04"),
    Day("thirty days of a common year", "2023-02-01", "30d", "2023-03-03"),
    Day("fifteen days before, rolled back", "2026-03-10", "-15d", "2026-02-14", "previous", "2026-02-24"),
    Day("an accident report in sixty days", "2026-09-18", "60d", "2026-11-17"),
    Day("twenty days of appraisal left out of it", "2026-09-18", "60d", "2026-12-07", exclude=20),
    Day("the anchor's own day", "2026-06-30", "0d", "2026-06-30"),
    Day("a week ends in National Day", "2025-09-27", "1w", "2025-10-04", rolled="2025-10-09"),
    Day("a week rolled on over it", "2025-09-27", "1周", "2025-10-09", "next", "2025-10-09"),
    Day("a week rolled back before it", "2025-09-27", "1w", "2025-09-30", "previous", "2025-10-09"),
    Day("three weeks end in Spring Festival", "2026-01-28", "3w", "2026-02-18", rolled="2026-02-24"),
    Day("a week before, rolled back before Labour Day", "2026-05-08", "-1w", "2026-04-30", "previous", "2026-05-06"),
]

MONTHS_AND_YEARS = [
    Day("no 31 February: its last day, a worked Saturday", "2025-08-31", "6m", "2026-02-28"),
    Day("which needs no rolling", "2025-08-31", "6个月", "2026-02-28", "next"),
    Day("one month from 31 January", "2026-01-31", "1m", "2026-02-28"),
    Day("one month from 31 January of a leap year", "2024-01-31", "1m", "2024-02-29"),
    Day("one month before 31 March", "2026-03-31", "-1m", "2026-02-28"),
    Day("a month of thirty days", "2026-05-31", "1m", "2026-06-30"),
    Day("ten months before the end of the year", "2026-12-31", "-10m", "2026-02-28"),
    Day("three months to the first day of National Day", "2026-07-01", "3m", "2026-10-01", rolled="2026-10-08"),
    Day("rolled on", "2026-07-01", "3m", "2026-10-08", "next", "2026-10-08"),
    Day("rolled back", "2026-07-01", "3m", "2026-09-30", "previous", "2026-10-08"),
    Day("a year from 29 February", "2024-02-29", "1y", "2025-02-28"),
    Day("a year to a leap year keeps the 28th", "2023-02-28", "1y", "2024-02-28"),
    Day("four years from 29 February to the next", "2020-02-29", "4y", "2024-02-29"),
    Day("a year before 29 February", "2024-02-29", "-1y", "2023-02-28"),
    Day("a year from holiday to holiday", "2025-10-01", "1年", "2026-10-01", rolled="2026-10-08"),
    Day("three years from a worked Saturday to a day off", "2023-10-07", "3y", "2026-10-07", rolled="2026-10-08"),
    Day("six years, rolled back before Labour Day", "2020-05-01", "6y", "2026-04-30", "previous", "2026-05-06"),
    Day("a year to a worked Sunday", "2025-09-20", "1y", "2026-09-20", "next"),
    Day("five years to an ordinary Monday", "2021-11-23", "5y", "2026-11-23"),
]

PROVISIONAL = [
    Day("the last final day of 2026", "2026-12-20", "4d", "2026-12-24"),
    Day("the first day that the paper of 2027 may still take", "2026-12-20", "5d", "2026-12-25", provisional=True),
    Day("working days that end on the last final day", "2026-12-23", "1wd", "2026-12-24"),
    Day("working days that reach past it", "2026-12-23", "2wd", "2026-12-25", provisional=True),
    Day("New Year 2027 is a statutory Friday", "2026-12-31", "1wd", "2027-01-04", provisional=True),
    Day("Spring Festival 2027: four days and two made up", "2027-02-04", "1wd", "2027-02-11", provisional=True),
    Day("counted back out of a provisional year", "2027-01-05", "-10wd", "2026-12-21", provisional=True),
    Day("three months before a licence ends", "2027-05-31", "-3m", "2027-02-28", rolled="2027-03-01", provisional=True),
    Day("a month to the end of the year", "2026-12-01", "30d", "2026-12-31", provisional=True),
    Day("six months into the next year", "2026-08-31", "6m", "2027-02-28", rolled="2027-03-01", provisional=True),
]

FROM_MOMENTS = [
    Day("16:30 UTC is New Year here", "2025-12-31T16:30Z", "1d", "2026-01-02", "none", "2026-01-04"),
    Day("15:59 UTC is still this year", "2025-12-31T15:59Z", "1d", "2026-01-01", "none", "2026-01-04"),
    Day("ten working days from that New Year", "2025-12-31T16:30Z", "10wd", "2026-01-15"),
    Day("a month from that New Year", "2025-12-31T16:30Z", "1m", "2026-02-01", "none", "2026-02-02"),
    Day("an accident at 23:59 gives its own day as day zero", "2026-09-18T23:59:59+08:00", "10wd", "2026-10-09"),
    Day("one second later it is the next day", "2026-09-19T00:00+08:00", "1wd", "2026-09-20"),
    Day("a moment abroad has its day here", "2026-03-31T20:00-05:00", "1m", "2026-05-01", "none", "2026-05-06"),
]

HOURS = [
    Moment("one hour", "2026-09-18T14:20+08:00", "1h", "2026-09-18T07:20Z", "2026-09-18"),
    Moment("through midnight into a holiday", "2026-09-30T23:30+08:00", "2小时", "2026-09-30T17:30Z", "2026-10-01"),
    Moment("two hours into the next year", "2026-12-31T23:00+08:00", "2h", "2026-12-31T17:00Z", "2027-01-01"),
    Moment("a moment without a zone is one here", "2026-02-28T22:30", "2h", "2026-02-28T16:30Z", "2026-03-01"),
    Moment("a day of hours to 29 February", "2024-02-28T10:00+08:00", "24h", "2024-02-29T02:00Z", "2024-02-29"),
    Moment("hours run through a festival", "2026-02-14T18:00+08:00", "216h", "2026-02-23T10:00Z", "2026-02-23"),
    Moment("hours before", "2026-10-01T09:00+08:00", "-24h", "2026-09-30T01:00Z", "2026-09-30"),
    Moment("no hours: at once", "2026-10-01T09:00+08:00", "0h", "2026-10-01T01:00Z", "2026-10-01"),
    Moment("a moment in UTC ends on a day here", "2025-12-31T15:30Z", "1h", "2025-12-31T16:30Z", "2026-01-01"),
]


def anchor(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def deadline(case: Day | Moment, roll: str = "none", exclude: int = 0) -> Deadline:
    start, limit = anchor(case.start), parse_limit(case.limit)
    return compute_deadline(start, limit, CALENDAR, SHANGHAI, roll=Roll(roll), exclude=exclude)


DATED = [*WORKING_DAYS, *WORKING_DAYS_BEFORE, *DAYS_AND_WEEKS, *MONTHS_AND_YEARS, *PROVISIONAL, *FROM_MOMENTS]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.says) for case in DATED])
def test_a_deadline_falls_on_the_day_worked_out_by_hand(case: Day) -> None:
    found = deadline(case, case.roll, case.exclude)
    assert str(found.due) == case.due
    assert str(found.rolled) == (case.rolled or case.due)
    assert found.provisional is case.provisional


@pytest.mark.parametrize("case", [pytest.param(case, id=case.says) for case in HOURS])
def test_a_limit_in_hours_ends_at_the_moment_worked_out_by_hand(case: Moment) -> None:
    found = deadline(case)
    assert found.ends_at == datetime.fromisoformat(case.ends_at)
    assert (str(found.due), found.rolled, found.literal) == (case.due, found.due, found.due)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.says) for case in WORKING_DAYS])
def test_a_due_day_ends_at_midnight_here_which_is_sixteen_hundred_in_utc(case: Day) -> None:
    found = deadline(case, case.roll, case.exclude)
    assert found.ends_at == datetime.combine(date.fromisoformat(case.due), datetime.min.time(), UTC).replace(hour=16)
