"""Coverage: duties nobody bears, posts nobody holds, holders nobody can reach."""

from pathlib import Path

import pytest

from config.coverage import Gap, coverage
from config.loader import load
from config.shipped import shipped_directory
from obligations.organizations import Kind
from tests.config.town import LADDER, lay_out

SETTINGS = "start: 2026-01-01\ncatalogues: []\nchannels:\n  email: {kind: memory}\n"
BOTH = SETTINGS + "  sms: {kind: memory, address: mobile}\n"
OFFICE = """\
- id: off-city
  kind: office
  name: 市安委办
  posts: {duty: {name: 李四, email: li@example.com}}
"""
FIRM = """\
- id: ent-chem
  kind: enterprise
  name: 滨海化工有限公司
  office: off-city
  posts:
    principal: {name: 王建国, email: wang@example.com}
    safety_officer: {name: 李敏, email: li@example.com}
"""


def gaps(directory: Path, roster: str, duty: str, ladder: str = LADDER, *, settings: str = SETTINGS) -> list[Gap]:
    text = f"- {{id: city-01, title: 专题研究, policy: own, applies_to: {{kind: enterprise}}, {duty}}}\n"
    files = {
        "duban.yaml": settings,
        "organizations/city.yaml": roster,
        "obligations/own.yaml": text,
        "policies/own.yaml": ladder,
    }
    return list(coverage(load(lay_out(directory, files))).gaps)


def test_a_city_in_which_everybody_can_be_told_has_no_gap(tmp_path: Path) -> None:
    assert gaps(tmp_path, OFFICE + FIRM, "every: month, assignee: principal") == []


def test_a_duty_that_nobody_bears_is_a_gap(tmp_path: Path) -> None:
    assert gaps(tmp_path, OFFICE + FIRM, "every: month, bearer: regulator") == [
        Gap("city-01 is borne by the regulator, and none is named", ("ent-chem",))
    ]


def test_a_bearer_that_an_event_will_name_is_no_gap(tmp_path: Path) -> None:
    duty = "bearer: event.investigator, anchor: {event: accident, date: occurred_at}, limit: 1w"
    assert gaps(tmp_path, OFFICE + FIRM, duty) == []


def test_a_vacant_post_is_a_gap(tmp_path: Path) -> None:
    tea = FIRM.replace("ent-chem", "ent-tea").replace("safety_officer", "clerk")
    assert gaps(tmp_path, OFFICE + FIRM + tea, "every: month, assignee: safety_officer") == [
        Gap("nobody holds the post safety_officer; city-01 falls to a stand-in", ("ent-tea",))
    ]


def test_a_holder_without_an_address_is_a_gap(tmp_path: Path) -> None:
    silent = FIRM.replace("{name: 李敏, email: li@example.com}", "{name: 李敏}")
    assert gaps(tmp_path, OFFICE + silent, "every: month") == [
        Gap("the safety_officer has no address on any configured channel", ("ent-chem",))
    ]


def test_a_holder_with_an_address_of_another_channel_only_is_a_gap(tmp_path: Path) -> None:
    silent = FIRM.replace("{name: 李敏, email: li@example.com}", '{name: 李敏, mobile: "13800000002"}')
    assert gaps(tmp_path, OFFICE + silent, "every: month") == [
        Gap("the safety_officer has no address on any configured channel", ("ent-chem",))
    ]


def test_whoever_some_channel_reaches_is_no_gap_whatever_channels_the_ladder_names(tmp_path: Path) -> None:
    by_sms = FIRM.replace("email: wang@example.com", 'mobile: "13800000001"').replace(
        "email: li@example.com", 'mobile: "13800000002"'
    )
    assert gaps(tmp_path, by_sms.replace("  office: off-city\n", ""), "every: month", settings=BOTH) == []


def test_who_stands_in_a_robots_group_is_not_reached_by_it_alone(tmp_path: Path) -> None:
    robot = 'email: {kind: memory}\n  group: {kind: feishu-robot, url: "https://x.example", token: {env: X}}\n'
    settings = SETTINGS.replace("email: {kind: memory}\n", robot)
    lonely = '- {id: ent-tea, kind: enterprise, name: 茶厂, posts: {principal: {name: 白露, mobile: "13800000001"}}}\n'
    assert gaps(tmp_path, lonely, "every: month", settings=settings) == [
        Gap("own -7wd tells assignee, and nobody can be reached", ("ent-tea",))
    ]


def test_those_whom_wecom_reaches_are_not_taken_for_those_whom_nothing_does(tmp_path: Path) -> None:
    wecom = "  wecom: {kind: memory, address: wecom}\n"
    lonely = "- {{id: {id}, kind: enterprise, name: {id}, posts: {{principal: {{name: 白露{wecom}}}}}}}\n"
    roster = lonely.format(id="ent-a", wecom=", wecom: bailu") + lonely.format(id="ent-b", wecom="")
    found = gaps(tmp_path, roster, "every: month", settings=SETTINGS + wecom)
    assert {gap.organizations for gap in found} == {("ent-b",)}


def test_a_step_that_tells_a_relation_nobody_named_is_a_gap(tmp_path: Path) -> None:
    ladder = LADDER + "    - {at: +5wd, stage: supervise, tell: [principal, government]}\n"
    assert gaps(tmp_path, OFFICE + FIRM, "every: month", ladder) == [
        Gap("own +5wd tells the government, and none is named", ("ent-chem",))
    ]


def test_a_repeat_that_tells_a_relation_nobody_named_is_a_gap(tmp_path: Path) -> None:
    ladder = LADDER + "  repeat: {every: 5wd, stage: urge, tell: [regulator]}\n"
    assert gaps(tmp_path, OFFICE + FIRM, "every: month", ladder) == [
        Gap("own repeat tells the regulator, and none is named", ("ent-chem",))
    ]


def test_a_ladder_that_ends_in_nobody_is_a_gap(tmp_path: Path) -> None:
    lonely = "- {id: ent-tea, kind: enterprise, name: 青山茶厂, posts: {principal: {name: 白露}}}\n"
    assert gaps(tmp_path, lonely, "every: month") == [
        Gap("own -7wd tells assignee, and nobody can be reached", ("ent-tea",)),
        Gap("the principal has no address on any configured channel", ("ent-tea",)),
    ]


def test_a_trait_or_date_that_is_nearly_one_that_a_duty_looks_at_is_a_gap(tmp_path: Path) -> None:
    roster = """\
- {id: ent-tea, kind: enterprise, name: 青山茶厂, office: off-city, regulator: off-city, government: off-city,
   traits: [high-risk, organic], dates: {certificate_expire: 2027-05-31, founded: 2009-06-01},
   posts: {principal: {name: 白露, email: bai@example.com}, safety_officer: {name: 立夏, email: li@example.com}}}
"""
    found = coverage(load(lay_out(tmp_path, {"organizations/more.yaml": roster}))).gaps
    assert [gap for gap in found if "no duty" in gap.problem] == [
        Gap("no duty counts from the date 'certificate_expire'; did you mean 'certificate_expires'?", ("ent-tea",)),
        Gap("no duty looks at the trait 'high-risk'; did you mean 'high_risk'?", ("ent-tea",)),
    ]


@pytest.mark.parametrize("post", ["safety_oficer", "safetyofficer", "principle"])
def test_a_post_that_nothing_names_and_that_is_nearly_one_that_something_does_is_a_gap(
    tmp_path: Path, post: str
) -> None:
    meant = "principal" if post == "principle" else "safety_officer"
    found = gaps(tmp_path, OFFICE + FIRM.replace(f"    {meant}:", f"    {post}:"), "every: month, assignee: duty")
    assert Gap(f"no duty or ladder names the post {post!r}; did you mean {meant!r}?", ("ent-chem",)) in found


def test_posts_that_something_names_and_those_of_a_citys_own_are_no_slips(tmp_path: Path) -> None:
    held = "".join(
        f"    {post}: {{name: 王建国, email: wang@example.com}}\n"
        for post in ("fire_warden", "fire_wardens", "safety_officer_2", "clerk")
    )
    duty = "every: month, assignee: fire_warden"
    ladder = LADDER + "    - {at: +1wd, stage: urge, tell: [fire_wardens]}\n"
    assert gaps(tmp_path, OFFICE + FIRM + held, duty, ladder) == []


ANYBODY = "applies_to: {}, "


@pytest.mark.parametrize(
    ("duty", "slip"),
    [
        (ANYBODY + "anchor: {event: acident, date: occurred_at}, limit: 1w",
         "city-01 waits for an event 'acident'; did you mean 'accident'?"),
        (ANYBODY + "anchor: {event: accident, date: ocurred_at}, limit: 1w",
         "city-01 looks at the field 'ocurred_at' of the event accident; did you mean 'occurred_at'?"),
        (ANYBODY + "anchor: {event: accident, date: occurred_at, where: {death: {min: 1}}}, limit: 1w",
         "city-01 looks at the field 'death' of the event accident; did you mean 'deaths'?"),
        (ANYBODY + "anchor: {event: case_closed, date: closed_at}, limit: 1w, bearer: event.investigater",
         "city-01 looks at the field 'investigater' of the event case_closed; did you mean 'investigator'?"),
        ("every: month, applies_to: {kind: enterprise, lacks: safty_officer}",
         "city-01 asks who lacks the post 'safty_officer', and nobody holds one; did you mean 'safety_officer'?"),
        ("every: month, applies_to: {not: {any: [{lacks: clark}]}}",
         "city-01 asks who lacks the post 'clark', and nobody holds one; did you mean 'clerk'?"),
    ],
)  # fmt: skip
def test_a_name_in_a_duty_that_is_nearly_one_that_others_use_is_a_gap(tmp_path: Path, duty: str, slip: str) -> None:
    clerk = "    clerk: {name: 王建国, email: wang@example.com}\n"
    own = f"- {{id: city-01, title: 研究, {duty}}}\n"
    files = {"organizations/city.yaml": OFFICE + FIRM + clerk, "obligations/own.yaml": own}
    found = coverage(load(lay_out(tmp_path, files))).gaps
    assert [gap for gap in found if "did you mean" in gap.problem] == [Gap(slip, ())]
    assert str(Gap(slip, ())) == slip


def test_of_two_kinds_of_events_that_are_nearly_the_same_the_rarer_one_is_the_slip(tmp_path: Path) -> None:
    one = "- {{id: city-0{}, title: 研究, applies_to: {{}}, anchor: {{event: {}, date: held_on}}, limit: 1w}}\n"
    own = one.format(1, "fire_dril") + one.format(2, "fire_drill") + one.format(3, "fire_drill")
    found = coverage(load(lay_out(tmp_path, {"duban.yaml": SETTINGS, "obligations/own.yaml": own}))).gaps
    assert [gap for gap in found if "did you mean" in gap.problem] == [
        Gap("city-01 waits for an event 'fire_dril'; did you mean 'fire_drill'?", ())
    ]


def test_every_duty_is_counted_with_those_that_it_is_about(tmp_path: Path) -> None:
    found = {duty.obligation.id: duty for duty in coverage(load(lay_out(tmp_path, {}))).duties}
    counts = {key: found[key].subjects for key in ("ent-01a", "ent-09b", "off-26a", "off-22b", "reg-15a")}
    assert counts == {
        "ent-01a": {Kind.ENTERPRISE: 1}, "ent-09b": {}, "off-26a": {Kind.OFFICE: 1}, "off-22b": {Kind.OFFICE: 1},
        "reg-15a": {Kind.ENTERPRISE: 1},
    }  # fmt: skip
    assert [found[key].tasks_a_year for key in ("ent-01a", "off-22b", "reg-15a")] == [
        {Kind.ENTERPRISE: 12}, {Kind.OFFICE: 2}, None,
    ]  # fmt: skip


def test_a_holiday_that_the_calendar_does_not_know_is_a_gap_and_gives_no_tasks(tmp_path: Path) -> None:
    own = (
        "- {id: city-01, title: 值班, policy: own, applies_to: {kind: enterprise}, limit: -5wd, "
        "anchor: {holiday: [labour_day, qingming]}}\n"
    )
    settings = SETTINGS + "calendar: {workalendar: europe.Germany}\n"
    files = {"duban.yaml": settings, "organizations/city.yaml": OFFICE + FIRM, "obligations/own.yaml": own}
    config = load(lay_out(tmp_path, files | {"policies/own.yaml": LADDER}))
    found = coverage(config)
    version = config.calendar.version
    assert found.gaps == (Gap(f"city-01 waits for qingming, which the calendar {version} lacks", ("ent-chem",)),)
    assert [duty.tasks_a_year for duty in found.duties] == [{Kind.ENTERPRISE: 1}]


def test_every_ladder_of_the_sample_city_reaches_somebody() -> None:
    problems = {gap.problem for gap in coverage(load(shipped_directory("sample"))).gaps}
    assert [problem for problem in problems if "nobody can be reached" in problem] == []
