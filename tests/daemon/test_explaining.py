"""What `explain` announces is what is told afterwards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from daemon.explaining import explain_task
from daemon.store import tasks
from obligations.rules import Basis
from tests.stories.telling import Life, life_from, write_city
from tests.stories.town import town, with_duty

INSPECTION, TRAINING = "ent-01a/ent/2026-01", "ent-08c/ent/2026"


def announced(life: Life, task: str) -> list[str]:
    """`04-17 09:00 urge repeat-8`: what comes next."""
    with life.database.read() as connection:
        lines = explain_task(life.engine.situation, connection, task, "en", life.clock.now()) or []
    where = next((number for number, line in enumerate(lines) if line.startswith("what comes next")), len(lines))
    words = [line.split() for line in lines[where + 1 :]]
    return [f"{day[5:]} {hour} {stage} {step}" for day, hour, step, stage, *_ in words]


@pytest.mark.parametrize(("clause", "said"), [("一号文", "(clause 一号文, basis local)"), ("", "(basis local)")])
def test_a_duty_of_no_clause_is_explained_without_one(clause: str, said: str) -> None:
    config = with_duty(town("ent-01a"), "ent-01a", title="检查", clause=clause, basis=Basis.LOCAL)
    life = life_from(config, "2026-01-01T08:00").go_to("2026-01-05T12:00")
    with life.database.read() as connection:
        lines = explain_task(life.engine.situation, connection, INSPECTION, "en", life.clock.now()) or []
    assert lines[1] == f"  检查  {said}"


def test_a_task_of_a_duty_that_is_gone_is_explained_though_its_day_was_not_sure() -> None:
    config = town("ent-09a")
    life = life_from(config, "2026-11-20T08:00").go_to("2026-12-02T12:00")
    life.engine.adopt(replace(config, obligations={}, version="empty"))
    life.go_to("2026-12-03T12:00")
    with life.database.read() as connection:
        lines = explain_task(life.engine.situation, connection, "ent-09a/ent/2026-H2", "en", life.clock.now()) or []
    assert lines[0] == "ent-09a/ent/2026-H2  [withdrawn]"
    assert "due 2026-12-31" in lines
    assert any("withdrawn-0" in line for line in lines[lines.index("what happened") :])


def told_from(life: Life, task: str, moment: str) -> list[str]:
    """The same of what was told after a day; who is asked to approve a step stands for it."""
    lines = [line.rpartition(" ")[0].removesuffix(".approval") for line in life.diary(task) if line[:5] > moment[5:10]]
    return list(dict.fromkeys(lines))


def untouched(life: Life) -> None:
    """Nothing is done."""


def done_once(life: Life) -> None:
    life.done(TRAINING)


@pytest.mark.parametrize(
    ("task", "moments", "happens"),
    [
        (INSPECTION, ["2026-01-05", "2026-02-04", "2026-03-10", "2026-04-10", "2026-05-20"], untouched),
        (TRAINING, ["2026-05-11", "2026-07-20", "2026-12-10"], untouched),
        (TRAINING, ["2026-05-11", "2026-07-20", "2026-12-10"], done_once),
    ],
    ids=["after repeats", "at a pace", "ahead of its pace"],
)
def test_what_explain_announces_is_told_next_and_nothing_else(
    task: str, moments: list[str], happens: Callable[[Life], None]
) -> None:
    life = life_from(town(task.split("/", maxsplit=1)[0]), "2026-01-01T08:00").go_to(f"{moments[0]}T12:00")
    happens(life)
    for now, later in pairwise([*moments, "2026-12-31"]):
        life.go_to(f"{now}T12:00")
        expected = announced(life, task)
        assert expected, now
        life.go_to(f"{later}T12:00")
        told = told_from(life, task, now)
        assert told[: len(expected)] == expected[: len(told)], now


def test_nothing_is_announced_of_a_task_that_is_done() -> None:
    life = life_from(town("ent-01a"), "2026-01-01T08:00").go_to("2026-01-20T12:00").done(INSPECTION)
    assert announced(life, INSPECTION) == []


DATED = """
- id: ready
  title: 准备
  applies_to: {kind: enterprise}
  anchor: {event: order, date: ordered_on}
  limit: -5d
"""
FIRM = "- {id: ent-one, kind: enterprise, name: 一号厂}\n"


@pytest.mark.parametrize("ordered_on", ["2026-09-20", "2026-11-20"])
def test_a_task_of_an_event_in_a_file_opens_as_the_daemon_will_open_it(ordered_on: str, tmp_path: Path) -> None:
    order = f"- {{id: order-1, kind: order, organization: ent-one, ordered_on: {ordered_on}}}\n"
    files = {"organizations/one.yaml": FIRM, "obligations/own.yaml": DATED, "events/own.yaml": order}
    life = life_from(write_city(tmp_path, files), "2026-09-18T14:20")
    foreseen = life.engine.situation.planned("ready/ent-one/order-1", None, life.clock.now())
    life.wake()
    with life.database.read() as connection:
        stored = tasks.find(connection, "ready/ent-one/order-1")
        assert stored is not None
        assert foreseen is not None
        assert foreseen.opens == stored.task.plan.opens == date(2026, 9, 18)
