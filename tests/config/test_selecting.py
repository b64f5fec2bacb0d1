"""Conditions mean what the same text means in the roster or in an event."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.assembling import NOT_YET_RECORDED
from config.documents import Mapping, Mark
from config.fields import typed
from config.loader import load
from config.selecting import of_events, of_organizations, parse_selector
from obligations.events import Event
from obligations.history import History
from obligations.organizations import Kind, Organization
from obligations.planning import planned_tasks
from tests.config.town import lay_out

digits = st.from_regex("[0-9]{1,20}", fullmatch=True)
days = st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(str)
written = st.one_of(digits, days, st.sampled_from(("true", "FALSE", "1.50", "-3", "0017", "滨海县", "x")))
"""Text that looks like a number, a day, yes or no, or like none of them."""

ROSTER = """\
- id: 1001
  kind: regulator
  name: 2026
  region: 330205
  posts: {duty: {name: 孙八, mobile: 13800000004}}
- id: ent-tea
  kind: enterprise
  name: 青山茶厂
  region: 330205
  industry: 2614
  traits: [2026, 500]
  headcount: 320
  regulator: 1001
  dates: {licence_expires: 2027-05-31}
  posts: {principal: {name: 白露, email: bai@example.com}}
"""


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ('{region: "330205"}', {"1001", "ent-tea"}),
        ("{industry: [2614]}", {"ent-tea"}),
        ("{regulator: 1001}", {"ent-tea"}),
        ("{traits: 2026}", {"ent-tea"}),
        ("{id: 1001}", {"1001"}),
        ("{name: 2026}", {"1001"}),
        ("{not: {region: 330205}, headcount: 320}", {"ent-chem"}),
        ("{headcount: 320, licence_expires: 2027-05-31}", {"ent-tea", "ent-chem"}),
    ],
)
def test_a_duty_finds_organizations_by_text_of_digits_and_by_numbers_and_days(
    conditions: str, expected: set[str], tmp_path: Path
) -> None:
    duty = f"- id: city-01\n  title: 专题研究\n  every: month\n  applies_to: {conditions}\n"
    config = load(lay_out(tmp_path, {"organizations/more.yaml": ROSTER, "obligations/own.yaml": duty}))
    selector = config.obligations["city-01"].applies_to
    assert {key for key, each in config.organizations.items() if selector.matches(each)} == expected


@pytest.mark.parametrize("identifier", ["1001", "330205.01", "1.10", "true", "2026-03-02"])
def test_an_event_names_a_bearer_whose_id_looks_like_a_number(identifier: str, tmp_path: Path) -> None:
    duty = """\
- id: city-02
  title: 调查
  applies_to: {kind: enterprise}
  anchor: {event: inquiry, date: opened_at, where: {organization: ent-tea, case: 2026}}
  limit: 10wd
  bearer: event.investigator
"""
    inquiry = (
        "- {id: i-1, kind: inquiry, organization: ent-tea, opened_at: 2026-03-02, investigator: 1001, case: 2026}\n"
    )
    files = {"organizations/more.yaml": ROSTER, "obligations/own.yaml": duty, "events/own.yaml": inquiry}
    config = load(lay_out(tmp_path, {name: text.replace("1001", identifier) for name, text in files.items()}))
    city = config.city(History(events=tuple(config.events.values())))
    found = [each for each in planned_tasks(city, date(2026, 12, 31)) if each.obligation == "city-02"]
    assert [each.bearer for each in found] == [identifier]


@given(written, st.sampled_from(("id", "name", "region", "industry", "regulator")))
def test_whatever_text_an_organization_has_a_condition_of_the_same_text_finds_it(text: str, field: str) -> None:
    bare = Organization("x", Kind.OFFICE, "x", {})
    values: dict[str, Any] = {"relations": {field: text}} if field == "regulator" else {field: text}
    one = bare._replace(**values)
    assert parse_selector({field: text}, of_organizations).matches(one)
    assert parse_selector({field: ["other", text]}, of_organizations).matches(one)
    assert not parse_selector({field: text + "0"}, of_organizations).matches(one)


@given(st.lists(written, min_size=1, unique=True))
def test_whatever_traits_an_organization_has_a_condition_of_each_finds_it(traits: list[str]) -> None:
    one = Organization("x", Kind.OFFICE, "x", {}, traits=tuple(traits))
    assert all(parse_selector({"traits": each}, of_organizations).matches(one) for each in traits)


@given(written, written)
def test_a_field_of_an_event_meets_a_condition_if_both_mean_the_same(text: str, other: str) -> None:
    event = Event("e", "inquiry", "1001", {"field": typed(text)}, NOT_YET_RECORDED)
    assert parse_selector({"field": text}, of_events).matches(event)
    assert parse_selector({"field": other}, of_events).matches(event) == (typed(other) == typed(text))
    assert parse_selector({"organization": "1001"}, of_events).matches(event)


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_a_number_of_an_event_is_compared_as_a_number(value: int, bound: int) -> None:
    event = Event("e", "inquiry", "x", {"deaths": typed(str(value))}, NOT_YET_RECORDED)
    least = Mapping(Mark("duty.yaml", 1, 1))
    least["min"] = str(bound)
    assert parse_selector({"deaths": least}, of_events).matches(event) == (value >= bound)
