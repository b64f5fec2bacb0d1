"""Pace: what must be done several times is spread over its window; only the window's end makes it overdue."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.presenting import present
from notifiers.wording_zh import ZH_CN
from obligations.decisions import decide, next_moment
from obligations.ladders import PACE_PREFIX, ladder, paced_by
from obligations.lamps import Lamp, lamp
from obligations.policies import Policy, Stage
from obligations.rules import Pace
from obligations.tasks import PlannedTask, Task
from tests.notifiers.letters import view
from tests.obligations.building import (
    CALENDAR,
    DAY,
    DIRECTORY,
    SHANGHAI,
    STANDARD,
    city,
    day,
    due_days,
    first_rungs,
    live,
    moment,
    moments,
    obligation,
    organization,
    plan,
    planned,
    policy,
    speaking,
    step,
    unhurried,
)


def paced(times: int, opens: str = "2026-07-01", due: str = "2026-09-30") -> PlannedTask:
    return plan(due, opens, times=times, paced=True, window="2026-Q3")


@st.composite
def windows(draw: st.DrawFn) -> PlannedTask:
    """Windows of any length, some shorter than what must be done in them."""
    due, days = draw(due_days), draw(st.integers(1, 400))
    task = plan(due, due - timedelta(days=days - 1), times=draw(st.integers(1, 60)), paced=True)
    assert (task.due - task.opens).days + 1 == days
    return task


# --- inner due days


@given(windows())
@unhurried
def test_there_is_an_inner_due_day_for_each_time_but_the_last_in_order_within_the_window(task: PlannedTask) -> None:
    inner = task.inner_due_days()
    assert len(inner) == task.times - 1
    assert inner == sorted(inner)
    assert all(task.opens <= each <= task.due for each in inner)


@given(windows())
@unhurried
def test_the_stretches_between_due_days_fill_the_window_and_differ_by_a_day_at_most(task: PlannedTask) -> None:
    ends = [task.opens - DAY, *task.inner_due_days(), task.due]
    stretches = [(later - earlier).days for earlier, later in pairwise(ends)]
    assert sum(stretches) == (task.due - task.opens).days + 1
    if min(stretches) > 0:  # there is at least a day for each time
        assert max(stretches) - min(stretches) <= 1


@given(windows())
@unhurried
def test_what_is_not_paced_has_no_inner_due_days(task: PlannedTask) -> None:
    assert replace(task.terms, paced=False).inner_due_days() == []


def test_twice_a_quarter_is_once_by_the_middle_of_it() -> None:
    assert paced(2).inner_due_days() == [day("2026-08-15")]
    assert paced(3).inner_due_days() == [day("2026-07-30"), day("2026-08-30")]


def test_a_rule_paces_its_tasks_only_if_it_says_so_and_asks_for_more_than_one() -> None:
    def is_paced(**changes: Any) -> bool:
        return planned(city(obligation(every="quarter", **changes)))["ent-01/ent/2026-Q3"].paced

    assert is_paced(times=2, pace=Pace.EVEN)
    assert not is_paced(times=2)
    assert not is_paced(times=1, pace=Pace.EVEN)


def test_who_joins_in_the_midst_of_a_window_paces_what_is_left_of_it() -> None:
    late = organization("ent", since=day("2026-08-31"))
    rule = obligation(every="quarter", times=2, pace=Pace.EVEN)
    task = planned(city(rule, organizations=[late]))["ent-01/ent/2026-Q3"]
    assert (task.opens, task.inner_due_days()) == (day("2026-08-31"), [day("2026-09-14")])


def test_an_extension_spreads_the_pace_over_the_longer_time() -> None:
    rule = obligation(every="quarter", times=2, pace=Pace.EVEN)
    task = planned(city(rule, extensions={"ent-01/ent/2026-Q3": "2026-12-31"}))["ent-01/ent/2026-Q3"]
    assert task.inner_due_days() == [day("2026-09-30")]


# --- behind, and overdue


@given(windows(), st.integers(0, 60), st.integers(-3, 420))
@unhurried
def test_it_is_behind_exactly_if_more_inner_due_days_have_passed_than_it_was_done(
    task: PlannedTask, done: int, later: int
) -> None:
    today = task.opens + timedelta(days=later)
    passed = [each for each in task.inner_due_days() if each < today]
    assert Task(task, completions=done).is_behind(today) is (len(passed) > done)


def test_on_an_inner_due_day_itself_it_is_not_behind_yet() -> None:
    task = Task(paced(2))
    assert [task.is_behind(day(on)) for on in ("2026-08-15", "2026-08-16")] == [False, True]
    assert not replace(task, completions=1).is_behind(day("2026-09-30"))


@given(windows(), st.integers(0, 420))
@unhurried
def test_only_the_end_of_the_window_makes_it_overdue(task: PlannedTask, later: int) -> None:
    now = datetime.combine(task.opens, datetime.min.time(), SHANGHAI) + timedelta(days=later, hours=12)
    assert (lamp(Task(task), CALENDAR, now) is Lamp.RED) is (now.date() > task.due)


# --- what is said


def paces(of: Iterable[str]) -> list[str]:
    return [name for name in of if name.startswith(PACE_PREFIX)]


def test_each_inner_due_day_is_reminded_the_working_day_before_to_those_who_are_reminded_last() -> None:
    task = paced(3)
    assert moments(task, STANDARD)["pace-1"] == "2026-07-29T09:00"
    assert moments(task, STANDARD)["pace-2"] == "2026-08-28T09:00"  # 30 August is a Sunday, 28 August a Friday
    told = {rung.step.name: (rung.step.stage, rung.step.tell) for rung in first_rungs(task, STANDARD)}
    assert told["pace-1"] == told["-1wd"] == (Stage.REMIND, ("assignee", "principal"))


def test_a_ladder_that_reminds_nobody_before_the_end_reminds_the_assignee_of_the_pace() -> None:
    late = policy(step("+1wd", Stage.URGE, "principal"))
    told = {rung.step.name: (rung.step.stage, rung.step.tell) for rung in first_rungs(paced(2), late)}
    assert told["pace-1"] == (Stage.REMIND, ("assignee",))


@given(windows())
@unhurried
def test_the_pace_is_spoken_of_within_the_window_and_before_the_ladder_repeats(task: PlannedTask) -> None:
    rungs = [rung for rung in first_rungs(task, STANDARD, 70) if rung.step.name.startswith(PACE_PREFIX)]
    assert len(rungs) == task.times - 1
    assert all(rung.moment >= task.opens_at for rung in rungs)
    assert [rung.moment for rung in rungs] == sorted(rung.moment for rung in rungs)


def said_of(task: Task, ladder_of: Policy = STANDARD, until: str = "2026-09-29T23:00") -> list[str]:
    return list(dict.fromkeys(notice.step for _, notice in live(task, ladder_of, moment(until))))


def test_what_keeps_its_pace_hears_nothing_of_it() -> None:
    task = Task(paced(3))
    assert paces(said_of(task)) == ["pace-1", "pace-2"]
    assert paces(said_of(replace(task, completions=1))) == ["pace-2"]
    assert paces(said_of(replace(task, completions=2))) == []


def test_the_next_moment_passes_over_a_pace_that_is_kept() -> None:
    task = replace(Task(paced(2)), completions=1)
    first = next_moment(task, STANDARD, speaking())
    assert (
        first == moment("2026-08-31T09:00") == decide(task, STANDARD, speaking(), DIRECTORY, task.plan.opens_at).next_at
    )
    assert "pace-1" in {
        rung.step.name for rung, _ in zip(ladder(task.plan.terms, STANDARD, speaking()), range(9), strict=False)
    }


@given(windows(), st.integers(1, 60))
@unhurried
def test_a_reminder_of_the_pace_knows_its_inner_due_day_and_no_other_step_has_one(
    task: PlannedTask, number: int
) -> None:
    inner = task.inner_due_days()
    expected = (number, inner[number - 1]) if number < task.times else None
    assert paced_by(f"{PACE_PREFIX}{number}", task) == expected
    assert [paced_by(each.name, task) for each in STANDARD.steps] == [None] * len(STANDARD.steps)


# --- in words


@pytest.mark.parametrize(
    ("window", "period"),
    [("2026-09", "本月"), ("2026-Q3", "本季度"), ("2026-H2", "本半年"), ("2026", "本年度"), ("2025-2027", "本周期")],
)
def test_how_often_it_is_still_missing_is_said_for_the_period_with_the_working_days_that_are_left(
    window: str, period: str
) -> None:
    now = datetime(2026, 9, 15, 9, tzinfo=SHANGHAI)
    left = CALENDAR.count(now.date(), day("2026-09-30"))
    shown = present(view(window=window, due=day("2026-09-30"), working_days_left=left, times=2, missing=1), ZH_CN, now)
    assert left == 11  # 16 to 18, the worked Sunday 20, 21 to 24, and after the festival 28 to 30 September
    assert f"{period}尚差1次，剩11个工作日" in str(shown["phrase"])
    assert shown["notes"] == [f"应完成2次，{period}尚差1次，剩11个工作日。"]


def test_a_reminder_of_the_pace_says_what_should_have_been_done_by_when() -> None:
    now = datetime(2026, 8, 14, 9, tzinfo=SHANGHAI)
    paced_view = view(
        window="2026-Q3",
        due=day("2026-09-30"),
        working_days_left=33,
        times=2,
        missing=2,
        paced_by=date(2026, 8, 15),
        paced_times=1,
    )
    assert present(paced_view, ZH_CN, now)["notes"] == [
        "按均衡进度，8月15日前应完成1次，目前已完成0次。",
        "应完成2次，本季度尚差2次，剩33个工作日。",
    ]
