"""Mistakes in events/*.yaml. The mark ▸ stands where the fault is expected."""

from pathlib import Path

import pytest

from config.loader import load
from tests.config.town import ACCIDENT, check_fault, faults, lay_out

WRITE_IT = "write it as 2026-09-18 or 2026-09-18T14:20:00+08:00"
HAPPENED = "  occurred_at: 2026-09-18T14:20:00+08:00\n"
KINDS = (
    "accident, accident_surge, case_closed, correction_order, hazard_found, hazard_listed, "
    "hire, inspection_problem, key_period, letter_sent, major_hazard, nominee_opinion, "
    "report_ready, risk_identified, serious_violation, staff_change, suspension_order, unprocedured_work"
)
CLOSED = "- id: case-1\n  kind: case_closed\n  organization: ent-chem\n  closed_at: 2026-03-12\n"

FAULTS: dict[str, tuple[str, ...]] = {
    "no date": (ACCIDENT.replace("- id", "- ▸id"), "the event has no date to count from; write `occurred_at:`"),
    "a date of another name": (
        ACCIDENT.replace("- id", "- ▸id") + "  hapened_at: 2026-09-18\n",
        "the event has no date to count from; write `occurred_at:`",
    ),
    "a date of nothing": (
        ACCIDENT.replace("- id", "- ▸id") + "  occurred_at:\n",
        "the event has no date to count from; write `occurred_at:`",
    ),
    "a measure with parts": (
        ACCIDENT + HAPPENED + "  deaths: ▸{men: 1}\n",
        "deaths: expected a value or a list of words, found fields with values",
    ),
    "a month that does not exist": (
        ACCIDENT + "  occurred_at: ▸2026-13-01\n",
        "occurred_at: '2026-13-01' is no day of the calendar (month must be in 1..12)",
    ),
    "a German day": (
        ACCIDENT + "  occurred_at: ▸18.9.2026\n",
        f"occurred_at: '18.9.2026' is not a day or moment; {WRITE_IT}",
    ),
    "an hour that does not exist": (
        ACCIDENT + "  occurred_at: ▸2026-09-18T25:00\n",
        "occurred_at: '2026-09-18T25:00' is no moment of the calendar (hour must be in 0..23)",
    ),
    "a day with words": (
        ACCIDENT + "  occurred_at: ▸2026-09-18 下午\n",
        f"occurred_at: '2026-09-18 下午' is not a day or moment; {WRITE_IT}",
    ),
    "a number for a day": (
        ACCIDENT + "  occurred_at: ▸5\n",
        f"occurred_at: '5' is not a day or moment; {WRITE_IT}",
    ),
    "a list of days": (
        ACCIDENT + "  occurred_at: ▸[2026-09-18]\n",
        f"occurred_at: a list is not a day or moment; {WRITE_IT}",
    ),
    "fields for a day": (
        ACCIDENT + "  occurred_at: ▸{day: 18}\n",
        "occurred_at: expected a value or a list of words, found fields with values",
    ),
    "a wrong day that nothing counts from": (
        ACCIDENT + HAPPENED + "  reported_at: ▸2026-02-30\n",
        "reported_at: '2026-02-30' is no day of the calendar (day is out of range for month)",
    ),
    "fields within a field": (
        ACCIDENT + HAPPENED + "  summary: ▸{zh: 闪爆}\n",
        "summary: expected a value or a list of words, found fields with values",
    ),
    "an unknown organization": (
        ACCIDENT.replace("ent-chem", "▸ent-chme") + HAPPENED,
        "there is no organization 'ent-chme'; did you mean 'ent-chem'?",
    ),
    "no organization": (
        "- ▸id: acc-1\n  kind: accident\n" + HAPPENED,
        "the field 'organization' is missing",
    ),
    "a misspelt kind": (
        ACCIDENT.replace("accident", "▸acident") + HAPPENED,
        "no obligation waits for an event of kind 'acident'; did you mean 'accident'?",
    ),
    "a kind that nobody waits for": (
        ACCIDENT.replace("accident", "▸party") + HAPPENED,
        "no obligation waits for an event of kind 'party'; known: " + KINDS,
    ),
    "no bearer": (
        CLOSED.replace("- id", "- ▸id"),
        "the field 'investigator' is missing; it names who bears off-28b",
    ),
    "an unknown bearer": (
        CLOSED + "  investigator: ▸off-ctiy\n",
        "there is no organization 'off-ctiy'; did you mean 'off-city'?",
    ),
    "a list of bearers": (
        CLOSED + "  investigator: ▸[off-city]\n",
        "investigator: expected the id of an organization, found a list",
    ),
    "a word where a duty looks for a number": (
        ACCIDENT + HAPPENED + "  deaths: ▸one\n",
        "deaths: expected a number, 0 or more, found 'one'; it grades the accident",
    ),
    "fewer than none dead": (
        ACCIDENT + HAPPENED + "  deaths: ▸-1\n",
        "deaths: expected a number, 0 or more, found '-1'; it grades the accident",
    ),
    "a grade that there is not": (
        ACCIDENT + HAPPENED + "  grade: ▸较大\n",
        "grade: '较大' is no grade; known: ordinary, larger, major, extraordinary",
    ),
    "a grade that the dead contradict": (
        ACCIDENT + HAPPENED + "  deaths: 3\n  grade: ▸ordinary\n",
        "grade: deaths, injuries, loss make the accident larger; correct them, or drop `grade`",
    ),
    "a word where a duty looks for yes or no": (
        ACCIDENT + HAPPENED + "  deaths: 1\n  liability: ▸yes\n",
        "liability: expected true or false, found 'yes'; reg-14a looks at it",
    ),
    "an id twice": (
        ACCIDENT + HAPPENED + ACCIDENT.replace("acc-1", "▸acc-1") + HAPPENED,
        "the id 'acc-1' is taken by {0}/events/own.yaml:1; ids are unique",
    ),
    "one event instead of a list": ("▸id: acc-1\n", "expected a list of events (- id: …)"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_in_an_event_is_shown_at_its_line_and_column(name: str, tmp_path: Path) -> None:
    text, *messages = FAULTS[name]
    placed = [message.replace("{0}", str(tmp_path)) for message in messages]
    check_fault(tmp_path, "events/own.yaml", text, *placed)


def test_an_event_that_only_a_faulty_duty_waits_for_is_no_fault_of_its_own(tmp_path: Path) -> None:
    duty = (
        "- id: city-02\n  title: 暴雨值守\n  applies_to: {kind: enterprise}\n  limit: 1d\n  policies: urgent\n"
        "  anchor: {event: storm, date: warned_at}\n"
    )
    event = "- {id: storm-1, kind: storm, organization: ent-chem, warned_at: 2026-07-01}\n"
    lay_out(tmp_path, {"obligations/own.yaml": duty, "events/own.yaml": event})
    assert faults(tmp_path) == [("obligations/own.yaml", 5, 3, "unknown field 'policies'; did you mean 'policy'?")]


BEYOND = "lies outside the calendar, which covers 2004-01-01 to 2099-12-31"


@pytest.mark.parametrize("day", ["9999-12-31", "2100-01-01", "2003-12-31", "0001-01-01"])
def test_a_day_that_duties_count_from_lies_within_the_calendar(day: str, tmp_path: Path) -> None:
    listed = "- id: haz-1\n  kind: hazard_listed\n  organization: ent-chem\n"
    text = f"{listed}  listed_at: ▸{day}\n  rectify_by: ▸{day}\n"
    check_fault(tmp_path, "events/own.yaml", text, f"listed_at: {day} {BEYOND}", f"rectify_by: {day} {BEYOND}")


def test_a_day_on_which_it_became_known_lies_within_the_calendar(tmp_path: Path) -> None:
    text = f"{ACCIDENT}{HAPPENED}  known_at: ▸9999-12-31T23:00:00+08:00\n"
    check_fault(tmp_path, "events/own.yaml", text, f"known_at: 9999-12-31 {BEYOND}")


def test_a_day_that_nothing_counts_from_may_be_any(tmp_path: Path) -> None:
    text = f"{ACCIDENT}{HAPPENED}  founded_on: 1949-10-01\n  lease_ends: 9999-12-31\n"
    assert load(lay_out(tmp_path, {"events/own.yaml": text})).events
