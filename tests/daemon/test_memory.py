"""What a config holds is left out of the search for unreachable cycles; so it must go without one."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.loader import load
from daemon.memory import settle
from obligations.organizations import Organization
from tests.cli.shell import TOWN, lay_out
from tests.stories.telling import life_from


@pytest.fixture
def never_searched() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def organizations() -> int:
    return sum(type(each) is Organization for each in gc.get_objects())


def test_a_config_that_is_replaced_goes_without_any_search(tmp_path: Path, never_searched: None) -> None:  # noqa: ARG001 - acts
    directory = lay_out(tmp_path, TOWN)
    before = organizations()
    life = life_from(load(directory), "2024-03-01T08:00").go_to("2024-03-04T10:00")
    held = organizations() - before
    for version, moment in (
        ("edited", "2024-03-05T10:00"),
        ("again", "2024-03-06T10:00"),
        ("once more", "2024-03-07T10:00"),
    ):
        life.engine.adopt(replace(load(directory), version=version))
        life.go_to(moment)
    assert held == len(life.config.organizations)
    assert organizations() - before == 2 * held  # the life's first, and the engine's last


def test_what_is_there_is_left_out_of_the_search_and_what_was_unreachable_goes_before() -> None:
    knot: list[object] = []
    knot.append(knot)
    del knot
    before = gc.get_threshold()
    try:
        settle()
        assert gc.collect() == 0
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
