"""Lamps: green while there is time, yellow when little is left, red when it is overdue."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.deadlines import end_of_day
from obligations.lamps import Lamp, lamp
from obligations.tasks import Task
from tests.obligations.building import (
    CALENDAR,
    DAY,
    SHANGHAI,
    day,
    due_days,
    moment,
    plan,
    plan_in_hours,
    shanghai,
    unhurried,
)

ORDER = (Lamp.GREEN, Lamp.YELLOW, Lamp.RED)


def shown(due: str, now: str) -> Lamp:
    return lamp(Task(plan(due)), CALENDAR, shanghai(moment(now)))


@pytest.mark.parametrize(
    ("says", "due", "now", "expected"),
    [
        ("eight working days left", "2026-06-30", "2026-06-17T23:59", Lamp.GREEN),
        ("seven left, Dragon Boat not counted", "2026-06-30", "2026-06-18T00:00", Lamp.YELLOW),
        ("the due day itself", "2026-06-30", "2026-06-30T00:00", Lamp.YELLOW),
        ("its last minute", "2026-06-30", "2026-06-30T23:59", Lamp.YELLOW),
        ("midnight", "2026-06-30", "2026-07-01T00:00", Lamp.RED),
        ("three weeks of days but seven of work", "2026-10-12", "2026-09-24T12:00", Lamp.YELLOW),
        ("the day before that", "2026-10-12", "2026-09-23T12:00", Lamp.GREEN),
        ("due in a holiday", "2026-10-03", "2026-10-02T12:00", Lamp.YELLOW),
        ("long overdue", "2026-06-30", "2026-12-31T12:00", Lamp.RED),
    ],
)
def test_a_lamp_shows_how_much_time_is_left(says: str, due: str, now: str, expected: Lamp) -> None:
    assert shown(due, now) is expected, says


def test_a_task_in_hours_turns_red_at_its_moment_not_at_midnight() -> None:
    task = Task(plan_in_hours("2026-09-18T12:20", "2026-09-18T14:20"))
    assert lamp(task, CALENDAR, shanghai(moment("2026-09-18T14:19"))) is Lamp.YELLOW
    assert lamp(task, CALENDAR, shanghai(moment("2026-09-18T14:20"))) is Lamp.RED


@given(due_days, st.lists(st.integers(-90 * 1440, 30 * 1440), min_size=2))
@unhurried
def test_a_lamp_never_turns_back(due: date, minutes: list[int]) -> None:
    end = end_of_day(due, SHANGHAI)
    seen = [lamp(Task(plan(due)), CALENDAR, shanghai(end + timedelta(minutes=each))) for each in sorted(minutes)]
    assert seen == sorted(seen, key=ORDER.index)


@given(due_days, st.integers(0, 90 * 1440))
@unhurried
def test_a_lamp_is_red_from_the_end_of_the_due_day_and_not_a_moment_before(due: date, minutes: int) -> None:
    end, task = end_of_day(due, SHANGHAI), Task(plan(due))
    assert lamp(task, CALENDAR, shanghai(end + timedelta(minutes=minutes))) is Lamp.RED
    assert lamp(task, CALENDAR, shanghai(end - timedelta(minutes=minutes, microseconds=1))) is not Lamp.RED


@given(due_days)
@unhurried
def test_a_lamp_is_yellow_on_the_last_seven_working_days_and_on_none_before(due: date) -> None:
    first_yellow = CALENDAR.shift(due + DAY, -8)
    assert shown(str(due), f"{first_yellow}T12:00") is Lamp.YELLOW
    assert shown(str(due), f"{first_yellow - DAY}T12:00") is Lamp.GREEN


def test_the_lamps_turn_on_the_days_of_the_supervision_board() -> None:
    turns = [str(day("2026-09-01") + offset * DAY) for offset in range(60)]
    lamps = [shown("2026-09-30", f"{each}T12:00") for each in turns]
    assert turns[lamps.index(Lamp.YELLOW)] == "2026-09-20"
    assert turns[lamps.index(Lamp.RED)] == "2026-10-01"
