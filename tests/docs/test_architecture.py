"""The architecture page agrees with the code."""

import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

from daemon.service import HEARTBEAT
from daemon.store.tables import metadata
from obligations.states import (
    DELIVERY_TRANSITIONS,
    NOTICE_TRANSITIONS,
    TASK_TRANSITIONS,
    DeliveryState,
    NoticeState,
    TaskState,
)
from tests.docs.pages import PAGES, ROOT, blocks, page

_NAME = re.compile(r"^%% (\w+)$")
_BEGIN = re.compile(r"^\[\*\] --> (\w+)$")
_TRANSITION = re.compile(r"^(\w+) --> (\w+): (\w+)$")
_SOURCE_PATH = re.compile(r"`((?:obligations|config|notifiers|daemon|systemd|tests|benchmarks|docs)/[\w./-]*)`")
_PLACEHOLDER = re.compile(r"[A-Z]{4}")

Transitions = set[tuple[str, str, str]]


class Diagram(NamedTuple):
    """A state diagram as it is drawn: where it begins, and its arrows as (from, action, to)."""

    begins: set[str]
    arrows: Transitions


class Machine(NamedTuple):
    """A state machine of the domain, as far as a diagram shows it."""

    name: str
    states: set[str]
    begins: set[str]
    arrows: Transitions


StateT = TypeVar("StateT", bound=Enum)
ActionT = TypeVar("ActionT", bound=Enum)


def machine(
    name: str, states: type[StateT], begins: set[StateT], table: Mapping[tuple[StateT, ActionT], StateT]
) -> Machine:
    arrows = {(before.value, action.value, after.value) for (before, action), after in table.items()}
    return Machine(name, {each.value for each in states}, {each.value for each in begins}, arrows)


MACHINES = (
    machine("task", TaskState, {TaskState.OPEN}, TASK_TRANSITIONS),
    machine("notice", NoticeState, set(NoticeState) - {NoticeState.SENT}, NOTICE_TRANSITIONS),
    machine("delivery", DeliveryState, {DeliveryState.PENDING}, DELIVERY_TRANSITIONS),
)


def drawn(block: str) -> tuple[str, Diagram]:
    """Read one Mermaid block; a line that is none of the known forms fails the test."""
    title, name, *lines = (line.strip() for line in block.strip().splitlines())
    named = _NAME.match(name)
    assert title == "stateDiagram-v2"
    assert named, f"expected `%% NAME`, found {name!r}"
    diagram = Diagram(set(), set())
    for line in lines:
        begin, arrow = _BEGIN.match(line), _TRANSITION.match(line)
        assert begin or arrow, f"not understood: {line!r}"
        if begin:
            diagram.begins.add(begin[1])
        if arrow:
            assert (arrow[1], arrow[3], arrow[2]) not in diagram.arrows, f"drawn twice: {line!r}"
            diagram.arrows.add((arrow[1], arrow[3], arrow[2]))
    return named[1], diagram


DIAGRAMS = dict(map(drawn, blocks(page("docs/architecture.md"), "mermaid")))


def test_each_state_machine_has_one_diagram() -> None:
    assert list(DIAGRAMS) == [each.name for each in MACHINES]


@pytest.mark.parametrize("known", MACHINES, ids=lambda each: each.name)
def test_a_diagram_draws_exactly_the_transitions_of_the_table(known: Machine) -> None:
    assert DIAGRAMS[known.name].arrows == known.arrows


@pytest.mark.parametrize("known", MACHINES, ids=lambda each: each.name)
def test_a_diagram_begins_in_the_states_in_which_things_are_made(known: Machine) -> None:
    assert DIAGRAMS[known.name].begins == known.begins


@pytest.mark.parametrize("known", MACHINES, ids=lambda each: each.name)
def test_a_diagram_shows_every_state(known: Machine) -> None:
    diagram = DIAGRAMS[known.name]
    assert diagram.begins | {state for before, _, after in diagram.arrows for state in (before, after)} == known.states


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_source_path_that_a_page_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = [each for each in _SOURCE_PATH.findall(text) if not _PLACEHOLDER.search(each)]
    assert not [each for each in named if not (ROOT / each).exists()]


def test_every_table_of_the_database_is_described() -> None:
    stored = page("docs/architecture.md").partition("## What is stored")[2]
    names = "".join(line.split("|")[1] for line in stored.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\w+)`", names)) == set(metadata.tables)


def test_the_page_says_how_often_the_engine_is_woken() -> None:
    assert f"wakes the engine every {HEARTBEAT.total_seconds():.0f} seconds" in page("docs/architecture.md")
