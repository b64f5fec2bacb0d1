"""Hostile and broken files: each in `hostile/` is named by its fault, and `expected.txt` says where it is told how."""

import re
import string
from collections import defaultdict
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.documents import Fault, parse_document, read_document
from config.flow import flow
from tests.config.town import faults, lay_out

HOSTILE = Path(__file__).parent / "hostile"
FILES = sorted(path.name for path in HOSTILE.glob("*.yaml"))
MORE = "organizations/more.yaml"
_EXPECTED = re.compile(r"([\w-]+\.yaml):(\d+):(\d+): (.*)")


def expected() -> dict[str, list[tuple[str, int, int, str]]]:
    found: dict[str, list[tuple[str, int, int, str]]] = defaultdict(list)
    for each in (HOSTILE / "expected.txt").read_text(encoding="utf-8").splitlines():
        line = _EXPECTED.fullmatch(each)
        assert line is not None, each
        found[line[1]].append((MORE, int(line[2]), int(line[3]), line[4]))
    return found


EXPECTED = expected()


def test_every_file_is_expected_to_have_a_fault() -> None:
    assert sorted(EXPECTED) == FILES
    assert len(FILES) >= 140


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_its_place_and_what_to_do(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: (HOSTILE / name).read_bytes()})
    assert faults(tmp_path) == EXPECTED[name]


def place_is_in(fault: Fault, raw: bytes) -> bool:
    lines = raw.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff").split("\n")
    return fault.line <= len(lines) and 1 <= fault.column <= len(lines[fault.line - 1]) + 1


@given(data=st.data())
def test_no_mutation_of_a_file_breaks_the_reader_and_every_fault_stands_within_it(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = bytearray((HOSTILE / data.draw(st.sampled_from(FILES))).read_bytes())
    for _ in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 5)))
        signs = st.sampled_from(
            [b"", b"\n", b" ", b": ", b"- ", b"[", b"]", b"{", b"}", b"'", b'"', b"&a", b"*a", b"!"]
        )
        raw[start:end] = data.draw(st.one_of(signs, st.binary(max_size=4)))
    file = tmp_path_factory.getbasetemp() / "mutation.yaml"
    file.write_bytes(raw)
    document, found = read_document(file)
    assert document is not None or found
    assert all(place_is_in(fault, bytes(raw)) for fault in found)
    assert all("\n" not in str(fault) for fault in found)


@given(st.text())
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    document, found = parse_document(text, Path("any.yaml"))
    assert document is not None or found


WORDS = st.text(string.ascii_letters + string.digits + "滨海化工有限公司 .,:#-'\"{}[]&*!|>%@`?=~\\/，。：", max_size=12)
NAMES = st.text(string.ascii_letters + "_名", min_size=1, max_size=8)
DATA = st.recursive(
    WORDS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4))
)


@given(DATA, st.booleans())
def test_what_another_program_dumps_is_read_as_it_was(data: object, flow_style: bool) -> None:
    text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow_style)
    document, found = parse_document(text, Path("any.yaml"))
    assert found == []
    assert document is not None
    assert document.data == data


@given(DATA)
def test_what_is_written_on_one_line_is_read_as_it_was(data: object) -> None:
    document, found = parse_document(f"data: {flow(data)}\n", Path("any.yaml"))
    assert found == []
    assert document is not None
    assert document.data == {"data": data}
