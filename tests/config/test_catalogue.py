"""The shipped catalogues hold every duty of the policy, well said, each with a ladder that fits its bearer."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import pytest

from config.catalogue_page import page, shipped_duties, shipped_policies
from config.catalogue_terms import DATES, EVENTS, TRAITS
from config.catalogue_words import clock_words
from config.loader import Config, load
from config.shipped import shipped_catalogues, shipped_directory
from obligations.events import Event
from obligations.history import Closing, History, Reached
from obligations.organizations import RELATIONS
from obligations.planning import planned_tasks
from obligations.policies import Policy, Stage
from obligations.rules import Basis, EventAnchor, Obligation, OrganizationAnchor, StageAnchor, TaskAnchor
from obligations.selectors import Value, mentioned_fields
from tests.config.town import SETTINGS, lay_out

STATED = [
    "ent-01a", "ent-01b", "ent-01c", "ent-01d", "ent-01e", "ent-01f", "ent-01g", "ent-01h", "ent-04a", "ent-04b",
    "ent-04c", "ent-05a", "ent-05b", "ent-05c", "ent-06", "ent-07a", "ent-09a", "ent-09b", "reg-11a", "reg-15a",
    "reg-16", "off-22a", "off-22b", "off-23", "off-24b", "off-25", "off-26a", "off-26b", "off-28a", "off-28b",
]  # fmt: skip
"""The duties for which the policy, or a paper that it leads to, states the time."""
LEFT_OPEN = [
    "ent-01i", "ent-02a", "ent-02b", "ent-03", "ent-07b", "ent-08a", "ent-08b", "ent-08c", "ent-09c", "reg-10",
    "reg-11b", "reg-13", "reg-13x", "reg-14a", "reg-14b", "reg-15b", "reg-17", "reg-17b", "gov-18a", "gov-18b",
    "gov-19", "gov-19b", "gov-20", "gov-c1", "off-22c", "off-24a", "off-27", "off-28c", "off-28d", "off-29", "off-29b",
    "off-30", "off-30b",
]  # fmt: skip
"""The duties for which it says "regularly", "promptly" or nothing."""
CITY, LAW = (shipped_duties(name) for name in ("work-safety", "national-law"))
EVERY = [*CITY, *LAW]
BY_ID = {duty.id: duty for duty in EVERY}
POLICIES = {policy.id: policy for policy in shipped_policies()}
each_duty = pytest.mark.parametrize("duty", EVERY, ids=lambda duty: duty.id)
each_policy = pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.id)


def test_every_duty_of_the_policy_is_in_the_catalogue_with_the_basis_of_its_time() -> None:
    rows = dict.fromkeys(STATED, Basis.POLICY) | dict.fromkeys(LEFT_OPEN, Basis.LOCAL)
    assert {each: BY_ID[each].basis for each in rows} == rows


def test_what_else_the_catalogue_holds_belongs_to_one_of_these_duties() -> None:
    rows = {*STATED, *LEFT_OPEN}
    assert not [duty.id for duty in CITY if duty.id not in rows and duty.id.rpartition("-")[0] not in rows]


def test_a_duty_of_the_law_names_its_article() -> None:
    assert all(duty.id.startswith("law-") and duty.basis is Basis.LAW for duty in LAW)
    assert not [duty.clause for duty in LAW if not re.fullmatch(r"《\w+》第[一二三四五六七八九十百]+条", duty.clause)]


def test_no_two_duties_have_the_same_id_or_title() -> None:
    assert len(BY_ID) == len({duty.title for duty in EVERY}) == len(EVERY)


@each_duty
def test_a_duty_says_what_is_to_be_done_in_one_polite_sentence(duty: Obligation) -> None:
    assert re.fullmatch(r"请[^。！？；]+。", duty.instruction)


@each_duty
def test_a_duty_says_what_proves_it_and_has_a_short_title(duty: Obligation) -> None:
    assert duty.evidence
    assert len(duty.title) <= 24


@pytest.mark.parametrize("duty", [duty for duty in CITY if duty.basis is Basis.LOCAL], ids=lambda duty: duty.id)
def test_where_each_city_sets_the_time_the_text_does_not_name_it(duty: Obligation) -> None:
    assert not re.search(
        r"[一二三四五六七八九十两]+(个工作日|日内|天|周|个月|次)|本(月|季度|半年|年)", duty.instruction
    )


KEPT = {
    "ent-01a": ("every month", "standard"),
    "ent-09a": ("every half-year", "standard"),
    "ent-09b": ("every year", "standard"),
    "reg-15a": ("1 week from `occurred_at` of `accident`; where `liability` `true`, `deaths` ≥ 1", "urgent"),
    "off-26a": ("every year", "office"),
    "off-28a": ("10 working days from `occurred_at` of `accident`", "urgent"),
    "off-28b": ("1 year from `closed_at` of `case_closed`; opens 10 months after", "authority"),
}
"""The duties with which the catalogue began; configs in use count on them."""


def test_the_first_duties_are_due_and_reminded_of_as_they_always_were() -> None:
    assert {each: (clock_words(BY_ID[each]), BY_ID[each].policy) for each in KEPT} == KEPT


@each_policy
def test_the_stages_of_a_ladder_never_become_milder(policy: Policy) -> None:
    stages = [step.stage.gravity for step in policy.steps]
    assert stages == sorted(stages)


def test_the_ladder_of_sanctions_goes_through_every_stage() -> None:
    assert {step.stage for step in POLICIES["sanction"].steps} == set(Stage)


NAMES = {
    "enterprise": {"regulator", "government", "office"},
    "regulator": {"government", "office"},
    "government": {"office"},
    "office": {"government"},
}
"""The relations that every organization of a kind has; above the city's government and office there is none."""
NAMED_BY_EVENTS = {
    "event.investigator": {"government", "regulator"},
    "event.government": {"government"},
    "event.bearer": {"government", "regulator", "enterprise"},
}


def kinds_of_bearers(duty: Obligation) -> set[str]:
    if duty.bearer == "self":
        return {str(kind) for kind in mentioned_fields(duty.applies_to)["kind"]}
    return NAMED_BY_EVENTS.get(duty.bearer, {duty.bearer})


def relations_told(policy: Policy) -> set[str]:
    tells = {tell for rung in (*policy.steps, policy.repeat) if rung is not None for tell in rung.tell}
    tells |= {step.approval for step in policy.steps if step.approval is not None}
    return {tell.partition(".")[0] for tell in tells} & set(RELATIONS)


def test_a_ladder_tells_only_those_whom_its_bearer_has() -> None:
    misfits = {
        duty.id
        for duty in EVERY
        for kind in kinds_of_bearers(duty)
        if not relations_told(POLICIES[duty.policy]) <= NAMES[kind]
    }
    assert misfits == set()


def test_the_page_shows_what_is_shipped() -> None:
    shown = Path(__file__).parents[2] / "docs" / "catalogue.md"
    assert shown.read_text(encoding="utf-8") == page(), "write it anew: python -m config.catalogue_page"


def test_the_page_shows_every_catalogue_that_is_shipped() -> None:
    assert {*re.findall(r"(?m)^## ([a-z-]+)$", page())} == set(shipped_catalogues())


def fields_looked_at(duties: list[Obligation]) -> dict[str, set[str]]:
    """Kind of event to the fields that duties, and what follows them, look at."""
    found: dict[str, set[str]] = {}
    for duty in duties:
        anchor = first_of_chain(duty).anchor
        if isinstance(anchor, EventAnchor):
            named = {anchor.date, *mentioned_fields(anchor.where), duty.until, duty.bearer.removeprefix("event.")}
            found.setdefault(anchor.event, set()).update(each for each in named if each and each not in BEARERS)
    return found


BEARERS = {"self", "regulator", "office"}
TOLD_TOO = {"accident": {"deaths", "injuries", "loss"}, "suspension_order": {"ordered_at"}}
"""What the grade of an accident follows from, and when an order became known."""


def first_of_chain(duty: Obligation) -> Obligation:
    while isinstance(duty.anchor, TaskAnchor):
        duty = BY_ID[duty.anchor.obligations[0]]
    return duty


def test_the_events_that_are_explained_are_those_that_duties_wait_for_with_the_fields_that_they_look_at() -> None:
    explained = {kind: set(each.fields) for kind, each in EVENTS.items()}
    looked_at = fields_looked_at(EVERY)
    assert explained == {kind: fields | TOLD_TOO.get(kind, set()) for kind, fields in looked_at.items()}


@pytest.mark.parametrize(("name", "duties"), [("work-safety", CITY), ("national-law", LAW)], ids=["city", "law"])
def test_a_catalogue_begins_with_the_events_that_start_its_duties(name: str, duties: list[Obligation]) -> None:
    text = (shipped_directory("catalogues") / f"{name}.yaml").read_text(encoding="utf-8")
    lines = re.findall(r"(?m)^#   (\w+): (.+)$", text.partition("\n- id:")[0])
    named = {kind: set(re.findall(r"\w+", fields)) for kind, fields in lines}
    for kind, fields in fields_looked_at(duties).items():
        assert fields <= named[kind]


def test_the_traits_and_dates_that_are_explained_are_those_that_duties_look_at() -> None:
    traits = {str(value) for duty in EVERY for value in mentioned_fields(duty.applies_to).get("traits", ())}
    dates = {duty.anchor.date for duty in EVERY if isinstance(duty.anchor, OrganizationAnchor)}
    assert (traits, dates) == (set(TRAITS), set(DATES))


ROSTER = """\
- {id: gov, kind: government, name: 市人民政府, office: off, posts: {duty: {name: 赵六, email: zhao@example.com}}}
- {id: off, kind: office, name: 市安委办, government: gov, posts: {duty: {name: 李四, email: li@example.com}}}
- id: reg
  kind: regulator
  name: 市应急管理局
  government: gov
  office: off
  posts: {duty: {name: 孙八, email: sun@example.com}}
- id: ent-large
  kind: enterprise
  name: 滨海化工有限公司
  industry: hazardous_chemicals
  headcount: 320
  traits: [high_risk, key, major_hazard_source]
  regulator: reg
  government: gov
  office: off
  dates: {%s}
  posts: {principal: {name: 王建国, email: wang@example.com}}
- id: ent-small
  kind: enterprise
  name: 青山茶厂
  regulator: reg
  government: gov
  office: off
  posts: {principal: {name: 周九, email: zhou@example.com}, safety_officer: {name: 吴十, email: wu@example.com}}
"""
NAMED = {"investigator": "gov", "government": "gov", "bearer": "reg"}
FIGURES: Mapping[str, Value] = {"liability": True, "deaths": 1, "post": "principal"}
NOON = datetime.fromisoformat("2026-03-02T12:00:00+08:00")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A city with both catalogues and every kind of organization, where every date of the roster is known."""
    dates = ", ".join(f"{name}: 2026-09-30" for name in DATES)
    settings = f"{SETTINGS}catalogues: [{', '.join(shipped_catalogues())}]\n"
    files = {"duban.yaml": settings, "organizations/city.yaml": ROSTER % dates}
    return load(lay_out(tmp_path_factory.mktemp("city"), files))


def happenings() -> Iterator[Event]:
    """One event of every kind about every organization, and accidents of every sort."""
    for kind, each in EVENTS.items():
        known: dict[str, Value] = {name: NAMED.get(name) or FIGURES.get(name) or NOON for name in each.fields}
        known = {name: value for name, value in known.items() if name not in {"grade", "category", "injuries", "loss"}}
        for organization in ("gov", "off", "reg", "ent-large"):
            yield Event(f"{kind}-{organization}", kind, organization, known, NOON)
    occurred: dict[str, Value] = {"occurred_at": NOON}
    yield Event("fire", "accident", "ent-large", occurred | {"category": "fire", "deaths": 4}, NOON)
    yield Event("third", "accident", "ent-large", occurred, NOON)
    answered: dict[str, Value] = {"submitted_at": NOON, "government": "gov", "grade": "extraordinary"}
    yield Event("grave", "report_ready", "ent-large", answered, NOON)


def followed() -> Iterator[Closing]:
    for duty in EVERY:
        for each in duty.anchor.obligations if isinstance(duty.anchor, TaskAnchor) else ():
            for subject in ("off", "ent-large"):
                yield Closing(each, subject, "key", "major_hazard-ent-large", date(2026, 3, 2))


def test_every_duty_arises_in_a_city_where_everything_happens(config: Config) -> None:
    reached = [Reached("reg-11a", "ent-large", "2026", None, Stage.REPORT, NOON)]
    city = config.city(History(tuple(happenings()), closings=tuple(followed()), reached=reached))
    assert {task.obligation for task in planned_tasks(city, date(2026, 12, 31))} == set(BY_ID)


@pytest.mark.parametrize("key", ["reg-11a", "reg-14a", "reg-15a", "reg-15b", "off-28a"])
def test_what_a_regulator_leaves_undone_is_copied_to_discipline_authorities_at_last(key: str) -> None:
    steps = POLICIES[BY_ID[key].policy].steps
    assert (steps[-1].stage, steps[-1].approval) == (Stage.REPORT, "office")


def test_from_the_letter_on_every_notice_is_approved_before_it_goes() -> None:
    unasked = {
        f"{policy.id} {step.name}"
        for policy in POLICIES.values()
        for step in policy.steps
        if step.stage.gravity >= Stage.LETTER.gravity and step.approval is None
    }
    assert unasked == set()


def test_what_is_copied_to_discipline_authorities_is_what_a_ladder_reaches() -> None:
    stages = {duty.anchor.stage for duty in EVERY if isinstance(duty.anchor, StageAnchor)}
    assert stages <= {step.stage for policy in POLICIES.values() for step in policy.steps}
