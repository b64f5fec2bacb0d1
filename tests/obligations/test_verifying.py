"""Verifying: when who has to confirm a report is asked, and asked again."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.policies import SpeakingDays
from obligations.verifying import asked_again_at
from tests.obligations.building import CALENDAR, SHANGHAI, day, moment, shanghai, speaking, unhurried


@given(st.dates(day("2026-01-01"), day("2026-12-01")), st.times(), st.sampled_from(SpeakingDays))
@unhurried
def test_an_answer_is_asked_for_again_at_the_opening_of_the_fifth_working_day(
    asked: date, at: time, days: SpeakingDays
) -> None:
    times = speaking(days=days)
    again = asked_again_at(datetime.combine(asked, at, SHANGHAI), times)
    assert again is not None
    assert CALENDAR.count(asked, shanghai(again).date()) == 5
    assert CALENDAR.is_working(shanghai(again).date())
    assert shanghai(again).time() == times.hours.opens


@pytest.mark.parametrize("at", ["2026-09-25T00:00", "2026-09-27T23:59"])
def test_holidays_are_no_time_to_answer(at: str) -> None:
    assert asked_again_at(moment(at), speaking()) == moment("2026-10-09T09:00")  # three days, and two after the holiday


def test_where_the_calendar_ends_nobody_is_asked_again() -> None:
    last = datetime.combine(CALENDAR.last, time.min, SHANGHAI)
    assert asked_again_at(last, speaking()) is None
