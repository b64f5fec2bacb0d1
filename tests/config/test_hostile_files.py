"""Hostile and broken files: each in `hostile/` is named by its fault, and `expected.txt` says where it is told how."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

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
    assert len(FILES) >= 180


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_its_place_and_what_to_do(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE: (HOSTILE / name).read_bytes()})
    assert faults(tmp_path) == EXPECTED[name]
