"""Ladders: the moment at which each step speaks, and the hours and days on which anything may be said."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.deadlines import local_moment, shift_day
from obligations.ladders import PROVISIONAL_LEAD, SpeakingTime, is_repeat, ladder
from obligations.limits import Limit, Unit
from obligations.policies import OfficeHours, Policy, Speaking, SpeakingDays, Stage, Step
from obligations.tasks import PlannedTask
from tests.obligations.building import (
    CALENDAR,
    DAY,
    MINUTE,
    OFFICE_HOURS,
    SHANGHAI,
    STANDARD,
    URGENT,
    day,
    due_days,
    first_rungs,
    instants,
    lengthy,
    limit,
    moment,
    moments,
    plan,
    plan_in_hours,
    plans,
    policies,
    policy,
    shanghai,
    speaking,
    step,
    unhurried,
)

OPENING = time(9)
ANY_TIME = OfficeHours(time(0), None)
hours = st.sampled_from((OfficeHours(OPENING, time(17, 30)), OfficeHours(time(8, 30), time(12)), ANY_TIME))
speaking_times = st.builds(speaking, st.sampled_from(SpeakingDays), hours)
offsets = st.builds(Limit, st.integers(-30, 30), st.sampled_from((Unit.DAYS, Unit.WORKING_DAYS, Unit.WEEKS)))


def opened_long_ago(due: str | date) -> PlannedTask:
    """A task whose opening keeps no step from its moment."""
    last = day(due) if isinstance(due, str) else due
    return plan(last, last - timedelta(days=400))


def day_of(task: PlannedTask, at: Limit, days: SpeakingDays = SpeakingDays.WORKING) -> date:
    """The local day on which a single step speaks."""
    (rung,) = first_rungs(task, policy(Step("only", at, Stage.REMIND, ("assignee",), ("email",)), days=days))
    return shanghai(rung.moment).date()


# --- when anything may be said


@pytest.mark.parametrize(
    ("says", "at", "allowed"),
    [
        ("the opening", "2026-06-29T09:00", True),
        ("a minute before the opening", "2026-06-29T08:59", False),
        ("a minute before the close", "2026-06-29T17:29", True),
        ("the close", "2026-06-29T17:30", False),
        ("a Sunday", "2026-06-28T10:00", False),
        ("a holiday on a weekday", "2026-10-01T10:00", False),
        ("a Saturday that is made up", "2026-10-10T10:00", True),
    ],
)
def test_notices_go_out_in_office_hours_of_working_days(says: str, at: str, allowed: bool) -> None:
    assert speaking().allows(moment(at)) is allowed, says


def test_where_all_days_may_speak_the_hours_still_bind() -> None:
    assert speaking(SpeakingDays.ALL).allows(moment("2026-10-01T10:00"))
    assert not speaking(SpeakingDays.ALL).allows(moment("2026-10-01T08:00"))


@given(instants)
@unhurried
def test_all_hours_of_all_days_mean_at_any_time(at: datetime) -> None:
    assert speaking(SpeakingDays.ALL, ANY_TIME).next_from(at) == at


@given(speaking_times, instants)
@unhurried
def test_the_next_moment_to_speak_is_the_first_that_is_allowed(times: SpeakingTime, at: datetime) -> None:
    following = times.next_from(at)
    assert times.allows(following)
    assert following >= at
    assert (following == at) is times.allows(at)
    if following > at:
        assert shanghai(following).time() == times.hours.opens
        assert not times.allows(following - timedelta(microseconds=1)) or times.hours == ANY_TIME
        waiting = range(0, int((following - at) / MINUTE), 15)
        assert not any(times.allows(at + offset * MINUTE) for offset in waiting)


# --- each step's moment


def test_the_standard_ladder_speaks_at_nine_on_the_days_worked_out_by_hand() -> None:
    assert moments(opened_long_ago("2026-09-30"), STANDARD, 9) == {
        "-30d": "2026-08-31T09:00",
        "-7wd": "2026-09-20T09:00",  # a make-up Sunday; 25 September is Mid-Autumn
        "-1wd": "2026-09-29T09:00",
        "+1wd": "2026-10-08T09:00",
        "+5wd": "2026-10-13T09:00",
        "+10wd": "2026-10-20T09:00",
        "repeat-1": "2026-10-27T09:00",
        "repeat-2": "2026-11-03T09:00",
        "repeat-3": "2026-11-10T09:00",
    }


def test_the_urgent_ladder_speaks_at_once_and_then_at_nine() -> None:
    assert moments(plan("2026-10-09", "2026-10-03T02:17"), URGENT, 9) == {
        "start": "2026-10-03T02:17",
        "-3wd": "2026-10-08T09:00",  # its own day, 29 September, was before the task opened
        "-1wd": "2026-10-08T09:00",
        "+1wd": "2026-10-10T09:00",
        "+3wd": "2026-10-13T09:00",
        "+5wd": "2026-10-15T09:00",
        "+10wd": "2026-10-22T09:00",
        "+15wd": "2026-10-29T09:00",
        "repeat-1": "2026-11-03T09:00",
    }


@pytest.mark.parametrize(
    ("says", "opens", "speaks"),
    [
        ("at night", "2026-06-29T03:00", "2026-06-29T09:00"),
        ("in office hours", "2026-06-29T11:20", "2026-06-29T11:20"),
        ("in the evening", "2026-06-29T18:00", "2026-06-30T09:00"),
        ("on the eve of a festival", "2026-09-30T17:30", "2026-10-08T09:00"),
        ("in a festival", "2026-10-03T12:00", "2026-10-08T09:00"),
    ],
)
def test_a_start_that_is_not_urgent_waits_until_it_may_speak(says: str, opens: str, speaks: str) -> None:
    assert moments(plan("2026-12-01", opens), policy(step("start"))) == {"start": speaks}, says


@given(plans())
@unhurried
def test_an_urgent_start_speaks_at_once_on_any_day_at_any_hour(task: PlannedTask) -> None:
    (rung,) = first_rungs(task, policy(step("start", urgent=True)))
    assert rung.moment == task.opens_at


@pytest.mark.parametrize(
    ("at", "speaks"),
    [
        pytest.param("-1d", "2026-09-30", id="before the due day: the working day before"),
        pytest.param("0d", "2026-09-30", id="on the due day: the working day before"),
        pytest.param("+1d", "2026-10-08", id="after the due day: the working day after"),
        pytest.param("-1w", "2026-09-24", id="a week before, in Mid-Autumn: the day before that"),
        pytest.param("+1w", "2026-10-09", id="a week after: that day"),
        pytest.param("-1wd", "2026-09-30", id="the first working day before"),
        pytest.param("+1wd", "2026-10-08", id="the first working day after"),
    ],
)
def test_a_step_moves_off_a_day_without_speech_to_its_own_side_of_the_due_day(at: str, speaks: str) -> None:
    assert day_of(opened_long_ago("2026-10-02"), limit(at)) == day(speaks)


@given(due_days.filter(lambda due: due < CALENDAR.provisional_from), offsets)
@unhurried
def test_up_to_the_due_day_a_step_speaks_on_the_last_working_day_until_its_day_and_after_it_on_the_first_from_it(
    due: date, at: Limit
) -> None:
    wanted = shift_day(due, at, CALENDAR)
    speaks = day_of(opened_long_ago(due), at)
    assert CALENDAR.is_working(speaks)
    first, last = sorted((wanted, speaks))
    assert speaks <= wanted if at.amount <= 0 else speaks >= wanted
    between = ((first if speaks > wanted else first + DAY) + offset * DAY for offset in range((last - first).days))
    assert not any(CALENDAR.is_working(each) for each in between)


@given(due_days.filter(lambda due: due < CALENDAR.provisional_from), offsets)
@unhurried
def test_where_all_days_may_speak_a_step_stays_on_its_day(due: date, at: Limit) -> None:
    assert day_of(opened_long_ago(due), at, SpeakingDays.ALL) == shift_day(due, at, CALENDAR)


@given(plans(), policies())
@unhurried
def test_every_step_that_is_not_urgent_speaks_in_office_hours_on_a_day_that_may_speak(
    task: PlannedTask, of: Policy
) -> None:
    times = speaking(of.days)
    assert all(times.allows(rung.moment) for rung in first_rungs(task, of) if not rung.step.urgent)


@given(plans(), policies())
@unhurried
def test_no_step_speaks_before_the_task_opens(task: PlannedTask, of: Policy) -> None:
    assert all(rung.moment >= task.opens_at for rung in first_rungs(task, of))


@given(plans(), policies())
@unhurried
def test_steps_speak_in_order_each_once_and_all_of_them_before_any_repeat(task: PlannedTask, of: Policy) -> None:
    found = first_rungs(task, of)
    assert all(one.moment <= other.moment for one, other in pairwise(found))
    assert {rung.step.name for rung in found[: len(of.steps)]} == {each.name for each in of.steps}
    repeats = [f"repeat-{number + 1}" for number in range(20 - len(of.steps))] if of.repeat else []
    assert [rung.step.name for rung in found[len(of.steps) :]] == repeats


def test_an_urgent_step_keeps_its_day_and_speaks_at_the_opening() -> None:
    assert moments(opened_long_ago("2026-10-02"), policy(step("+1d", urgent=True))) == {"+1d": "2026-10-03T09:00"}


# --- provisional due days


def test_before_a_provisional_due_day_reminders_come_a_week_earlier_and_after_it_nothing_changes() -> None:
    task = opened_long_ago("2027-01-29")
    assert task.provisional
    assert moments(task, STANDARD, 6) == {
        "-30d": "2026-12-23T09:00",  # 30 December, a week earlier
        "-7wd": "2027-01-13T09:00",
        "-1wd": "2027-01-21T09:00",
        "+1wd": "2027-02-01T09:00",
        "+5wd": "2027-02-11T09:00",  # after Spring Festival
        "+10wd": "2027-02-18T09:00",
    }


@given(st.dates(date(2026, 12, 25), date(2028, 12, 31)), offsets)
@unhurried
def test_a_provisional_due_day_is_reminded_a_week_earlier_and_urged_no_earlier(due: date, at: Limit) -> None:
    task = opened_long_ago(due)
    wanted = shift_day(due, at, CALENDAR) - (PROVISIONAL_LEAD if at.amount < 0 else timedelta(0))
    expected = CALENDAR.on_or_before(wanted) if at.amount <= 0 else CALENDAR.on_or_after(wanted)
    assert day_of(task, at) == expected


def test_the_lead_before_a_provisional_due_day_is_seven_days() -> None:
    assert timedelta(days=7) == PROVISIONAL_LEAD


# --- limits in hours


def test_a_task_due_at_a_moment_is_reminded_hours_before_it() -> None:
    task = plan_in_hours("2026-09-18T09:30", "2026-09-18T14:20")
    assert moments(task, policy(step("-1h"), step("+1h"))) == {"-1h": "2026-09-18T13:20", "+1h": "2026-09-18T15:20"}


def test_hours_wait_for_the_opening_unless_they_are_urgent() -> None:
    task = plan_in_hours("2026-09-30T23:30", "2026-10-01T01:30")
    found = moments(task, policy(step("-1h", urgent=True), step("+1h"), step("+2h", urgent=True)))
    assert found == {"-1h": "2026-10-01T00:30", "+1h": "2026-10-08T09:00", "+2h": "2026-10-01T03:30"}


@pytest.mark.parametrize(
    ("says", "ends", "speaks"),
    [
        ("in the evening: that morning", "2026-09-29T20:00", "2026-09-29T09:00"),
        ("at the close: that morning", "2026-09-29T18:30", "2026-09-29T09:00"),
        ("before the opening: the morning before", "2026-09-29T09:30", "2026-09-28T09:00"),
        ("on a Monday before the opening: on Friday", "2026-09-14T08:00", "2026-09-11T09:00"),
        ("in a festival: the morning before it", "2026-10-05T11:00", "2026-09-30T09:00"),
        ("in office hours: at its moment", "2026-09-29T17:00", "2026-09-29T16:00"),
    ],
)
def test_hours_before_the_deadline_on_which_nothing_may_be_said_are_spoken_of_at_the_last_opening_before_them(
    says: str, ends: str, speaks: str
) -> None:
    assert moments(plan_in_hours("2026-09-01T09:00", ends), policy(step("-1h"))) == {"-1h": speaks}, says


def test_hours_before_the_deadline_are_not_spoken_of_before_the_task_opens() -> None:
    assert moments(plan_in_hours("2026-09-29T14:20", "2026-09-29T20:00"), policy(step("-1h"))) == {
        "-1h": "2026-09-29T14:20"
    }


def test_hours_before_a_day_ends_are_spoken_of_in_its_office_hours() -> None:
    assert moments(opened_long_ago("2026-09-29"), policy(step("-1h"))) == {"-1h": "2026-09-29T09:00"}
    assert moments(opened_long_ago("2026-10-05"), policy(step("-1h"))) == {"-1h": "2026-09-30T09:00"}


@st.composite
def tasks_in_hours(draw: st.DrawFn) -> PlannedTask:
    """Tasks that end at a moment, up to twenty days after they open."""
    opens = draw(instants.map(lambda each: each.replace(second=0, microsecond=0)))
    return plan_in_hours(
        f"{shanghai(opens):%Y-%m-%dT%H:%M}",
        f"{shanghai(opens) + timedelta(minutes=draw(st.integers(1, 20 * 1440))):%Y-%m-%dT%H:%M}",
    )


befores = st.builds(Limit, st.integers(-200, -1), st.just(Unit.HOURS)) | offsets.filter(lambda at: at.amount < 0)


@given(tasks_in_hours() | plans(), befores, st.sampled_from(SpeakingDays), hours)
@unhurried
def test_a_step_before_the_end_is_spoken_before_the_end_unless_nothing_may_be_said_from_the_opening_on(
    task: PlannedTask, at: Limit, days: SpeakingDays, office: OfficeHours
) -> None:
    times = speaking(days, office)
    only = policy(Step("only", at, Stage.REMIND, ("assignee",), ("email",)), days=days)
    (rung,) = ladder(task.terms, only, times)
    assert rung.moment < task.ends_at or times.next_from(task.opens_at) >= task.ends_at
    assert rung.moment >= task.opens_at
    assert times.allows(rung.moment)


speakings = st.builds(Speaking, st.sampled_from(SpeakingDays), st.none() | hours | st.just(OfficeHours(time(18), None)))


@given(speakings, speakings, instants)
@unhurried
def test_what_is_said_within_other_hours_too_is_said_when_both_allow_it(
    own: Speaking, others: Speaking, at: datetime
) -> None:
    def allows(times: Speaking) -> bool:
        return speaking(times.days, times.hours or OFFICE_HOURS).allows(at)

    first, second = own.hours or OFFICE_HOURS, others.hours or OFFICE_HOURS
    have_some_in_common = any(first.include(hour) and second.include(hour) for hour in (first.opens, second.opens))
    asked = others if have_some_in_common else replace(others, hours=ANY_TIME)
    assert allows(own.within(others, OFFICE_HOURS)) is (allows(own) and allows(asked))


# --- repeats


def test_repeats_count_from_the_step_that_lies_last_however_the_policy_is_written() -> None:
    task = opened_long_ago("2026-06-30")
    found = moments(task, policy(step("+2w"), step("+1wd"), step("-1m"), every="2wd"), 6)
    assert found["+2w"] == "2026-07-14T09:00"
    assert [found[f"repeat-{number}"] for number in (1, 2, 3)] == [
        "2026-07-16T09:00",
        "2026-07-20T09:00",
        "2026-07-22T09:00",
    ]


def test_repeats_count_from_the_day_to_which_the_last_step_moved() -> None:
    found = moments(opened_long_ago("2026-06-25"), policy(step("+2d"), every="1d"), 3)  # the 27th is a Saturday
    assert found == {"+2d": "2026-06-29T09:00", "repeat-1": "2026-06-30T09:00", "repeat-2": "2026-07-01T09:00"}


@given(plans(), policies(urgent=st.just(False)))
@unhurried
def test_no_repeat_is_spoken_on_the_day_of_the_last_step(task: PlannedTask, of: Policy) -> None:
    known_in_time = replace(task.terms, opens_at=moment("2020-01-01T00:00"))
    found = list(zip(range(len(of.steps) + 1), ladder(known_in_time, of, speaking(of.days)), strict=False))
    last, first_repeat = found[len(of.steps) - 1][1], found[len(of.steps)][1] if of.repeat else None
    if first_repeat is not None and last.moment >= task.ends_at:
        assert shanghai(first_repeat.moment).date() > shanghai(last.moment).date()


@pytest.mark.parametrize("written", [("start",), ("-1h", "+2h")], ids=["at the start only", "in hours only"])
def test_where_no_step_counts_days_repeats_count_from_the_due_day(written: tuple[str, ...]) -> None:
    task = plan_in_hours("2026-06-29T09:00", "2026-06-30T12:00")
    found = moments(task, policy(*map(step, written), every="5wd"), 5)
    assert (found["repeat-1"], found["repeat-2"]) == ("2026-07-07T09:00", "2026-07-14T09:00")


@given(plans(), st.integers(1, 15), st.integers(1, 20))
@unhurried
def test_repeats_come_every_so_many_working_days_after_the_last_step(task: PlannedTask, every: int, last: int) -> None:
    of = policy(step(f"+{last}wd"), every=f"{every}wd")
    step_day, *repeats = [shanghai(rung.moment).date() for rung in first_rungs(task, of, 8)]
    for number, each in enumerate(repeats, start=1):
        assert CALENDAR.count(step_day, each) == number * every


@given(plans(), st.integers(1, 40))
@unhurried
def test_repeats_in_days_come_on_the_first_working_day_from_theirs(task: PlannedTask, every: int) -> None:
    repeats = first_rungs(task, policy(step("+1wd"), every=f"{every}d"), 8)[1:]
    last = CALENDAR.shift(task.due, 1)
    wanted = [CALENDAR.on_or_after(last + timedelta(days=every * number)) for number in range(1, 8)]
    assert [shanghai(rung.moment).date() for rung in repeats] == wanted


def test_a_task_that_becomes_known_long_after_its_due_day_has_its_whole_ladder_at_once() -> None:
    task = plan("2026-06-30", "2026-07-29T10:00")
    found = moments(task, STANDARD, 9)
    assert {found[name] for name in ("-30d", "+10wd", "repeat-1", "repeat-2")} == {"2026-07-29T10:00"}
    assert found["repeat-3"] == "2026-08-04T09:00"


@pytest.mark.parametrize("every", ["5wd", "3d", "1w", "1m", "1y"])
@given(due=st.dates(date(2098, 1, 1), date(2099, 11, 30)))
@lengthy
def test_a_calendar_that_ends_first_ends_the_repeats(every: str, due: date) -> None:
    *_, last = ladder(opened_long_ago(due).terms, policy(step("+10wd"), every=every), speaking())
    assert last.moment < local_moment(CALENDAR.last + DAY, SHANGHAI)


def test_without_a_repeat_a_ladder_ends_with_its_last_step() -> None:
    assert len(list(ladder(opened_long_ago("2026-06-30").terms, policy(step("-1wd"), step("+1wd")), speaking()))) == 2


def test_only_names_of_repeats_are_names_of_repeats() -> None:
    assert is_repeat("repeat-12")
    assert not any(map(is_repeat, ("+5wd", "start", "-30d", "+10wd.approval")))


def test_a_ladder_ends_with_the_calendar() -> None:
    found = moments(plan("2099-12-30", "2099-12-01"), policy(step("-1wd"), step("+1wd"), step("+10wd"), every="5wd"))
    assert found == {"-1wd": "2099-12-22T09:00", "+1wd": "2099-12-31T09:00"}


def test_a_step_before_the_calendar_begins_speaks_when_the_task_opens() -> None:
    found = moments(plan("2004-02-02", "2004-01-30T10:00"), policy(step("-90d"), step("-1wd")))
    assert found == {"-90d": "2004-01-30T10:00", "-1wd": "2004-01-30T10:00"}
