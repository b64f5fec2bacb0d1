"""Files that are too large or too deep, and how files are read that editors save in their ways; see `hostile` too."""

import codecs
from pathlib import Path

import pytest

from config.documents import LARGEST_FILE
from config.loader import load
from config.parsing import MOST_PIECES
from tests.config.town import FIRM, HERE, check_fault, faults, lay_out

MORE = "organizations/more.yaml"
DEEP = "is nested more than 30 levels deep"
DEEPER = {
    "brackets": 30 * "[" + "▸" + 49_970 * "[",
    "braces": 30 * "{" + "▸" + 49_970 * "{",
    "dashes": 30 * "- " + "▸" + 49_970 * "- ",
    # the first level of such a name is a mapping, the next its name
    "names that are lists": 30 * "? " + "▸" + 49_970 * "? ",
}


@pytest.mark.parametrize("name", DEEPER)
def test_a_file_of_fifty_thousand_levels_is_refused_at_the_thirty_first(name: str, tmp_path: Path) -> None:
    check_fault(tmp_path, MORE, DEEPER[name], DEEP)


@pytest.mark.parametrize("sign", "[{\"':-, ")
def test_a_line_of_a_hundred_thousand_signs_does_not_keep_the_reader_busy(sign: str, tmp_path: Path) -> None:
    text = f"{FIRM}  region: a{100_000 * sign}b\n▸\tname: 白露\n"
    check_fault(tmp_path, MORE, text, "malformed YAML: a tab cannot indent; use spaces")


def test_of_a_file_with_more_than_a_hundred_faults_the_first_hundred_are_told(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: FIRM + 101 * "  name: 白露\n"})
    assert faults(tmp_path) == [(MORE, line, 3, "'name' is set twice; first in line 3") for line in range(4, 104)]


def test_of_a_file_with_more_than_a_hundred_broken_entries_the_first_hundred_are_told(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: 101 * "- id: 'a\n"})
    message = "malformed YAML: the quotation mark that opens here is not closed"
    assert faults(tmp_path) == [(MORE, line, 7, message) for line in range(1, 101)]


def test_a_list_of_more_entries_than_people_write_is_refused_at_its_first_broken_one(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: MOST_PIECES * "-\n" + "- @a\n- @b\n"})
    assert faults(tmp_path) == [
        (MORE, MOST_PIECES + 1, 3, "malformed YAML: a value cannot begin with '@'; put it into quotes")
    ]


def test_the_fields_of_broken_settings_are_looked_at_one_by_one(tmp_path: Path) -> None:
    check_fault(
        tmp_path,
        "duban.yaml",
        "start: ▸@2026-01-01\ncatalogues:\n- a\n- ▸'b\nchannels:\n  sms: {kind: memory}\n  ▸sms: {}\nlisten: ▸[a\n",
        "malformed YAML: a value cannot begin with '@'; put it into quotes",
        "malformed YAML: the quotation mark that opens here is not closed",
        "'sms' is set twice; first in line 6",
        "malformed YAML: the [ that opens here is not closed",
    )


def test_a_file_beyond_the_largest_size_is_refused_unread(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: b"#" * (LARGEST_FILE + 1)})
    assert faults(tmp_path) == [(MORE, 1, 1, "is larger than 2,000,000 bytes; split it into several files")]


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    text = FIRM.encode() + b"#"
    assert "ent-tea" in load(lay_out(tmp_path, {MORE: text.ljust(LARGEST_FILE, b"#")})).organizations


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(codecs.BOM_UTF8 + FIRM.encode(), id="with a byte order mark"),
        pytest.param(FIRM.replace("\n", "\r\n").encode(), id="with the line ends of Windows"),
        pytest.param(FIRM.removesuffix("\n").encode(), id="without an end of the last line"),
        pytest.param(b"---\n" + FIRM.encode() + b"...\n", id="with the marks of one document"),
    ],
)
def test_a_file_is_read_as_editors_save_it(raw: bytes, tmp_path: Path) -> None:
    assert load(lay_out(tmp_path, {MORE: raw})).organizations["ent-tea"].name == "青山茶厂"


@pytest.mark.parametrize(
    ("before", "end"),
    [
        pytest.param(codecs.BOM_UTF8, "\n", id="after a byte order mark"),
        pytest.param(b"", "\r\n", id="with the line ends of Windows"),
        pytest.param(codecs.BOM_UTF8, "\r\n", id="with both"),
    ],
)
def test_lines_and_columns_are_counted_as_editors_show_them(before: bytes, end: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: before + "- {▸id: ent-tea, nmae: a}\n".replace(HERE, "").replace("\n", end).encode()})
    assert faults(tmp_path) == [
        (MORE, 1, 3, "the field 'kind' is missing"),
        (MORE, 1, 3, "the field 'name' is missing"),
        (MORE, 1, 17, "unknown field 'nmae'; did you mean 'name'?"),
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "[]\n", "\n\n"])
@pytest.mark.parametrize("kind", ["organizations", "obligations", "policies", "events"])
def test_a_file_without_entries_is_no_fault(kind: str, text: str, tmp_path: Path) -> None:
    bare = load(lay_out(tmp_path / "bare", {}))
    config = load(lay_out(tmp_path / "more", {f"{kind}/more.yaml": text}))
    assert (config.organizations, config.obligations) == (bare.organizations, bare.obligations)
    assert (config.policies, config.events) == (bare.policies, bare.events)
