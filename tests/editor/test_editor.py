"""What an administrator's editor says of the files: the YAML language server, led by the first line of each.

The server comes from npm and is installed beside the tests when they first run; without node and npm they are skipped.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config.schema import OrganizationEntry
from tests.cli.shell import Duban
from tests.editor.server import Cursor, Diagnostic, LanguageServer

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


@pytest.fixture(scope="module")
def program() -> Path:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed; the language server runs on them")
    if not PROGRAM.exists():
        install()
    return PROGRAM


def install() -> None:
    """Install the server aside and move it into its place whole: tests run in several processes at the same time."""
    with TemporaryDirectory(dir=HERE) as aside:
        shutil.copy(HERE / "package.json", aside)
        command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=aside, check=True, timeout=300)
        with suppress(OSError):  # another process was faster
            Path(aside, "node_modules").rename(HERE / "node_modules")
    assert PROGRAM.exists(), "remove tests/editor/node_modules, which was left half made"


@pytest.fixture
def town(duban: Duban, tmp_path: Path) -> Path:
    """A config as `duban init` writes it."""
    duban.done("init", tmp_path / "town")
    return tmp_path / "town"


@pytest.fixture
def server(program: Path, town: Path) -> Iterator[LanguageServer]:
    with LanguageServer(program, town) as running:
        yield running


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def faults(duban: Duban, town: Path) -> list[Diagnostic]:
    """What `duban check` says."""
    answer = duban("--config", town, "check", "--json")
    [found] = answer.rows
    return [Diagnostic(each["line"], each["column"], each["message"]) for each in found["faults"]]


def spoil(path: Path, old: str, new: str) -> str:
    text = read(path)
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return read(path)


def test_what_init_writes_has_nothing_to_complain_of(server: LanguageServer, town: Path) -> None:
    for path in sorted(town.rglob("*.yaml")):
        assert server.check(path, read(path)) == []


MODELINE = "# yaml-language-server: $schema=../.schemas/organizations.json\n"
DUTY = "# yaml-language-server: $schema=../.schemas/obligations.json\n- id: city-x\n"
BAD = {
    "a kind that is misspelt": ("organizations/city.yaml", "kind: office", "kind: ofice"),
    "a field that is misspelt": ("organizations/city.yaml", "name: 市安委办", "nmae: 市安委办"),
    "a number that is none": ("organizations/city.yaml", "headcount: 120", "headcount: many"),
    "a mobile number with a letter": ("organizations/city.yaml", '"13800000001"', '"1380000000A"'),
    "an address that is none": ("organizations/city.yaml", "zhangsan@example.gov.cn", "zhangsan.example.gov.cn"),
    "a day that the calendar has not": ("duban.yaml", "start: ", "start: 2026-02-30 #"),
    "a channel of a kind that is unknown": ("duban.yaml", "kind: maildir", "kind: mailbox"),
    "a time that is none": ("duban.yaml", 'from: "09:00"', 'from: "9 Uhr"'),
}


@pytest.mark.parametrize("name", BAD)
def test_the_editor_reports_what_check_reports_at_the_same_line(
    name: str, duban: Duban, server: LanguageServer, town: Path
) -> None:
    file, old, new = BAD[name]
    text = spoil(town / file, old, new)
    ours, theirs = faults(duban, town), server.check(town / file, text)
    assert ours
    assert {each.line for each in theirs} == {each.line for each in ours}


BAD_DUTIES = {
    "a title that is missing": "  every: month\n  applies_to: {kind: office}\n",
    "a condition that is none": "  title: 学\n  every: month\n  applies_to:\n    headcount:\n      mni: 100\n",
    "a window that is none": "  title: 学\n  every: mnth\n  applies_to: {kind: office}\n",
}


@pytest.mark.parametrize("name", BAD_DUTIES)
def test_a_bad_duty_is_the_same_fault_at_the_same_place(
    name: str, duban: Duban, server: LanguageServer, town: Path
) -> None:
    path = town / "obligations" / "own.yaml"
    path.write_text(DUTY + BAD_DUTIES[name], encoding="utf-8")
    ours, theirs = faults(duban, town), server.check(path, read(path))
    assert [each.line for each in theirs] == [each.line for each in ours]
    assert len(theirs) == 1


def test_a_misspelt_kind_is_the_same_fault_at_the_same_place(duban: Duban, server: LanguageServer, town: Path) -> None:
    path = town / "organizations" / "city.yaml"
    text = spoil(path, "kind: enterprise", "kind: enterprize")
    [ours], [theirs] = faults(duban, town), server.check(path, text)
    assert (ours.line, ours.column) == (theirs.line, theirs.column)
    assert "enterprise" in ours.message
    assert "enterprise" in theirs.message


def test_the_editor_explains_fields(server: LanguageServer, town: Path) -> None:
    path = town / "organizations" / "city.yaml"
    text = read(path)
    server.check(path, text)
    line = next(number for number, each in enumerate(text.splitlines(), start=1) if "kind: office" in each)
    assert "what it is" in server.hover(Cursor(path, line, 4))


def test_the_editor_completes_kinds(server: LanguageServer, town: Path) -> None:
    path = town / "organizations" / "more.yaml"
    text = MODELINE + "- id: ent-new\n  kind: "
    server.check(path, text)
    assert {"enterprise", "regulator", "government", "office"} <= server.completions(Cursor(path, 3, 9)).keys()


def test_the_editor_completes_fields_and_says_what_each_is(server: LanguageServer, town: Path) -> None:
    path = town / "organizations" / "more.yaml"
    server.check(path, MODELINE + "- id: ent-new\n  ")
    offered = server.completions(Cursor(path, 3, 3))
    missing = {name: field.description for name, field in OrganizationEntry.model_fields.items() if name != "id"}
    assert missing.items() <= offered.items()


def test_the_editor_completes_conditions_and_says_what_each_is(server: LanguageServer, town: Path) -> None:
    path = town / "obligations" / "own.yaml"
    server.check(path, DUTY + "  applies_to:\n    ")
    offered = server.completions(Cursor(path, 4, 5))
    assert offered["any"] == "one of these holds"
    assert offered["headcount"] == OrganizationEntry.model_fields["headcount"].description
