"""Deadlines: properties of time, and what is refused. The days themselves are in `tests.calendars`."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.deadlines import (
    Deadline,
    Roll,
    add_months,
    compute_deadline,
    end_of_day,
    local_day,
    local_moment,
    shift_day,
)
from obligations.limits import Limit, LimitError, Unit
from obligations.working_days import CalendarError
from tests.obligations.building import CALENDAR, DAY, SHANGHAI, day, due_days, instants, limit, moment, unhurried

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
months = st.integers(-600, 600)
rolls = st.sampled_from(Roll)
zones = st.sampled_from([ZoneInfo(name) for name in ("Asia/Shanghai", "Asia/Kathmandu", "Europe/Berlin", "UTC")])
dated_limits = st.builds(
    Limit, st.integers(-300, 300), st.sampled_from([each for each in Unit if each is not Unit.HOURS])
)
short_limits = st.builds(Limit, st.integers(-20, 20), st.sampled_from([Unit.MONTHS, Unit.WEEKS, Unit.WORKING_DAYS]))


def deadline(start: date | datetime, of: Limit | str, roll: Roll = Roll.NONE, exclude: int = 0) -> Deadline:
    parsed = limit(of) if isinstance(of, str) else of
    return compute_deadline(start, parsed, CALENDAR, SHANGHAI, roll=roll, exclude=exclude)


# --- adding months


@given(days, months)
@unhurried
def test_adding_months_lands_in_the_month_so_many_later(start: date, amount: int) -> None:
    found = add_months(start, amount)
    assert (found.year * 12 + found.month) - (start.year * 12 + start.month) == amount


@given(days, months)
@unhurried
def test_adding_months_keeps_the_day_or_takes_the_months_last(start: date, amount: int) -> None:
    found = add_months(start, amount)
    last = monthrange(found.year, found.month)[1]
    assert found.day == start.day or found.day == last < start.day


@given(days, months, months)
@unhurried
def test_up_to_the_28th_months_add_up_and_are_undone(start: date, one: int, other: int) -> None:
    start = start.replace(day=min(start.day, 28))
    assert add_months(add_months(start, one), other) == add_months(start, one + other)
    assert add_months(add_months(start, one), -one) == start


@given(days, st.integers(0, 400), months)
@unhurried
def test_a_later_day_never_gives_an_earlier_month_end(start: date, later: int, amount: int) -> None:
    assert add_months(start, amount) <= add_months(start + timedelta(days=later), amount)


@given(days, st.integers(-30, 30))
@unhurried
def test_a_year_is_twelve_months_and_a_week_seven_days(start: date, amount: int) -> None:
    assert shift_day(start, Limit(amount, Unit.YEARS), CALENDAR) == add_months(start, 12 * amount)
    assert shift_day(start, Limit(amount, Unit.WEEKS), CALENDAR) == start + timedelta(days=7 * amount)


# --- days and instants


@given(days, zones)
@unhurried
def test_a_day_ends_where_the_next_one_begins(at: date, zone: ZoneInfo) -> None:
    assert end_of_day(at, zone) == local_moment(at + DAY, zone)
    assert local_day(end_of_day(at, zone), zone) == at + DAY
    assert local_day(end_of_day(at, zone) - timedelta(microseconds=1), zone) == at


@given(instants, zones)
@unhurried
def test_an_instant_lies_within_its_local_day(at: datetime, zone: ZoneInfo) -> None:
    there = local_day(at, zone)
    assert local_moment(there, zone) <= at < end_of_day(there, zone)


def test_a_plain_day_is_itself_in_every_zone() -> None:
    assert local_day(day("2026-06-30"), ZoneInfo("Pacific/Kiritimati")) == day("2026-06-30")


def test_a_moment_without_a_zone_is_taken_to_be_in_the_configured_one() -> None:
    bare = datetime(2026, 6, 30, 23, 30)  # noqa: DTZ001 - what the test is about
    assert local_day(bare, SHANGHAI) == day("2026-06-30")
    assert local_moment(bare, SHANGHAI) == datetime(2026, 6, 30, 15, 30, tzinfo=UTC)


# --- deadlines


@given(due_days, dated_limits, rolls)
@unhurried
def test_the_day_that_counts_is_the_last_one_rolled_as_the_rule_says(start: date, of: Limit, roll: Roll) -> None:
    try:
        found = deadline(start, of, roll)
    except CalendarError:
        return
    assert found.literal == shift_day(start, of, CALENDAR)
    assert found.rolled == CALENDAR.on_or_after(found.literal)
    expected = {Roll.NONE: found.literal, Roll.NEXT: found.rolled, Roll.PREVIOUS: CALENDAR.on_or_before(found.literal)}
    assert found.due == expected[roll]
    assert found.ends_at == end_of_day(found.due, SHANGHAI)


@given(instants, short_limits, rolls)
@unhurried
def test_a_moment_gives_the_same_deadline_as_its_day(start: datetime, of: Limit, roll: Roll) -> None:
    of_moment, of_day = deadline(start, of, roll), deadline(local_day(start, SHANGHAI), of, roll)
    assert (of_moment.due, of_moment.ends_at, of_moment.day_zero) == (of_day.due, of_day.ends_at, of_day.day_zero)


@given(
    due_days, st.builds(Limit, st.integers(0, 200), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS])), st.integers(0, 60)
)
@unhurried
def test_days_that_do_not_count_lengthen_a_limit_in_its_own_kind_of_day(start: date, of: Limit, exclude: int) -> None:
    assert deadline(start, of, exclude=exclude).due == deadline(start, Limit(of.amount + exclude, of.unit)).due


@given(due_days, st.builds(Limit, st.integers(0, 24), st.sampled_from([Unit.WEEKS, Unit.MONTHS])), st.integers(0, 60))
@unhurried
def test_days_that_do_not_count_are_added_after_weeks_and_months(start: date, of: Limit, exclude: int) -> None:
    assert deadline(start, of, exclude=exclude).due == deadline(start, of).due + timedelta(days=exclude)


@given(due_days, st.integers(0, 30), short_limits, rolls)
@unhurried
def test_a_later_anchor_never_has_an_earlier_deadline(start: date, later: int, of: Limit, roll: Roll) -> None:
    assert deadline(start, of, roll).due <= deadline(start + timedelta(days=later), of, roll).due


@given(instants, st.integers(-2_000, 2_000))
@unhurried
def test_hours_run_through_nights_and_holidays_and_never_roll(start: datetime, hours: int) -> None:
    plain, rolled = (deadline(start, Limit(hours, Unit.HOURS), roll) for roll in (Roll.NONE, Roll.NEXT))
    assert plain.ends_at == rolled.ends_at == start + timedelta(hours=hours)
    assert plain.due == rolled.due == local_day(plain.ends_at, SHANGHAI)
    assert not plain.provisional


@given(st.dates(date(2026, 11, 15), date(2027, 2, 15)), short_limits, rolls)
@unhurried
def test_a_deadline_is_provisional_if_and_only_if_a_day_it_needs_is_not_published(
    start: date, of: Limit, roll: Roll
) -> None:
    found = deadline(start, of, roll)
    needed = [found.rolled, *([start] if of.unit is Unit.WORKING_DAYS else [])]
    assert found.provisional is any(each >= CALENDAR.provisional_from for each in needed)


# --- what is refused


def test_hours_from_a_plain_day_are_refused_with_the_form_that_is_needed() -> None:
    with pytest.raises(LimitError, match="2h runs from a moment; give the time of day too, as in 2026-09-18T14:20"):
        deadline(day("2026-09-18"), "2h")


def test_a_day_cannot_be_shifted_by_hours() -> None:
    with pytest.raises(LimitError, match="2h runs from a moment"):
        shift_day(day("2026-09-18"), limit("2h"), CALENDAR)


def test_days_cannot_be_left_out_of_hours() -> None:
    with pytest.raises(LimitError, match="cannot exclude days from 2h, which is counted in hours"):
        deadline(moment("2026-09-18T14:20"), "2h", exclude=1)


@pytest.mark.parametrize("exclude", [1, 30])
def test_days_cannot_be_left_out_of_a_limit_that_counts_back(exclude: int) -> None:
    with pytest.raises(LimitError, match="only a limit that counts on can leave days out"):
        deadline(day("2026-09-18"), "-10d", exclude=exclude)


def test_fewer_than_no_days_cannot_be_left_out() -> None:
    with pytest.raises(LimitError, match="cannot exclude -1 days from 10d"):
        deadline(day("2026-09-18"), "10d", exclude=-1)


@pytest.mark.parametrize(
    ("start", "of"),
    [
        pytest.param("2003-12-31", "10d", id="an anchor before the calendar"),
        pytest.param("2100-01-01", "-10d", id="an anchor after the calendar"),
        pytest.param("2099-12-01", "31d", id="a last day after the calendar"),
        pytest.param("2099-12-01", "50wd", id="working days that run out"),
        pytest.param("2004-01-05", "-1m", id="a last day before the calendar"),
        pytest.param("2004-01-05", "-10wd", id="working days that run out backwards"),
    ],
)
def test_a_deadline_that_the_calendar_does_not_cover_is_an_error_not_a_guess(start: str, of: str) -> None:
    with pytest.raises(CalendarError, match="outside the calendar, which covers 2004-01-01 to 2099-12-31"):
        deadline(day(start), of)


@pytest.mark.parametrize("of", ["50y", "600m", "2600w", "18250d"])
def test_a_day_after_the_year_9999_is_an_error_of_the_calendar(of: str) -> None:
    with pytest.raises(CalendarError, match="lies outside the years 1 to 9999"):
        shift_day(day("9998-01-01"), limit(of), CALENDAR)
