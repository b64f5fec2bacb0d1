"""Every fault is shown in one run, whichever others stand beside it."""

from pathlib import Path

import pytest

from config.event_checks import check_event
from config.loader import load
from tests.config.town import ACCIDENT, DUTY, FIRM, LADDER, SETTINGS, check_fault, faults, lay_out, marked

EITHER = "write either `every` (it recurs) or `anchor` with `limit` (something starts it)"

TEN = """\
- id: city-01
  title: ▸''
  basis: ▸policies
  applies_to: {kind: ▸enterprize, headcount: {mni: ▸3}}
  assignee: ▸safety_oficer
  policy: ▸standart
  every: month
  times: ▸twice
  roll: ▸forward
  ▸evidense: 会议纪要
  anchor: {event: ▸事故, date: occurred_at, where: {grade: ▸large}}
  opens: ▸10m
"""


def test_ten_faults_of_one_duty_and_more_are_shown_in_one_run(tmp_path: Path) -> None:
    check_fault(
        tmp_path,
        "obligations/own.yaml",
        TEN,
        "title: expected text, found ''",
        "basis: 'policies' is not possible; did you mean 'policy'?",
        "kind: no organization can match 'enterprize'; did you mean 'enterprise'?",
        "headcount: 'mni' is no condition; known: min, max, lacks",
        "nobody holds a post 'safety_oficer' in any organization; did you mean 'safety_officer'?",
        "there is no policy 'standart'; did you mean 'standard'?",
        "times: expected a whole number, found 'twice'",
        "roll: 'forward' is not possible; known: next, none, previous",
        "unknown field 'evidense'; did you mean 'evidence'?",
        "event: '事故' is not possible; write letters, digits, dots, hyphens and underscores, as in ent-binhai-chem",
        "grade: 'large' is no grade of accidents; did you mean 'larger'?",
        "opens: goes with `anchor`; what recurs opens with its window",
    )


FAULTS: dict[str, tuple[str, ...]] = {
    "obligations/own.yaml": (
        DUTY
        + "  every: month\n  bearer: ▸event.investigator\n  until: ▸rectify_by\n"
        + "  opens: ▸1m\n  by: ▸1m\n  pace: ▸even\n",
        "bearer: is named by an event, and so goes with `anchor: {event: …}`, or with what follows such a duty",
        "until: is a field of an event, and so goes with `anchor: {event: …}`, or with what follows such a duty",
        "opens: goes with `anchor`; what recurs opens with its window",
        "by: counts back from the window's end, in days or longer; write, say, -1m",
        "pace: `even` spreads what is done several times; write `times: 4`, say, or drop it",
    ),
    "policies/own.yaml": (
        LADDER + "    - {at: ▸1, stage: ▸shout, tell: [▸asignee], channels: [▸emial], ▸urgant: true}\n",
        (
            "at: '1' is not a time limit; write a whole number and a unit: 2h (hours), 7d (days), 10wd (working days), "
            "1w (weeks), 6m (months), 1y (years), or 10个工作日, 6个月 …; or `start`, the moment the task opens"
        ),
        "stage: 'shout' is not possible; known: letter, list, remind, report, summon, supervise, urge",
        "nobody holds a post 'asignee' in any organization; did you mean 'assignee'?",
        "there is no channel 'emial' in duban.yaml; did you mean 'email'?",
        "unknown field 'urgant'; did you mean 'urgent'?",
    ),
    "events/own.yaml": (
        "- ▸id: acc-1\n  kind: ▸acident\n  occurred_at: ▸2026-13-01\n  summary: ▸{zh: 闪爆}\n",
        "the field 'organization' is missing",
        "no obligation waits for an event of kind 'acident'; did you mean 'accident'?",
        "occurred_at: '2026-13-01' is no day of the calendar (month must be in 1..12)",
        "summary: expected a value or a list of words, found fields with values",
    ),
    "duban.yaml": (
        SETTINGS.replace("{kind: memory}", "{kind: smtp, host: m.example, sender: a@b, port: ▸0, tls: ▸none}")
        + 'office_hours: {from: "09:00", to: ▸"08:00"}\n'
        + "calendar: {region: 广西, workalendar: ▸asia.HongKong, ▸years: 3}\n",
        "port: '0' is too small; at least 1 is allowed",
        "tls: `none` would send to m.example unencrypted; write implicit or starttls, or add `insecure: true`",
        'to: 08:00 is not after 09:00; for midnight write "24:00"',
        "workalendar: takes the place of all notices, so `region` has no meaning; drop one of the two",
        "unknown field 'years'; known: region, workalendar",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_every_sort_stand_beside_each_other(name: str, tmp_path: Path) -> None:
    text, *messages = FAULTS[name]
    check_fault(tmp_path, name, text, *messages)


def test_a_rule_says_nothing_of_a_field_that_is_misspelt(tmp_path: Path) -> None:
    check_fault(
        tmp_path, "obligations/own.yaml", DUTY + "  ▸evry: month\n", "unknown field 'evry'; did you mean 'every'?"
    )


def test_a_rule_says_nothing_of_a_field_that_is_wrong(tmp_path: Path) -> None:
    text = DUTY + "  anchor: {organization: licence_expires}\n  limit: ▸3 months\n"
    [(_, line, column, message)] = faults(lay_out(tmp_path, {"obligations/own.yaml": text}))
    assert [(line, column)] == [place[1:3] for place in marked("", text, [message])]
    assert message.startswith("limit: '3 months' is not a time limit")


@pytest.mark.parametrize(
    ("written", "meant"), [("deathes", "deaths"), ("liabilty", "liability"), ("occured_at", "occurred_at")]
)
def test_a_field_of_an_event_that_is_nearly_one_that_a_duty_looks_at_is_a_fault(
    written: str, meant: str, tmp_path: Path
) -> None:
    found = faults(lay_out(tmp_path, {"events/own.yaml": f"{ACCIDENT}  {written}: 2026-09-18\n"}))
    assert f"no duty looks at {written!r}; did you mean {meant!r}?" in [message for *_, message in found]


def test_other_fields_of_an_event_are_free(tmp_path: Path) -> None:
    text = f"{ACCIDENT}  occurred_at: 2026-09-18\n  deaths: 0\n  loss_yuan: 420000\n  weather: 雨\n"
    config = load(lay_out(tmp_path, {"events/own.yaml": text}))
    [event] = config.events.values()
    assert list(check_event(event, config.organizations, config.obligations, config.calendar)) == []


@pytest.mark.parametrize("flag", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_yes_and_no_are_written_as_yaml_writes_them(flag: str, tmp_path: Path) -> None:
    text = f"- {{id: ent-09b, enabled: {flag}}}\n"
    assert ("ent-09b" in load(lay_out(tmp_path, {"obligations/own.yaml": text})).obligations) is (
        flag.lower() == "true"
    )


@pytest.mark.parametrize("flag", ["yes", "no", "on", "off", "1", "0", "t"])
def test_other_words_for_yes_and_no_are_refused(flag: str, tmp_path: Path) -> None:
    text = DUTY + f"  every: month\n  enabled: ▸{flag}\n"
    check_fault(tmp_path, "obligations/own.yaml", text, f"enabled: expected true or false, found '{flag}'")


def test_a_file_of_another_kind_that_cannot_be_read_casts_no_doubt_on_a_missing_organization(tmp_path: Path) -> None:
    lay_out(tmp_path, {"obligations/own.yaml": "- id: [\n", "organizations/more.yaml": f"{FIRM}  office: off-cityy\n"})
    messages = [message for *_, message in faults(tmp_path)]
    assert messages[1:] == ["there is no organization 'off-cityy'; did you mean 'off-city'?"]


DOUBT = "; perhaps it is in the file that could not be read"
ANCHORED = DUTY + "  limit: 1m\n  anchor: "
DOUBTED = {
    "a policy": ("policies", DUTY + "  every: month\n  policy: mine\n"),
    "a post": ("organizations", DUTY + "  every: month\n  assignee: guard\n"),
    "a date": ("organizations", ANCHORED + "{organization: audited}\n"),
    "a field": ("organizations", DUTY.replace("kind: enterprise", "audited: 2026-03-01") + "  every: month\n"),
    "an organization": ("organizations", DUTY.replace("kind: enterprise", "office: off-town") + "  every: month\n"),
    "an obligation": ("obligations", ANCHORED + "{task: other}\n"),
}


@pytest.mark.parametrize("name", DOUBTED)
def test_a_name_that_is_nowhere_may_be_in_a_file_of_its_kind_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    kind, duty = DOUBTED[name]
    other = "policies" if kind == "organizations" else "organizations"
    [(_, _, _, plain)] = faults(lay_out(tmp_path / "plain", {"obligations/own.yaml": duty}))
    for unread, doubt in ((kind, DOUBT), (other, "")):
        files = {"obligations/own.yaml": duty, f"{unread}/broken.yaml": "- id: ["}
        found = [message for _, _, _, message in faults(lay_out(tmp_path / unread, files))]
        assert plain + doubt in found
