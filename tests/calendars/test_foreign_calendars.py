"""Any class of workalendar can be the calendar instead; what it cannot answer is said plainly."""

from datetime import date, timedelta

import pytest
from workalendar.asia import HongKong

from config.calendars import compile_calendar
from obligations.festivals import Festival
from obligations.working_days import CalendarError

HONG_KONG = compile_calendar([], workalendar="asia.HongKong")


@pytest.mark.filterwarnings("ignore:toSolarDate is deprecated")  # workalendar's own call
def test_a_class_of_workalendar_is_compiled_day_for_day() -> None:
    stock = HongKong()
    days = [date(2024, 1, 1) + timedelta(days=offset) for offset in range(3 * 365)]
    assert [HONG_KONG.is_working(day) for day in days] == [stock.is_working_day(day) for day in days]


def test_its_own_holidays_explain_the_days_off() -> None:
    departure = HONG_KONG.departures[date(2026, 7, 1)]
    assert not departure.works
    assert departure.name == "SAR Establishment Day"
    assert departure.source == "workalendar asia.HongKong"


def test_counting_skips_them() -> None:
    assert HONG_KONG.shift(date(2026, 6, 30), 1) == date(2026, 7, 2)


def test_nothing_of_it_is_provisional_and_its_version_names_the_class() -> None:
    assert not HONG_KONG.is_provisional(date(2035, 12, 31))
    assert HONG_KONG.version.startswith("asia.HongKong-")


def test_it_covers_2004_to_2035_unless_told_otherwise() -> None:
    assert (HONG_KONG.first, HONG_KONG.last) == (date(2004, 1, 1), date(2035, 12, 31))
    china = compile_calendar([], workalendar="asia.China", years=(2018, 2023))
    assert (china.first, china.last) == (date(2018, 1, 1), date(2023, 12, 31))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("asia.China", "cannot answer for every day from 2004 to 2035: Need configure", id="years unknown"),
        pytest.param("core.CoreCalendar", "cannot answer for every day", id="no calendar of a place"),
        pytest.param("asia.Atlantis", "has no class 'asia.Atlantis'", id="no such class"),
        pytest.param("atlantis.Capital", "has no class 'atlantis.Capital'", id="no such module"),
        pytest.param("core.LunarMixin", "workalendar.core.LunarMixin is not a calendar", id="not a calendar"),
        pytest.param("HongKong", "'HongKong' names no class", id="no module"),
        pytest.param("os.path", "'os.path' names no class", id="not of the form"),
    ],
)
def test_a_class_that_cannot_be_used_is_refused_with_the_reason(name: str, message: str) -> None:
    with pytest.raises(CalendarError, match=message):
        compile_calendar([], workalendar=name)


def test_it_knows_the_first_days_off_of_its_festivals() -> None:
    assert {festival: HONG_KONG.festivals[festival, 2026] for festival in Festival} == {
        Festival.NEW_YEAR: date(2026, 1, 1),
        Festival.SPRING_FESTIVAL: date(2026, 2, 17),
        Festival.QINGMING: date(2026, 4, 5),
        Festival.LABOUR_DAY: date(2026, 5, 1),
        Festival.DRAGON_BOAT: date(2026, 6, 19),
        Festival.MID_AUTUMN: date(2026, 9, 26),
        Festival.NATIONAL_DAY: date(2026, 10, 1),
    }


def test_it_knows_no_festival_that_the_region_has_not() -> None:
    singapore = compile_calendar([], workalendar="asia.Singapore", years=(2026, 2026))
    assert {festival for festival, _ in singapore.festivals} == {
        Festival.NEW_YEAR, Festival.SPRING_FESTIVAL, Festival.LABOUR_DAY, Festival.NATIONAL_DAY,
    }  # fmt: skip
