"""Whatever a file holds, it is read or refused with places that are in it, and no fault hides an entry beside it."""

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from config.documents import Document, Fault, Mapping, Mark, Sequence, parse_document, read_document
from config.flow import flow
from tests.config.test_hostile_files import FILES, HOSTILE

ANY = Path("any.yaml")
SIGNS = st.sampled_from(
    [b"", b"\n", b"\n- ", b"\t", b" ", b": ", b"- ", b"? ", b"[", b"]", b"{", b"}", b"'", b'"', b"&a", b"*a", b"!"]
    + [each.encode() for each in "：，“”【】　"]
)


def places_are_in(raw: bytes, document: Document | None, found: list[Fault]) -> bool:
    lines = raw.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff").split("\n")
    places = [(fault.line, fault.column) for fault in found]
    places += [(mark.line, mark.column) for mark in marks_of(document.data if document is not None else None)]
    return all(1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1 for line, column in places)


def marks_of(data: object) -> Iterator[Mark]:
    """Every place that the data remembers."""
    if isinstance(data, Mapping):
        yield from (data.mark, *data.keys_at.values(), *data.values_at.values())
        for value in data.values():
            yield from marks_of(value)
    elif isinstance(data, Sequence):
        yield data.mark
        for index, item in enumerate(data):
            yield from (data.items_at[index], *marks_of(item))


def check(raw: bytes, file: Path) -> None:
    file.write_bytes(raw)
    document, found = read_document(file)
    assert document is not None or found
    assert document is None or document.is_whole or found
    assert places_are_in(raw, document, found)
    assert all("\n" not in str(fault) for fault in found)


@given(data=st.data())
def test_no_mutation_of_a_hostile_file_breaks_the_reader(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = bytearray((HOSTILE / data.draw(st.sampled_from(FILES))).read_bytes())
    for _ in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 5)))
        raw[start:end] = data.draw(st.one_of(SIGNS, st.binary(max_size=4)))
    check(bytes(raw), tmp_path_factory.getbasetemp() / "mutation.yaml")


@given(raw=st.one_of(st.binary(), st.text().map(str.encode), st.lists(SIGNS).map(b"a".join)))
def test_no_bytes_at_all_break_the_reader(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(raw, tmp_path_factory.getbasetemp() / "any.yaml")


WHOLE = ("  name: 白露\n", "  traits: [key]\n", '  name: "白露: 南"\n', "  name: '白露'\n  # '\n", "  posts:\n  - a\n")
BROKEN = ("  name: '白露\n", "  traits: [key\n", '  name: "白露\n', "  posts: {a: b\n", "  name: @b\n", "\tname: a\n")
UNFIT = ("  name: &a 白露\n", "  name: *a\n", "  name: !x 白露\n", f"  name: {31 * '['}\n", "  name：白露\n")


@given(st.lists(st.sampled_from(WHOLE + BROKEN + UNFIT), min_size=1, max_size=6), st.sampled_from(["", "  "]))
def test_each_entry_is_read_or_has_its_fault_whatever_stands_beside_it(ends: list[str], indent: str) -> None:
    entries = [f"- id: e{number}\n{end}" for number, end in enumerate(ends)]
    lines = [(number, line) for number, entry in enumerate(entries) for line in entry.splitlines()]
    document, found = parse_document("".join(f"{indent}{line}\n" for _, line in lines), ANY)
    data = document.data if document is not None else None
    kept = [each["id"] for each in data if isinstance(each, Mapping)] if isinstance(data, Sequence) else []
    assert kept == [f"e{number}" for number, end in enumerate(ends) if end in WHOLE]
    blamed = [lines[fault.line - 1][0] for fault in found]
    assert blamed == [number for number, end in enumerate(ends) if end not in WHOLE]
    assert (document is not None and document.is_whole) == (found == [])


WORDS = st.text(string.ascii_letters + string.digits + "滨海化工有限公司 .,:#-'\"{}[]&*!|>%@`?=~\\/，。：", max_size=12)
NAMES = st.text(string.ascii_letters + "_名", min_size=1, max_size=8)


def nested(leaves: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.recursive(
        leaves, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4))
    )


DATA = nested(WORDS)


def read(text: str) -> object:
    document, found = parse_document(text, ANY)
    assert found == []
    assert document is not None
    return document.data


@given(DATA, st.booleans())
def test_what_another_program_dumps_is_read_as_it_was(data: object, flow_style: bool) -> None:
    assert read(yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow_style)) == data


@example(["0:?"])
@given(DATA)
def test_what_is_written_on_one_line_is_read_as_it_was(data: object) -> None:
    assert read(f"data: {flow(data)}\n") == {"data": data}


def in_words(data: object) -> object:
    """The data of another reader with its whole numbers as they are written."""
    match data:
        case dict():
            return {key: in_words(value) for key, value in data.items()}
        case list():
            return [in_words(each) for each in data]
        case int():
            return str(data)
        case _:
            return data


@given(nested(st.one_of(WORDS, st.integers(), st.none())), st.booleans())
def test_text_and_whole_numbers_are_read_as_other_readers_do(data: object, flow_style: bool) -> None:
    text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow_style)
    assert read(text) == in_words(yaml.load(text, yaml.CSafeLoader))


TRAPS = """
    no No NO off n yes on y true FALSE 010 0o17 0x1F 0b11 12:30 190:20:30 1_000 1e3 1.5 .5 .inf .NaN = 2026-09-18
    2026-13-01 2026-09-18T14:20:00Z 13800000001 +8613800000001 1,200 void none None nil undefined -0 +1 007
"""
NOTHING = ("", "~", "null", "Null", "NULL")


@pytest.mark.parametrize("word", TRAPS.split())
def test_what_yaml_would_take_for_another_type_is_read_as_it_is_written(word: str) -> None:
    assert read(f"- a: {word}\n  {word}: a\n") == [{"a": word, word: "a"}]


@pytest.mark.parametrize("word", NOTHING)
def test_nothing_is_nothing_unless_it_stands_in_quotes(word: str) -> None:
    assert read(f"plain: {word}\nsingle: '{word}'\ndouble: \"{word}\"\n") == {
        "plain": None,
        "single": word,
        "double": word,
    }
