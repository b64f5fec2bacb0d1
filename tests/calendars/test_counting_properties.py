"""Counting on the arrays equals walking day by day over the verified table, whatever the span."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.calendars import compile_calendar
from obligations.working_days import CalendarError
from tests.calendars.verified_table import FIRST, LAST, shipped_notices, step, works

CALENDAR = compile_calendar(shipped_notices())
MARGIN = timedelta(days=1_300)

days = st.dates(FIRST + MARGIN, LAST - MARGIN)
amounts = st.integers(-400, 400)
positive = st.integers(1, 400)


@given(days, amounts)
def test_shifting_equals_walking_day_by_day(day: date, amount: int) -> None:
    assert CALENDAR.shift(day, amount) == step(day, amount)


@given(days, days)
def test_counting_equals_walking_day_by_day(one: date, other: date) -> None:
    first, last = sorted((one, other))
    walked = sum(works(first + timedelta(days=offset)) for offset in range(1, (last - first).days + 1))
    assert CALENDAR.count(first, last) == walked
    assert CALENDAR.count(last, first) == -walked


@given(days, positive)
def test_counting_to_the_shifted_day_gives_the_amount_back(day: date, amount: int) -> None:
    assert CALENDAR.count(day, CALENDAR.shift(day, amount)) == amount


@given(days, amounts)
def test_from_a_working_day_shifting_back_undoes_shifting(day: date, amount: int) -> None:
    start = CALENDAR.on_or_after(day)
    assert CALENDAR.shift(CALENDAR.shift(start, amount), -amount) == start


@given(days, amounts.filter(bool))
def test_a_shifted_day_is_worked_and_is_never_the_start(day: date, amount: int) -> None:
    shifted = CALENDAR.shift(day, amount)
    assert works(shifted)
    assert (shifted > day) == (amount > 0)
    assert shifted != day


@given(days, st.integers(0, 30), amounts)
def test_a_later_start_never_ends_earlier(day: date, later: int, amount: int) -> None:
    assert CALENDAR.shift(day, amount) <= CALENDAR.shift(day + timedelta(days=later), amount)


@given(days, amounts)
def test_one_day_more_ends_on_a_later_day(day: date, amount: int) -> None:
    assume(amount not in {0, -1})
    assert CALENDAR.shift(day, amount) < CALENDAR.shift(day, amount + 1)


@given(days, positive, positive)
def test_it_makes_no_difference_to_count_in_two_parts(day: date, one: int, other: int) -> None:
    assert CALENDAR.shift(CALENDAR.shift(day, one), other) == CALENDAR.shift(day, one + other)
    assert CALENDAR.shift(CALENDAR.shift(day, -one), -other) == CALENDAR.shift(day, -one - other)


@given(days, days, days)
def test_counts_of_adjoining_spans_add_up(one: date, two: date, three: date) -> None:
    assert CALENDAR.count(one, two) + CALENDAR.count(two, three) == CALENDAR.count(one, three)


@given(days)
def test_rolling_stops_at_the_nearest_working_day_on_its_side(day: date) -> None:
    after, before = CALENDAR.on_or_after(day), CALENDAR.on_or_before(day)
    assert before <= day <= after
    assert (before == after == day) == works(day)
    between = [before + timedelta(days=offset) for offset in range(1, (after - before).days)]
    assert not any(works(each) for each in between)


@given(st.dates(date(1990, 1, 1), date(2003, 12, 31)))
def test_a_day_before_2004_is_an_error_even_on_a_weekend(day: date) -> None:
    for ask in (CALENDAR.is_working, CALENDAR.on_or_after, lambda each: CALENDAR.shift(each, 0)):
        with pytest.raises(CalendarError, match="covers 2004-01-01 to 2099-12-31"):
            ask(day)


@given(st.dates(FIRST, FIRST + MARGIN), st.integers(1_301, 5_000))
def test_counting_back_out_of_the_calendar_is_an_error_not_a_guess(day: date, amount: int) -> None:
    with pytest.raises(CalendarError, match="lies outside the calendar"):
        CALENDAR.shift(day, -amount)
