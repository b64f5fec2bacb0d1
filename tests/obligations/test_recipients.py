"""Recipients: the post that is named, else its deputy, the principal, the supervisors in turn, else nobody."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.organizations import RELATIONS, Absence, AddressKind, Kind, Organization, Post
from obligations.recipients import Directory, Holder, Via
from tests.obligations.building import CHANNELS, anybody, directory, organization, plan, post, unhurried, unreachable

BY_EMAIL, BY_SMS = ("email",), ("sms",)
UP = {"regulator": "reg", "office": "off", "government": "gov"}
NOBODY: dict[str, Post] = {}


def told(people: Directory, tell: str, channels: tuple[str, ...] = BY_EMAIL, **changes: str) -> tuple[str, Via] | None:
    """The post-holder who is told when a step about a task of `ent` says `tell`, and why it is this one."""
    holder = people.resolve(tell, plan(**changes), channels)
    return (holder.key, holder.via) if holder else None


def ent(posts: dict[str, Post], relations: dict[str, str] = UP) -> Organization:
    return organization("ent", posts=posts, relations=relations)


# --- the chain


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        pytest.param("assignee", "ent.safety_officer", id="the assignee is the task's own post"),
        pytest.param("principal", "ent.principal", id="a post is one of the bearer"),
        pytest.param("regulator", "reg.duty", id="a relation is its duty post"),
        pytest.param("office.principal", "off.principal", id="or the post that is named"),
        pytest.param("government", "gov.duty", id="every relation can be told"),
    ],
)
def test_who_is_named_and_can_be_reached_is_told(tell: str, expected: str) -> None:
    assert told(directory(), tell) == (expected, Via.NAMED)


@pytest.mark.parametrize(
    ("says", "posts", "expected"),
    [
        (
            "an unreachable holder's deputy",
            {"safety_officer": unreachable("clerk"), "clerk": post(), "principal": post()},
            ("ent.clerk", Via.DEPUTY),
        ),
        (
            "the principal, if there is no deputy",
            {"safety_officer": unreachable(), "clerk": post(), "principal": post()},
            ("ent.principal", Via.PRINCIPAL),
        ),
        (
            "the principal, if the deputy cannot be reached either",
            {"safety_officer": unreachable("clerk"), "clerk": unreachable(), "principal": post()},
            ("ent.principal", Via.PRINCIPAL),
        ),
        (
            "the principal, if nobody holds the deputy's post",
            {"safety_officer": unreachable("clerk"), "principal": post()},
            ("ent.principal", Via.PRINCIPAL),
        ),
        ("the principal, if the post is vacant", {"principal": post()}, ("ent.principal", Via.PRINCIPAL)),
        ("the principal as deputy", {"safety_officer": unreachable("principal"), "principal": post()},
         ("ent.principal", Via.DEPUTY)),
        ("the supervisor, if nobody can be reached", {"principal": unreachable()}, ("reg.duty", Via.SUPERVISOR)),
        ("the supervisor, if nobody is there", NOBODY, ("reg.duty", Via.SUPERVISOR)),
    ],
)  # fmt: skip
def test_an_absent_or_unreachable_holder_falls_to(says: str, posts: dict[str, Post], expected: tuple[str, Via]) -> None:
    assert told(directory(ent(posts)), "assignee") == expected, says


def test_a_deputys_deputy_is_not_asked() -> None:
    posts = {"safety_officer": unreachable("clerk"), "clerk": unreachable("guard"), "guard": post()}
    assert told(directory(ent(posts)), "assignee") == ("reg.duty", Via.SUPERVISOR)


def test_the_supervisors_principal_stands_in_for_its_duty_post() -> None:
    regulator = organization(
        "reg", Kind.REGULATOR, {"duty": unreachable("clerk"), "clerk": post(), "principal": post()}
    )
    assert told(directory(ent(NOBODY), regulator), "assignee") == ("reg.principal", Via.SUPERVISOR)


def test_the_chain_goes_up_until_somebody_can_be_reached() -> None:
    regulator = organization("reg", Kind.REGULATOR, NOBODY, relations={"office": "off"})
    office = organization("off", Kind.OFFICE, {"duty": unreachable()}, relations={"government": "gov"})
    assert told(directory(ent(NOBODY), regulator, office), "principal") == ("gov.duty", Via.SUPERVISOR)


def test_the_regulator_supervises_before_the_office_and_the_office_before_the_government() -> None:
    for without in ((), ("regulator",), ("regulator", "office")):
        relations = {name: of for name, of in UP.items() if name not in without}
        expected = next(iter(relations.values()))
        assert told(directory(ent(NOBODY, relations=relations)), "principal") == (f"{expected}.duty", Via.SUPERVISOR)


def test_where_nobody_in_the_whole_chain_can_be_reached_nobody_is_told() -> None:
    nobody = [organization(key, Kind.OFFICE, {"duty": unreachable()}) for key in ("reg", "off", "gov")]
    assert told(directory(ent(NOBODY), *nobody), "assignee") is None


def test_organizations_that_supervise_each_other_are_asked_once_each() -> None:
    regulator = organization("reg", Kind.REGULATOR, NOBODY, relations={"office": "off"})
    office = organization("off", Kind.OFFICE, NOBODY, relations={"regulator": "reg"})
    assert told(directory(ent(NOBODY), regulator, office), "regulator") is None


def test_an_organization_does_not_supervise_itself() -> None:
    regulator = organization("reg", Kind.REGULATOR, NOBODY, relations={"regulator": "reg", "government": "gov"})
    assert told(directory(regulator), "regulator") == ("gov.duty", Via.SUPERVISOR)


# --- relations


def test_a_relation_is_the_bearers_before_it_is_the_subjects() -> None:
    assert told(directory(), "government", bearer="reg") == ("gov.duty", Via.NAMED)
    bearer = organization("reg", Kind.REGULATOR, ("duty",), relations={"office": "off-2"})
    people = directory(bearer, organization("off-2", Kind.OFFICE, ("duty",)))
    assert told(people, "office", bearer="reg") == ("off-2.duty", Via.NAMED)


def test_a_relation_that_the_bearer_lacks_is_the_subjects() -> None:
    assert told(directory(), "regulator", bearer="off", assignee="duty") == ("reg.duty", Via.NAMED)


def test_a_relation_that_nobody_has_falls_to_the_bearers_supervisor() -> None:
    people = directory(organization("ent", relations={"office": "off"}))
    assert told(people, "government") == ("off.duty", Via.SUPERVISOR)


def test_a_relation_to_an_organization_that_does_not_exist_falls_to_the_bearers_supervisor() -> None:
    people = directory(organization("ent", relations=UP | {"regulator": "gone"}))
    assert told(people, "regulator") == ("off.duty", Via.SUPERVISOR)


def test_a_relation_without_a_duty_post_is_told_by_its_principal() -> None:
    people = directory(organization("reg", Kind.REGULATOR, ("principal",)))
    assert told(people, "regulator") == ("reg.principal", Via.NAMED)


def test_who_should_have_been_told_is_known_even_if_nobody_holds_the_post() -> None:
    people = directory(ent(NOBODY))
    found, named = people.target("assignee", plan())
    assert (found and found.id, named) == ("ent", "safety_officer")
    assert Directory({"ent": ent(NOBODY, relations={})}, CHANNELS).target("office", plan()) == (None, "duty")


# --- addresses


def test_a_holder_is_reached_by_any_one_of_the_steps_channels() -> None:
    posts = {"safety_officer": post(email=False), "principal": post()}
    people = directory(ent(posts))
    assert told(people, "assignee", BY_EMAIL) == ("ent.principal", Via.PRINCIPAL)
    assert told(people, "assignee", BY_SMS) == ("ent.safety_officer", Via.NAMED)
    assert told(people, "assignee", BY_EMAIL + BY_SMS) == ("ent.safety_officer", Via.NAMED)


def by_mobile_only(deputy: str | None = None) -> Post:
    return post(email=False, deputy=deputy)


def either_way(*changed: Organization) -> Directory:
    """The small city, whose people may be told by either channel where a step's leads nowhere."""
    return replace(directory(*changed), personal=("sms", "email"))


@pytest.mark.parametrize(
    ("says", "posts", "expected"),
    [
        ("the one who is named, before his deputy",
         {"safety_officer": by_mobile_only("clerk"), "clerk": post(), "principal": post()},
         ("ent.safety_officer", Via.NAMED)),
        ("the deputy, before the principal",
         {"safety_officer": unreachable("clerk"), "clerk": by_mobile_only(), "principal": post()},
         ("ent.clerk", Via.DEPUTY)),
        ("the principal, before the supervisor",
         {"safety_officer": unreachable(), "principal": by_mobile_only()},
         ("ent.principal", Via.PRINCIPAL)),
    ],
)  # fmt: skip
def test_who_has_an_address_on_another_channel_only_is_told_before_anybody_stands_in(
    says: str, posts: dict[str, Post], expected: tuple[str, Via]
) -> None:
    assert told(either_way(ent(posts)), "assignee", BY_EMAIL) == expected, says


def test_a_channel_that_does_not_reach_one_person_alone_is_no_other_way() -> None:
    people = replace(directory(ent({"safety_officer": by_mobile_only(), "principal": post()})), personal=BY_EMAIL)
    assert told(people, "assignee", BY_EMAIL) == ("ent.principal", Via.PRINCIPAL)


def test_of_other_channels_the_first_on_which_there_is_an_address_is_taken() -> None:
    people = either_way()
    assert [people.another_channel(each) for each in (post(), post(mobile=False), unreachable())] == [
        "sms", "email", None,
    ]  # fmt: skip


def test_by_a_channel_that_is_not_configured_nobody_is_reached() -> None:
    assert told(directory(), "assignee", ("pigeon",)) is None
    assert told(directory(), "assignee", ("pigeon", "email")) == ("ent.safety_officer", Via.NAMED)


def test_an_address_is_the_one_that_the_kind_of_channel_sends_to() -> None:
    assert post().address(AddressKind.EMAIL) == "wang@example.com"
    assert post().address(AddressKind.MOBILE) == "13800000001"


# --- posts of organizations


@pytest.mark.parametrize(
    ("kind", "posts", "assignee", "duty"),
    [
        (Kind.ENTERPRISE, ("principal", "safety_officer", "duty"), "safety_officer", "duty"),
        (Kind.ENTERPRISE, ("principal", "duty"), "principal", "duty"),
        (Kind.REGULATOR, ("principal", "safety_officer", "duty"), "duty", "duty"),
        (Kind.OFFICE, ("principal", "safety_officer"), "principal", "principal"),
    ],
)
def test_what_nobody_is_named_for_falls_to_the_usual_post_or_the_principal(
    kind: Kind, posts: tuple[str, ...], assignee: str, duty: str
) -> None:
    found = organization("x", kind, posts)
    assert (found.default_assignee(), found.default_duty()) == (assignee, duty)


def test_the_holder_of_a_post_that_does_not_exist_is_nobody() -> None:
    held = Holder.of(organization("ent"), "principal")
    assert held
    assert (held.key, held.via) == ("ent.principal", Via.NAMED)
    assert Holder.of(organization("ent"), "clerk") is None
    assert Holder.of(organization("ent"), None) is None
    assert Holder.of(None, "principal") is None


# --- whoever is there


@st.composite
def cities(draw: st.DrawFn) -> Directory:
    """Four organizations with any holders and any relations, circles included; with other channels or without."""
    keys = ("ent", "reg", "off", "gov")
    relations = st.dictionaries(st.sampled_from(RELATIONS), st.sampled_from((*keys, "gone")))
    posts = anybody(by_mobile_only)
    found = {key: organization(key, Kind.OFFICE, draw(posts), relations=draw(relations)) for key in keys}
    return Directory(found, CHANNELS, personal=draw(st.sampled_from(((), BY_EMAIL, BY_SMS + BY_EMAIL))))


tells = st.sampled_from(("assignee", "principal", "duty", *RELATIONS, "office.principal", "regulator.clerk"))


@given(cities(), tells, st.sampled_from((BY_EMAIL, BY_SMS, BY_EMAIL + BY_SMS)))
@unhurried
def test_whoever_is_told_holds_that_post_and_can_be_reached(
    people: Directory, tell: str, channels: tuple[str, ...]
) -> None:
    holder = people.resolve(tell, plan(), channels)
    if holder is not None:
        assert people.organizations[holder.organization.id].posts[holder.post_id] is holder.post
        assert people.reachable(holder.post, channels)


@given(cities(), tells)
@unhurried
def test_whoever_is_named_and_can_be_reached_is_told_and_nobody_else(people: Directory, tell: str) -> None:
    found, named = people.target(tell, plan())
    holder = people.resolve(tell, plan(), BY_EMAIL)
    if found is not None and named in found.posts and people.reachable(found.posts[named], BY_EMAIL):
        assert holder
        assert (holder.organization.id, holder.post_id, holder.via) == (found.id, named, Via.NAMED)
    elif holder is not None:
        assert holder.via is not Via.NAMED


@given(cities(), tells)
@unhurried
def test_nobody_is_told_only_if_the_organization_and_those_above_it_have_nobody(people: Directory, tell: str) -> None:
    if people.resolve(tell, plan(), BY_EMAIL) is not None:
        return
    found, named = people.target(tell, plan())
    if found is not None:
        own = [found.posts[key] for key in (named, "principal") if key in found.posts]
        assert not any(people.reachable(each, BY_EMAIL) for each in own)
    start = found or people.organizations["ent"]
    above = [people.organizations.get(start.relations.get(name, "")) for name in RELATIONS]
    nearest = next((each for each in above if each is not None and each.id != start.id), None)
    if nearest is not None:
        theirs = [nearest.posts[key] for key in ("duty", "principal") if key in nearest.posts]
        assert not any(people.reachable(each, BY_EMAIL) for each in theirs)


# --- absence

OCTOBER = Absence(date(2026, 10, 1), date(2026, 10, 15))
AWAY = {
    "safety_officer": post(deputy="clerk")._replace(away=OCTOBER), "clerk": post(), "principal": post(),
}  # fmt: skip


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 9, 30), ("ent.safety_officer", Via.NAMED), id="the day before"),
        pytest.param(date(2026, 10, 1), ("ent.clerk", Via.DEPUTY), id="the first day"),
        pytest.param(date(2026, 10, 15), ("ent.clerk", Via.DEPUTY), id="the last day"),
        pytest.param(date(2026, 10, 16), ("ent.safety_officer", Via.NAMED), id="the day after"),
    ],
)
def test_while_the_holder_is_away_the_deputy_is_told(day: date, expected: tuple[str, Via]) -> None:
    assert told(directory(ent(AWAY)).on(day), "assignee") == expected


def test_where_the_deputy_is_away_too_the_principal_is_told() -> None:
    posts = AWAY | {"clerk": post()._replace(away=OCTOBER)}
    assert told(directory(ent(posts)).on(OCTOBER.first), "assignee") == ("ent.principal", Via.PRINCIPAL)


def test_where_everybody_is_away_the_one_who_is_named_is_told_and_no_supervisor() -> None:
    posts = {key: each._replace(away=OCTOBER) for key, each in AWAY.items()}
    assert told(directory(ent(posts)).on(OCTOBER.first), "assignee") == ("ent.safety_officer", Via.NAMED)


def test_while_the_duty_of_a_supervisor_is_away_its_principal_stands_in() -> None:
    duty = {"duty": post()._replace(away=OCTOBER), "principal": post()}
    people = directory(ent(NOBODY), organization("reg", Kind.REGULATOR, duty)).on(OCTOBER.first)
    assert told(people, "assignee") == ("reg.principal", Via.SUPERVISOR)


@given(
    cities(), tells, st.dates(date(2026, 9, 25), date(2026, 10, 20)), st.sets(st.sampled_from(("ent", "reg", "off")))
)
@unhurried
def test_absence_never_leaves_a_notice_without_anybody(people: Directory, tell: str, day: date, gone: set[str]) -> None:
    found = {
        key: each._replace(posts={name: one._replace(away=OCTOBER) for name, one in each.posts.items()})
        if key in gone else each
        for key, each in people.organizations.items()
    }  # fmt: skip
    away = replace(people, organizations=found, today=day)
    assert (away.resolve(tell, plan(), BY_EMAIL) is None) == (people.resolve(tell, plan(), BY_EMAIL) is None)
