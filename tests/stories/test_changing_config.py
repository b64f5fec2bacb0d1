"""The config changes while the daemon runs."""

from dataclasses import replace
from datetime import date

import pytest

from config.loader import Config
from daemon.recording import Recorder
from daemon.situation import Situation
from daemon.store.tasks import find
from obligations.limits import parse_limit
from obligations.selectors import Value
from obligations.states import TaskState
from tests.stories.telling import ACCIDENT, Life, life_from, sample_city

pytestmark = pytest.mark.usefixtures("either_database")
DRILL = "ent-09a/ent-binhai-chem/2026-H2"
SECOND: dict[str, Value] = {"occurred_at": date(2026, 9, 18), "deaths": 0, "liability": False}


def without(config: Config, obligation: str) -> Config:
    kept = {key: each for key, each in config.obligations.items() if key != obligation}
    return replace(config, obligations=kept, version=f"{config.version}-without-{obligation}")


def state(life: Life, task: str) -> TaskState:
    with life.database.read() as connection:
        stored = find(connection, task)
    assert stored is not None
    return stored.task.state


def test_a_duty_that_is_removed_withdraws_its_tasks_tells_so_once_and_they_speak_no_more() -> None:
    life = life_from(sample_city("ent-09a", "ent-09b"), "2026-11-20T00:00").go_to("2026-12-02T12:00")
    said = life.diary(DRILL)
    life.engine.adopt(without(life.config, "ent-09a"))
    life.go_to("2027-01-20T12:00")
    assert state(life, DRILL) is TaskState.WITHDRAWN
    assert life.diary(DRILL) == [*said, "12-02 12:00 remind withdrawn-0 ent-binhai-chem.safety_officer"]


def test_a_duty_that_comes_back_restores_its_tasks_tells_so_and_repeats_nothing() -> None:
    whole = sample_city("ent-09a", "ent-09b")
    life = life_from(whole, "2026-11-20T00:00").go_to("2026-12-02T12:00")
    said = life.diary(DRILL)
    life.engine.adopt(without(whole, "ent-09a"))
    life.go_to("2026-12-03T12:00")
    life.engine.adopt(whole)
    life.go_to("2026-12-04T12:00")
    assert state(life, DRILL) is TaskState.OPEN
    assert life.diary(DRILL) == [
        *said,
        "12-02 12:00 remind withdrawn-0 ent-binhai-chem.safety_officer",
        "12-03 12:00 remind restored-1 ent-binhai-chem.safety_officer",
    ]


def test_a_task_of_a_config_that_the_daemon_has_not_taken_over_yet_waits_and_is_not_lost() -> None:
    whole = sample_city(*ACCIDENT)
    life = life_from(without(whole, "off-28a"), "2026-09-21T10:00").go_to("2026-09-21T10:10")
    with life.database.write() as connection:  # a command that has read the edited files already
        recorder = Recorder(connection, Situation(whole), life.clock.now())
        recorder.add_event("acc-2", "accident", "ent-binhai-chem", SECOND)
    life.engine.decide(life.clock.now(), follow=False)
    assert life.diary("off-28a/ent-binhai-chem/acc-2") == []
    life.engine.adopt(whole)
    life.go_to("2026-09-21T10:30")
    assert len(life.diary("off-28a/ent-binhai-chem/acc-2")) == 2


def test_a_duty_that_comes_back_with_another_day_tells_those_who_were_told_of_the_former() -> None:
    whole = sample_city("ent-09a", "ent-09b")
    life = life_from(whole, "2026-11-20T00:00").go_to("2026-12-02T12:00")
    told_before = {line.split()[4] for line in life.diary(DRILL)}
    life.engine.adopt(without(whole, "ent-09a"))
    life.go_to("2026-12-03T12:00")
    earlier = replace(whole.obligations["ent-09a"], by=parse_limit("-10d"))
    life.engine.adopt(replace(whole, obligations=dict(whole.obligations) | {"ent-09a": earlier}, version="earlier"))
    life.go_to("2026-12-03T13:00")
    restored = [line for line in life.diary(DRILL) if "restored-1" in line]
    assert {line.split()[4] for line in restored} == told_before != set()
