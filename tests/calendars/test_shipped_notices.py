"""The shipped papers give the verified table, day for day."""

from datetime import date

import pytest

from config.calendars import compile_calendar
from tests.calendars.verified_table import LAST, every_day, rows, shipped_notices, works

CALENDAR = compile_calendar(shipped_notices())
WORKING_DAYS_A_YEAR = "252 251 251 249 251 250 250 250 249 250 250 249 250 249 250 250 249 250 249 249 251 248 248"


def test_every_day_of_2004_to_2026_is_worked_or_off_as_the_verified_table_says() -> None:
    assert [day for day in every_day() if CALENDAR.is_working(day) != works(day)] == []


def test_every_departure_bears_the_festival_and_the_paper_of_the_verified_table() -> None:
    ours = {day: (each.works, each.name, each.source) for day, each in CALENDAR.departures.items() if day <= LAST}
    assert ours == {day: (row["kind"] == "workday", row["name"], row["source-paper"]) for day, row in rows().items()}


@pytest.mark.parametrize(("year", "count"), list(enumerate(map(int, WORKING_DAYS_A_YEAR.split()), start=2004)))
def test_a_year_has_as_many_working_days_as_its_papers_and_the_law_leave(year: int, count: int) -> None:
    start = date(year, 1, 1)
    assert CALENDAR.count(start, date(year, 12, 31)) + CALENDAR.is_working(start) == count


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        pytest.param(date(2024, 2, 9), True, id="the eve of Spring Festival 2024 was worked"),
        pytest.param(date(2025, 1, 28), False, id="from 2025 the eve is statutory"),
        pytest.param(date(2020, 1, 31), False, id="the extension of 2020 took a Friday"),
        pytest.param(date(2020, 2, 1), False, id="and a Saturday that the first paper had as worked"),
        pytest.param(date(2026, 9, 20), True, id="a Sunday eleven days before the holiday it belongs to"),
        pytest.param(date(2026, 2, 14), True, id="the Saturday before Spring Festival 2026"),
        pytest.param(date(2026, 2, 28), True, id="the Saturday after it"),
        pytest.param(date(2005, 12, 31), True, id="a Saturday that the next year's paper made worked"),
        pytest.param(date(2015, 9, 3), False, id="the holiday of one year only"),
    ],
)
def test_days_people_get_wrong_are_right(day: date, *, worked: bool) -> None:
    assert CALENDAR.is_working(day) is worked


def test_one_paper_a_year_and_three_that_change_one_are_shipped() -> None:
    ordinary = [each.year for each in shipped_notices() if each.arranges_year]
    changing = [each.paper for each in shipped_notices() if each.changes]
    assert ordinary == list(range(2004, 2027))
    assert changing == ["国发明电〔2015〕1号", "国办发明电〔2019〕3号", "国办发明电〔2020〕1号"]


def test_a_paper_that_changes_another_takes_effect_after_it() -> None:
    order = [each.paper for each in shipped_notices()]
    for notice in shipped_notices():
        if notice.changes:
            assert order.index(notice.changes) < order.index(notice.paper)


def test_without_the_extension_of_2020_its_saturday_is_worked_as_the_first_paper_said() -> None:
    before = compile_calendar([each for each in shipped_notices() if each.id != "cn-2020-spring-festival"])
    assert before.is_working(date(2020, 2, 1))
    assert before.departures[date(2020, 2, 1)].source == "国办发明电〔2019〕16号"


def test_before_it_was_changed_labour_day_2019_was_one_day_off() -> None:
    before = compile_calendar([each for each in shipped_notices() if each.id != "cn-2019-labour-day"])
    assert [day for day in range(1, 6) if not before.is_working(date(2019, 5, day))] == [1, 4, 5]
