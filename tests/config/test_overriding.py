"""Shipped duties and ladders, changed field by field."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.loader import Config, load
from config.shipped import shipped_directory
from obligations.policies import SpeakingDays
from obligations.selectors import All, AnyOf
from obligations.windows import parse_every
from tests.config.town import LADDER, SETTINGS, lay_out


def own(directory: Path, **files: str) -> Config:
    return load(lay_out(directory, {f"{kind}/own.yaml": text for kind, text in files.items()}))


def test_a_field_of_a_shipped_duty_is_changed_and_the_others_stay(tmp_path: Path) -> None:
    shipped = own(tmp_path / "bare").obligations
    changed = own(tmp_path / "own", obligations="- id: ent-09b\n  every: half_year\n").obligations
    assert changed["ent-09b"] == replace(shipped["ent-09b"], every=parse_every("half_year"))
    assert shipped["ent-09b"].every == parse_every("year")
    assert {**changed, "ent-09b": None} == {**shipped, "ent-09b": None}


def test_a_mapping_of_a_shipped_duty_is_replaced_as_a_whole(tmp_path: Path) -> None:
    changed = own(tmp_path, obligations="- id: ent-09a\n  applies_to: {traits: key}\n").obligations
    assert changed["ent-09a"].applies_to == All((AnyOf("traits", frozenset({"key"})),))


def test_a_shipped_duty_can_be_switched_off(tmp_path: Path) -> None:
    shipped = own(tmp_path / "bare").obligations
    left = own(tmp_path / "own", obligations="- id: ent-09b\n  enabled: false\n").obligations
    assert left == {key: duty for key, duty in shipped.items() if key != "ent-09b"}


def test_a_recurring_duty_becomes_an_anchored_one_by_an_empty_field(tmp_path: Path) -> None:
    text = "- id: ent-09b\n  every:\n  anchor: {organization: licence_expires}\n  limit: -3m\n"
    duty = own(tmp_path, obligations=text).obligations["ent-09b"]
    assert (duty.every, str(duty.limit)) == (None, "-3m")


def test_a_field_of_a_shipped_ladder_is_changed_and_the_others_stay(tmp_path: Path) -> None:
    shipped = own(tmp_path / "bare").policies
    changed = own(tmp_path / "own", policies="- id: standard\n  days: all\n").policies
    assert shipped["standard"].days is SpeakingDays.WORKING
    assert changed == {**shipped, "standard": replace(shipped["standard"], days=SpeakingDays.ALL)}


def test_the_repeat_of_a_shipped_ladder_is_dropped_by_an_empty_field(tmp_path: Path) -> None:
    shipped = own(tmp_path / "bare").policies["standard"]
    assert shipped.repeat is not None
    assert own(tmp_path / "own", policies="- id: standard\n  repeat:\n").policies["standard"] == replace(
        shipped, repeat=None
    )


def test_an_entry_of_a_new_id_is_added(tmp_path: Path) -> None:
    duty = "- id: city-01\n  title: 专题研究\n  applies_to: {kind: enterprise}\n  every: quarter\n  policy: own\n"
    bare, config = own(tmp_path / "bare"), own(tmp_path / "own", obligations=duty, policies=LADDER)
    assert set(config.obligations) - set(bare.obligations) == {"city-01"}
    assert set(config.policies) - set(bare.policies) == {"own"}
    assert config.obligations["city-01"].policy == "own"


def test_a_channel_that_a_shipped_ladder_names_and_the_city_lacks_gives_way(tmp_path: Path) -> None:
    mail_only = "start: 2026-01-01\nchannels:\n  email: {kind: memory}\n"
    config = load(lay_out(tmp_path, {"duban.yaml": mail_only}))
    assert {step.channels for policy in config.policies.values() for step in policy.steps} == {("email",)}


def test_what_a_changed_shipped_duty_does_not_find_in_the_city_is_no_fault(tmp_path: Path) -> None:
    """`principal` stands in the shipped entry; that no organization of this town has one is shown as coverage."""
    roster = (
        "- id: ent-tea\n  kind: enterprise\n  name: 青山茶厂\n  posts: {duty: {name: 白露, email: bai@example.com}}\n"
    )
    files = {"organizations/city.yaml": roster, "obligations/own.yaml": "- id: ent-01a\n  every: quarter\n"}
    assert load(lay_out(tmp_path, files)).obligations["ent-01a"].assignee == "principal"


@pytest.mark.parametrize("name", ["start", "sample"])
def test_a_shipped_directory_is_without_fault(name: str) -> None:
    config = load(shipped_directory(name))
    assert len(config.organizations) >= 4
    assert {"ent-01a", "ent-09a", "ent-09b", "reg-15a", "off-26a", "off-28a", "off-28b"} <= set(config.obligations)
    assert {"standard", "urgent"} <= set(config.policies)


def test_the_examples_in_the_comments_of_the_start_directory_are_valid_too(tmp_path: Path) -> None:
    start = shipped_directory("start")
    for source in sorted(start.rglob("*.yaml")):
        lines = source.read_text(encoding="utf-8").splitlines()
        if source.parent.name in {"obligations", "events"}:
            lines = [line.removeprefix("# ") for line in lines if line.startswith(("# - id", "#   "))]
        target = tmp_path / source.relative_to(start)
        target.parent.mkdir(exist_ok=True)
        target.write_text("\n".join(lines), encoding="utf-8")
    config = load(tmp_path)
    assert config.obligations["ent-09b"].every == parse_every("half_year")
    assert "city-quarterly-study" in config.obligations
    assert list(config.events) == ["acc-2026-001"]


def test_the_version_is_that_of_the_contents(tmp_path: Path) -> None:
    first, second = load(lay_out(tmp_path / "first", {})), load(lay_out(tmp_path / "second", {}))
    assert first.version == second.version
    assert first.version


CHANGES = {
    "the settings": {"duban.yaml": SETTINGS + "contact: 0000\n"},
    "a comment in the settings": {"duban.yaml": SETTINGS + "# once more\n"},
    "an organization": {"organizations/more.yaml": "- {id: ent-tea, kind: enterprise, name: 青山茶厂}\n"},
    "a duty": {"obligations/own.yaml": "- {id: ent-09b, every: month}\n"},
    "a ladder": {"policies/own.yaml": "- {id: standard, days: all}\n"},
    "an event": {"events/own.yaml": "- {id: a-1, kind: accident, organization: ent-chem, occurred_at: 2026-09-18}\n"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_version_changes_with(name: str, tmp_path: Path) -> None:
    bare, changed = load(lay_out(tmp_path / "bare", {})), load(lay_out(tmp_path / "changed", CHANGES[name]))
    assert changed.version != bare.version


def test_the_version_changes_with_the_catalogues_that_are_chosen(tmp_path: Path) -> None:
    with_them = load(lay_out(tmp_path / "with", {"duban.yaml": SETTINGS + "catalogues: [work-safety]\n"}))
    without = load(lay_out(tmp_path / "without", {"duban.yaml": SETTINGS + "catalogues: []          \n"}))
    assert with_them.version != without.version
