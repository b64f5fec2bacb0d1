"""What a template may know of a notice: plain values only."""

from dataclasses import dataclass
from datetime import date, datetime, time

from obligations.changes import Change
from obligations.policies import Stage
from obligations.reconciling import Ground


@dataclass(frozen=True, slots=True)
class Matter:
    """The overdue task that a notice's own task is about: what its duty is called, its id, and when it was due."""

    title: str
    task: str
    due: date


@dataclass(slots=True, kw_only=True)
class NoticeView:
    """One notice as its reader sees it; not frozen, since so many fields would take three times as long to set.

    Args:
        key: `task/step/post-holder`.
        task: the task's id, under which its completion is registered.
        basis: `policy`, `law` or `local`.
        subject: the organization the task is about.
        bearer: the organization that must do it.
        about: what has to be reported, where another task's ladder has come so far that it is.
        post: the reader's post, in words (安全员); empty where the task is another organization's now.
        due: the day that counts, in the city's time zone.
        due_time: the moment on that day, for limits in hours.
        window: a window's key (`2026-H1`), if the task recurs.
        working_days_left: working days after today up to the due day; negative when overdue: working days since it.
        provisional: holidays that are not published yet may move the due day.
        change: what the reader is told of, if it is not a step of the ladder; a day that has moved did so from
            `previous_due`, and what is withdrawn is so `because` of something.
        approval: the reader is asked to approve a notice of this stage, not told it.
        own: the reader's organization bears the task; otherwise he is asked to see that it is done.
        missing: how many more times it must be done, of `times`.
        paced_by: the inner due day by which it should have been done `paced_times` times, if this is a reminder of it.
        derivation: how the due day was counted, line by line, in the reader's language.
        contact: whom to call; may be empty.
        revision: how often the deadline was changed before.
        ends_at: the instant at which the due day, or the moment on it, ends; aware.
        stands_in_for: post and name (`安全员 李敏`) if the reader stands in for somebody.
    """

    key: str
    task: str
    stage: Stage
    step: str
    title: str
    instruction: str
    clause: str
    basis: str
    subject: str
    bearer: str
    post: str
    due: date
    working_days_left: int
    due_time: time | None = None
    about: Matter | None = None
    window: str | None = None
    provisional: bool = False
    change: Change | None = None
    previous_due: date | None = None
    because: Ground | None = None
    approval: bool = False
    own: bool = True
    missing: int = 1
    times: int = 1
    paced_by: date | None = None
    paced_times: int = 0
    derivation: tuple[str, ...] = ()
    contact: str = ""
    stands_in_for: str = ""
    revision: int = 0
    ends_at: datetime | None = None
