"""Files that cannot be read as YAML, or are not read for safety. The mark ▸ stands where the fault is expected."""

import codecs
from pathlib import Path

import pytest

from config.documents import LARGEST_FILE
from config.loader import load
from tests.config.town import FIRM, HERE, check_fault, faults, lay_out

MORE = "organizations/more.yaml"
FITS = (
    "malformed YAML: does not fit the lines above; check the indentation, and put text with quotation marks into quotes"
)
COLON = (
    "malformed YAML: a colon is not expected here; is a line above without its `: `, is the indentation wrong, or does "
    "a text with a colon lack its quotes?"
)
NO_COLON = "malformed YAML: expected `field: value`; is the line above without its `: `, a colon and a space?"
BEGINS = "malformed YAML: a value cannot begin with this; put it into quotes (or, if it is a tab, use spaces)"
ANCHORS = "anchors and aliases (& and *) are not allowed; write the value out"
DEEP = "is nested more than 30 levels deep"

FAULTS: dict[str, tuple[str, ...]] = {
    "a tab as indentation": (
        "- id: ent-tea\n▸\tkind: enterprise\n  name: 青山茶厂\n",
        "malformed YAML: a tab cannot indent; use spaces",
    ),
    "a tab at the beginning": ("▸\t- id: ent-tea\n", BEGINS),
    "an unclosed bracket": (
        FIRM + "  traits: ▸[high_risk, key\n  headcount: 3\n",
        "malformed YAML: the [ that opens here is not closed",
    ),
    "an unclosed brace": (
        FIRM + "  posts:\n    principal: ▸{name: 白露, email: bai@example.com\n",
        "malformed YAML: the { that opens here is not closed",
    ),
    "an unclosed quotation mark": (
        FIRM + '  region: ▸"青山县\n  headcount: 3\n',
        "malformed YAML: the quotation mark that opens here is not closed",
    ),
    "a bracket too many": (FIRM + "  traits: [high_risk]▸]\n", FITS),
    "an item of nothing": (
        FIRM + "  traits: [high_risk,▸,key]\n",
        "malformed YAML: expected a value here; is a [ or { above not closed?",
    ),
    "too little indentation": ("- id: ent-tea\n  kind: enterprise\n ▸name: 青山茶厂\n", FITS),
    "too much indentation": ("- id: ent-tea\n    kind▸: enterprise\n", COLON),
    "a full-width space as indentation": ("- id: ent-tea\n▸\u3000kind: enterprise\n", FITS),
    "a full-width colon": ("- id: ent-tea\n  kind：enterprise\n  ▸name: 青山茶厂\n", NO_COLON),
    "a colon without a space": ("- id: ent-tea\n  kind:enterprise\n  ▸name: 青山茶厂\n", NO_COLON),
    "a text with a colon": ("- id: ent-tea\n  kind: enterprise\n  name: 茶厂▸: 青山\n", COLON),
    "a text that begins with an at sign": (FIRM + "  region: ▸@qingshan\n", BEGINS),
    "a text that begins with a percent sign": (FIRM + "  region: ▸%qingshan\n", BEGINS),
    "a text with words after its quotation mark": (FIRM + '  region: "青山" ▸县\n', FITS),
    "an unknown escape": (
        FIRM + '  region: "青▸\\q山"\n',
        'malformed YAML: a backslash within " needs another one before it, or use single quotes',
    ),
    "a control character": (
        FIRM + "  region: 青▸\x07山\n",
        "malformed YAML: control characters are not allowed",
    ),
    "a null character": (FIRM + "  region: 青▸\x00山\n", "malformed YAML: control characters are not allowed"),
    "an anchor": ("- ▸&firm\n  id: ent-tea\n", ANCHORS),
    "an anchor on a word": ("- id: ▸&firm ent-tea\n", ANCHORS),
    "an alias": (FIRM + "  region: ▸*qingshan\n", ANCHORS),
    "a merge key": (FIRM + "  ▸<<: {region: 青山县}\n", "merge keys (<<) are not allowed; write the fields out"),
    "a tag that would run code": (
        FIRM + "  region: ▸!!python/object/apply:os.system [ls]\n",
        "tags (tag:yaml.org,2002:python/object/apply:os.system) are not allowed; write the plain value",
    ),
    "a tag of another program": (
        FIRM + "  region: ▸!env REGION\n",
        "tags (!env) are not allowed; write the plain value",
    ),
    "a list as the name of a field": (FIRM + "  ? ▸[region]\n  : 青山县\n", "the name of a field must be a word"),
    "a second document": (FIRM + "▸---\n" + FIRM, "holds a second document; write one document a file"),
    "fifty thousand brackets": (30 * "[" + "▸" + 49_970 * "[", DEEP),
    "fifty thousand braces": (30 * "{" + "▸" + 49_970 * "{", DEEP),
    "fifty thousand dashes": (30 * "- " + "▸" + 49_970 * "- ", DEEP),
    "fifty thousand names that are lists": (
        # the first level of such a name is a mapping, the next its name
        30 * "? " + "▸" + 49_970 * "? ",
        DEEP,
    ),
    "a place after Chinese and a sign beyond it": (
        "- {id: ent-tea, kind: enterprise, name: 青山😀茶厂, ▸nmae: 茶厂}\n",
        "unknown field 'nmae'; did you mean 'name'?",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_is_no_plain_yaml_is_refused_at_its_line_and_column(name: str, tmp_path: Path) -> None:
    text, *messages = FAULTS[name]
    check_fault(tmp_path, MORE, text, *messages)


def test_a_file_in_gbk_is_refused_where_its_first_chinese_word_stands(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: FIRM.encode("gbk")})
    assert faults(tmp_path) == [(MORE, 3, 9, "is not UTF-8 but GBK, it seems; save it as UTF-8")]


def test_a_file_in_utf_16_is_refused(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: FIRM.encode("utf-16")})
    assert faults(tmp_path) == [(MORE, 1, 1, "is not UTF-8 but UTF-16, it seems; save it as UTF-8")]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: b"- id: ent-tea\n  name: \xff\xfe\xff"})
    assert faults(tmp_path) == [(MORE, 2, 9, "is not UTF-8; save it as UTF-8")]


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
