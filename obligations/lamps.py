"""Lamps: how a task stands at a glance. Derived whenever they are shown, never stored."""

from datetime import datetime
from enum import Enum

from obligations.tasks import Task
from obligations.working_days import WorkingCalendar

WARNING_WORKING_DAYS = 7
"""A lamp turns yellow when so few working days are left."""


class Lamp(Enum):
    """The three lamps of a supervision board."""

    GREEN = "green"
    """There is time."""
    YELLOW = "yellow"
    """Seven working days or fewer are left."""
    RED = "red"
    """It is overdue."""


def lamp(task: Task, calendar: WorkingCalendar, now_local: datetime) -> Lamp:
    """The lamp of a task that is still to be done; `now_local` is aware, in the city's time zone."""
    if now_local >= task.plan.ends_at:
        return Lamp.RED
    left = calendar.count(now_local.date(), task.plan.due)
    return Lamp.YELLOW if left <= WARNING_WORKING_DAYS else Lamp.GREEN
