"""Changes: the names of the steps that tell of them, and why a task that stood should not exist."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.changes import Change, change_in, step_of
from obligations.city import City
from obligations.reconciling import Ground, ground_of_withdrawal
from obligations.rules import EventAnchor, HolidayAnchor, OrganizationAnchor, RosterAnchor
from obligations.selectors import Between
from tests.obligations.building import (
    STANDARD,
    URGENT,
    city,
    day,
    event,
    moment,
    obligation,
    organization,
    plan,
    planned,
    unhurried,
)


@given(st.sampled_from(Change), st.integers(0, 10_000))
@unhurried
def test_a_step_that_tells_of_a_change_is_known_by_its_name(change: Change, revision: int) -> None:
    assert change_in(step_of(change, revision)) is change


@given(st.sampled_from(Change), st.integers(0, 99), st.integers(0, 99))
@unhurried
def test_each_revision_is_told_of_by_a_step_of_its_own(change: Change, one: int, other: int) -> None:
    assert (step_of(change, one) == step_of(change, other)) is (one == other)


@pytest.mark.parametrize("name", ["start", "-30d", "+5wd", "+5wd.approval", "0d", "repeat-12", "pace-1", "moved", ""])
def test_the_steps_of_ladders_tell_of_no_change(name: str) -> None:
    assert change_in(name) is None


def test_no_step_of_the_shipped_ladders_is_named_like_a_change() -> None:
    assert [step.name for ladder in (STANDARD, URGENT) for step in ladder.steps if change_in(step.name)] == []


# --- why a task is withdrawn

DUTY = obligation("duty", applies_to=Between("headcount", 101, None))
LARGE = organization("ent", headcount=300)
ACCIDENT = EventAnchor("accident", "occurred_at", Between("deaths", 1, None))


def ground(of: City, task: str = "duty/ent/2026-05") -> Ground:
    assert task not in planned(of), "it should exist"
    return ground_of_withdrawal(plan(key=task), of)


def test_a_duty_that_is_no_longer_in_force_is_the_ground_before_all_others() -> None:
    assert ground(city(organizations=[LARGE])) is Ground.OBLIGATION_GONE
    assert ground(city(), "duty/gone/2026-05") is Ground.OBLIGATION_GONE


def test_an_organization_that_left_the_roster_is_the_ground() -> None:
    of = city(DUTY, organizations=[LARGE])
    left = replace(of, organizations={key: each for key, each in of.organizations.items() if key != "ent"})
    assert ground(left) is Ground.SUBJECT_GONE


def test_an_organization_that_the_duty_no_longer_selects_is_the_ground_whatever_started_it() -> None:
    small = organization("ent", headcount=100)
    assert ground(city(DUTY, organizations=[small])) is Ground.NO_LONGER_APPLIES
    of_roster = replace(DUTY, every=None, anchor=RosterAnchor(), limit=None)
    assert ground(city(of_roster, organizations=[small]), "duty/ent/2026-07-06") is Ground.NO_LONGER_APPLIES


def test_an_organization_that_has_duties_only_later_is_the_ground_whatever_started_it() -> None:
    meeting, later = obligation("duty", anchor=ACCIDENT, limit="1w"), LARGE._replace(since=day("2027-01-01"))
    assert ground(city(DUTY, organizations=[later])) is Ground.NO_LONGER_APPLIES
    assert ground(city(meeting, organizations=[later]), "duty/ent/acc-1") is Ground.NO_LONGER_APPLIES


def test_an_event_that_was_amended_or_withdrawn_is_the_ground() -> None:
    meeting = obligation("duty", anchor=ACCIDENT, limit="1w")
    regraded = event(occurred_at=moment("2026-09-18T14:20"), deaths=0)
    assert ground(city(meeting, events=[regraded]), "duty/ent/acc-1") is Ground.EVENT_CHANGED
    assert ground(city(meeting), "duty/ent/acc-1") is Ground.EVENT_CHANGED


def test_another_date_of_the_organization_is_the_ground() -> None:
    renewed = organization("ent", dates={"expires": day("2029-12-31")})
    renewal = obligation("duty", anchor=OrganizationAnchor("expires"), limit="0d")
    assert ground(city(renewal, organizations=[renewed]), "duty/ent/2026-12-31") is Ground.START_CHANGED


def test_a_festival_that_the_rule_names_no_more_is_the_ground() -> None:
    nothing_left = obligation("duty", anchor=HolidayAnchor(()), limit="-5wd")
    assert ground(city(nothing_left), "duty/ent/national_day-2026") is Ground.START_CHANGED
