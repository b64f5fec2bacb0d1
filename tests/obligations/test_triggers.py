"""Triggers: what is looked at when something happens is all that can be started or changed by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.festivals import Festival
from obligations.policies import Stage
from obligations.rules import (
    EventAnchor,
    HolidayAnchor,
    Obligation,
    OrganizationAnchor,
    RosterAnchor,
    StageAnchor,
    TaskAnchor,
)
from obligations.triggers import Triggers, triggers_of
from tests.obligations.building import limit, obligation, unhurried


def after(key: str, *followed: str) -> Obligation:
    return obligation(key, anchor=TaskAnchor(followed), limit="5wd")


def on(key: str, kind: str) -> Obligation:
    return obligation(key, anchor=EventAnchor(kind, "at"), limit="5wd")


def upon(key: str, stage: Stage) -> Obligation:
    return obligation(key, anchor=StageAnchor(stage), limit="5wd")


HAZARD = [
    on("supervise", "major_hazard"),
    after("rectify", "supervise"),
    after("accept", "rectify"),
    after("close", "accept"),
]


def test_an_event_may_touch_what_waits_for_it_and_the_whole_chain_that_follows() -> None:
    found = triggers_of([*HAZARD, on("meeting", "accident"), after("minutes", "meeting")])
    assert found.by_event("major_hazard") == {"supervise", "rectify", "accept", "close"}
    assert found.by_event("accident") == {"meeting", "minutes"}
    assert found.by_event("order") == frozenset()


def test_a_completion_starts_only_what_follows_it_directly() -> None:
    found = triggers_of([*HAZARD, after("either", "supervise", "accept")])
    assert found.by_closing("supervise") == {"rectify", "either"}
    assert found.by_closing("accept") == {"close", "either"}
    assert found.by_closing("close") == frozenset()


def test_a_stage_starts_what_waits_for_it_and_an_event_may_take_its_ground_away() -> None:
    found = triggers_of([on("meeting", "accident"), upon("disclose", Stage.REPORT), upon("talk", Stage.SUMMON)])
    assert found.by_stage(Stage.REPORT) == {"disclose"}
    assert found.by_stage(Stage.LIST) == frozenset()
    assert found.by_event("accident") == {"meeting", "disclose", "talk"}


def test_what_follows_a_task_that_a_stage_started_goes_back_to_the_event_too() -> None:
    found = triggers_of([on("meeting", "accident"), upon("disclose", Stage.REPORT), after("file", "disclose")])
    assert found.by_event("accident") == {"meeting", "disclose", "file"}


def test_a_ring_of_duties_that_follow_each_other_ends() -> None:
    found = triggers_of([on("a", "accident"), after("b", "a", "c"), after("c", "b")])
    assert found.by_event("accident") == {"a", "b", "c"}


def test_the_duties_that_the_roster_starts_are_known_and_what_only_the_calendar_starts_waits_for_nothing() -> None:
    found = triggers_of(
        [
            obligation("staff", anchor=RosterAnchor(), limit="20wd"),
            obligation("consult", anchor=HolidayAnchor((Festival.NATIONAL_DAY,)), limit="-5wd"),
            obligation("renew", anchor=OrganizationAnchor("expires"), limit="0d"),
            obligation("inspect"),
        ]
    )
    assert found == Triggers(roster=frozenset({"staff"}))


def test_a_count_of_events_waits_for_the_same_kind_as_one_event() -> None:
    twice = obligation("talk", anchor=EventAnchor("accident", "at", count=2, span=limit("1y")), limit="5wd")
    assert triggers_of([twice, on("meeting", "accident")]).by_event("accident") == {"talk", "meeting"}


@pytest.mark.parametrize("stage", Stage)
def test_nothing_waits_in_a_city_without_duties(stage: Stage) -> None:
    found = triggers_of([])
    assert not any((found.by_event("accident"), found.by_closing("x"), found.by_stage(stage), found.roster))


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdefr"), min_size=1), max_size=6))
@unhurried
def test_an_event_touches_exactly_what_is_reached_by_following(chains: dict[str, set[str]]) -> None:
    """`r` waits for the event; each other duty follows some of the others."""
    found = triggers_of([on("r", "accident"), *(after(key, *sorted(each)) for key, each in chains.items())])
    expected = {"r"}
    for _ in chains:
        expected |= {key for key, followed in chains.items() if followed & expected}
    assert found.by_event("accident") == expected
