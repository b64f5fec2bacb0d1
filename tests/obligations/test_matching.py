"""Matching: the duties of an organization, the same as asking each duty by itself."""

from hypothesis import given
from hypothesis import strategies as st

from obligations.matching import Matcher
from obligations.organizations import Kind, Organization
from obligations.rules import Obligation
from obligations.selectors import EVERYTHING, All, Any, AnyOf, Between, Lacks, Not, Selector, Value
from tests.obligations.building import obligation, organization, unhurried

TRAITS, POSTS = ("high_risk", "key", "crowded_place"), ("principal", "safety_officer", "duty")
conditions: st.SearchStrategy[Selector] = st.one_of(
    st.builds(AnyOf, st.just("kind"), st.frozensets(st.sampled_from([kind.value for kind in Kind]))),
    st.builds(AnyOf, st.just("traits"), st.frozensets(st.sampled_from(TRAITS))),
    st.builds(Between, st.just("headcount"), st.none() | st.integers(0, 200), st.none() | st.integers(0, 200)),
    st.builds(Lacks, st.sampled_from(POSTS)),
)
selectors = st.recursive(
    conditions,
    lambda parts: (
        st.builds(All, st.lists(parts, max_size=3).map(tuple))
        | st.builds(Any, st.lists(parts, max_size=3).map(tuple))
        | st.builds(Not, parts)
    ),
    max_leaves=6,
)
organizations = st.builds(
    lambda kind, posts, traits, headcount: organization("ent", kind, posts, traits=traits, headcount=headcount),
    st.sampled_from(Kind),
    st.lists(st.sampled_from(POSTS), unique=True),
    st.lists(st.sampled_from(TRAITS), unique=True).map(tuple),
    st.none() | st.integers(0, 200),
)


def duties(of: list[Selector]) -> list[Obligation]:
    return [obligation(f"duty-{number}", applies_to=each) for number, each in enumerate(of)]


@given(st.lists(selectors, max_size=6), st.lists(organizations, min_size=1, max_size=8))
@unhurried
def test_the_duties_of_each_organization_are_those_whose_selector_matches_in_their_order(
    of: list[Selector], roster: list[Organization]
) -> None:
    matcher = Matcher(duties(of))
    for each in roster:
        assert matcher.duties_of(each) == tuple(duty for duty in duties(of) if duty.applies_to.matches(each))


def test_organizations_that_answer_alike_have_the_same_duties_and_one_post_more_is_another_answer() -> None:
    matcher = Matcher(duties([Lacks("safety_officer"), EVERYTHING]))
    without, also_without = organization("ent-1", posts=("principal",)), organization("ent-2", posts=("principal",))
    assert [duty.id for duty in matcher.duties_of(without)] == ["duty-0", "duty-1"]
    assert matcher.duties_of(also_without) == matcher.duties_of(without)
    assert [duty.id for duty in matcher.duties_of(organization("ent-1"))] == ["duty-1"]


class Counting:
    """A condition that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def matches(self, facts: object) -> bool:  # noqa: ARG002 - it always holds
        self.asked += 1
        return True


def test_a_question_that_many_duties_ask_is_asked_once_an_organization() -> None:
    shared = Counting()
    matcher = Matcher(duties([All((shared, each)) for each in (Lacks("duty"), Lacks("principal"), EVERYTHING)]))
    matcher.duties_of(organization("ent-1"))  # here the answers are new, and what follows from them is worked out
    before = shared.asked
    for number in range(2, 12):
        matcher.duties_of(organization(f"ent-{number}"))
    assert shared.asked - before == 10


def test_no_duties_are_no_duties() -> None:
    headcount: Value = 5
    assert Matcher([]).duties_of(organization("ent", headcount=headcount)) == ()
