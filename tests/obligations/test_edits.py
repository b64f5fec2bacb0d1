"""Edits: no task outside the reach of an edit is another than it was, and one firm's edit reaches that firm alone."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from obligations.city import City
from obligations.edits import reach
from obligations.events import Event
from obligations.history import History
from obligations.organizations import Kind, Organization
from obligations.planning import EVERYTHING, planned_tasks
from obligations.rules import EventAnchor
from obligations.tasks import PlannedTask
from tests.obligations.building import ENTERPRISES, city, day, moment, obligation, organization, unhurried

UNTIL = day("2026-12-31")
DUTIES = (
    obligation("ent-own"),
    obligation("ent-named", assignee="principal", every="quarter"),
    obligation("reg-borne", bearer="regulator", every="half_year"),
    obligation("led", bearer="event.leader", anchor=EventAnchor("accident", "occurred_at"), limit="10wd",
               applies_to=ENTERPRISES),
)  # fmt: skip
FIRMS, REGULATORS = ("ent-a", "ent-b", "ent-c"), ("reg-a", "reg-b")
EVENTS = tuple(
    Event(f"acc-{firm}", "accident", firm, {"occurred_at": moment("2026-03-02T10:00"), "leader": regulator},
          moment("2026-03-02T11:00"))
    for firm, regulator in zip(FIRMS, ("reg-a", "reg-b", "reg-a"), strict=True)
)  # fmt: skip
posts = st.sets(st.sampled_from(["principal", "safety_officer", "duty"]), min_size=1).map(sorted)


@st.composite
def rosters(draw: st.DrawFn) -> dict[str, Organization]:
    """Firms and regulators, any of which may be missing."""
    firms = [
        organization(
            each,
            posts=draw(posts),
            relations={"regulator": draw(st.sampled_from(REGULATORS))},
            since=draw(st.sampled_from([None, date(2026, 5, 1)])),
        )
        for each in FIRMS
    ]
    regulators = [organization(each, Kind.REGULATOR, draw(posts)) for each in REGULATORS]
    return {each.id: each for each in (*firms, *regulators) if draw(st.integers(0, 5))}


def of(roster: dict[str, Organization]) -> City:
    return replace(city(*DUTIES), organizations=roster, history=History(events=EVENTS))


def tasks(of_city: City) -> dict[str, PlannedTask]:
    return {each.id: each for each in planned_tasks(of_city, UNTIL)}


@given(rosters(), rosters())
@unhurried
def test_no_task_outside_the_reach_of_an_edit_is_another_than_it_was(
    old: dict[str, Organization], new: dict[str, Organization]
) -> None:
    subjects = reach(of(old), of(new)).subjects
    assert subjects is not None
    before, after = tasks(of(old)), tasks(of(new))
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {(before.get(key) or after[key]).subject for key in changed} <= subjects


def test_an_edit_of_one_firm_reaches_that_firm_alone() -> None:
    roster = {each: organization(each) for each in FIRMS}
    assert reach(
        of(roster), of({**roster, "ent-b": organization("ent-b", posts=("principal",))})
    ).subjects == frozenset({"ent-b"})


def test_a_regulator_with_another_duty_officer_reaches_nobody_elses_tasks_but_one_without_does() -> None:
    firm = organization("ent-a", relations={"regulator": "reg-a"})
    regulator = organization("reg-a", Kind.REGULATOR, ("principal", "duty"))
    before = of({"ent-a": firm, "reg-a": regulator})
    renamed = of({"ent-a": firm, "reg-a": regulator._replace(name="应急管理局")})
    assert reach(before, renamed).subjects == frozenset({"reg-a"})
    vacant = of({"ent-a": firm, "reg-a": organization("reg-a", Kind.REGULATOR, ("principal",))})
    led_by_it = "ent-c"  # its accident names reg-a
    assert reach(before, vacant).subjects == frozenset({"reg-a", "ent-a", led_by_it})


def test_an_edit_of_a_rule_reaches_everything() -> None:
    before = of({"ent-a": organization("ent-a")})
    assert reach(before, replace(before, obligations={})) == EVERYTHING
