"""Tasks: what one bearer must do by one date because of one obligation."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from obligations.states import TaskState


@dataclass(frozen=True, slots=True)
class Terms:
    """What the tasks of a duty have in common in one window, or from one start: all but whom they bind.

    They are worked out once for all organizations that have the duty.
    """

    obligation: str
    policy: str
    window: str | None
    event: str | None
    anchor: date | datetime | None
    """The day or moment the limit runs from; None for a window."""
    opens_at: datetime
    """The instant (UTC) from which it can be done and may be spoken of."""
    opens: date
    due: date
    ends_at: datetime
    """The instant (UTC) at which the due day ends."""
    last_working_day: date
    """The last working day up to the due day."""
    provisional: bool
    times: int
    calendar_version: str
    exact: bool = False
    """Whether it is due at a moment (a limit in hours) rather than by the end of a day."""
    stated: bool = False
    """Whether its event states the due day (then `anchor` is that day) rather than a limit that runs from `anchor`."""
    paced: bool = False
    """Whether inner due days spread its `times` over its window."""

    def __hash__(self) -> int:
        """Of few fields, since much is looked up by terms; those of thousands of events at one moment must differ."""
        return hash((self.obligation, self.event, self.opens_at, self.ends_at))

    def inner_due_days(self) -> list[date]:
        """The days by which it should have been done once, twice, … before the last time, which is due on `due`.

        None lies before the window, however short that is for so many times.
        """
        if not self.paced:
            return []
        days = (self.due - self.opens).days + 1
        passed = (max(1, days * done // self.times) for done in range(1, self.times))
        return [self.opens + timedelta(days=each - 1) for each in passed]


class PlannedTask(NamedTuple):
    """A task as the rules say it should be.

    Its id is `obligation/subject/key`; the same rules and facts always give the same task. `obligations.starting` says
    what the key is.
    """

    id: str
    subject: str
    bearer: str
    assignee: str
    terms: Terms

    @property
    def key(self) -> str:
        """The last part of its id."""
        return self.id.rpartition("/")[2]

    def inner_due_days(self) -> list[date]:
        """As of its terms."""
        return self.terms.inner_due_days()

    @property
    def obligation(self) -> str:
        """The duty."""
        return self.terms.obligation

    @property
    def policy(self) -> str:
        """The ladder that its notices climb."""
        return self.terms.policy

    @property
    def window(self) -> str | None:
        """The period it belongs to, if the duty recurs."""
        return self.terms.window

    @property
    def event(self) -> str | None:
        """The event it goes back to, if any."""
        return self.terms.event

    @property
    def anchor(self) -> date | datetime | None:
        """The day or moment the limit runs from; None for a window."""
        return self.terms.anchor

    @property
    def opens_at(self) -> datetime:
        """The instant (UTC) from which it can be done and may be spoken of."""
        return self.terms.opens_at

    @property
    def opens(self) -> date:
        """The day of that instant."""
        return self.terms.opens

    @property
    def due(self) -> date:
        """The last day on which it is in time."""
        return self.terms.due

    @property
    def ends_at(self) -> datetime:
        """The instant (UTC) at which the due day ends."""
        return self.terms.ends_at

    @property
    def last_working_day(self) -> date:
        """The last working day up to the due day."""
        return self.terms.last_working_day

    @property
    def provisional(self) -> bool:
        """Whether a holiday notice may yet move it."""
        return self.terms.provisional

    @property
    def times(self) -> int:
        """How often it must be done."""
        return self.terms.times

    @property
    def calendar_version(self) -> str:
        """The state of the calendar that it was computed from."""
        return self.terms.calendar_version

    @property
    def paced(self) -> bool:
        """Whether inner due days spread its `times` over its window."""
        return self.terms.paced

    @property
    def exact(self) -> bool:
        """Whether it is due at a moment rather than by the end of a day."""
        return self.terms.exact

    @property
    def stated(self) -> bool:
        """Whether its event states the due day."""
        return self.terms.stated


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it stands.

    Args:
        revision: how often its deadline has moved, or its ladder began to speak anew.
        fired: the names of the steps that have been spoken, or passed over with a reason, for this revision.
        completions: how often it has been done, of `plan.times`.
    """

    plan: PlannedTask
    state: TaskState = TaskState.OPEN
    revision: int = 0
    fired: frozenset[str] = frozenset()
    completions: int = 0
    closed_on: date | None = None

    @property
    def id(self) -> str:
        """The task's id."""
        return self.plan.id

    @property
    def missing(self) -> int:
        """How many more times it must be done."""
        return max(0, self.plan.times - self.completions)

    def is_behind(self, today: date) -> bool:
        """Whether it has been done less often than its inner due days before `today` ask for."""
        return self.completions < sum(day < today for day in self.plan.inner_due_days())

    def is_late(self, at: datetime | None = None) -> bool:
        """Whether it was done after its due day; or after the moment at which it is due, if it is known when it was.

        Args:
            at: the instant at which it was done; None where only the day was said.
        """
        if self.closed_on is None:
            return False
        if self.plan.exact and at is not None:
            return at > self.plan.ends_at
        return self.closed_on > self.plan.due

    def with_plan(self, plan: PlannedTask) -> "Task":
        """The same task under a changed plan."""
        return replace(self, plan=plan)
