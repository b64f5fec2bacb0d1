"""Why a task is due on its day: the grounds that `explain` and the messages give."""

from datetime import date
from typing import Any

from daemon.derivations import task_grounds
from obligations.deadlines import Roll
from obligations.derivations import Ground, Rule
from obligations.festivals import Festival
from obligations.limits import parse_limit
from obligations.planning import planned_tasks
from obligations.rules import HolidayAnchor
from tests.stories.town import town, with_duty

INSPECTION = "ent-01a"


def grounds(key: str, **changes: Any) -> list[Ground]:
    """Those of a task of the monthly inspection, once that has been changed."""
    config = with_duty(town(INSPECTION), INSPECTION, **changes)
    task = next(each for each in planned_tasks(config.city(), date(2026, 12, 31)) if each.key == key)
    return list(task_grounds(config, task.terms))


def rules(key: str, **changes: Any) -> list[Rule]:
    return [each.rule for each in grounds(key, **changes)]


def test_a_window_that_ends_on_a_day_off_says_whether_it_rolls_back() -> None:
    assert rules("2026-01") == [Rule.WINDOW, Rule.LAST_WORKING_DAY, Rule.ENDS_DAY, Rule.FINAL]
    assert grounds("2026-01", roll=Roll.PREVIOUS)[1:3] == [
        Ground(Rule.ROLLED_BACK, (date(2026, 1, 31), date(2026, 1, 30))),
        Ground(Rule.ENDS_DAY, (date(2026, 1, 30),)),
    ]


def test_a_citys_own_earlier_day_that_is_a_day_off_is_named_before_it_rolls_back() -> None:
    assert grounds("2026-03", roll=Roll.PREVIOUS, by=parse_limit("-3d"))[1:3] == [
        Ground(Rule.MOVED_FORWARD, (date(2026, 3, 28),)),
        Ground(Rule.ROLLED_BACK, (date(2026, 3, 28), date(2026, 3, 27))),
    ]


def test_a_windows_last_day_stands_though_no_notice_says_which_days_before_it_are_worked() -> None:
    assert rules("2026-12")[-1] is Rule.STANDS
    assert rules("2026-12", roll=Roll.PREVIOUS)[-1] is Rule.PROVISIONAL
    assert rules("2026-12", by=parse_limit("-5wd"))[-1] is Rule.PROVISIONAL
    assert rules("2026-12", by=parse_limit("-5d"))[-1] is Rule.STANDS


def test_a_day_that_runs_from_a_holiday_without_a_notice_is_not_called_final() -> None:
    before = {"every": None, "anchor": HolidayAnchor((Festival.NEW_YEAR,)), "limit": parse_limit("-10d")}
    assert rules("new_year-2027", **before)[-1] is Rule.PROVISIONAL
