"""Verifying: who has to confirm a report is asked when it comes, and again until the answer is there."""

from datetime import datetime

from obligations.changes import Change, step_of
from obligations.deadlines import local_day, shift_day
from obligations.decisions import Notice, Reason
from obligations.ladders import SpeakingTime
from obligations.limits import Limit, Unit
from obligations.policies import Stage
from obligations.recipients import Directory
from obligations.states import NoticeState
from obligations.tasks import Task
from obligations.working_days import CalendarError

ASKED_AGAIN_AFTER = Limit(5, Unit.WORKING_DAYS)
"""How long an answer is awaited before it is asked for again."""


def request(task: Task, verifier: str, channels: tuple[str, ...], directory: Directory, asked: int) -> Notice:
    """What asks a relation of the bearer, on the day of the directory, to confirm or reject what was reported.

    Args:
        asked: how often that was asked of the task before; the steps are numbered through.
    """
    holder = directory.resolve(verifier, task.plan, channels)
    state, reason = NoticeState.PENDING, Reason.REPORTED
    if holder is None:
        state, reason = NoticeState.UNDELIVERABLE, Reason.NOBODY
    step = step_of(Change.REPORTED, asked + 1)
    return Notice(task.id, step, Stage.REMIND, verifier, holder, channels, state, reason, urgent=False)


def asked_again_at(asked: datetime, speaking: SpeakingTime) -> datetime | None:
    """The instant (UTC) at which it is asked again if nobody answers; None where the calendar ends before it."""
    try:
        day = shift_day(local_day(asked, speaking.zone), ASKED_AGAIN_AFTER, speaking.calendar)
    except CalendarError:
        return None
    return speaking.opening(speaking.day_for(day, before_due=False))
