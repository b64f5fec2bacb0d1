"""Tasks: what one bearer must do by one date because of one obligation."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from obligations.states import TaskState


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task as the rules say it should be.

    Its id is `obligation/subject/key`, where the key is the window, the event's id or the organization's date; so the
    same rules and facts always give the same task.
    """

    id: str
    obligation: str
    subject: str
    bearer: str
    assignee: str
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


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it stands.

    Args:
        revision: how often its deadline has moved.
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

    def is_late(self) -> bool:
        """Whether it was closed after its due day."""
        return self.closed_on is not None and self.closed_on > self.plan.due

    def with_plan(self, plan: PlannedTask) -> "Task":
        """The same task under a changed plan."""
        return replace(self, plan=plan)
