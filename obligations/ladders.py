"""Ladders: the moment at which each step of a policy speaks about one task."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

from obligations.deadlines import local_day, shift_day
from obligations.limits import Limit, Unit
from obligations.policies import OfficeHours, Policy, Repeat, SpeakingDays, Stage, Step
from obligations.tasks import PlannedTask, Terms
from obligations.working_days import CalendarError, WorkingCalendar


@dataclass(frozen=True, slots=True)
class SpeakingTime:
    """When notices may go out: office hours, on working days or on all days, in one time zone."""

    hours: OfficeHours
    zone: ZoneInfo
    calendar: WorkingCalendar
    days: SpeakingDays

    def __hash__(self) -> int:
        """Cheap, and equal for equals: ladders are looked up by it."""
        return hash((self.calendar.version, self.days))

    @lru_cache(maxsize=1024)  # noqa: B019 - asked of one moment for every task; there are few of us for a config
    def allows(self, moment: datetime) -> bool:
        """Whether a notice may go out at this instant."""
        local = moment.astimezone(self.zone)
        return self.allows_day(local.date()) and self.hours.include(local.time())

    def allows_day(self, day: date) -> bool:
        """Whether notices may go out on this day."""
        return self.days is SpeakingDays.ALL or self.calendar.is_working(day)

    @lru_cache(maxsize=1024)  # noqa: B019 - as above
    def next_from(self, moment: datetime) -> datetime:
        """The first instant (UTC) from `moment` on at which a notice may go out."""
        if self.allows(moment):
            return moment
        local = moment.astimezone(self.zone)
        day = local.date()
        if not (self.allows_day(day) and local.time() < self.hours.opens):
            day = self._day_from(day + timedelta(days=1))
        return self.opening(day)

    @lru_cache(maxsize=1024)  # noqa: B019 - as above
    def until(self, moment: datetime) -> datetime:
        """`moment` if a notice may go out then, else the opening (UTC) of the last office hours before it."""
        if self.allows(moment):
            return moment
        local = moment.astimezone(self.zone)
        day = local.date() if self.hours.opens <= local.time() else local.date() - timedelta(days=1)
        return self.opening(self.day_for(day, before_due=True))

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
    """One step of a ladder with the instant (UTC) at which it speaks about one task.

    Args:
        unless_done: it has nothing to say once the task has been done so many times; None for every other step.
    """

    step: Step
    moment: datetime
    unless_done: int | None = None


REPEAT_PREFIX, PACE_PREFIX = "repeat-", "pace-"
_A_WORKING_DAY_BEFORE = Limit(-1, Unit.WORKING_DAYS)
PROVISIONAL_LEAD = timedelta(days=7)
"""How much earlier steps before a provisional due day speak: the day may yet move forward by that much."""


def ladder(task: Terms, policy: Policy, speaking: SpeakingTime) -> Iterator[Rung]:
    """The rungs for a task on these terms, in the order in which they speak; without end where the policy repeats."""
    yield from _steps(task, policy, speaking)
    if policy.repeat is not None:
        yield from _repeats(policy.repeat, task, policy, speaking)


@lru_cache(maxsize=4096)
def _steps(task: Terms, policy: Policy, speaking: SpeakingTime) -> tuple[Rung, ...]:
    """The rungs that are spoken once; kept, because they are the same for all tasks on the same terms."""
    moments = [(step, _moment_if_any(step, task, speaking)) for step in policy.steps]
    rungs = [Rung(step, moment) for step, moment in moments if moment is not None]
    rungs += _paces(task, policy, speaking)
    return tuple(sorted(rungs, key=lambda rung: rung.moment))


def _moment_if_any(step: Step, task: Terms, speaking: SpeakingTime) -> datetime | None:
    """When a step speaks; None if the calendar ends first. One before the calendar begins speaks at the opening."""
    try:
        return _moment(step, task, speaking)
    except CalendarError:
        if step.at is None or step.at.amount >= 0:
            return None
        return task.opens_at if step.urgent else speaking.next_from(task.opens_at)


def _moment(step: Step, task: Terms, speaking: SpeakingTime) -> datetime:
    if step.at is None:
        raw = task.opens_at
    elif step.at.unit is Unit.HOURS:
        raw = _moment_in_hours(step.at, task, speaking, urgent=step.urgent)
    else:
        raw = _moment_of_day(step.at, task, speaking, urgent=step.urgent)
    moment = max(raw, task.opens_at)
    return moment if step.urgent else speaking.next_from(moment)


def _moment_in_hours(at: Limit, task: Terms, speaking: SpeakingTime, *, urgent: bool) -> datetime:
    """So long from the deadline; before it, where nothing may go out then, at the last opening before that moment."""
    moment = task.ends_at + timedelta(hours=at.amount)
    return speaking.until(moment) if at.amount < 0 and not urgent else moment


def _moment_of_day(at: Limit, task: Terms, speaking: SpeakingTime, *, urgent: bool) -> datetime:
    day = shift_day(task.due, at, speaking.calendar)
    if task.provisional and at.amount < 0:
        day -= PROVISIONAL_LEAD
    if not urgent:
        day = speaking.day_for(day, before_due=at.amount <= 0)
    return speaking.opening(day)


def _day_of(step: Step, task: Terms, speaking: SpeakingTime) -> date:
    """The day from which repeats count after a step; the due day, for the step that speaks when the task opens.

    A step after the due day that may not speak on its own day has not been told before the day it moves to.
    """
    at = step.at
    if at is None:
        return task.due
    if at.is_exact:
        day = local_day(task.ends_at + timedelta(hours=at.amount), speaking.zone)
    else:
        day = shift_day(task.due, at, speaking.calendar)
    return day if step.urgent or at.amount <= 0 else speaking.day_for(day, before_due=False)


def _paces(task: Terms, policy: Policy, speaking: SpeakingTime) -> Iterator[Rung]:
    """A reminder a working day before each inner due day, to those whom the policy reminds last before the end."""
    inner = task.inner_due_days()
    if not inner:
        return
    before = [
        step for step in policy.steps if step.stage is Stage.REMIND and step.at is not None and step.at.amount < 0
    ]
    last = before[-1] if before else Step("", None, Stage.REMIND, ("assignee",), policy.steps[0].channels)
    for number, day in enumerate(inner, start=1):
        eve = speaking.day_for(shift_day(day, _A_WORKING_DAY_BEFORE, speaking.calendar), before_due=True)
        moment = speaking.next_from(max(speaking.opening(eve), task.opens_at))
        yield Rung(replace(last, name=f"{PACE_PREFIX}{number}"), moment, unless_done=number)


def _repeats(repeat: Repeat, task: Terms, policy: Policy, speaking: SpeakingTime) -> Iterator[Rung]:
    """Repeats follow the day on which the last step speaks; a calendar that ends first ends them."""
    for number in count(1):
        rung = _repeated(number, repeat, task, policy, speaking)
        if rung is None:
            return
        yield rung


@lru_cache(maxsize=4096)
def _repeated(number: int, repeat: Repeat, task: Terms, policy: Policy, speaking: SpeakingTime) -> Rung | None:
    """The repeat of this number, counted from 1; None where the calendar ends before it."""
    try:
        day = max(_day_of(step, task, speaking) for step in policy.steps)
        following = shift_day(day, Limit(repeat.every.amount * number, repeat.every.unit), speaking.calendar)
        moment = speaking.opening(speaking.day_for(following, before_due=False))
    except CalendarError:
        return None
    step = Step(f"{REPEAT_PREFIX}{number}", repeat.every, repeat.stage, repeat.tell, repeat.channels)
    return Rung(step, max(moment, speaking.next_from(task.opens_at)))


def repeat_of(number: int, task: Terms, policy: Policy, speaking: SpeakingTime) -> Rung | None:
    """The repeat of a number, counted from 1; None where the policy has none, or the calendar ends before it."""
    return _repeated(number, policy.repeat, task, policy, speaking) if policy.repeat is not None else None


def paced_by(step_name: str, task: PlannedTask) -> tuple[int, date] | None:
    """How often, and by which inner due day, it should have been done by the reminder of this name; None for others."""
    if not step_name.startswith(PACE_PREFIX):
        return None
    number, inner = int(step_name.removeprefix(PACE_PREFIX)), task.inner_due_days()
    return (number, inner[number - 1]) if number <= len(inner) else None


def is_repeat(step_name: str) -> bool:
    """Whether a step's name is that of a repeat."""
    return step_name.startswith(REPEAT_PREFIX)
