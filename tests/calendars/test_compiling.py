"""Notices become one calendar: later papers, overriding files, regions, versions, and what is still missing."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendars import (
    NoticeCalendar,
    compile_calendar,
    first_missing_notice,
    load_notices,
    shipped_calendar_directory,
)
from config.notices import CalendarNotice, Holiday, Span, parse_span
from obligations.festivals import Festival
from tests.calendars.verified_table import shipped_notices, step
from tests.calendars.whole_notices import whole

NATIONAL = compile_calendar(shipped_notices())
PAPER_OF_2027 = whole("""\
id: cn-2027
paper: 国办发明电〔2026〕9号
published: 2026-11-03
year: 2027
holidays:
  - {name: 元旦, off: 2026-12-31..2027-01-02, work: [2026-12-27]}
  - {name: 春节, off: 2027-02-05..2027-02-11, work: [2027-01-31, 2027-02-13]}
""")


def with_file(directory: Path, text: str) -> list[CalendarNotice]:
    (directory / "added.yaml").write_text(text, encoding="utf-8")
    notices, faults = load_notices([shipped_calendar_directory(), directory])
    assert faults == []
    return notices


def test_a_dropped_in_paper_makes_its_year_final_and_may_change_the_last_week_before(tmp_path: Path) -> None:
    calendar = compile_calendar(with_file(tmp_path, PAPER_OF_2027))
    assert calendar.is_working(date(2026, 12, 27))
    assert not calendar.is_working(date(2026, 12, 31))
    assert calendar.departures[date(2026, 12, 31)].source == "国办发明电〔2026〕9号"
    assert calendar.provisional_from == date(2027, 12, 25)


def test_a_published_year_has_the_days_of_its_paper_and_no_statutory_ones_besides(tmp_path: Path) -> None:
    calendar = compile_calendar(with_file(tmp_path, PAPER_OF_2027))
    sources = {each.source for each in calendar.departures_between(date(2027, 1, 1), date(2027, 12, 24))}
    assert sources == {"国办发明电〔2026〕9号"}


def test_a_file_of_a_shipped_id_overrides_that_paper_field_by_field(tmp_path: Path) -> None:
    notices = with_file(tmp_path, "id: cn-2026\npublished: 2025-11-05\n")
    (changed,) = (each for each in notices if each.id == "cn-2026")
    (shipped,) = (each for each in shipped_notices() if each.id == "cn-2026")
    assert changed == shipped.model_copy(update={"published": date(2025, 11, 5)})


def test_a_paper_that_changes_the_year_may_make_a_day_off_worked_again(tmp_path: Path) -> None:
    notices = with_file(
        tmp_path,
        "id: change\npaper: 国办发明电〔2026〕1号\npublished: 2026-03-02\nyear: 2026\n"
        "changes: 国办发明电〔2025〕7号\nholidays:\n  - {name: 劳动节, off: 2026-05-09, work: 2026-05-05}\n",
    )
    calendar = compile_calendar(notices)
    assert calendar.shift(date(2026, 4, 30), 1) == date(2026, 5, 5)
    assert not calendar.is_working(date(2026, 5, 9))
    assert date(2026, 5, 5) not in calendar.departures


def test_no_directory_is_no_notice_and_no_fault(tmp_path: Path) -> None:
    assert load_notices([tmp_path / "calendars"]) == ([], [])


def test_without_any_notice_every_day_is_provisional() -> None:
    assert compile_calendar([]).is_provisional(date(2004, 1, 1))


@given(st.permutations(shipped_notices()))
def test_the_order_in_which_notices_are_given_makes_no_difference(shuffled: list[CalendarNotice]) -> None:
    assert compile_calendar(shuffled) is NATIONAL


def test_guangxi_rests_on_the_third_of_the_third_month_and_the_nation_works() -> None:
    guangxi = compile_calendar(shipped_notices(), "guangxi")
    days = [date(2025, 3, 31), date(2025, 4, 1)]
    assert [guangxi.is_working(day) for day in days] == [False, False]
    assert [NATIONAL.is_working(day) for day in days] == [True, True]
    assert guangxi.departures[days[0]].name == "壮族三月三"
    assert compile_calendar(shipped_notices(), "广西") is guangxi


def test_a_regional_day_off_decides_a_saturday_that_the_nation_works() -> None:
    guangxi = compile_calendar(shipped_notices(), "广西")
    assert not guangxi.is_working(date(2017, 4, 1))
    assert guangxi.is_working(date(2017, 4, 8))


def test_a_region_without_a_notice_has_the_national_calendar() -> None:
    assert compile_calendar(shipped_notices(), "滨海县") is NATIONAL


def test_a_calendar_is_compiled_once_a_version() -> None:
    again, _ = load_notices([shipped_calendar_directory()])
    assert compile_calendar(again) is NATIONAL


def test_the_version_names_the_last_paper_and_changes_with_any_word_of_a_paper() -> None:
    notices = list(shipped_notices())
    last = notices.index(next(each for each in notices if each.id == "cn-2026"))
    notices[last] = notices[last].model_copy(update={"published": date(2025, 11, 5)})
    changed = compile_calendar(notices)
    assert NATIONAL.version.startswith("cn-2026-")
    assert changed.version.startswith("cn-2026-")
    assert changed.version != NATIONAL.version
    assert compile_calendar(shipped_notices(), "guangxi").version.startswith("guangxi-2026-")


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        pytest.param(date(2026, 10, 31), None, id="in October next year's paper is not late"),
        pytest.param(date(2026, 11, 1), 2027, id="from 1 November it is missing"),
        pytest.param(date(2027, 3, 1), 2027, id="and stays so within its year"),
        pytest.param(date(2028, 12, 1), 2027, id="the first of several is named"),
        pytest.param(date(2025, 12, 31), None, id="a year before nothing was missing"),
    ],
)
def test_the_admin_is_told_which_paper_is_missing(today: date, missing: int | None) -> None:
    assert first_missing_notice(shipped_notices(), today) == missing


def test_the_class_beneath_is_a_workalendar_whose_own_slow_counting_agrees() -> None:
    calendar = NoticeCalendar(NATIONAL.departures.values())
    for start in (date(2020, 1, 17), date(2025, 9, 26), date(2026, 2, 13)):
        assert calendar.add_working_days(start, 10) == step(start, 10)
        assert calendar.sub_working_days(start, 10) == step(start, -10)


def test_the_class_beneath_answers_as_any_workalendar_class_does() -> None:
    calendar = NoticeCalendar(NATIONAL.departures.values())
    national_day, make_up = date(2026, 10, 1), date(2026, 10, 10)
    assert calendar.name == "Mainland China"
    assert calendar.get_holiday_label(national_day) == "国庆节"
    assert calendar.is_holiday(national_day)
    assert not calendar.is_working_day(datetime(2026, 10, 1, 9, 0))  # noqa: DTZ001 # workalendar takes naive ones too
    assert calendar.is_working_day(national_day, extra_working_days=[national_day])
    assert not calendar.is_working_day(make_up, extra_holidays=[make_up])
    assert len(calendar.holidays(2027)) == 13


@given(st.dates(date(2004, 1, 1), date(2099, 12, 1)), st.integers(0, 30))
def test_a_span_is_read_back_as_its_days(first: date, length: int) -> None:
    last = date.fromordinal(first.toordinal() + length)
    span = parse_span(f"{first}..{last}")
    assert span == Span(first, last)
    assert list(span) == [date.fromordinal(first.toordinal() + offset) for offset in range(length + 1)]


def test_one_day_needs_no_list() -> None:
    holiday = Holiday.model_validate({"name": "元旦", "off": "2027-01-01", "work": "2027-01-03"})
    assert holiday.off == (Span(date(2027, 1, 1), date(2027, 1, 1)),)
    assert holiday.work == (Span(date(2027, 1, 3), date(2027, 1, 3)),)


CHANGE_OF_2026 = """\
id: cn-2026-change
paper: 国办发明电〔2026〕3号
published: 2026-08-01
year: 2026
changes: 国办发明电〔2025〕7号
holidays:
  - {name: 国庆节, off: 2026-10-02..2026-10-08, work: [2026-10-01]}
"""


def test_a_paper_that_changes_a_year_moves_the_festivals_with_the_working_days(tmp_path: Path) -> None:
    calendar = compile_calendar(with_file(tmp_path, CHANGE_OF_2026))
    assert calendar.is_working(date(2026, 10, 1))
    assert calendar.festivals[Festival.NATIONAL_DAY, 2026] == date(2026, 10, 2)
    moved = {key for key, day in calendar.festivals.items() if NATIONAL.festivals[key] != day}
    assert moved == {(Festival.NATIONAL_DAY, 2026)}


def test_a_paper_that_adds_days_to_a_festival_leaves_its_first_day() -> None:
    assert NATIONAL.festivals[Festival.SPRING_FESTIVAL, 2020] == date(2020, 1, 24)
