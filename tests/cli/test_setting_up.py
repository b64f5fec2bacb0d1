"""`duban init`, `check`, `schema`, and where the config is looked for."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from jsonschema import Draft7Validator

from config.shipped import shipped_directory, starting_on
from tests.cli.shell import TOWN, Duban, lay_out
from tests.docs.pages import page

CHINA = ZoneInfo("Asia/Shanghai")
KINDS = ["duban", "organizations", "obligations", "policies", "events", "calendars", "mapping"]


def test_init_writes_a_config_that_check_finds_no_fault_in(duban: Duban, tmp_path: Path) -> None:
    written = duban.done("init", tmp_path / "own")
    assert f"wrote {tmp_path / 'own' / 'duban.yaml'}\n" in written.out
    checked = duban.done("--config", tmp_path / "own", "check")
    assert checked.out.startswith(
        f"{tmp_path / 'own'}: no faults. 4 organizations, 74 obligations, 6 policies, 0 events"
    )


def test_what_init_writes_is_explained_in_comments(duban: Duban, tmp_path: Path) -> None:
    duban.done("init", tmp_path / "own")
    for path in (tmp_path / "own").rglob("*.yaml"):
        assert path.read_text(encoding="utf-8").startswith("# ")


def test_what_init_writes_begins_on_the_day_in_china_on_which_it_is_written(duban: Duban, tmp_path: Path) -> None:
    before = datetime.now(CHINA).date()
    duban.done("init", tmp_path / "own")
    after = datetime.now(CHINA).date()
    settings = yaml.safe_load((tmp_path / "own" / "duban.yaml").read_text(encoding="utf-8"))
    assert before <= settings["start"] <= after


@pytest.mark.parametrize("settings", ["language: zh_CN\n", "start: 2026-01-01\nstart: 2026-01-01\n"])
def test_shipped_settings_that_do_not_say_once_when_they_begin_are_not_taken_for_set(settings: str) -> None:
    with pytest.raises(ValueError, match="one is expected"):
        starting_on(date(2026, 9, 1), settings)


def test_init_overwrites_nothing(duban: Duban, tmp_path: Path) -> None:
    own = lay_out(tmp_path / "own", {"duban.yaml": "start: 2026-01-01\n"})
    answer = duban("init", own)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == f"duban: {own / 'duban.yaml'} exists already; nothing was written\n"
    assert [path.name for path in own.iterdir()] == ["duban.yaml"]
    assert (own / "duban.yaml").read_text(encoding="utf-8") == "start: 2026-01-01\n"


def test_check_lists_what_is_covered_and_what_is_not(duban: Duban, town: Path) -> None:
    lay_out(town, {"obligations/more.yaml": "- {id: city-x, title: 巡查, applies_to: {kind: office}, every: year, "
                   "bearer: regulator}\n"})  # fmt: skip
    [found] = duban.done("--config", town, "check", "--json").rows
    counts = {duty["obligation"]: duty["applies_to"] for duty in found["duties"]}
    assert (counts["ent-09a"], counts["ent-09b"], counts["off-26a"], counts["city-x"]) == (1, 0, 1, 1)
    problem = "city-x is borne by the regulator, and none is named"
    assert {"problem": problem, "organization": "off-city", "organizations": ["off-city"]} in found["gaps"]
    assert f"  {problem}: off-city\n" in duban.done("--config", town, "check").out


def test_check_lists_a_slip_in_a_duty_as_a_gap_of_no_organization(duban: Duban, town: Path) -> None:
    lay_out(town, {"obligations/more.yaml": "- {id: city-x, title: 通报, applies_to: {}, limit: 1w, "
                   "anchor: {event: acident, date: occurred_at}}\n"})  # fmt: skip
    problem = "city-x waits for an event 'acident'; did you mean 'accident'?"
    [found] = duban.done("--config", town, "check", "--json").rows
    assert {"problem": problem, "organization": None, "organizations": []} in found["gaps"]
    assert f"  {problem}\n" in duban.done("--config", town, "check").out


def test_check_gives_its_faults_as_data_too(duban: Duban, tmp_path: Path) -> None:
    broken = lay_out(tmp_path / "town", TOWN | {"organizations/more.yaml": "- {id: e-x, kind: enterprize, name: 甲}\n"})
    answer = duban("--config", broken, "check", "--json")
    [found] = json.loads(answer.out)
    file = str(broken / "organizations" / "more.yaml")
    message = "kind: 'enterprize' is not possible; did you mean 'enterprise'?"
    assert answer.status == 1
    assert found == {"faults": [{"file": file, "line": 1, "column": 19, "message": message}]}
    assert answer.err == f"{file}:1:19: {message}\n"


def test_check_names_the_duties_that_are_about_nobody(duban: Duban, town: Path) -> None:
    line = re.search(r"\nabout nobody here: (.*)", duban.done("--config", town, "check").out)
    assert line
    assert {"ent-09b", "reg-11a"} <= set(line[1].split(", "))


@pytest.mark.parametrize("name", ["sample", "start"])
def test_check_finds_no_fault_in_what_is_shipped(name: str, duban: Duban) -> None:
    assert ": no faults. " in duban.done("--config", shipped_directory(name), "check").out


def test_the_config_is_found_in_the_current_directory(
    duban: Duban, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town)
    assert ": no faults. 4 organizations" in duban.done("check").out


def test_the_config_is_found_by_the_environment(duban: Duban, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_CONFIG", str(town))
    assert duban.done("check").out.startswith(f"{town}: no faults. ")


def test_a_config_that_is_named_comes_before_all_others(
    duban: Duban, town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path / "elsewhere", {"duban.yaml": "broken: true\n"})
    monkeypatch.setenv("DUBAN_CONFIG", str(tmp_path / "nowhere"))
    assert duban.done("--config", town, "check").out.startswith(f"{town}: no faults. ")


def test_the_schema_of_all_files_names_each_kind(duban: Duban) -> None:
    assert list(duban.done("schema").rows) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_also_printed_alone(kind: str, duban: Duban) -> None:
    assert duban.done("schema", kind).rows == duban.done("schema").rows[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one_itself_and_describes_every_field(kind: str, duban: Duban) -> None:
    schema = duban.done("schema", kind).rows
    Draft7Validator.check_schema(schema)
    assert [name for name, field in fields_of(schema) if not field.get("description")] == []


def test_the_schemas_are_written_where_the_first_lines_of_files_look_for_them(duban: Duban, tmp_path: Path) -> None:
    duban.done("init", tmp_path / "own")
    for path in (tmp_path / "own").rglob("*.yaml"):
        lead = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / lead).is_file()


def test_the_schemas_of_an_older_version_are_written_anew(duban: Duban, town: Path) -> None:
    lay_out(town, {".schemas/duban.json": "{}"})
    written = duban.done("--config", town, "schema", "--write").out
    assert f"wrote {town / '.schemas' / 'mapping.json'}\n" in written
    for kind in KINDS:
        text = (town / ".schemas" / f"{kind}.json").read_text(encoding="utf-8")
        assert json.loads(text) == duban.done("schema", kind).rows
    assert ": no faults. " in duban.done("--config", town, "check").out


def fields_of(node: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field that a schema names, wherever it stands, but not those that it only looks at (`if`)."""
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
        yield from (found for name, part in node.items() if name != "if" for found in fields_of(part))
    elif isinstance(node, list):
        yield from (found for part in node for found in fields_of(part))


def test_check_finds_the_faults_of_templates_beside_those_of_other_files(duban: Duban, town: Path) -> None:
    lay_out(town, {"templates/emial.html": "", "templates/letter.sms.txt": "\n{{ first.titel }}"})
    files = town / "templates"
    faults = [
        (files / "emial.html", 1, "is not read; did you mean 'email.html'?"),
        (files / "letter.sms.txt", 2, "there is no field 'titel'; did you mean 'title'?"),
    ]
    answer = duban("--config", town, "check")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == "".join(f"{path}:{line}:1: {message}\n" for path, line, message in faults)
    [found] = json.loads(duban("--config", town, "check", "--json").out)
    assert found == {
        "faults": [{"file": str(path), "line": line, "column": 1, "message": text} for path, line, text in faults]
    }
    lay_out(town, {"events/own.yaml": "- {id: e-1, kind: order}\n"})
    both = duban("--config", town, "check").err
    assert f"{town / 'events' / 'own.yaml'}:1:" in both
    assert answer.err in both


def test_templates_are_checked_in_the_language_of_the_config(duban: Duban, town: Path) -> None:
    settings = "language: en\n" + TOWN["duban.yaml"]
    lay_out(
        town, {"duban.yaml": settings, "templates/sms.txt": "{% if first.stage == 'Reminder' %}{{ nobody }}{% endif %}"}
    )
    assert duban("--config", town, "check").err == f"{town / 'templates' / 'sms.txt'}:1:1: 'nobody' is undefined\n"


def test_a_broken_template_keeps_the_daemon_from_starting_without_a_traceback(duban: Duban, town: Path) -> None:
    lay_out(town, {"templates/sms.txt": "{{ first.titel }}"})
    answer = duban("--config", town, "simulate", "--from", "2024-01-01", "--to", "2024-01-31")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith(f"{town / 'templates' / 'sms.txt'}:1:1: there is no field 'titel'")


def test_the_fault_that_readme_shows_is_the_one_that_a_misspelt_name_gives(duban: Duban) -> None:
    duban.done("init", "mycity")
    roster = Path("mycity/organizations/city.yaml")
    text = roster.read_text(encoding="utf-8")
    roster.write_text(text.replace("regulator: reg-emergency", "regulator: reg-emergenc", 1), encoding="utf-8")
    answer = duban("--config", "mycity", "check")
    assert answer.status == 1
    assert answer.err.strip() in page("README.md").splitlines()
