"""A small town without a fault, and spoiling it: the mark ▸ in a text is where a fault is expected."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from config.loader import ConfigError, load

HERE = "▸"
SETTINGS = """\
start: 2026-01-01
channels:
  email: {kind: memory}
  sms: {kind: memory, address: mobile}
"""
ROSTER = """\
- id: off-city
  kind: office
  name: 市安委办
  posts:
    principal: {name: 张三, email: zhangsan@example.com}
    duty: {name: 李四, mobile: "13800000002", deputy: principal}
- id: ent-chem
  kind: enterprise
  name: 滨海化工有限公司
  headcount: 320
  traits: [high_risk]
  office: off-city
  dates: {licence_expires: 2027-05-31}
  posts:
    principal: {name: 王建国, email: wang@example.com}
    safety_officer: {name: 李敏, email: li@example.com, deputy: principal}
"""
FIRM = """\
- id: ent-tea
  kind: enterprise
  name: 青山茶厂
"""
"""The beginning of one more enterprise, in a file of its own; the next line is line 4."""
DUTY = """\
- id: city-01
  title: 安全生产专题研究
  applies_to: {kind: enterprise}
"""
"""The beginning of a duty; the next line is line 4."""
LADDER = """\
- id: own
  steps:
    - {at: -7wd, stage: remind, tell: [assignee]}
"""
"""The beginning of a policy; the next line is line 4."""
ACCIDENT = """\
- id: acc-1
  kind: accident
  organization: ent-chem
"""
"""The beginning of an event; the next line is line 4."""

Files = Mapping[str, str | bytes]
Expected = Sequence[tuple[str, int, int, str]]


def lay_out(directory: Path, files: Files, without: str = "") -> Path:
    """The town in a directory, with these files added or put in place of its own, and without one."""
    town: dict[str, str | bytes] = {"duban.yaml": SETTINGS, "organizations/city.yaml": ROSTER, **files}
    for name, text in town.items():
        if name != without:
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.replace(HERE, "").encode())
    return directory


def faults(directory: Path) -> list[tuple[str, int, int, str]]:
    """File, line, column and message of every fault of a directory."""
    with pytest.raises(ConfigError) as caught:
        load(directory)
    return [
        (Path(each.path).relative_to(directory).as_posix(), each.line, each.column, each.message)
        for each in caught.value.faults
    ]


def marked(name: str, text: str, messages: Sequence[str]) -> Expected:
    """The faults that are expected at the marks of a text, in their order."""
    places = []
    before = ""
    for part in text.split(HERE)[:-1]:
        before += part
        places.append((before.count("\n") + 1, len(before) - before.rfind("\n")))
    return [(name, *place, message) for place, message in zip(places, messages, strict=True)]


def check_fault(directory: Path, name: str, text: str, *messages: str) -> None:
    """One file is spoilt: its faults, and no others, stand at the marks of its text."""
    assert faults(lay_out(directory, {name: text})) == marked(name, text, messages)
