"""The verified table of departures, and working days counted over it one day at a time: the slow truth."""

import csv
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from config.calendars import load_notices, shipped_calendar_directory
from config.notices import CalendarNotice

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
DAY = timedelta(days=1)


@cache
def rows() -> dict[date, dict[str, str]]:
    """The rows of the table: `kind`, `name` and `source-paper` by day."""
    with (Path(__file__).parent / "cn-workdays.csv").open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): row for row in csv.DictReader(file)}


def every_day() -> list[date]:
    """The days that the table covers."""
    return [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]


def works(day: date) -> bool:
    """Whether the table says that a day is worked."""
    row = rows().get(day)
    return day.weekday() < 5 if row is None else row["kind"] == "workday"


def step(day: date, amount: int) -> date:
    """The `amount`-th working day after (before, if negative) `day`, found by walking."""
    direction = DAY if amount > 0 else -DAY
    left = abs(amount)
    while left:
        day += direction
        left -= works(day)
    return day


@cache
def shipped_notices() -> tuple[CalendarNotice, ...]:
    """The notices that are shipped."""
    notices, faults = load_notices([shipped_calendar_directory()])
    assert faults == []
    return tuple(notices)
