"""What the administrator is told, and that edited files are taken over only when they hold."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from daemon import left_out
from daemon.alarms import Alarm, AlarmBell, channel_stopped, standing_alarms, undecided
from daemon.engine import Engine
from daemon.reconciling import reconcile_now
from daemon.recording import RecordingError
from daemon.reloading import ConfigWatch
from daemon.store import facts, ledger, tasks
from daemon.store.facts import Fact, FactKind
from notifiers.alarms import AlarmText
from notifiers.channel import Temporary
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.stories.telling import Life, life_from, sample_city, write_city

pytestmark = pytest.mark.usefixtures("either_database")
ROSTER = """
- id: ent-one
  kind: enterprise
  name: 一号厂
  posts:
    principal: {name: 王建国, email: wang@example.com}
"""
ALARM = Alarm("something", AlarmText("告警", "出了问题\n"))


def ring(life: Life, *alarms: Alarm) -> None:
    bell = AlarmBell(life.database, life.channels)
    asyncio.run(bell.ring(life.engine.situation, list(alarms), life.clock.now()))


def keys(life: Life) -> list[str]:
    with life.database.read() as connection:
        return [each.key for each in standing_alarms(connection, life.engine.situation, life.clock.now())]


def subjects(life: Life) -> list[str]:
    return [message.subject for message in life.channels["email"].sent]


def only_meetings() -> Life:
    config = sample_city()
    return life_from(replace(config, obligations={"reg-15a": config.obligations["reg-15a"]}), "2026-09-18T14:20")


def test_from_november_on_the_missing_notice_of_next_year_is_an_alarm() -> None:
    assert keys(life_from(sample_city(), "2026-10-31T23:59")) == []
    assert keys(life_from(sample_city(), "2026-11-01T00:00")) == ["missing-notice-2027"]


def test_an_alarm_goes_to_the_admin_once_and_again_only_after_a_week() -> None:
    life = only_meetings()
    ring(life, ALARM)
    life.clock.set(life.clock.now() + timedelta(days=6))
    ring(life, ALARM)
    assert subjects(life) == ["告警"]
    life.clock.set(life.clock.now() + timedelta(days=2))
    ring(life, ALARM)
    assert subjects(life) == ["告警", "告警"]


def test_an_alarm_that_could_not_be_mailed_is_tried_again_after_an_hour() -> None:
    life = only_meetings()
    life.channels = {"email": MemoryChannel("email", AddressKind.EMAIL, [Temporary("down")])}
    ring(life, ALARM)
    assert subjects(life) == []
    life.clock.set(life.clock.now() + timedelta(minutes=61))
    ring(life, ALARM)
    assert subjects(life) == ["告警"]


def test_another_task_that_cannot_be_decided_is_another_alarm_and_the_same_is_not() -> None:
    life = only_meetings()
    first, second = (undecided(life.engine.situation, {task: "KeyError: 1"}) for task in ("a/x/2026", "b/y/2026"))
    ring(life, first)
    ring(life, first, second)
    texts = [message.text for message in life.channels["email"].sent]
    assert ["a/x/2026" in text for text in texts] == [True, False]
    assert ["b/y/2026" in text for text in texts] == [False, True]


def test_an_alarm_about_a_channel_that_stands_goes_by_another() -> None:
    life = only_meetings()
    life.channels = {name: MemoryChannel(name, AddressKind.EMAIL) for name in ("email", "second")}
    ring(life, channel_stopped(life.engine.situation, "email", "535 login refused"))
    assert [len(life.channels[name].sent) for name in ("email", "second")] == [0, 1]


def test_a_notice_that_reached_nobody_is_an_alarm(tmp_path: Path) -> None:
    config = write_city(tmp_path, {"organizations/one.yaml": ROSTER.replace("email: wang@example.com", "")})
    life = life_from(config, "2026-02-20T08:00").go_to("2026-02-28T23:00")
    assert any(key.startswith("reached-nobody") for key in keys(life))


def watched(tmp_path: Path) -> tuple[Engine, ConfigWatch]:
    config = write_city(tmp_path, {"organizations/one.yaml": ROSTER})
    life = life_from(config, "2026-09-18T14:20")
    return life.engine, ConfigWatch(config)


def edit(tmp_path: Path, text: str) -> None:
    (tmp_path / "organizations" / "one.yaml").write_text(text, encoding="utf-8")


def test_an_edit_is_taken_over_when_two_looks_find_the_files_the_same(tmp_path: Path) -> None:
    engine, watch = watched(tmp_path)
    edit(tmp_path, ROSTER.replace("一号厂", "第一化工厂"))
    assert not watch.refresh(engine)
    assert engine.config.organizations["ent-one"].name == "一号厂"
    assert watch.refresh(engine)
    assert engine.config.organizations["ent-one"].name == "第一化工厂"


def test_a_broken_edit_changes_nothing_and_its_faults_are_kept_for_the_admin(tmp_path: Path) -> None:
    engine, watch = watched(tmp_path)
    before = engine.config
    edit(tmp_path, ROSTER.replace("kind: enterprise", "kind: enterprize"))
    watch.refresh(engine)
    assert watch.refresh(engine)
    assert engine.config is before
    assert [(fault.line, fault.column) for fault in watch.faults] == [(3, 9)]


def test_mending_a_broken_edit_clears_its_faults(tmp_path: Path) -> None:
    engine, watch = watched(tmp_path)
    edit(tmp_path, "- id: [")
    watch.refresh(engine)
    watch.refresh(engine)
    edit(tmp_path, ROSTER.replace("一号厂", "二号厂"))
    watch.refresh(engine)
    watch.refresh(engine)
    assert watch.faults == ()
    assert engine.config.organizations["ent-one"].name == "二号厂"


LATE = """
- id: review
  clause: 本市一号文
  title: 复查
  applies_to: {kind: enterprise}
  anchor: {event: late, date: seen_on}
  limit: 50y
"""
SEEN = "- {id: late-1, kind: late, organization: ent-one, seen_on: 2060-01-01}\n"


def test_a_task_that_cannot_be_counted_is_an_alarm_until_it_can_be_and_keeps_no_other_from_being_there(
    tmp_path: Path,
) -> None:
    files = {"organizations/one.yaml": ROSTER, "obligations/own.yaml": LATE, "events/own.yaml": SEEN}
    life = life_from(write_city(tmp_path, files), "2026-09-18T14:20")
    life.wake()
    with life.database.read() as connection:
        assert left_out.known(connection) == {
            "review/ent-one/late-1": "2110-01-01 lies outside the calendar, which covers 2004-01-01 to 2099-12-31"
        }
        assert tasks.count_standing(connection) > 0
    assert any(key.startswith("left-out-") for key in keys(life))
    life.engine.adopt(write_city(tmp_path, {"events/own.yaml": SEEN.replace("2060", "2040")}))
    life.wake()
    assert not any(key.startswith("left-out-") for key in keys(life))


def test_a_task_that_cannot_be_counted_any_more_stays_as_it_is(tmp_path: Path) -> None:
    life = life_from(write_city(tmp_path, {"organizations/one.yaml": ROSTER}), "2026-09-18T14:20")
    life.wake()
    with life.database.write() as connection:
        (task, *_) = [each.task.id for each in tasks.standing(connection)]
        facts.record(connection, Fact(task, FactKind.EXTENDED, date(2150, 1, 1), "", "", "", life.clock.now()))
        reconcile_now(connection, life.engine.situation, life.clock.now())
        assert left_out.known(connection).keys() == {task}
        assert task in {each.task.id for each in tasks.standing(connection)}


def test_an_edit_that_something_of_ours_stumbles_over_is_not_taken_over_and_the_admin_is_told(tmp_path: Path) -> None:
    engine, _ = watched(tmp_path)
    broken = replace(engine.config, organizations={"ent-one": None}, version="broken")  # type: ignore[dict-item]
    watch = ConfigWatch(broken)
    assert watch.refresh(engine)
    assert engine.config is not broken
    assert ["it cannot be taken over (AttributeError" in fault.message for fault in watch.faults] == [True]


FOLLOWED = """
- {id: first, title: 整改, applies_to: {kind: enterprise}, anchor: {event: late, date: seen_on}, limit: 5d}
- {id: second, title: 复查, applies_to: {kind: enterprise}, anchor: {task: first}, limit: 50y}
"""


def test_what_would_start_a_task_that_cannot_be_counted_is_refused_whole(tmp_path: Path) -> None:
    settings = "start: 2049-01-01\ncatalogues: []\nchannels: {email: {kind: memory}}\n"
    files = {"organizations/one.yaml": ROSTER, "obligations/own.yaml": FOLLOWED, "events/own.yaml": SEEN}
    life = life_from(write_city(tmp_path, files | {"duban.yaml": settings}), "2060-01-02T10:00")
    life.wake()
    with pytest.raises(RecordingError, match="second/ent-one/late-1: 2110-01-02 lies outside the calendar"):
        life.done("first/ent-one/late-1")
    with life.database.read() as connection:
        assert "first/ent-one/late-1" in {each.task.id for each in tasks.standing(connection)}
        assert left_out.known(connection) == {}


def crowd_left_out(directory: Path) -> tuple[Life, list[str]]:
    """More organizations than are remembered, each with a task that cannot be counted; gives those not remembered."""
    every = [f"ent-{number}" for number in range(left_out.MOST + 5)]
    roster = "".join(ROSTER.replace("ent-one", each) for each in every)
    seen = "".join(SEEN.replace("late-1", f"late-{each}").replace("ent-one", each) for each in every)
    files = {"organizations/one.yaml": roster, "obligations/own.yaml": LATE, "events/own.yaml": seen}
    life = life_from(write_city(directory, files), "2026-09-18T14:20")
    life.wake()
    with life.database.read() as connection:
        known = left_out.known(connection)
    return life, [each for each in every if f"review/{each}/late-{each}" not in known]


def test_however_many_tasks_are_left_out_no_command_is_refused_because_of_those_before_it(tmp_path: Path) -> None:
    life, forgotten = crowd_left_out(tmp_path)
    assert len(forgotten) == 5
    before = keys(life)
    life.record(lambda recorder: recorder.add_event("soon", "late", forgotten[0], {"seen_on": date(2026, 9, 1)}))
    with life.database.read() as connection:
        assert f"review/{forgotten[0]}/soon" in {each.task.id for each in tasks.standing(connection)}
        of_it = ledger.about(connection, f"review/{forgotten[0]}/late-{forgotten[0]}")
    assert [row.kind for row in of_it] == ["task left out"]
    assert keys(life) == before


def test_however_many_tasks_are_left_out_one_more_is_refused(tmp_path: Path) -> None:
    life, forgotten = crowd_left_out(tmp_path)
    with pytest.raises(
        RecordingError, match=rf"^review/{forgotten[0]}/next: 2120-01-01 lies outside the calendar[^;]*$"
    ):
        life.record(lambda recorder: recorder.add_event("next", "late", forgotten[0], {"seen_on": date(2070, 1, 1)}))
