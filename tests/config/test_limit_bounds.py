"""Bounds of time limits: what is certain of them, whatever the day that they run from."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.limit_bounds import ends_later, fits_into, room_in
from obligations.deadlines import Roll, compute_deadline, compute_window_deadline, local_day, shift_day
from obligations.limits import Limit, Unit
from obligations.windows import parse_every
from tests.obligations.building import CALENDAR, SHANGHAI, limit, unhurried

PERIODS = ("month", "quarter", "half_year", "year", "2 years", "3 years", "5 years")
in_days = st.builds(Limit, st.integers(-40, 40), st.sampled_from([unit for unit in Unit if unit is not Unit.HOURS]))
moments = st.datetimes(datetime(2048, 1, 1), datetime(2052, 12, 31), timezones=st.just(SHANGHAI))  # noqa: DTZ001
limits = in_days | st.builds(Limit, st.integers(-200, 200), st.just(Unit.HOURS))


@pytest.mark.parametrize("period", PERIODS)
def test_in_every_window_of_the_calendar_there_is_the_room_that_is_promised(period: str) -> None:
    every = parse_every(period)
    room = room_in(every)
    windows = list(every.windows(date(2010, 1, 1), date(2090, 12, 31)))
    assert min((each.last - each.first).days for each in windows) >= room.days
    furthest = Limit(-room.working_days, Unit.WORKING_DAYS)
    assert all(shift_day(each.last, furthest, CALENDAR) >= each.first for each in windows)


@pytest.mark.parametrize("period", PERIODS)
@given(by=in_days.filter(lambda each: each.amount < 0))
@unhurried
def test_what_fits_into_a_period_is_due_within_each_of_its_windows(period: str, by: Limit) -> None:
    every = parse_every(period)
    for window in every.windows(date(2024, 1, 1), date(2029, 12, 31)):
        if fits_into(by, every):
            assert window.first <= shift_day(window.last, by, CALENDAR) <= window.last
        assert window.first <= compute_window_deadline(window, by, CALENDAR).due <= window.last


@pytest.mark.parametrize(
    ("period", "by"), [("month", "-27d"), ("month", "-15wd"), ("quarter", "-2m"), ("quarter", "-12w"), ("year", "-11m")]
)
def test_an_earlier_clock_that_leaves_a_day_in_each_window_fits(period: str, by: str) -> None:
    assert fits_into(limit(by), parse_every(period))


@given(moments, in_days, limits, st.sampled_from(Roll))
@unhurried
def test_what_certainly_ends_later_does_so_from_any_moment(at: datetime, one: Limit, other: Limit, roll: Roll) -> None:
    if ends_later(one, other, rolled_on=roll is Roll.NEXT):
        due = compute_deadline(at, other, CALENDAR, SHANGHAI, roll=roll).due
        assert shift_day(local_day(at, SHANGHAI), one, CALENDAR) > due


@pytest.mark.parametrize(
    ("one", "other"), [("1m", "0d"), ("1wd", "0d"), ("2wd", "1wd"), ("-2m", "-3m"), ("1y", "11m"), ("2d", "23h")]
)
def test_a_limit_that_is_longer_whatever_the_day_ends_later(one: str, other: str) -> None:
    assert ends_later(limit(one), limit(other))


@pytest.mark.parametrize(("one", "other"), [("10m", "1y"), ("7d", "1w"), ("30d", "1m"), ("10d", "8wd"), ("1d", "2h")])
def test_a_limit_that_may_end_sooner_or_on_the_same_day_does_not_certainly_end_later(one: str, other: str) -> None:
    assert not ends_later(limit(one), limit(other))
