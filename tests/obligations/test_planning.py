"""Planning: the tasks that should exist, as a pure function of rules, roster, facts and calendar."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.deadlines import Roll, end_of_day
from obligations.events import Event
from obligations.festivals import Festival
from obligations.organizations import Kind, Organization
from obligations.planning import bearer_of, planned_tasks
from obligations.rules import EventAnchor, HolidayAnchor, Obligation, OrganizationAnchor
from obligations.selectors import EVERYTHING, AnyOf, Between
from obligations.tasks import PlannedTask
from tests.obligations.building import (
    CALENDAR,
    DAY,
    SHANGHAI,
    city,
    day,
    event,
    moment,
    obligation,
    organization,
    planned,
    small_city,
    unhurried,
)

UP = {"regulator": "reg", "office": "off", "government": "gov"}
AFTER_ACCIDENT = EventAnchor("accident", "occurred_at")
AT = moment("2026-09-18T14:20")


def only(tasks: dict[str, PlannedTask]) -> PlannedTask:
    (task,) = tasks.values()
    return task


def keys(tasks: Iterable[str]) -> list[str]:
    return sorted(task.rpartition("/")[2] for task in tasks)


# --- recurring duties


def test_a_recurring_duty_gives_a_task_for_each_window_from_the_start_to_those_that_begin_by_the_horizon() -> None:
    found = planned(city(obligation()), until="2026-03-01")
    assert list(found) == ["ent-01/ent/2026-01", "ent-01/ent/2026-02", "ent-01/ent/2026-03"]


def test_a_task_opens_with_its_window_and_is_due_on_its_last_day_rolled_nowhere() -> None:
    task = planned(city(obligation()))["ent-01/ent/2026-05"]
    assert (task.opens, task.opens_at) == (day("2026-05-01"), moment("2026-05-01T00:00"))
    assert (task.due, task.ends_at, task.last_working_day) == (
        day("2026-05-31"),  # a Sunday
        moment("2026-06-01T00:00"),
        day("2026-05-29"),
    )
    assert (task.window, task.event, task.anchor, task.exact) == ("2026-05", None, None, False)
    assert (task.subject, task.bearer, task.assignee, task.policy) == ("ent", "ent", "safety_officer", "standard")


def test_nothing_that_is_due_before_the_start_exists_and_what_is_due_on_it_does() -> None:
    def first(start: str) -> str:
        return min(planned(city(obligation(), start=start)))

    assert first("2026-02-28") == "ent-01/ent/2026-02"
    assert first("2026-03-01") == "ent-01/ent/2026-03"


def test_a_window_that_began_before_the_start_opened_when_it_began() -> None:
    task = planned(city(obligation(every="quarter"), start="2026-02-15"))["ent-01/ent/2026-Q1"]
    assert task.opens == day("2026-01-01")


def test_an_organization_has_duties_from_its_first_day_on_and_the_first_window_opens_then() -> None:
    late = organization("ent", since=day("2026-05-20"))
    found = planned(city(obligation(), organizations=[late]), until="2026-07-01")
    assert list(found) == ["ent-01/ent/2026-05", "ent-01/ent/2026-06", "ent-01/ent/2026-07"]
    assert [task.opens for task in found.values()] == [day("2026-05-20"), day("2026-06-01"), day("2026-07-01")]


def test_an_organization_that_is_older_than_the_start_has_duties_from_the_start_on() -> None:
    old = organization("ent", since=day("2019-03-08"))
    assert min(planned(city(obligation(), organizations=[old]))) == "ent-01/ent/2026-01"


def test_a_citys_own_earlier_clock_moves_the_due_day_forward_and_not_the_window() -> None:
    task = planned(city(obligation(every="year", by="-1m")))["ent-01/ent/2026"]
    assert (task.due, task.window, task.opens) == (day("2026-11-30"), "2026", day("2026-01-01"))
    in_working_days = planned(city(obligation(by="-5wd")))["ent-01/ent/2026-09"]
    assert in_working_days.due == day("2026-09-22")


def test_an_earlier_clock_never_leaves_its_window_however_few_days_that_has() -> None:
    of = obligation(by="-20wd")  # more than a February with Spring Festival has
    found = planned(city(of), until="2026-03-31")
    assert [task.due for task in found.values()] == [day("2026-01-05"), day("2026-02-01"), day("2026-03-03")]


def test_a_windows_last_day_rolls_back_to_the_working_day_before_where_the_duty_says_so() -> None:
    found = planned(city(obligation(roll=Roll.PREVIOUS)), until="2026-10-31")
    assert found["ent-01/ent/2026-01"].due == day("2026-01-30")  # the 31st is a Saturday
    assert found["ent-01/ent/2026-09"].due == day("2026-09-30")
    own_clock = planned(city(obligation(every="year", by="-90d", roll=Roll.PREVIOUS)))["ent-01/ent/2026"]
    assert own_clock.due == day("2026-09-30")  # 2 October is a holiday


def test_a_windows_due_day_is_provisional_where_the_days_counted_back_over_are_not_published_yet() -> None:
    def december(**changes: Any) -> PlannedTask:
        return planned(city(obligation(every="year", **changes)))["ent-01/ent/2026"]

    assert december(by="-10wd").provisional
    assert december(by="-10wd").due < CALENDAR.provisional_from
    assert december(by="-5d", roll=Roll.PREVIOUS).provisional  # Saturday the 26th
    assert not december(by="-10d").provisional
    assert not december(by="-1m").provisional


def test_what_runs_from_a_holiday_is_provisional_while_that_is() -> None:
    found = {
        task.key: task.provisional
        for task in planned(
            city(obligation(anchor=HolidayAnchor((Festival.NEW_YEAR, Festival.NATIONAL_DAY)), limit="-10d"))
        ).values()
    }
    assert found == {"national_day-2026": False, "new_year-2027": True, "national_day-2027": True}


def test_how_often_something_must_be_done_within_a_window_is_one_task() -> None:
    task = only(planned(city(obligation(every="half_year", times=3)), until="2026-03-01"))
    assert task.times == 3


def test_a_run_of_years_is_counted_from_the_cycle_start_of_the_rule() -> None:
    assert keys(planned(city(obligation(every="3 years", cycle_start=2025)))) == ["2025-2027"]


# --- whom it is about, and who does it


def test_a_duty_is_about_the_organizations_that_its_selector_matches() -> None:
    large = organization("ent-large", headcount=500)
    about_large = obligation(every="year", applies_to=Between("headcount", 300, None))
    assert list(planned(city(about_large, organizations=[large]))) == ["ent-01/ent-large/2026"]
    assert len(planned(city(obligation(every="year", applies_to=EVERYTHING)))) == 4


@pytest.mark.parametrize(("bearer", "expected"), [("self", "ent"), *UP.items()])
def test_a_duty_is_borne_by_the_subject_or_by_one_of_its_relations(bearer: str, expected: str) -> None:
    task = only(planned(city(obligation(every="year", bearer=bearer))))
    assert (task.subject, task.bearer) == ("ent", expected)


@pytest.mark.parametrize(
    ("assignee", "bearer", "expected"),
    [(None, "self", "safety_officer"), (None, "regulator", "duty"), ("principal", "regulator", "principal")],
)
def test_the_post_that_does_it_is_the_one_named_or_the_bearers_usual_one(
    assignee: str | None, bearer: str, expected: str
) -> None:
    assert only(planned(city(obligation(every="year", assignee=assignee, bearer=bearer)))).assignee == expected


def test_a_duty_that_nobody_bears_gives_no_task() -> None:
    alone = organization("ent-alone")
    lost = organization("ent-lost", relations={"regulator": "gone"})
    of = city(obligation(every="year", bearer="regulator"), organizations=[alone, lost])
    assert list(planned(of)) == ["ent-01/ent/2026"]


def test_the_bearer_can_be_named_by_a_field_of_the_event() -> None:
    of = city(
        obligation(anchor=AFTER_ACCIDENT, limit="7d", bearer="event.leader"),
        events=[
            event("acc-1", occurred_at=AT, leader="gov"),
            event("acc-2", occurred_at=AT, leader="gone"),
            event("acc-3", occurred_at=AT, leader=3),
            event("acc-4", occurred_at=AT),
        ],
    )
    assert {key: task.bearer for key, task in planned(of).items()} == {"ent-01/ent/acc-1": "gov"}


def test_a_relation_is_the_bearer_whatever_a_field_of_the_event_of_that_name_says() -> None:
    of = city(obligation(anchor=AFTER_ACCIDENT, limit="7d", bearer="office"))
    accident = event(occurred_at=AT, office="gov")
    found = bearer_of(of.obligations["ent-01"], of.organizations["ent"], accident, of)
    assert found
    assert found.id == "off"


# --- events


def accident_task(limit: str = "10wd", at: datetime = AT, recorded: str = "", **changes: Any) -> PlannedTask:
    accident = event(recorded=recorded or "2026-01-01T00:00", occurred_at=at)
    return only(planned(city(obligation(anchor=AFTER_ACCIDENT, limit=limit, **changes), events=[accident])))


def test_an_event_starts_a_task_under_its_own_id() -> None:
    task = accident_task()
    assert (task.id, task.event, task.window, task.anchor) == ("ent-01/ent/acc-1", "acc-1", None, AT)
    assert (task.due, task.ends_at) == (day("2026-10-09"), moment("2026-10-10T00:00"))


def test_a_due_day_rolls_as_the_rule_says() -> None:
    assert accident_task("2w").due == day("2026-10-02")
    assert accident_task("2w", roll=Roll.NEXT).due == day("2026-10-08")
    assert accident_task("2w", roll=Roll.PREVIOUS).due == day("2026-09-30")


@pytest.mark.parametrize(
    ("says", "happened"),
    [
        ("another kind", event("e", "hazard", occurred_at=AT)),
        ("another organization", event("e", at="reg", occurred_at=AT)),
        ("another date", event("e", closed_on=day("2026-09-18"))),
        ("no date in the field", event("e", occurred_at="yesterday")),
        ("a condition not met", event("e", occurred_at=AT, deaths=0)),
        ("a condition that cannot be judged", event("e", occurred_at=AT, deaths="none")),
    ],
)
def test_an_event_starts_nothing_if_it_has(says: str, happened: Event) -> None:
    anchor = replace(
        AFTER_ACCIDENT, where=Between("deaths", 1, None) if happened.fields.get("deaths") is not None else EVERYTHING
    )
    assert not planned(city(obligation(anchor=anchor, limit="7d"), events=[happened])), says


def test_a_condition_that_is_met_by_one_event_starts_a_task_for_that_one() -> None:
    anchor = replace(AFTER_ACCIDENT, where=AnyOf("liability", frozenset({True})))
    accidents = [event(f"acc-{flag}", occurred_at=AT, liability=flag) for flag in (True, False)]
    assert keys(planned(city(obligation(anchor=anchor, limit="7d"), events=accidents))) == ["acc-True"]


def test_an_event_that_happened_to_somebody_whom_the_duty_is_not_about_starts_nothing() -> None:
    of = obligation(anchor=AFTER_ACCIDENT, limit="7d", applies_to=AnyOf("kind", frozenset({"office"})))
    assert not planned(city(of, events=[event(occurred_at=AT)]))


def test_a_task_opens_when_its_event_becomes_known_but_not_before_its_clock_starts() -> None:
    assert accident_task(recorded="2026-09-20T08:00").opens_at == moment("2026-09-20T08:00")
    assert accident_task(recorded="2026-09-01T08:00").opens_at == AT
    assert accident_task(recorded="2026-09-20T23:00").opens == day("2026-09-20")


def test_what_is_due_before_or_on_its_date_opens_as_soon_as_the_date_is_known() -> None:
    anchor = EventAnchor("works", "begins_on")
    for limit in ("-5wd", "0d"):
        works = event(kind="works", begins_on=day("2026-09-18"), recorded="2026-08-03T10:00")
        task = only(planned(city(obligation(anchor=anchor, limit=limit), events=[works])))
        assert task.opens_at == moment("2026-08-03T10:00")


def test_an_opening_that_is_delayed_is_counted_from_the_anchor() -> None:
    task = accident_task("1y", opens="10m")
    assert (task.opens, task.opens_at) == (day("2027-07-18"), moment("2027-07-18T00:00"))
    assert accident_task("1y", opens="2d", recorded="2026-12-01T10:00").opens_at == moment("2026-12-01T10:00")


def test_the_day_of_a_moment_given_in_utc_is_the_day_here() -> None:
    assert accident_task("1d", at=moment("2026-09-19T00:30")).due == day("2026-09-20")


def test_hours_end_at_their_moment() -> None:
    task = accident_task("2h")
    assert (task.ends_at, task.exact, task.due) == (moment("2026-09-18T16:20"), True, day("2026-09-18"))


def test_an_event_of_which_the_task_was_due_before_the_start_starts_nothing() -> None:
    accident = event(occurred_at=moment("2025-12-20T10:00"))
    assert not planned(city(obligation(anchor=AFTER_ACCIDENT, limit="11d"), events=[accident]))
    assert planned(city(obligation(anchor=AFTER_ACCIDENT, limit="12d"), events=[accident]))


def test_of_what_was_due_before_the_organization_had_duties_an_event_starts_nothing() -> None:
    joined = organization("ent", since=day("2026-09-25"))
    assert not accident_tasks_of(joined, "6d")
    assert accident_tasks_of(joined, "7d")


def test_an_event_from_before_the_organization_had_duties_binds_it_from_its_first_day_on() -> None:
    task = only(accident_tasks_of(organization("ent", since=day("2026-09-25")), "20d"))
    assert (task.opens_at, task.due) == (moment("2026-09-25T00:00"), day("2026-10-08"))
    assert only(accident_tasks_of(organization("ent", since=day("2026-09-18")), "20d")).opens_at == AT


def accident_tasks_of(subject: Organization, limit: str) -> dict[str, PlannedTask]:
    of = obligation(anchor=AFTER_ACCIDENT, limit=limit)
    return planned(city(of, events=[event(occurred_at=AT)], organizations=[subject._replace(relations=UP)]))


# --- dates of organizations


def licence_task(limit: str, expires: str = "2026-12-31", **changes: Any) -> dict[str, PlannedTask]:
    licensed = organization("ent", dates={"license_expires": day(expires)})
    anchor = OrganizationAnchor("license_expires")
    return planned(city(obligation(anchor=anchor, limit=limit, **changes), organizations=[licensed]))


def test_a_date_of_the_organization_gives_one_task_under_that_date() -> None:
    task = only(licence_task("-3m"))
    assert (task.id, task.due, task.anchor) == ("ent-01/ent/2026-12-31", day("2026-09-30"), day("2026-12-31"))
    assert task.opens_at == moment("2026-01-01T00:00")


def test_what_follows_a_date_opens_with_it() -> None:
    assert only(licence_task("1m")).opens == day("2026-12-31")


def test_what_comes_before_a_date_can_be_opened_later() -> None:
    assert only(licence_task("0d", opens="-6m")).opens == day("2026-06-30")


def test_a_date_whose_task_was_due_before_the_organization_had_duties_gives_none() -> None:
    def of_joining(since: str) -> list[PlannedTask]:
        joined = organization("ent", dates={"license_expires": day("2026-12-31")}, since=day(since))
        rule = obligation(anchor=OrganizationAnchor("license_expires"), limit="-3m")
        return list(planned(city(rule, organizations=[joined])).values())

    assert [task.opens for task in of_joining("2026-09-30")] == [day("2026-09-30")]
    assert of_joining("2026-10-01") == []


def test_a_holiday_before_the_organization_had_duties_asks_nothing_of_it() -> None:
    rule = obligation(anchor=HolidayAnchor((Festival.LABOUR_DAY, Festival.NATIONAL_DAY)), limit="-10d")
    found = planned(city(rule, organizations=[organization("ent", since=day("2026-05-01"))]), until="2026-01-31")
    assert {task.key: task.opens for task in found.values()} == {
        "national_day-2026": day("2026-05-01"),
        "labour_day-2027": day("2026-05-01"),
        "national_day-2027": day("2026-05-01"),
    }


def test_an_organization_without_the_date_has_no_task() -> None:
    assert not planned(city(obligation(anchor=OrganizationAnchor("license_expires"), limit="0d")))


def test_a_date_whose_task_was_due_before_the_start_gives_none() -> None:
    assert not licence_task("-3m", expires="2026-03-31")
    assert licence_task("-3m", expires="2026-04-01")


# --- extensions


def test_an_extension_sets_the_due_day_and_leaves_the_other_windows_alone() -> None:
    of = city(obligation(), extensions={"ent-01/ent/2026-05": "2026-06-10"})
    found = planned(of, until="2026-06-30")
    assert found["ent-01/ent/2026-05"].due == day("2026-06-10")
    assert found["ent-01/ent/2026-05"].ends_at == moment("2026-06-11T00:00")
    assert found["ent-01/ent/2026-05"].last_working_day == day("2026-06-10")
    assert found["ent-01/ent/2026-06"].due == day("2026-06-30")


def test_an_extension_of_a_limit_in_hours_ends_with_its_day() -> None:
    accident = event(occurred_at=AT)
    hours = obligation(anchor=AFTER_ACCIDENT, limit="2h")
    task = only(planned(city(hours, events=[accident], extensions={"ent-01/ent/acc-1": "2026-09-21"})))
    assert (task.due, task.ends_at, task.exact) == (day("2026-09-21"), moment("2026-09-22T00:00"), False)


def test_an_extension_past_the_start_brings_back_what_was_due_before_it() -> None:
    before = obligation(anchor=AFTER_ACCIDENT, limit="7d")
    accident = event(occurred_at=moment("2025-12-20T10:00"))
    assert planned(city(before, events=[accident], extensions={"ent-01/ent/acc-1": "2026-01-05"}))


@given(extended=st.dates(day("2026-09-01"), day("2026-12-31")), stated=st.dates(day("2026-09-01"), day("2026-12-31")))
def test_an_extension_never_takes_days_away(extended: date, stated: date) -> None:
    hazard = event(kind="hazard", found_at=day("2026-09-01"), rectify_by=stated)
    rule = obligation(anchor=EventAnchor("hazard", "found_at"), limit="15d", until="rectify_by")
    plain = only(planned(city(rule, events=[hazard])))
    task = only(planned(city(rule, events=[hazard], extensions={"ent-01/ent/acc-1": extended.isoformat()})))
    assert task.due == max(stated, extended)
    assert task == plain or extended > stated


# --- the calendar


def test_a_task_is_provisional_where_the_paper_for_its_days_is_still_awaited() -> None:
    found = planned(city(obligation()), until="2027-01-31")
    assert [key for key, task in found.items() if task.provisional] == ["ent-01/ent/2026-12", "ent-01/ent/2027-01"]
    assert {task.calendar_version for task in found.values()} == {CALENDAR.version}


def test_a_task_is_provisional_too_if_its_last_day_was_counted_back_over_days_without_a_paper() -> None:
    works = event(kind="works", begins_on=day("2027-01-05"))
    task = only(planned(city(obligation(anchor=EventAnchor("works", "begins_on"), limit="-10wd"), events=[works])))
    assert (task.due, task.provisional) == (day("2026-12-21"), True)
    assert not CALENDAR.is_provisional(task.due)


# --- the whole plan


def whole_city(events: Iterable[Event]) -> list[Obligation | Event]:
    return [
        obligation("ent-01"),
        obligation("ent-02", every="half_year", by="-1m", applies_to=EVERYTHING),
        obligation("reg-03", every="quarter", bearer="regulator"),
        obligation("ent-04", anchor=AFTER_ACCIDENT, limit="10wd"),
        obligation("gov-05", anchor=AFTER_ACCIDENT, limit="2h", bearer="government"),
        *events,
    ]


accidents = st.lists(
    st.datetimes(min_value=AT.replace(tzinfo=None), max_value=AT.replace(year=2027, tzinfo=None)), max_size=4
)


def plan_of(parts: list[Obligation | Event], start: str = "2026-01-01", until: str = "2026-12-31") -> list[PlannedTask]:
    rules = [each for each in parts if isinstance(each, Obligation)]
    events = [each for each in parts if isinstance(each, Event)]
    extra = organization("ent-2", relations=UP, since=day("2026-04-18"))
    return list(planned_tasks(city(*rules, events=events, start=start, organizations=[extra]), day(until)))


@given(accidents.map(lambda times: [event(f"acc-{n}", occurred_at=at) for n, at in enumerate(times)]), st.randoms())
@unhurried
def test_the_same_rules_and_facts_give_the_same_tasks_in_whatever_order_they_stand(
    events: list[Event], shuffle: random.Random
) -> None:
    parts = whole_city(events)
    ordered = plan_of(parts)
    shuffle.shuffle(parts)
    assert set(plan_of(parts)) == set(ordered)
    assert len({task.id for task in ordered}) == len(ordered)


@given(accidents.map(lambda times: [event(f"acc-{n}", occurred_at=at) for n, at in enumerate(times)]))
@unhurried
def test_every_task_is_named_by_its_parts_ends_at_its_end_and_has_a_bearer(events: list[Event]) -> None:
    for task in plan_of(whole_city(events)):
        obligation_id, subject, key = task.id.split("/")
        assert (obligation_id, subject) == (task.obligation, task.subject)
        assert key == (task.window or task.event)
        assert task.last_working_day == CALENDAR.on_or_before(task.due)
        assert task.opens <= task.due
        assert task.exact or task.ends_at == end_of_day(task.due, SHANGHAI)
        assert task.bearer == {"reg": "reg", "gov": "gov"}.get(task.obligation[:3], task.subject)


@given(st.dates(date(2026, 1, 1), date(2027, 6, 30)), st.integers(0, 200))
@unhurried
def test_a_further_horizon_only_adds_tasks(until: date, further: int) -> None:
    near = set(plan_of(whole_city([]), until=str(until)))
    far = set(plan_of(whole_city([]), until=str(until + timedelta(days=further))))
    assert near <= far
    assert all(task.opens > until for task in far - near)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 200))
@unhurried
def test_a_later_start_only_leaves_out_what_was_due_before_it(start: date, later: int) -> None:
    moved = start + timedelta(days=later)
    early = set(plan_of(whole_city([]), start=str(start), until="2027-12-31"))
    late = set(plan_of(whole_city([]), start=str(moved), until="2027-12-31"))
    assert late == {task for task in early if task.due >= moved}
    assert early - late == {task for task in early if task.due <= moved - DAY}


def test_whom_nothing_applies_to_has_no_tasks() -> None:
    of = city(obligation(applies_to=AnyOf("kind", frozenset({Kind.ENTERPRISE.value}))))
    assert {task.subject for task in planned(of).values()} == {"ent"}


# --- days that nothing can be counted from


def left_out(*rules: Obligation, until: str = "2026-12-31", **facts: Any) -> tuple[list[str], dict[str, str]]:
    """The tasks about `ent` that are planned, and those that are left out."""
    found: dict[str, str] = {}
    tasks = list(planned_tasks(city(*rules, **facts), day(until), left_out=found))
    return sorted(each.id for each in tasks if each.subject == "ent"), found


BEYOND = "lies outside the calendar, which covers 2004-01-01 to 2099-12-31"


def test_a_limit_that_leads_out_of_the_calendar_leaves_out_its_own_task_and_no_other() -> None:
    happened = [event("acc-1", occurred_at=day("2026-09-18")), event("acc-2", occurred_at=day("2060-01-01"))]
    rules = obligation("late", anchor=AFTER_ACCIDENT, limit="50y"), obligation("yearly", every="year")
    assert left_out(*rules, events=happened) == (
        ["late/ent/acc-1", "yearly/ent/2026"],
        {"late/ent/acc-2": f"2110-01-01 {BEYOND}"},
    )


def test_a_window_that_ends_outside_the_calendar_is_left_out() -> None:
    rules = obligation("long", every="99 years", cycle_start=2025), obligation("yearly", every="year")
    planned, missing = left_out(*rules, organizations=small_city().values())
    assert planned == ["yearly/ent/2026"]
    assert missing["long/ent/2025-2123"] == f"2123-12-31 {BEYOND}"


def test_an_extension_out_of_the_calendar_leaves_its_task_out() -> None:
    rule = obligation("yearly", every="year")
    planned, missing = left_out(rule, until="2027-12-31", extensions={"yearly/ent/2026": "2150-01-01"})
    assert (planned, missing) == (["yearly/ent/2027"], {"yearly/ent/2026": f"2150-01-01 {BEYOND}"})


def test_what_was_due_before_the_calendar_begins_is_not_missed() -> None:
    rule = obligation("late", anchor=AFTER_ACCIDENT, limit="-30y")
    assert left_out(rule, events=[event("acc-1", occurred_at=day("2026-09-18"))]) == ([], {})


def test_no_windows_are_planned_beyond_the_calendar() -> None:
    planned, missing = left_out(obligation("yearly", every="year"), until="9999-12-31", start="2098-01-01")
    assert (planned, missing) == (["yearly/ent/2098", "yearly/ent/2099"], {})


@given(
    st.lists(st.dates(date(2000, 1, 1), date(2110, 1, 1)), max_size=6),
    st.sampled_from(["1d", "10wd", "5000wd", "50y", "-50y", "-3m"]),
)
@unhurried
def test_every_event_gives_a_task_or_is_left_out_or_was_due_before_the_start(days: list[date], limit: str) -> None:
    happened = [event(f"acc-{number}", occurred_at=each) for number, each in enumerate(days)]
    planned, missing = left_out(obligation("late", anchor=AFTER_ACCIDENT, limit=limit), events=happened)
    assert not set(planned) & missing.keys()
    for number, each in enumerate(days):
        task, counts_back = f"late/ent/acc-{number}", limit.startswith("-")
        if CALENDAR.first <= each <= CALENDAR.last and task not in {*planned, *missing}:
            assert counts_back or each < day("2026-01-01")
