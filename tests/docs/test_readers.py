"""What a reader is sent to exists, and both languages say the same."""

import re
import shutil
from pathlib import Path

import click
import pytest

from config.loader import load
from config.shipped import shipped_directory
from tests.docs.pages import PAGES, ROOT, blocks, page, sections, shell_commands
from tests.docs.test_commands import TREE

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_DUBAN = re.compile(r"(?:^|&& |\S/)duban(?: --config \S+)? ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_of_this_repository(path: Path) -> None:
    inside = [link for link in _LINK.findall(path.read_text(encoding="utf-8")) if "://" not in link]
    assert not [link for link in inside if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_command_to_be_typed_exists(path: Path) -> None:
    for command in shell_commands(path.read_text(encoding="utf-8")):
        for first, second in _DUBAN.findall(command):
            assert f"duban {first}" in TREE, command
            if second and isinstance(TREE[f"duban {first}"], click.Group):
                assert f"duban {first} {second}" in TREE, command


def test_both_readmes_have_the_same_commands_in_the_same_order() -> None:
    here, there = (list(shell_commands(page(name))) for name in ("README.md", "README.zh-CN.md"))
    assert here == there


def test_both_readmes_show_the_same_output() -> None:
    here, there = (blocks(page(name), "text") for name in ("README.md", "README.zh-CN.md"))
    assert here == there


def test_both_readmes_have_the_same_number_of_sections_and_promises() -> None:
    here, there = page("README.md"), page("README.zh-CN.md")
    assert len(sections(here)) == len(sections(there))
    assert len(re.findall(r"(?m)^\d+\. ", here)) == len(re.findall(r"(?m)^\d+\. ", there))


def test_both_readmes_link_to_each_other_at_the_top() -> None:
    assert "(README.zh-CN.md)" in page("README.md")[:200]
    assert "(README.md)" in page("README.zh-CN.md")[:200]


def test_the_targets_of_make_that_pages_name_exist() -> None:
    targets = set(re.findall(r"(?m)^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    named = {word for path in PAGES for command in shell_commands(path.read_text(encoding="utf-8"))
             for word in re.findall(r"^make (\w+)", command)}  # fmt: skip
    assert named <= targets


SETTINGS = [
    (name, number)
    for name, count in (("README.md", 1), ("README.zh-CN.md", 1), ("docs/service.md", 2))
    for number in range(count)
]


@pytest.mark.parametrize(("name", "number"), SETTINGS)
def test_the_settings_that_a_page_shows_are_valid(tmp_path: Path, name: str, number: int) -> None:
    blocks_of_page = list(blocks(page(name), "yaml"))
    assert len(blocks_of_page) == sum(each == name for each, _ in SETTINGS)
    shown = blocks_of_page[number]
    shutil.copytree(shipped_directory("start"), tmp_path, dirs_exist_ok=True)
    settings = (tmp_path / "duban.yaml").read_text(encoding="utf-8")
    without = ["backup"] if "postgresql" in shown else []  # the page says so
    for key in [*re.findall(r"(?m)^(\w+):", shown), *without]:
        settings = re.sub(rf"(?m)^{key}:.*\n(?:  .*\n)*", "", settings)
    (tmp_path / "duban.yaml").write_text(f"{settings}\n{shown}", encoding="utf-8")
    assert set(load(tmp_path).channels) >= {"email"}
