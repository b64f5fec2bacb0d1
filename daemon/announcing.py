"""Announcing: whoever was told of a task is told when it moves, is withdrawn, or stands again.

Who has to confirm it is told when it is reported as done.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from daemon.former_deadlines import FormerDeadline, former_deadlines
from daemon.hearing import Hearing
from daemon.outbox import write_notices
from daemon.situation import Situation
from daemon.store import facts, notices, tasks
from daemon.store.notices import StoredNotice
from daemon.store.tasks import Climbed, StoredTask
from obligations.changes import Change, change_in, step_of
from obligations.decisions import Notice, Reason
from obligations.policies import Stage
from obligations.recipients import Holder, Via
from obligations.states import NoticeAction, NoticeState, TaskState
from obligations.tasks import Task
from obligations.verifying import asked_again_at, request

_TITLES = "titles"
_REASONS = {
    Change.MOVED: Reason.MOVED,
    Change.WITHDRAWN: Reason.WITHDRAWN,
    Change.RESTORED: Reason.RESTORED,
    Change.REASSIGNED: Reason.REASSIGNED,
}
_OVERTAKEN: Mapping[Change | None, Reason] = dict.fromkeys(
    (Change.MOVED, Change.RESTORED, Change.REASSIGNED), Reason.CHANGED
)
"""Why something is taken back that nobody heard; else the task is no longer open."""


def take_back(connection: Connection, stored: StoredTask, told: Hearing, change: Change | None = None) -> Task:
    """Take back what still waits to be told or approved: the task has changed, or is no longer to be done.

    Args:
        told: what was heard about the task so far.

    Returns:
        The task without the steps that reached nobody yet: they are not behind it, and speak if it stands again.
    """
    overtaken = _OVERTAKEN.get(change, Reason.NO_LONGER_OPEN)
    moves = []
    for each in told.waiting():
        reason = _REASONS[change] if change is not None and each.row in told.heard else overtaken
        moves.append((each, NoticeAction.SUPERSEDE, reason.value))
    notices.move_all(connection, moves)
    return replace(stored.task, fired=stored.task.fired - told.unspoken())


def tell_of_change(
    connection: Connection,
    situation: Situation,
    after: StoredTask,
    told: Hearing,
    now: datetime,
    former_bearer: str | None = None,
) -> None:
    """One notice to everybody who takes the task for another than it is now; and to whoever missed a step that others
    heard, since the task changed before his message had left, that step. Who stands in hears it for a vacant post.

    Args:
        told: what was heard about the task up to the change.
        former_bearer: the organization that had to do it, if another has to now since it changed last.
    """
    task = after.task
    former = former_deadlines(connection, task.id)
    found = list[Notice]()
    for last in told.last().values():
        change = _news(last, task, former, former_bearer)
        if change is not None:
            step = step_of(change, task.revision)
            found += _to_reader(situation, task, last, step, Stage.REMIND, _REASONS[change], now)
    if task.state is TaskState.OPEN:
        for missed in told.unheard(task.fired).values():
            late = _to_reader(situation, task, missed, missed.step, missed.stage, Reason.LATE, now)
            found += (each for each in late if each.holder is None or not told.has_heard(each.holder.key, each.step))
    written = {each.key: each for each in sorted(found, key=_is_for_himself)}  # such a one comes last, and stands
    write_notices(connection, situation, [(after, notice) for notice in written.values()], now)


def _is_for_himself(notice: Notice) -> bool:
    return notice.holder is not None and notice.holder.via is Via.NAMED


def _to_reader(
    situation: Situation, task: Task, last: StoredNotice, step: str, stage: Stage, reason: Reason, now: datetime
) -> Iterator[Notice]:
    """A notice to the reader of another one, on the same channels; to his stand-in if his post is vacant now."""
    holder = Holder.of(situation.config.organizations.get(last.organization or ""), last.post)
    if holder is None:
        left = not {task.plan.bearer, task.plan.subject} <= situation.config.organizations.keys()
        if left or reason is Reason.REASSIGNED:
            return  # the task left the roster with them, or is another's, and so are those who stand in
        holder = situation.directory.on(situation.local(now).date()).resolve(last.tell, task.plan, last.channels)
    state, why = (NoticeState.PENDING, reason) if holder else (NoticeState.UNDELIVERABLE, Reason.NOBODY)
    urgent = last.urgent and reason is Reason.LATE
    yield Notice(task.id, step, stage, last.tell, holder, last.channels, state, why, urgent=urgent)


def _news(last: StoredNotice, task: Task, former: Sequence[FormerDeadline], former_bearer: str | None) -> Change | None:
    """What is new to a holder who was told this last; None if nothing is."""
    if change_in(last.step) is Change.REASSIGNED:
        return None  # it does not concern him; if it does again, its ladder tells him
    takes_for_withdrawn = change_in(last.step) is Change.WITHDRAWN
    if task.state is TaskState.WITHDRAWN:
        return None if takes_for_withdrawn else Change.WITHDRAWN
    if task.state is not TaskState.OPEN:
        return None
    knew = former[last.revision] if last.revision < len(former) else None
    was_his = last.organization is not None and last.organization in {former_bearer, knew and knew.bearer}
    if was_his and last.organization != task.plan.bearer:
        return None if takes_for_withdrawn else Change.REASSIGNED
    if takes_for_withdrawn:
        return Change.RESTORED
    return Change.MOVED if knew is None or knew.differs_from(task.plan) else None


def ask_to_verify(connection: Connection, situation: Situation, reported: StoredTask, now: datetime) -> None:
    """One notice to the organization that has to confirm what was reported, and the moment at which it is asked again.

    While a notice that asks so has not left yet, there is no further one.
    """
    task = reported.task
    verifier = situation.config.obligations[task.plan.obligation].verify
    moment = asked_again_at(now, situation.speaking_of(task)) if verifier is not None else None
    tasks.climb(connection, [Climbed(reported.row, task.fired, moment)])
    asked = [each for each in notices.of_task(connection, reported.row) if change_in(each.step) is Change.REPORTED]
    if verifier is None or any(each.state is NoticeState.PENDING for each in asked):
        return
    directory = situation.directory.on(situation.local(now).date())
    notice = request(task, verifier, situation.policy(task).steps[0].channels, directory, len(asked))
    write_notices(connection, situation, [(reported, notice)], now)


def remember_titles(connection: Connection, situation: Situation) -> None:
    """Keep what duties are called, so that people can be told when one is retired."""
    titles = known_titles(connection) | {each.id: each.title for each in situation.config.obligations.values()}
    facts.remember(connection, _TITLES, json.dumps(titles, ensure_ascii=False))


def known_titles(connection: Connection) -> dict[str, str]:
    """The titles of all duties that were ever in force, by id."""
    titles: dict[str, str] = json.loads(facts.recall(connection, _TITLES) or "{}")
    return titles
