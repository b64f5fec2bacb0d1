"""The holiday notice for 2027 comes out in December 2026, and deadlines that were provisional move or become final."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from config.calendars import compile_calendar, load_notices, shipped_calendar_directory
from config.loader import Config
from daemon.store import ledger
from daemon.store.tasks import find
from obligations.selectors import Value
from tests.calendars.whole_notices import whole
from tests.stories.telling import Life, life_from, sample_city

MEETING = "off-28a/ent-binhai-chem/acc-december"
NOTICE = whole("""
id: cn-2027
paper: 国办发明电〔2026〕99号
published: 2026-12-25
year: 2027
holidays:
  - {name: 元旦, off: 2027-01-01..2027-01-03, work: [2027-01-09]}
  - {name: 春节, off: 2027-02-05..2027-02-11}
""")
ACCIDENT: dict[str, Value] = {"occurred_at": date(2026, 12, 24), "deaths": 0, "liability": False}


def only_warning_meetings() -> Config:
    config = sample_city()
    return replace(config, obligations={"off-28a": config.obligations["off-28a"]})


def with_notice(config: Config, directory: Path) -> Config:
    (directory / "cn-2027.yaml").write_text(NOTICE, encoding="utf-8")
    notices, faults = load_notices([shipped_calendar_directory(), directory])
    assert faults == []
    return replace(config, calendar=compile_calendar(notices))


def after_the_accident() -> Life:
    life = life_from(only_warning_meetings(), "2026-12-24T10:00")
    life.record(lambda recorder: recorder.add_event("acc-december", "accident", "ent-binhai-chem", ACCIDENT))
    return life.go_to("2026-12-28T12:00")


def due(life: Life) -> tuple[date, bool]:
    with life.database.read() as connection:
        stored = find(connection, MEETING)
    assert stored is not None
    return stored.task.plan.due, stored.task.plan.provisional


def test_before_the_notice_the_deadline_is_provisional() -> None:
    assert due(after_the_accident()) == (date(2027, 1, 8), True)


def test_the_notice_moves_the_deadline_and_makes_it_final(tmp_path: Path) -> None:
    life = after_the_accident()
    life.engine.adopt(with_notice(life.config, tmp_path))
    life.go_to("2026-12-28T13:00")
    assert due(life) == (date(2027, 1, 8), False)


def test_everybody_who_was_told_of_the_former_day_is_told_of_the_new_one_once(tmp_path: Path) -> None:
    life = after_the_accident()
    text = NOTICE.replace("2027-01-01..2027-01-03, work: [2027-01-09]", "2027-01-01..2027-01-04")
    (tmp_path / "cn-2027.yaml").write_text(text, encoding="utf-8")
    notices, faults = load_notices([shipped_calendar_directory(), tmp_path])
    assert faults == []
    told_before = {line.split()[4] for line in life.diary(MEETING)}
    life.engine.adopt(replace(life.config, calendar=compile_calendar(notices)))
    life.go_to("2026-12-28T15:00")
    assert due(life) == (date(2027, 1, 11), False)
    moved = [line for line in life.diary(MEETING) if "moved" in line]
    assert moved == [f"12-28 12:00 remind moved-1 {holder}" for holder in sorted(told_before)]


def test_the_ledger_keeps_the_old_and_the_new_day_with_the_calendar(tmp_path: Path) -> None:
    life = after_the_accident()
    text = NOTICE.replace("2027-01-01..2027-01-03, work: [2027-01-09]", "2027-01-01..2027-01-04")
    (tmp_path / "cn-2027.yaml").write_text(text, encoding="utf-8")
    notices, _ = load_notices([shipped_calendar_directory(), tmp_path])
    calendar = compile_calendar(notices)
    life.engine.adopt(replace(life.config, calendar=calendar))
    life.go_to("2026-12-28T15:00")
    with life.database.read() as connection:
        (entry,) = [row for row in ledger.about(connection, MEETING) if row.kind == "task moved"]
    body = json.loads(entry.body)
    assert (body["from"], body["due"], body["calendar"]) == ("2027-01-08", "2027-01-11", calendar.version)
