"""Decisions: who is told what at a moment, what is kept back and why, and when to look again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.decisions import Decision, Notice, Reason, decide, next_moment, rearmed
from obligations.ladders import Rung
from obligations.policies import Policy, SpeakingDays, Stage, Step
from obligations.recipients import Directory
from obligations.states import NoticeState, TaskState
from obligations.tasks import PlannedTask, Task
from tests.obligations.building import (
    DAY,
    DIRECTORY,
    MINUTE,
    STANDARD,
    URGENT,
    Said,
    directory,
    first_rungs,
    lengthy,
    live,
    moment,
    organization,
    plan,
    plans,
    policies,
    policy,
    post,
    shanghai,
    speaking,
    step,
    unhurried,
    unreachable,
)

ASSIGNEE, PRINCIPAL = "ent.safety_officer", "ent.principal"
TASK = Task(plan("2026-06-30"))
"""Opens on 1 May. The standard ladder speaks on 29 May, 18 and 29 June, 1, 7 and 14 July, then weekly."""
UNDER_WAY = (NoticeState.PENDING, NoticeState.HELD)


class Told(NamedTuple):
    """A notice in short."""

    step: str
    holder: str
    state: str = "pending"
    reason: Reason = Reason.DUE


def told(notices: Iterable[Notice]) -> list[Told]:
    return [
        Told(each.step, each.holder.key if each.holder else "nobody", each.state.value, each.reason) for each in notices
    ]


def at(now: str, task: Task = TASK, of: Policy = STANDARD, people: Directory = DIRECTORY) -> Decision:
    return decide(task, of, speaking(of.days), people, moment(now))


def asked(notice: Notice) -> bool:
    return notice.reason is Reason.APPROVAL_ASKED


# --- one step


def test_a_step_tells_everybody_whom_it_names_when_its_moment_has_come() -> None:
    found = at("2026-06-18T09:00", replace(TASK, fired=frozenset({"-30d"})))
    assert told(found.notices) == [Told("-7wd", ASSIGNEE), Told("-7wd", PRINCIPAL)]
    assert found.fired == {"-30d", "-7wd"}
    assert found.next_at == moment("2026-06-29T09:00")


def test_a_minute_before_its_moment_a_step_says_nothing() -> None:
    before = replace(TASK, fired=frozenset({"-30d"}))
    assert at("2026-06-18T08:59", before) == Decision((), before.fired, moment("2026-06-18T09:00"))


def test_a_notice_carries_what_its_step_says() -> None:
    of = policy(step("-1wd", Stage.SUMMON, "principal", channels=("sms", "email"), urgent=True))
    (notice,) = at("2026-06-29T09:00", of=of).notices
    assert (notice.task, notice.step, notice.stage, notice.tell) == (TASK.id, "-1wd", Stage.SUMMON, "principal")
    assert (notice.channels, notice.urgent) == (("sms", "email"), True)
    assert notice.key == "ent-01/ent/x/-1wd/ent.principal"


def test_who_is_named_twice_by_one_step_is_told_once() -> None:
    people = directory(organization("ent", posts={"safety_officer": unreachable(), "principal": post()}))
    found = at("2026-06-18T09:00", replace(TASK, fired=frozenset({"-30d"})), people=people)
    assert told(found.notices) == [Told("-7wd", PRINCIPAL)]


def test_where_nobody_can_be_reached_the_notice_is_undeliverable_not_silent() -> None:
    found = at("2026-05-29T09:00", people=directory(organization("ent", posts=())))
    assert told(found.notices) == [Told("-30d", "nobody", "undeliverable", Reason.NOBODY)]
    assert found.notices[0].key == "ent-01/ent/x/-30d/nobody"
    assert found.fired == {"-30d"}


@pytest.mark.parametrize("state", [state for state in TaskState if state is not TaskState.OPEN])
def test_of_a_task_that_is_not_open_nothing_is_said(state: TaskState) -> None:
    task = replace(TASK, state=state, fired=frozenset({"-30d"}))
    assert at("2026-08-01T10:00", task) == Decision((), task.fired, None)
    assert next_moment(task, STANDARD, speaking()) is None


# --- approval


def test_approval_holds_a_notice_and_asks_the_approver() -> None:
    fired = frozenset({"-30d", "-7wd", "-1wd", "+1wd", "+5wd"})
    found = at("2026-07-14T09:00", replace(TASK, fired=fired))
    assert told(found.notices) == [
        Told("+10wd", PRINCIPAL, "held", Reason.NEEDS_APPROVAL),
        Told("+10wd", "gov.duty", "held", Reason.NEEDS_APPROVAL),
        Told("+10wd.approval", "off.duty", "pending", Reason.APPROVAL_ASKED),
    ]
    assert found.fired == fired | {"+10wd"}


def test_a_held_notice_keeps_nobody_from_being_told_of_a_lesser_step() -> None:
    found = at("2026-07-14T09:00")
    assert Told("+5wd", PRINCIPAL, "pending", Reason.CAUGHT_UP) in told(found.notices)
    assert Told("+10wd", PRINCIPAL, "held", Reason.NEEDS_APPROVAL) in told(found.notices)


def test_where_no_approver_can_be_reached_that_is_undeliverable_and_the_notice_stays_held() -> None:
    of = policy(step("0d", Stage.LETTER, approval="office"))
    people = Directory({"ent": organization("ent")}, {"email": DIRECTORY.channels["email"]})
    found = at("2026-06-30T09:00", of=of, people=people)
    assert told(found.notices) == [
        Told("0d", ASSIGNEE, "held", Reason.NEEDS_APPROVAL),
        Told("0d.approval", "nobody", "undeliverable", Reason.NOBODY),
    ]


# --- catching up


def test_after_an_outage_each_is_told_once_by_the_gravest_step_that_names_him() -> None:
    found = at("2026-07-15T10:00")
    assert [each for each in told(found.notices) if each.state == "pending"] == [
        Told("+10wd.approval", "off.duty", "pending", Reason.APPROVAL_ASKED),
        Told("+5wd", PRINCIPAL, "pending", Reason.CAUGHT_UP),
        Told("+5wd", "reg.duty", "pending", Reason.CAUGHT_UP),
        Told("+1wd", ASSIGNEE, "pending", Reason.CAUGHT_UP),
    ]
    superseded = [each for each in told(found.notices) if each.state == "superseded"]
    assert {each.reason for each in superseded} == {Reason.GRAVER}
    assert Counter(each.holder for each in superseded) == {ASSIGNEE: 3, PRINCIPAL: 3}
    assert found.fired == {each.name for each in STANDARD.steps}
    assert found.next_at == moment("2026-07-21T09:00")


def test_of_two_steps_of_the_same_gravity_the_later_one_is_told() -> None:
    found = at("2026-06-18T09:00")
    assert told(found.notices) == [
        Told("-7wd", ASSIGNEE, "pending", Reason.CAUGHT_UP),
        Told("-7wd", PRINCIPAL, "pending", Reason.CAUGHT_UP),
        Told("-30d", ASSIGNEE, "superseded", Reason.GRAVER),
    ]


def test_the_gravest_step_is_told_even_if_a_lesser_one_came_later() -> None:
    of = policy(step("-5wd", Stage.SUMMON), step("-1wd", Stage.REMIND))
    found = at("2026-06-29T09:00", of=of)
    assert told(found.notices) == [
        Told("-5wd", ASSIGNEE, "pending", Reason.CAUGHT_UP),
        Told("-1wd", ASSIGNEE, "superseded", Reason.GRAVER),
    ]


def test_who_was_told_a_graver_urgent_step_by_night_is_not_told_those_below_it_in_the_morning() -> None:
    of = policy(
        step("+1wd", Stage.URGE, "assignee", "principal"), step("+2wd", Stage.SUPERVISE, "principal", urgent=True)
    )
    night = at("2026-07-02T22:00", of=of)
    assert told(night.notices) == [Told("+2wd", PRINCIPAL)]
    morning = at("2026-07-03T09:00", replace(TASK, fired=night.fired), of)
    assert told(morning.notices) == [
        Told("+1wd", ASSIGNEE),
        Told("+1wd", PRINCIPAL, "superseded", Reason.GRAVER),
    ]


def test_who_was_told_a_graver_step_is_not_told_a_lesser_one_that_comes_into_the_ladder_before_it() -> None:
    graver = step("+1wd", Stage.URGE, "principal")
    edited = policy(step("-7wd", Stage.REMIND, "assignee", "principal"), graver)
    found = at("2026-07-02T10:00", replace(TASK, fired=frozenset({"+1wd"})), edited)
    assert told(found.notices) == [
        Told("-7wd", ASSIGNEE),
        Told("-7wd", PRINCIPAL, "superseded", Reason.GRAVER),
    ]


def test_of_many_missed_repeats_only_the_last_is_told_and_remembered() -> None:
    fired = frozenset(each.name for each in STANDARD.steps)
    found = at("2026-09-01T10:00", replace(TASK, fired=fired))
    pending = [each.step for each in told(found.notices) if each.state == "pending"]
    assert pending == ["repeat-7", "repeat-7"]
    assert found.fired == fired | {"repeat-7"}
    assert at("2026-09-01T10:01", replace(TASK, fired=found.fired)) == Decision((), found.fired, found.next_at)


def test_outside_speaking_time_a_due_step_waits_for_the_opening() -> None:
    fired = frozenset({"-30d"})
    found = at("2026-06-20T03:00", replace(TASK, fired=fired))  # a Saturday in the Dragon Boat holiday
    assert found == Decision((), fired, moment("2026-06-22T09:00"))


def test_an_urgent_step_speaks_at_night_and_leaves_the_others_for_the_morning() -> None:
    of = policy(step("-30d", Stage.SUPERVISE, "principal"), step("-10d", Stage.REMIND, "principal", urgent=True))
    night = at("2026-06-21T03:00", of=of)
    assert told(night.notices) == [Told("-10d", PRINCIPAL)]
    assert (night.fired, night.next_at) == (frozenset({"-10d"}), moment("2026-06-22T09:00"))
    morning = at("2026-06-22T09:00", replace(TASK, fired=night.fired), of)
    assert told(morning.notices) == [Told("-30d", PRINCIPAL)]


def test_the_next_moment_is_that_of_the_first_step_not_yet_spoken_past_or_to_come() -> None:
    assert next_moment(TASK, STANDARD, speaking()) == moment("2026-05-29T09:00")
    spoken = replace(TASK, fired=frozenset({"-30d", "-1wd"}))
    assert next_moment(spoken, STANDARD, speaking()) == moment("2026-06-18T09:00")
    once = policy(step("-1wd"))
    assert next_moment(replace(TASK, fired=frozenset({"-1wd"})), once, speaking()) is None


# --- a deadline that moves


def spoken_by(now: str, task: Task = TASK) -> Task:
    return replace(task, fired=at(now, task).fired)


def test_a_deadline_that_moves_on_speaks_the_steps_that_lie_ahead_once_more_and_repeats_nothing() -> None:
    before = spoken_by("2026-07-01T09:00")
    later = before.with_plan(plan("2026-07-20", TASK.plan.opens_at))
    kept = rearmed(later, STANDARD, speaking(), moment("2026-07-02T10:00"))
    assert kept == {"-30d"}  # 20 June, moved to 18 June: past for the new day too
    after = replace(later, fired=kept)
    assert at("2026-07-02T10:00", after) == Decision((), kept, moment("2026-07-09T09:00"))


def test_a_deadline_that_moves_forward_catches_up_what_was_never_said() -> None:
    before = spoken_by("2026-05-29T09:00")
    sooner = before.with_plan(plan("2026-06-01", TASK.plan.opens_at))
    kept = rearmed(sooner, STANDARD, speaking(), moment("2026-05-29T10:00"))
    found = at("2026-05-29T10:00", replace(sooner, fired=kept))
    assert kept == {"-30d"}
    assert {each.step for each in told(found.notices) if each.state == "pending"} == {"-1wd"}


def test_repeats_for_the_former_day_are_forgotten_when_the_new_one_lies_ahead() -> None:
    before = spoken_by("2026-08-20T10:00")
    assert any(name.startswith("repeat-") for name in before.fired)
    later = before.with_plan(plan("2026-12-31", TASK.plan.opens_at))
    assert rearmed(later, STANDARD, speaking(), moment("2026-08-20T10:00")) == frozenset()


def test_repeats_that_lie_behind_the_new_day_too_stay_behind() -> None:
    before = spoken_by("2026-08-20T10:00")
    nearly = before.with_plan(plan("2026-07-07", TASK.plan.opens_at))
    kept = rearmed(nearly, STANDARD, speaking(), moment("2026-08-20T10:00"))
    assert at("2026-08-20T10:00", replace(nearly, fired=kept)).notices == ()


@given(plans(), plans(), policies(), st.integers(-30, 200))
@lengthy
def test_after_a_move_nothing_that_was_said_is_said_again_at_once(
    task: PlannedTask, moved: PlannedTask, of: Policy, days: int
) -> None:
    times = speaking(of.days)
    now = times.next_from(task.ends_at + days * DAY)
    spoken = decide(Task(task), of, times, DIRECTORY, now).fired
    kept = rearmed(Task(moved, fired=spoken), of, times, now)
    after = decide(Task(moved, fired=kept), of, times, DIRECTORY, now)
    repeats_spoken = any(name.startswith("repeat-") for name in spoken)
    for notice in after.notices:
        name = notice.step.removesuffix(".approval")
        assert name not in spoken
        assert not (repeats_spoken and name == "repeat-1")


@given(plans(), policies(), st.integers(-30, 200))
@lengthy
def test_where_the_deadline_has_not_moved_rearming_changes_nothing(task: PlannedTask, of: Policy, days: int) -> None:
    times = speaking(of.days)
    now = times.next_from(task.ends_at + days * DAY)
    spoken = decide(Task(task), of, times, DIRECTORY, now)
    kept = rearmed(Task(task, fired=spoken.fired), of, times, now)
    assert decide(Task(task, fired=kept), of, times, DIRECTORY, now).notices == ()
    assert next_moment(Task(task, fired=kept), of, times) == spoken.next_at


# --- any task, any ladder, any time

LADDERS = st.sampled_from((STANDARD, URGENT)) | policies()
offsets = st.integers(-90 * 1440, 90 * 1440).map(lambda minutes: minutes * MINUTE)


def until(task: PlannedTask) -> datetime:
    return task.ends_at + 100 * DAY


def in_short(said: Iterable[Said]) -> list[tuple[datetime, Told, str]]:
    return [(now, told([notice])[0], notice.tell) for now, notice in said]


@given(plans(), LADDERS, st.lists(offsets, max_size=12))
@lengthy
def test_waking_more_often_than_asked_to_changes_nothing(
    task: PlannedTask, of: Policy, further: Sequence[timedelta]
) -> None:
    asked_only = live(Task(task), of, until(task))
    more_often = live(Task(task), of, until(task), also_at=[task.ends_at + each for each in further])
    assert in_short(asked_only) == in_short(more_often)


@pytest.mark.parametrize("days", SpeakingDays)
def test_deciding_at_every_minute_gives_the_notices_that_waking_when_told_gives(days: SpeakingDays) -> None:
    of = policy(
        step("start", Stage.REMIND, "assignee", urgent=True),
        step("-1d", Stage.REMIND, "assignee", "principal"),
        step("0d", Stage.URGE, "assignee"),
        step("+1d", Stage.SUPERVISE, "principal", "regulator", urgent=True),
        step("+1wd", Stage.LETTER, "principal", approval="office"),
        every="1wd",
        days=days,
    )
    task = Task(plan("2026-09-29", "2026-09-26T22:10"))
    end = moment("2026-10-09T12:00")
    every_minute = (task.plan.opens_at + minute * MINUTE for minute in range(-60, 13 * 1440))
    found = in_short(live(task, of, end))
    assert found == in_short(live(task, of, end, also_at=every_minute))
    assert len(found) > 10


@given(plans(), LADDERS)
@lengthy
def test_a_step_tells_each_post_holder_once_and_never_again(task: PlannedTask, of: Policy) -> None:
    keys = Counter((notice.key, notice.tell) for _, notice in live(Task(task), of, until(task)))
    assert set(keys.values()) <= {1}


@given(plans(), LADDERS, offsets, offsets)
@lengthy
def test_whatever_the_outage_every_step_is_accounted_for_once_to_each_who_should_be_told(
    task: PlannedTask, of: Policy, begins: timedelta, ends: timedelta
) -> None:
    first, last = sorted((task.ends_at + begins, task.ends_at + ends))
    last = min(speaking(of.days).next_from(last), until(task))
    without = [notice.key for _, notice in live(Task(task), of, until(task))]
    within = [notice.key for _, notice in live(Task(task), of, until(task), asleep=(first, last))]
    assert sorted(without) == sorted(within)


@given(plans(), LADDERS, offsets, offsets)
@lengthy
def test_after_an_outage_of_any_length_each_is_told_one_thing_and_it_is_the_gravest(
    task: PlannedTask, of: Policy, begins: timedelta, ends: timedelta
) -> None:
    times = speaking(of.days)
    first, last = sorted((task.ends_at + begins, task.ends_at + ends))
    back = times.next_from(last)
    caught_up = [notice for now, notice in live(Task(task), of, back, asleep=(first, back)) if now == back]
    spoken_before = {notice.step for now, notice in live(Task(task), of, back, asleep=(first, back)) if now < back}
    expected = gravest_by_holder(task, of, back, spoken_before)
    pending = [notice for notice in caught_up if notice.state is NoticeState.PENDING and not asked(notice)]
    gravest = {holder_of(notice): rank(task, of, notice.step) for notice in pending}
    assert len(gravest) == len(pending), "somebody is told twice"
    assert gravest == expected
    others = [notice for notice in caught_up if notice.state is NoticeState.SUPERSEDED]
    assert all(notice.reason is Reason.GRAVER for notice in others)
    assert all(rank(task, of, notice.step) <= gravest[holder_of(notice)] for notice in others)
    held = [notice for notice in caught_up if notice.state is NoticeState.HELD]
    assert {notice.step for notice in held} == {
        each.name for each in due_steps(task, of, back) if each.approval and each.name not in spoken_before
    }


def due_steps(task: PlannedTask, of: Policy, now: datetime) -> list[Step]:
    return [rung.step for rung in rungs_until(task, of, now)]


def rungs_until(task: PlannedTask, of: Policy, now: datetime) -> list[Rung]:
    return [rung for rung in first_rungs(task, of, 120) if rung.moment <= now]


def rank(task: PlannedTask, of: Policy, name: str) -> tuple[int, datetime]:
    rung = next(each for each in first_rungs(task, of, 120) if each.step.name == name)
    return rung.step.stage.gravity, rung.moment


def holder_of(notice: Notice) -> str:
    assert notice.holder is not None
    return notice.holder.key


def gravest_by_holder(
    task: PlannedTask, of: Policy, now: datetime, spoken: set[str]
) -> dict[str, tuple[int, datetime]]:
    """For each post-holder the gravest, latest step that names him, is due, needs no approval and was not spoken."""
    found: dict[str, tuple[int, datetime]] = {}
    for rung in rungs_until(task, of, now):
        if rung.step.name in spoken or rung.step.approval is not None:
            continue
        for tell in rung.step.tell:
            holder = DIRECTORY.resolve(tell, task, rung.step.channels)
            assert holder is not None
            grave = (rung.step.stage.gravity, rung.moment)
            found[holder.key] = max(grave, found.get(holder.key, grave))
    return found


def test_who_was_told_as_grave_a_repeat_is_not_told_a_step_that_is_moved_before_it() -> None:
    edited = policy(step("-7wd"), step("+2wd", Stage.URGE, "assignee", "principal"), every="5wd")
    found = at("2026-07-31T10:00", replace(TASK, fired=frozenset({"-7wd", "+1wd", "repeat-4"})), edited)
    assert told(found.notices) == [
        Told("+2wd", ASSIGNEE, "superseded", Reason.GRAVER),
        Told("+2wd", PRINCIPAL, "superseded", Reason.GRAVER),
    ]


@given(plans(), LADDERS, offsets, offsets)
@lengthy
def test_after_an_outage_that_ends_by_night_nobody_is_told_a_rung_below_one_that_he_was_told(
    task: PlannedTask, of: Policy, begins: timedelta, ends: timedelta
) -> None:
    first, last = sorted((task.ends_at + begins, task.ends_at + ends))
    moments = {rung.step.name: rung.moment for rung in rungs_until(task, of, until(task))}
    climbed: dict[str, list[tuple[int, datetime]]] = {}
    for _, notice in live(Task(task), of, until(task), asleep=(first, last)):
        if notice.state is NoticeState.PENDING and not asked(notice):
            gravity, at = notice.stage.gravity, moments[notice.step]
            before = climbed.setdefault(holder_of(notice), [])
            assert not any(graver >= gravity and later > at for graver, later in before)
            before.append((gravity, at))


@given(plans(), LADDERS, offsets)
@lengthy
def test_nothing_is_said_outside_speaking_time_unless_it_is_urgent(
    task: PlannedTask, of: Policy, offset: timedelta
) -> None:
    times, now = speaking(of.days), task.ends_at + offset
    found = decide(Task(task), of, times, DIRECTORY, now)
    assert times.allows(now) or all(notice.urgent for notice in found.notices)


@given(plans(), LADDERS, offsets)
@unhurried
def test_the_next_moment_lies_ahead_or_there_is_none(task: PlannedTask, of: Policy, offset: timedelta) -> None:
    times, now = speaking(of.days), task.ends_at + offset
    found = decide(Task(task), of, times, DIRECTORY, now)
    if found.next_at is None:
        assert of.repeat is None
        assert {each.name for each in of.steps} == found.fired
    else:
        assert found.next_at > now


@given(plans(), LADDERS, offsets)
@unhurried
def test_deciding_again_at_once_says_nothing_more(task: PlannedTask, of: Policy, offset: timedelta) -> None:
    times, now = speaking(of.days), task.ends_at + offset
    once = decide(Task(task), of, times, DIRECTORY, now)
    assert decide(Task(task, fired=once.fired), of, times, DIRECTORY, now) == Decision((), once.fired, once.next_at)


@given(plans(), LADDERS, offsets)
@unhurried
def test_every_notice_stands_in_a_state_that_its_reason_explains(
    task: PlannedTask, of: Policy, offset: timedelta
) -> None:
    explained = {
        Reason.DUE: NoticeState.PENDING,
        Reason.CAUGHT_UP: NoticeState.PENDING,
        Reason.APPROVAL_ASKED: NoticeState.PENDING,
        Reason.NEEDS_APPROVAL: NoticeState.HELD,
        Reason.GRAVER: NoticeState.SUPERSEDED,
        Reason.NOBODY: NoticeState.UNDELIVERABLE,
    }
    people = directory(*(organization(key, posts=()) for key in ("reg", "gov")))
    found = decide(Task(task), of, speaking(of.days), people, task.ends_at + offset)
    assert all(explained[notice.reason] is notice.state for notice in found.notices)
    assert all((notice.holder is None) is (notice.reason is Reason.NOBODY) for notice in found.notices)


def test_a_year_of_a_task_that_nobody_does_is_told_week_by_week() -> None:
    said = list(live(Task(plan("2026-06-30")), STANDARD, moment("2026-12-31T23:59")))
    days = [f"{shanghai(now):%m-%d}" for now, notice in said if notice.holder and notice.holder.key == ASSIGNEE]
    assert days[:4] == ["05-29", "06-18", "06-29", "07-01"]
    assert days[4:8] == ["07-21", "07-28", "08-04", "08-11"]
    assert all(notice.reason is not Reason.CAUGHT_UP for _, notice in said)
    assert all(notice.state in UNDER_WAY for _, notice in said)
