"""The page of commands agrees with the commands."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from config.shipped import shipped_directory
from daemon.cli.app import duban
from tests.docs.pages import page, sections

SECTIONS = {name: text for name, text in sections(page("docs/commands.md")).items() if name.startswith("duban")}
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
_CODE = re.compile(r"`([^`]+)`")


def commands(command: click.Command = duban, name: str = "duban") -> Iterator[tuple[str, click.Command]]:
    """Every command of the tree with its full name, the group itself first."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            each = command.get_command(context, word)
            assert each is not None
            yield from commands(each, f"{name} {word}")


TREE = dict(commands())


def options(command: click.Command) -> set[str]:
    """The options that a command's help shows, `--help` apart."""
    return {
        word
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for word in (*parameter.opts, *parameter.secondary_opts)
    }


def named_options(text: str) -> set[str]:
    return {word for code in _CODE.findall(text) for word in _OPTION.findall(code)}


def usage(name: str) -> str:
    """The first line of code in a section: how the command is written."""
    return str(_CODE.findall(SECTIONS[name])[0])


def test_every_command_has_a_section_and_no_other_has_one() -> None:
    assert set(SECTIONS) == set(TREE)


@pytest.mark.parametrize("name", sorted(set(TREE) - {"duban"}))
def test_a_section_names_every_option_of_its_command_and_no_other(name: str) -> None:
    assert named_options(SECTIONS[name]) == options(TREE[name])


@pytest.mark.parametrize("name", sorted(TREE))
def test_a_section_says_of_each_option_what_it_does(name: str) -> None:
    lines = re.findall(r"(?m)^- (.+?): ", SECTIONS[name])
    assert {word for line in lines for word in named_options(line)} >= options(TREE[name])


def test_the_options_before_the_command_are_described() -> None:
    assert named_options(SECTIONS["duban"]) == options(duban) | {"-h", "--help"}


@pytest.mark.parametrize("name", [name for name, each in TREE.items() if not isinstance(each, click.Group)])
def test_a_usage_line_shows_each_option_and_each_argument(name: str) -> None:
    shown = usage(name)
    assert shown.startswith(name)
    assert named_options(f"`{shown}`") == options(TREE[name])
    arguments = [each for each in TREE[name].params if isinstance(each, click.Argument)]
    words = re.sub(r"--?[a-z-]+( [A-Z]+)?", "", shown.removeprefix(name))
    assert len(re.findall(r"\[duban\|[^]]*\]|[A-Z]+(?:=VALUE…)?", words)) == len(arguments)


def test_the_commands_that_give_json_say_with_which_keys() -> None:
    giving = {name for name, each in TREE.items() if "--json" in options(each)}
    assert {name for name, text in SECTIONS.items() if "JSON keys:" in text} == giving


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config as `init` writes it, with an event recorded."""
    directory = tmp_path_factory.mktemp("city") / "config"
    run("init", str(directory))
    text = (directory / "duban.yaml").read_text(encoding="utf-8")
    (directory / "duban.yaml").write_text(re.sub(r"(?m)^start: \S+", "start: 2026-01-01", text), encoding="utf-8")
    run("--config", str(directory), "event", "add", "accident", "--organization", "ent-example", "--id", "acc-1",
        "occurred_at=2026-09-18", "deaths=1")  # fmt: skip
    return directory


def run(*words: str, statuses: tuple[int, ...] = (0,)) -> str:
    result = CliRunner(catch_exceptions=False).invoke(duban, words)
    assert result.exit_code in statuses, result.output
    return result.stdout


SPAN = ("--from", "2026-09-01", "--to", "2026-10-31")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("duban check", ("check",)),
        ("duban deadline", ("deadline", "2026-09-18", "10wd")),
        ("duban plan", ("plan", *SPAN)),
        ("duban simulate", ("simulate", *SPAN)),
        ("duban status", ("status",)),
        ("duban event list", ("event", "list")),
        ("duban calendar check", ("calendar", "check")),
        ("duban ledger show", ("ledger", "show", "acc-1")),
        ("duban doctor", ("doctor",)),
    ],
)
def test_json_has_the_keys_that_are_described(city: Path, name: str, words: tuple[str, ...]) -> None:
    rows = json.loads(run("--config", str(city), *words, "--json", statuses=(0, 1)))  # whatever the answer is
    described = _CODE.findall(re.split(r"\n\n", SECTIONS[name].partition("JSON keys:")[2].lstrip())[0])
    own = {"occurred_at", "deaths"} if name == "duban event list" else set()
    assert rows
    for row in rows:
        assert [key for key in row if key not in own] == described


def test_the_kinds_of_files_are_those_that_a_schema_is_for() -> None:
    kinds = next(each for each in TREE["duban schema"].params if isinstance(each, click.Argument)).type
    assert isinstance(kinds, click.Choice)
    assert f"[{'|'.join(kinds.choices)}]" in usage("duban schema")


def test_the_named_kinds_of_events_are_those_that_shipped_duties_wait_for() -> None:
    text = "".join(each.read_text(encoding="utf-8") for each in shipped_directory("catalogues").glob("*.yaml"))
    kinds = set(re.findall(r"\{event: (\w+)", text))
    named = re.search(r"shipped duties wait for\s+(.*?)\. ", SECTIONS["duban event add"], re.DOTALL)
    assert named
    assert set(_CODE.findall(named[1])) == kinds
