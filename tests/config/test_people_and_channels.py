"""What a person wants of channels: preferences, quiet hours, an id in WeCom; and what ladders say of hours."""

from datetime import time
from pathlib import Path

import pytest

from config.loader import ConfigError, load
from obligations.organizations import AddressKind, QuietHours
from obligations.policies import OfficeHours
from tests.config.town import SETTINGS, lay_out

ROSTER = """\
- id: ent-tea
  kind: enterprise
  name: 茶馆
  posts:
    principal: {{name: 白露, email: bai@example.com, wecom: bailu, {more}}}
"""
TABLE = "id,kind,name,principal.name,principal.email,principal.wecom,principal.prefers,principal.quiet\n"


def faults(directory: Path, files: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(lay_out(directory, {"duban.yaml": SETTINGS, **files}))
    return [str(fault).removeprefix(f"{directory}/") for fault in caught.value.faults]


@pytest.mark.parametrize(
    "files",
    [
        {"organizations/tea.yaml": ROSTER.format(more='prefers: [email], quiet: "22:00-07:00"')},
        {"organizations/tea.csv": f"{TABLE}ent-tea,enterprise,茶馆,白露,bai@example.com,bailu,email,22:00-07:00\n"},
    ],
    ids=["YAML", "CSV"],
)
def test_a_roster_says_what_a_person_wants(tmp_path: Path, files: dict[str, str]) -> None:
    config = load(lay_out(tmp_path, {"duban.yaml": SETTINGS, **files}))
    post = config.organizations["ent-tea"].posts["principal"]
    assert (post.prefers, post.quiet) == (("email",), QuietHours(time(22), time(7)))
    assert post.address(AddressKind.WECOM) == "bailu"


@pytest.mark.parametrize("written", ["13800000007", "+8613800000007", "8613800000007", "008613800000007"])
def test_one_number_however_it_is_written_is_one_reader(tmp_path: Path, written: str) -> None:
    files = {"duban.yaml": SETTINGS, "organizations/tea.yaml": ROSTER.format(more=f'mobile: "{written}"')}
    post = load(lay_out(tmp_path, files)).organizations["ent-tea"].posts["principal"]
    assert post.address(AddressKind.MOBILE) == "13800000007"


@pytest.mark.parametrize("written", ["22-7", "22:00-22:00", "25:00-07:00", "晚上"])
def test_quiet_hours_that_are_none_are_a_fault(tmp_path: Path, written: str) -> None:
    (fault,) = faults(tmp_path, {"organizations/tea.yaml": ROSTER.format(more=f'quiet: "{written}"')})
    assert fault.startswith("organizations/tea.yaml:5:72: quiet: ")


def test_a_channel_preferred_in_vain_is_a_fault_at_its_place(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, {"organizations/tea.yaml": ROSTER.format(more="prefers: [emial]")})
    assert fault == ("organizations/tea.yaml:5:75: there is no channel 'emial' in duban.yaml; did you mean 'email'?")


def test_a_channel_preferred_in_vain_in_a_table_is_a_fault_at_its_cell(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, {"organizations/tea.csv": f"{TABLE}ent-tea,enterprise,茶馆,白露,,,wechat,\n"})
    assert (
        fault
        == "organizations/tea.csv:2:7: principal.prefers: there is no channel 'wechat' in duban.yaml; known: email, sms"
    )


@pytest.mark.parametrize(
    ("moment", "holds"), [(time(22), True), (time(6, 59), True), (time(7), False), (time(21, 59), False)]
)
def test_quiet_hours_may_cross_midnight(moment: time, holds: bool) -> None:
    assert QuietHours(time(22), time(7)).holds(moment) is holds


def test_a_ladder_may_have_hours_of_its_own(tmp_path: Path) -> None:
    ladder = """\
- id: late
  hours: {from: "08:00", to: "24:00"}
  steps: [{at: start, stage: remind, tell: [assignee]}]
"""
    files = {"duban.yaml": SETTINGS, "organizations/tea.yaml": ROSTER.format(more=""), "policies/own.yaml": ladder}
    config = load(lay_out(tmp_path, files))
    assert config.policies["late"].hours == OfficeHours(time(8), None)


def test_a_channel_that_a_rung_names_twice_is_used_once(tmp_path: Path) -> None:
    ladder = """\
- id: eager
  steps: [{at: start, stage: remind, tell: [assignee], channels: [sms, email, sms]}]
  repeat: {every: 5wd, stage: urge, tell: [assignee], channels: [sms, sms]}
"""
    found = load(lay_out(tmp_path, {"policies/own.yaml": ladder})).policies["eager"]
    assert found.repeat is not None
    assert (found.steps[0].channels, found.repeat.channels) == (("sms", "email"), ("sms",))
