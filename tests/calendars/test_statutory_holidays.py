"""Years without a notice: the thirteen statutory days, made up where they fall on a weekend."""

from datetime import date, timedelta

import pytest

from config.calendars import compile_calendar
from config.statutory import SOURCE, qingming, statutory_departures
from tests.calendars.verified_table import shipped_notices

CALENDAR = compile_calendar(shipped_notices())
YEARS = range(2027, 2100)


def days_off(year: int, name: str) -> list[str]:
    return [f"{each.day:%m-%d}" for each in statutory_departures(year) if each.name == name]


@pytest.mark.parametrize("year", YEARS)
def test_thirteen_weekdays_are_off_and_no_weekend_is_worked(year: int) -> None:
    departures = statutory_departures(year)
    assert len({each.day for each in departures}) == 13
    assert all(each.day.year == year and each.day.weekday() < 5 and not each.works for each in departures)


@pytest.mark.parametrize("year", YEARS)
def test_an_unpublished_year_works_all_other_weekdays(year: int) -> None:
    start = date(year, 1, 1)
    all_days = [start + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - start).days)]
    weekdays = sum(day.weekday() < 5 for day in all_days)
    assert sum(CALENDAR.is_working(day) for day in all_days) == weekdays - 13


@pytest.mark.parametrize(
    ("year", "name", "expected"),
    [
        pytest.param(2027, "元旦", ["01-01"], id="New Year on a Friday needs no make-up"),
        pytest.param(2028, "元旦", ["01-03"], id="New Year on a Saturday is made up on Monday"),
        pytest.param(2034, "元旦", ["01-02"], id="New Year on a Sunday is made up on Monday"),
        pytest.param(2027, "春节", ["02-05", "02-08", "02-09", "02-10"], id="an eve on Friday leaves two to make up"),
        pytest.param(2029, "春节", ["02-12", "02-13", "02-14", "02-15"], id="an eve on Monday needs no make-up"),
        pytest.param(2031, "春节", ["01-22", "01-23", "01-24", "01-27"], id="a third day on Saturday gives Monday"),
        pytest.param(2027, "清明节", ["04-05"], id="Qingming 2027 is a Monday"),
        pytest.param(2032, "清明节", ["04-05"], id="Qingming on a Sunday is made up on Monday"),
        pytest.param(2027, "劳动节", ["05-03", "05-04"], id="both Labour Days on a weekend are made up"),
        pytest.param(2027, "国庆节", ["10-01", "10-04", "10-05"], id="National Day 2 and 3 on a weekend are made up"),
        pytest.param(2028, "端午节", ["05-29"], id="Dragon Boat on a Sunday is made up on Monday"),
    ],
)
def test_a_festival_takes_the_days_that_the_law_gives(year: int, name: str, expected: list[str]) -> None:
    assert days_off(year, name) == expected


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        pytest.param(2028, ["10-02", "10-03", "10-04", "10-05"], id="2028: on 3 October, while the 1st is a Sunday"),
        pytest.param(2031, ["10-01", "10-02", "10-03", "10-06"], id="2031: Mid-Autumn on 1 October"),
        pytest.param(2039, ["10-03", "10-04", "10-05", "10-06"], id="2039: on 2 October, which is a Sunday"),
    ],
)
def test_mid_autumn_on_a_national_day_gives_one_more_day(year: int, expected: list[str]) -> None:
    october = [f"{each.day:%m-%d}" for each in statutory_departures(year) if each.day.month == 10]
    assert october == expected


def test_the_law_of_2025_gives_what_the_papers_of_2025_and_2026_build_on() -> None:
    """A paper may only swap: every statutory day, on whatever weekday, is off in it."""
    for year in (2025, 2026):
        statutory = {each.day for each in statutory_departures(year)}
        kept = {day for day in statutory if not CALENDAR.is_working(day)}
        assert statutory == kept


@pytest.mark.parametrize(
    ("year", "day"),
    [(2008, 4), (2011, 5), (2014, 5), (2019, 5), (2023, 5), (2024, 4), (2025, 4), (2026, 5)],
)
def test_qingming_falls_on_the_day_that_the_papers_give(year: int, day: int) -> None:
    assert qingming(year) == date(year, 4, day)


def test_a_provisional_day_names_the_law_as_its_source() -> None:
    assert CALENDAR.departures[date(2027, 2, 8)].source == SOURCE


@pytest.mark.parametrize(
    ("day", "provisional"),
    [
        pytest.param(date(2026, 12, 24), False, id="the eighth last day of the last published year is final"),
        pytest.param(date(2026, 12, 25), True, id="its last week may still be changed by the next paper"),
        pytest.param(date(2027, 6, 1), True, id="and all of a year without a paper"),
    ],
)
def test_a_day_is_provisional_until_the_paper_that_may_decide_it_is_in(day: date, *, provisional: bool) -> None:
    assert CALENDAR.is_provisional(day) is provisional
