"""Duties of the calendar: the consultation before a festival, and what must be done twice a quarter at an even pace."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from config.calendars import compile_calendar, load_notices, shipped_calendar_directory
from obligations.rules import Pace
from obligations.states import TaskState
from tests.calendars.whole_notices import whole
from tests.stories.conftest import Begin
from tests.stories.town import from_day, town, with_duty

NATIONAL_DAY, SPRING = "off-22b/off/national_day-2026", "off-22b/off/spring_festival-2027"
NOTICE_OF_2027 = whole("""
id: cn-2027
paper: 国办发明电〔2026〕99号
published: 2026-12-25
year: 2027
holidays:
  - {name: 元旦, off: 2027-01-01..2027-01-03}
  - {name: 春节, off: 2027-02-04..2027-02-11}
""")
CONSULTATION = from_day(town("off-22b"), "2026-07-01")
QUOTA = with_duty(from_day(town("ent-01b"), "2026-07-01"), "ent-01b", times=2, pace=Pace.EVEN)
QUARTER = "ent-01b/ent/2026-Q3"


def test_the_consultation_is_held_five_working_days_before_the_national_day(begin: Begin) -> None:
    life = begin(CONSULTATION, "2026-08-28T08:00").go_to("2026-08-31T12:00")
    assert life.told() == []
    life.go_to("2026-09-23T12:00")
    assert life.standing() == {NATIONAL_DAY: "2026-09-23"}
    assert life.diary(NATIONAL_DAY) == [
        "09-01 09:00 remind -30d off.duty",
        "09-15 09:00 remind -7wd off.duty",
        "09-15 09:00 remind -7wd off.principal",
        "09-22 09:00 remind -1wd off.duty",
        "09-22 09:00 remind -1wd off.principal",
    ]
    life.done(NATIONAL_DAY)
    said = life.told()
    assert life.go_to("2026-11-30T12:00").told() == said


def test_the_notice_of_next_years_holidays_moves_the_consultation_before_the_spring_festival(
    begin: Begin, tmp_path: Path
) -> None:
    life = begin(CONSULTATION, "2026-12-21T08:00").go_to("2026-12-28T12:00")
    assert (life.due(SPRING), life.state(SPRING)) == ("2027-01-29", TaskState.OPEN)
    calendars = tmp_path / "calendars"
    calendars.mkdir()
    (calendars / "cn-2027.yaml").write_text(NOTICE_OF_2027, encoding="utf-8")
    notices, faults = load_notices([shipped_calendar_directory(), calendars])
    assert faults == []
    life.adopt(replace(life.config, calendar=compile_calendar(notices))).go_to("2026-12-28T13:00")
    assert life.due(SPRING) == "2027-01-28"


def test_twice_a_quarter_is_reminded_before_the_middle_and_before_the_end(begin: Begin) -> None:
    life = begin(QUOTA, "2026-07-01T08:00").go_to("2026-10-08T12:00")
    assert [line for line in life.diary(QUARTER) if line.endswith("principal")] == [
        "08-14 09:00 remind pace-1 ent.principal",
        "08-31 09:00 remind -30d ent.principal",
        "09-20 09:00 remind -7wd ent.principal",
        "09-29 09:00 remind -1wd ent.principal",
        "10-08 09:00 urge +1wd ent.principal",
    ]


def test_what_was_done_once_by_the_middle_is_reminded_only_of_the_end_and_says_what_is_missing(begin: Begin) -> None:
    life = begin(QUOTA, "2026-07-01T08:00").go_to("2026-08-03T12:00")
    life.done(QUARTER).go_to("2026-09-15T12:00")
    task = life.task(QUARTER)
    assert task is not None
    assert (task.task.missing, task.task.is_behind(date(2026, 9, 15))) == (1, False)
    assert life.diary(QUARTER) == ["08-31 09:00 remind -30d ent.principal"]
    (letter,) = life.channels["email"].sent
    assert "应完成2次，本季度尚差1次，剩22个工作日。" in letter.text
    life.done(QUARTER)
    assert life.state(QUARTER) is TaskState.CLOSED


def test_a_pace_that_is_missed_says_so_and_makes_nothing_overdue(begin: Begin) -> None:
    life = begin(QUOTA, "2026-07-01T08:00").go_to("2026-08-20T12:00")
    task = life.task(QUARTER)
    assert task is not None
    assert task.task.is_behind(date(2026, 8, 20))
    (letter,) = life.channels["email"].sent
    assert "按均衡进度，8月15日前应完成1次，目前已完成0次。" in letter.text
    assert "逾期" not in letter.text
    assert {line.split()[2] for line in life.diary(QUARTER)} == {"remind"}


def test_a_quota_that_is_half_done_when_its_ladder_is_silent_keeps_the_letter_that_waits_for_approval(
    begin: Begin,
) -> None:
    ladder = QUOTA.policies["standard"]
    silent = replace(ladder, repeat=None)
    config = replace(QUOTA, policies={**QUOTA.policies, "standard": silent}, version="silent")
    life = begin(config, "2026-09-28T08:00").go_to("2026-10-21T12:00")
    life.done(QUARTER).record(lambda recorder: recorder.approve(QUARTER, "+10wd")).go_to("2026-10-21T13:00")
    assert [line for line in life.diary(QUARTER) if " +10wd " in line] == [
        "10-21 12:00 letter +10wd ent.principal",
        "10-21 12:00 letter +10wd gov.duty",
    ]
