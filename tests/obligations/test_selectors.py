"""Selectors: conditions on organizations and events, and what they combine to."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.organizations import Kind, Organization
from obligations.selectors import (
    EVERYTHING,
    All,
    Any,
    AnyOf,
    Between,
    Lacks,
    Not,
    Scalar,
    Selector,
    Value,
    mentioned_fields,
)
from tests.obligations.building import event, organization, unhurried

CHEMICALS = organization(
    "ent-chem",
    traits=("high_risk", "key"),
    region="滨海县",
    headcount=320,
    relations={"regulator": "reg"},
    dates={"license_expires": date(2027, 5, 31)},
)
ACCIDENT = event(deaths=1, liability=True, loss=9.5, grade=None, occurred_on=date(2026, 9, 18))

leaves: st.SearchStrategy[Selector] = st.sampled_from(
    (
        AnyOf("kind", frozenset({"enterprise"})),
        AnyOf("traits", frozenset({"key", "crowded_place"})),
        AnyOf("region", frozenset({"临江区"})),
        Between("headcount", 300, None),
        Between("headcount", None, 99),
        Lacks("safety_officer"),
        Lacks("duty"),
    )
)


def combined(parts: st.SearchStrategy[Selector]) -> st.SearchStrategy[Selector]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(several.map(All), several.map(Any), parts.map(Not))


selectors = st.recursive(leaves, combined, max_leaves=8)
subjects = st.builds(
    lambda kind, traits, headcount, posts: organization("x", kind, posts, traits=tuple(traits), headcount=headcount),
    st.sampled_from(Kind),
    st.sets(st.sampled_from(("key", "high_risk", "crowded_place"))),
    st.none() | st.integers(0, 500),
    st.lists(st.sampled_from(("safety_officer", "duty")), unique=True),
)


def has(field: str, *values: Scalar) -> Selector:
    return AnyOf(field, frozenset(values))


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param(has("kind", "enterprise"), True, id="a value it has"),
        pytest.param(has("kind", "office"), False, id="a value it has not"),
        pytest.param(has("region", "临江区", "滨海县"), True, id="one of several values"),
        pytest.param(has("traits", "high_risk"), True, id="one of its traits"),
        pytest.param(has("traits", "crowded_place", "key"), True, id="a trait among several"),
        pytest.param(has("traits", "crowded_place"), False, id="a trait it has not"),
        pytest.param(has("traits", "high"), False, id="part of a trait's name"),
        pytest.param(has("region", "滨"), False, id="part of a value"),
        pytest.param(has("industry", "mining"), False, id="a field it does not have"),
        pytest.param(has("regulator", "reg"), True, id="a relation"),
        pytest.param(has("license_expires", date(2027, 5, 31)), True, id="a date of its own"),
        pytest.param(Between("headcount", 320, 320), True, id="bounds that are the number itself"),
        pytest.param(Between("headcount", 321, None), False, id="too few"),
        pytest.param(Between("headcount", None, 319), False, id="too many"),
        pytest.param(Between("headcount", None, None), True, id="no bounds"),
        pytest.param(Between("region", 0, None), False, id="a text that no bounds fit"),
        pytest.param(Between("licences", 0, None), False, id="a number it does not have"),
        pytest.param(Lacks("duty"), True, id="a post that nobody holds"),
        pytest.param(Lacks("principal"), False, id="a post that somebody holds"),
    ],
)
def test_an_organization_meets_a_condition_or_does_not(selector: Selector, expected: bool) -> None:
    assert selector.matches(CHEMICALS) is expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param(has("liability", True), True, id="yes"),
        pytest.param(has("liability", False), False, id="not no"),
        pytest.param(Between("deaths", 1, None), True, id="at least one"),
        pytest.param(Between("deaths", 3, 9), False, id="a graver accident"),
        pytest.param(Between("loss", 9.5, 10), True, id="a number with a fraction"),
        pytest.param(Between("liability", 0, 1), False, id="yes is no number"),
        pytest.param(has("grade", "major"), False, id="a field without a value"),
        pytest.param(has("organization", "ent"), True, id="whom it happened to"),
        pytest.param(Lacks("principal"), True, id="nobody holds a post in an event"),
    ],
)
def test_an_event_meets_a_condition_or_does_not(selector: Selector, expected: bool) -> None:
    assert selector.matches(ACCIDENT) is expected


@given(subjects)
@unhurried
def test_all_of_nothing_matches_everything_and_any_of_nothing_matches_nothing(subject: Organization) -> None:
    assert All(()).matches(subject)
    assert EVERYTHING.matches(subject)
    assert not Any(()).matches(subject)


@given(selectors, subjects)
@unhurried
def test_not_turns_every_condition_round(selector: Selector, subject: Organization) -> None:
    assert Not(selector).matches(subject) is not selector.matches(subject)


@given(st.lists(selectors, max_size=4), subjects)
@unhurried
def test_not_any_is_all_not(parts: list[Selector], subject: Organization) -> None:
    none_of_them = All(tuple(Not(part) for part in parts))
    assert Not(Any(tuple(parts))).matches(subject) is none_of_them.matches(subject)


@given(st.lists(selectors, max_size=4), selectors, subjects)
@unhurried
def test_a_further_part_narrows_all_and_widens_any(
    parts: list[Selector], further: Selector, subject: Organization
) -> None:
    every, some = All((*parts, further)), Any((*parts, further))
    assert every.matches(subject) <= All(tuple(parts)).matches(subject)
    assert some.matches(subject) >= Any(tuple(parts)).matches(subject)


def test_a_selector_tells_every_field_it_looks_at_with_the_values_it_looks_for() -> None:
    selector = All(
        (
            has("kind", "enterprise"),
            Not(has("kind", "office")),
            Any((has("traits", "key"), has("traits", "high_risk"))),
            Between("headcount", 1, None),
            Lacks("safety_officer"),
        )
    )
    assert mentioned_fields(selector) == {
        "kind": frozenset({"enterprise", "office"}),
        "traits": frozenset({"key", "high_risk"}),
        "headcount": frozenset(),
    }


@given(selectors, st.sampled_from((None, "x", 3, ("key",))))
@unhurried
def test_fields_that_a_selector_does_not_tell_make_no_difference_to_it(selector: Selector, value: Value) -> None:
    told = mentioned_fields(selector)

    class Told:
        """Facts in which every field that the selector does not mention has another value."""

        def fact(self, name: str) -> Value:
            return CHEMICALS.fact(name) if name in told else value

        def holds(self, post: str) -> bool:
            return CHEMICALS.holds(post)

    assert selector.matches(Told()) is selector.matches(CHEMICALS)
