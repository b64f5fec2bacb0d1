"""Ladders: the moment at which each step of a policy speaks about one task."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from obligations.city import OfficeHours
from obligations.deadlines import shift_day
from obligations.limits import Limit, Unit
from obligations.policies import Policy, Repeat, SpeakingDays, Step
from obligations.tasks import PlannedTask
from obligations.working_days import CalendarError, WorkingCalendar


@dataclass(frozen=True, slots=True)
class SpeakingTime:
    """When notices may go out: office hours, on working days or on all days, in one time zone."""

    hours: OfficeHours
    zone: ZoneInfo
    calendar: WorkingCalendar
    days: SpeakingDays

    def allows(self, moment: datetime) -> bool:
        """Whether a notice may go out at this instant."""
        local = moment.astimezone(self.zone)
        return self.allows_day(local.date()) and self.hours.include(local.time())

    def allows_day(self, day: date) -> bool:
        """Whether notices may go out on this day."""
        return self.days is SpeakingDays.ALL or self.calendar.is_working(day)

    def next_from(self, moment: datetime) -> datetime:
        """The first instant (UTC) from `moment` on at which a notice may go out."""
        if self.allows(moment):
            return moment
        local = moment.astimezone(self.zone)
        day = local.date()
        if not (self.allows_day(day) and local.time() < self.hours.opens):
            day = self._day_from(day + timedelta(days=1))
        return self.opening(day)

    def opening(self, day: date) -> datetime:
        """The instant (UTC) at which office hours open on `day`."""
        return datetime.combine(day, self.hours.opens, self.zone).astimezone(UTC)

    def day_for(self, day: date, *, before_due: bool) -> date:
        """`day`, or the nearest day on which notices may go out: earlier up to the due day, later after it."""
        if self.days is SpeakingDays.ALL:
            return day
        return self.calendar.on_or_before(day) if before_due else self.calendar.on_or_after(day)

    def _day_from(self, day: date) -> date:
        return day if self.days is SpeakingDays.ALL else self.calendar.on_or_after(day)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder with the instant (UTC) at which it speaks about one task."""

    step: Step
    moment: datetime


REPEAT_PREFIX = "repeat-"
PROVISIONAL_LEAD = timedelta(days=7)
"""How much earlier steps before a provisional due day speak: the day may yet move forward by that much."""


def ladder(task: PlannedTask, policy: Policy, speaking: SpeakingTime) -> Iterator[Rung]:
    """The rungs for one task in the order in which they speak; without end where the policy repeats."""
    rungs = sorted((Rung(step, _moment(step, task, speaking)) for step in policy.steps), key=lambda rung: rung.moment)
    yield from rungs
    if policy.repeat is not None:
        yield from _repeats(policy.repeat, task, policy, speaking)


def _moment(step: Step, task: PlannedTask, speaking: SpeakingTime) -> datetime:
    if step.at is None:
        raw = task.opens_at
    elif step.at.unit is Unit.HOURS:
        raw = task.ends_at + timedelta(hours=step.at.amount)
    else:
        raw = _moment_of_day(step.at, task, speaking, urgent=step.urgent)
    moment = max(raw, task.opens_at)
    return moment if step.urgent else speaking.next_from(moment)


def _moment_of_day(at: Limit, task: PlannedTask, speaking: SpeakingTime, *, urgent: bool) -> datetime:
    day = shift_day(task.due, at, speaking.calendar)
    if task.provisional and at.amount < 0:
        day -= PROVISIONAL_LEAD
    if not urgent:
        day = speaking.day_for(day, before_due=at.amount <= 0)
    return speaking.opening(day)


def _repeats(repeat: Repeat, task: PlannedTask, policy: Policy, speaking: SpeakingTime) -> Iterator[Rung]:
    """Repeats follow the last step's day; a calendar that ends first ends them."""
    last = max(
        (step.at for step in policy.steps if step.at is not None and step.at.unit is not Unit.HOURS),
        key=lambda at: shift_day(task.due, at, speaking.calendar),
        default=Limit(0, Unit.DAYS),
    )
    day = shift_day(task.due, last, speaking.calendar)
    number = 1
    while True:
        try:
            following = shift_day(day, Limit(repeat.every.amount * number, repeat.every.unit), speaking.calendar)
            moment = speaking.opening(speaking.day_for(following, before_due=False))
        except CalendarError:
            return
        step = Step(f"{REPEAT_PREFIX}{number}", repeat.every, repeat.stage, repeat.tell, repeat.channels)
        yield Rung(step, max(moment, speaking.next_from(task.opens_at)))
        number += 1


def is_repeat(step_name: str) -> bool:
    """Whether a step's name is that of a repeat."""
    return step_name.startswith(REPEAT_PREFIX)
