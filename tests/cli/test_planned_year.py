"""The plan of the sample city's year has as many tasks of each duty as are counted by hand."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from config.shipped import shipped_directory
from tests.cli.counted_by_hand import Entry, Year, entries
from tests.cli.shell import Duban

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
SAMPLE = shipped_directory("sample")
WAIT_FOR_TASKS = {
    "ent-09c", "reg-11b-rectify", "reg-11b-accept", "reg-11b-verify", "reg-11b", "reg-14b", "off-29", "off-29b",
    "off-29b-inspection",
}  # fmt: skip
"""Duties that other tasks start as they are lived; a plan of a year that nobody has lived yet has none of them."""
NOTHING_HAPPENS = {
    "ent-04c", "off-24a-territory", "off-24a-series", "off-27", "off-28d", "off-30b", "law-penalty-publication",
    "law-reply-extraordinary",
}  # fmt: skip
"""Duties that wait for events of which the sample has none that counts in the year."""
LATER = {"ent-04b", "gov-18a", "law-plan-evaluation", "law-hazchem-evaluation", "law-major-source-filing"}
"""Duties of several years that end later, and one that counts from assessments of former years."""


def catalogue() -> list[Entry]:
    return entries(shipped_directory("catalogues"))


def sample() -> Year:
    return Year(FIRST, LAST, entries(SAMPLE / "organizations"), entries(SAMPLE / "events"))


@pytest.fixture
def planned(duban: Duban) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = duban.done(
        "--config", SAMPLE, "plan", "--json", "--from", FIRST.isoformat(), "--to", LAST.isoformat()
    ).rows
    return rows


def test_the_plan_has_as_many_tasks_of_each_duty_as_a_count_by_hand(planned: list[dict[str, Any]]) -> None:
    assert Counter(row["obligation"] for row in planned) == sample().count(catalogue())


def test_every_task_of_the_plan_has_an_id_of_its_own(planned: list[dict[str, Any]]) -> None:
    assert len({row["task"] for row in planned}) == len(planned)


def test_every_duty_has_tasks_but_those_that_wait_for_something_else(planned: list[dict[str, Any]]) -> None:
    without = {duty["id"] for duty in catalogue()} - {row["obligation"] for row in planned}
    assert without == WAIT_FOR_TASKS | NOTHING_HAPPENS | LATER


def test_the_count_by_hand_sees_a_firm_that_comes_later_and_an_accident_that_nobody_is_to_blame_for() -> None:
    year = sample()
    chem = next(each for each in year.organizations if each["id"] == "ent-binhai-chem")
    fatal = next(each for each in year.events if each["id"] == "acc-2026-001")
    later = [{**each, "since": date(2026, 7, 1)} if each is chem else each for each in year.organizations]
    blameless = [{**each, "liability": False} if each is fatal else each for each in year.events]
    less = year.count(catalogue()) - Year(FIRST, LAST, later, blameless).count(catalogue())
    assert (less["ent-01a"], less["ent-09a"], less["ent-01c"]) == (6, 1, 0)
    assert (less["reg-15a"], less["reg-14a"], less["off-28a"]) == (1, 1, 0)
