"""The config directory as a whole: what must be there, what is not read, and all faults in one run."""

import os
from pathlib import Path

import pytest

from config.loader import load
from tests.config.town import ACCIDENT, DUTY, FIRM, LADDER, ROSTER, SETTINGS, faults, lay_out

NO_SETTINGS = ("duban.yaml", 1, 1, "is missing; `duban init DIR` writes one to start from")
NO_ROSTER = ("organizations", 1, 1, "is missing; put the roster into organizations/*.yaml, .csv or .xlsx")


def test_a_directory_without_duban_yaml_is_refused(tmp_path: Path) -> None:
    assert faults(lay_out(tmp_path, {}, without="duban.yaml")) == [NO_SETTINGS]


def test_a_directory_without_organizations_is_refused(tmp_path: Path) -> None:
    assert faults(lay_out(tmp_path, {}, without="organizations/city.yaml")) == [NO_ROSTER]


def test_an_empty_directory_says_all_that_is_missing(tmp_path: Path) -> None:
    assert faults(tmp_path) == [NO_SETTINGS, NO_ROSTER]


def test_a_directory_that_does_not_exist_says_all_that_is_missing(tmp_path: Path) -> None:
    assert faults(tmp_path / "nowhere") == [NO_SETTINGS, NO_ROSTER]


def test_a_directory_instead_of_duban_yaml_is_refused(tmp_path: Path) -> None:
    (lay_out(tmp_path, {}, without="duban.yaml") / "duban.yaml").mkdir()
    assert faults(tmp_path) == [("duban.yaml", 1, 1, "cannot be read: it is a directory; a file is expected here")]


@pytest.mark.parametrize("text", ["", "# moved elsewhere\n", "[]\n"])
def test_a_roster_without_anybody_is_refused(text: str, tmp_path: Path) -> None:
    message = "no organization stands here; put the roster into organizations/*.yaml, .csv or .xlsx"
    assert faults(lay_out(tmp_path, {"organizations/city.yaml": text})) == [("organizations", 1, 1, message)]


def test_a_roster_that_cannot_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    lay_out(tmp_path, {"organizations/city.yaml": "- id: [ent\n"})
    message = "malformed YAML: the [ that opens here is not closed"
    assert faults(tmp_path) == [("organizations/city.yaml", 1, 7, message)]


@pytest.mark.parametrize("name", ["obligation", "organisations", "event", "calendar"])
def test_a_directory_with_a_misspelt_name_is_refused(name: str, tmp_path: Path) -> None:
    meant = {"obligation": "obligations", "organisations": "organizations", "event": "events", "calendar": "calendars"}
    lay_out(tmp_path, {f"{name}/own.yaml": ""})
    assert faults(tmp_path) == [(name, 1, 1, f"is not read; did you mean {meant[name]!r}?")]


@pytest.mark.parametrize("name", ["mail", "organizations.old", "backup", "archive", ".git", "templates"])
def test_other_directories_may_lie_there(name: str, tmp_path: Path) -> None:
    assert load(lay_out(tmp_path, {f"{name}/own.yaml": "no: [yaml"})).organizations


@pytest.mark.parametrize("name", ["organizations/hotels.txt", "events/2026.json"])
def test_a_file_that_would_be_left_unread_is_refused(name: str, tmp_path: Path) -> None:
    kind = name.partition("/")[0]
    endings = ".yaml, .csv or .xlsx" if kind == "organizations" else ".yaml"
    lay_out(tmp_path, {name: ""})
    assert faults(tmp_path) == [(name, 1, 1, f"is not read; {kind} are kept in {endings} files")]


@pytest.mark.parametrize("name", ["city.yaml~", ".city.yaml.swp", "#city.yaml#", "city.yaml.bak", "city.yaml.orig"])
def test_what_an_editor_leaves_behind_is_not_read(name: str, tmp_path: Path) -> None:
    assert list(load(lay_out(tmp_path, {f"organizations/{name}": FIRM})).organizations) == ["off-city", "ent-chem"]


@pytest.mark.parametrize("name", ["cn-2027.yaml.txt", "cn-2027.YAML", "local/a.csv"])
def test_a_file_beside_calendars_that_would_be_left_unread_is_refused(name: str, tmp_path: Path) -> None:
    message = "is not read; calendars are kept in .yaml files"
    assert faults(lay_out(tmp_path, {f"calendars/{name}": "no: calendar"})) == [(f"calendars/{name}", 1, 1, message)]


@pytest.mark.parametrize("name", ["._cn-2027.yaml", ".#a.yaml", "a.yaml~", ".git/a.yaml", "local/.a.yaml.swp"])
def test_what_an_editor_leaves_behind_among_calendars_is_not_read(name: str, tmp_path: Path) -> None:
    assert load(lay_out(tmp_path, {f"calendars/{name}": "no: [yaml"})).organizations


@pytest.mark.parametrize("name", ["organizations/more.csv", "organizations/more.xlsx", "organizations/more.yaml",
                                  "events/own.yaml", "calendars/own.yaml"])  # fmt: skip
def test_a_pipe_among_the_files_keeps_nobody_waiting(name: str, tmp_path: Path) -> None:
    pipe = lay_out(tmp_path, {}) / name
    pipe.parent.mkdir(exist_ok=True)
    os.mkfifo(pipe)
    message = "cannot be read: it is a pipe, a socket or a device; put an ordinary file here"
    assert faults(tmp_path) == [(name, 1, 1, message)]


def test_both_endings_of_yaml_files_are_read(tmp_path: Path) -> None:
    assert "ent-tea" in load(lay_out(tmp_path, {"organizations/more.yml": FIRM})).organizations


def test_all_faults_of_all_files_are_shown_in_one_run(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "duban.yaml": SETTINGS + "langauge: en\n",
            "organizations/city.yaml": ROSTER + "  ofice: off-city\n",
            "organizations/more.yaml": FIRM + "  regulator: reg-none\n",
            "organizations/broken.yaml": "- id: [ent\n",
            "obligations/own.yaml": DUTY + "  every: monthly\n",
            "policies/own.yaml": LADDER + "  days: never\n",
            "events/own.yaml": ACCIDENT,
            "calendars/own.yaml": "id: cn-2030\n",
        },
    )
    assert [(name, line, column) for name, line, column, _ in faults(tmp_path)] == [
        ("calendars/own.yaml", 1, 1),
        ("calendars/own.yaml", 1, 1),
        ("duban.yaml", 5, 1),
        ("events/own.yaml", 1, 3),
        ("obligations/own.yaml", 4, 10),
        ("organizations/broken.yaml", 1, 7),
        ("organizations/city.yaml", 17, 3),
        ("organizations/more.yaml", 4, 14),
        ("policies/own.yaml", 4, 9),
    ]


def test_all_faults_of_one_entry_are_shown_in_one_run(tmp_path: Path) -> None:
    spoilt = (
        "- id: ent-tea\n"
        "  kind: enterprize\n"
        "  headcount: many\n"
        "  office: off-ctiy\n"
        "  since: 2026-02-30\n"
        "  posts:\n"
        "    duty: {email: bai, deputy: princpal}\n"
        "    principal: {name: 白露}\n"
    )
    assert faults(lay_out(tmp_path, {"organizations/more.yaml": spoilt})) == [
        ("organizations/more.yaml", 1, 3, "the field 'name' is missing"),
        ("organizations/more.yaml", 2, 9, "kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
        ("organizations/more.yaml", 3, 14, "headcount: expected a whole number, found 'many'"),
        ("organizations/more.yaml", 4, 11, "there is no organization 'off-ctiy'; did you mean 'off-city'?"),
        (
            "organizations/more.yaml",
            5,
            10,
            "since: '2026-02-30' is no day of the calendar (day is out of range for month)",
        ),
        ("organizations/more.yaml", 7, 11, "the field 'name' is missing"),
        (
            "organizations/more.yaml",
            7,
            19,
            "email: 'bai' is not possible; write an e-mail address, as wang@example.com",
        ),
        ("organizations/more.yaml", 7, 32, "nobody holds the post 'princpal' here; did you mean 'principal'?"),
    ]


def test_an_entry_with_a_fault_can_still_be_named_by_others(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "organizations/city.yaml": ROSTER.replace("kind: office", "kind: ofice"),
            "obligations/own.yaml": DUTY + "  every: month\n  policy: own\n  assignee: duty\n",
            "policies/own.yaml": LADDER + "  dyas: all\n",
        },
    )
    assert faults(tmp_path) == [
        ("organizations/city.yaml", 2, 9, "kind: 'ofice' is not possible; did you mean 'office'?"),
        ("policies/own.yaml", 4, 3, "unknown field 'dyas'; did you mean 'days'?"),
    ]
