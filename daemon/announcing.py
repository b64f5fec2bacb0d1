"""Announcing: whoever was told of a task is told when it moves, is withdrawn, or stands again.

Who has to confirm it is told when it is reported as done.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from daemon.former_deadlines import FormerDeadline, former_deadlines
from daemon.outbox import write_notices
from daemon.situation import Situation
from daemon.store import facts, notices
from daemon.store.notices import StoredNotice
from daemon.store.tasks import StoredTask
from obligations.changes import Change, change_in, step_of
from obligations.decisions import Notice, Reason
from obligations.policies import Stage
from obligations.recipients import Holder, Via
from obligations.states import NoticeState, TaskState
from obligations.tasks import PlannedTask, Task

_TITLES = "titles"
_WAITING = frozenset({NoticeState.PENDING, NoticeState.HELD})
_SPOKEN = frozenset({NoticeState.SENT, NoticeState.UNDELIVERABLE})
_REASONS = {Change.MOVED: Reason.MOVED, Change.WITHDRAWN: Reason.WITHDRAWN, Change.RESTORED: Reason.RESTORED}


def take_back(
    connection: Connection, stored: StoredTask, told: Sequence[StoredNotice], change: Change | None = None
) -> Task:
    """Take back what still waits to be told or approved: the task has changed, or is no longer to be done.

    Args:
        told: every notice about the task so far.

    Returns:
        The task without the steps that reached nobody yet: they are not behind it, and speak if it stands again.
    """
    notices.supersede_waiting(connection, stored.row, _REASONS[change] if change else Reason.NO_LONGER_OPEN)
    return replace(stored.task, fired=stored.task.fired - {step for _, step in _unspoken(told)})


def _unspoken(told: Sequence[StoredNotice]) -> set[tuple[int, str]]:
    """Revision and step of what still waits and has reached nobody."""
    waiting = {(each.revision, each.step) for each in told if each.state in _WAITING}
    return waiting - {(each.revision, each.step) for each in told if each.state in _SPOKEN}


def said_of_this_deadline(
    told: Sequence[StoredNotice], former: Sequence[FormerDeadline], plan: PlannedTask
) -> frozenset[str]:
    """The steps that were spoken when the task was due as it is under `plan`, before it moved away and back again."""
    return frozenset(
        each.step
        for each in told
        if (each.state in _SPOKEN or each.reason == Reason.GRAVER.value)
        and each.revision < len(former)
        and not former[each.revision].differs_from(plan)
    )


def tell_of_change(
    connection: Connection, situation: Situation, after: StoredTask, told: Sequence[StoredNotice], now: datetime
) -> None:
    """One notice to everybody who takes the task for another than it is now, or to whoever stands in for him.

    Args:
        told: every notice about the task up to the change.
    """
    task = after.task
    former = former_deadlines(connection, task.id)
    found: list[Notice] = []
    for last in _last_heard(told, task).values():
        change = _news(last, task, former)
        if change is not None:
            found += _of_change(situation, last, task, change, now)
    written = {each.key: each for each in sorted(found, key=_is_for_himself)}  # such a one comes last, and stands
    write_notices(connection, situation, [(after, notice) for notice in written.values()], now)


def _of_change(situation: Situation, last: StoredNotice, task: Task, change: Change, now: datetime) -> Iterator[Notice]:
    """What the holder of a post who was told this last is told of a change; if it is vacant now, who stands in."""
    holder = Holder.of(situation.config.organizations.get(last.organization or ""), last.post)
    if holder is None:
        if not {task.plan.bearer, task.plan.subject} <= situation.config.organizations.keys():
            return  # they left the roster, and the task with them
        holder = situation.directory.on(situation.local(now).date()).resolve(last.tell, task.plan, last.channels)
    state, reason = (NoticeState.PENDING, _REASONS[change]) if holder else (NoticeState.UNDELIVERABLE, Reason.NOBODY)
    yield Notice(
        task.id, step_of(change, task.revision), Stage.REMIND, last.tell, holder, last.channels, state, reason,
        urgent=False,
    )  # fmt: skip


def _is_for_himself(notice: Notice) -> bool:
    return notice.holder is not None and notice.holder.via is Via.NAMED


def _last_heard(told: Sequence[StoredNotice], task: Task) -> dict[str, StoredNotice]:
    """The last notice that reached each holder.

    Of a step that reached others, a holder may hear by the change alone; of one that reached nobody he hears by itself.
    """
    heard = [each for each in told if each.state is NoticeState.SENT]
    if task.state is TaskState.OPEN:
        unspoken = _unspoken(told)
        waits = [each for each in told if each.state is NoticeState.PENDING]
        heard += [each for each in waits if (each.revision, each.step) not in unspoken]
    return {each.holder: each for each in sorted(heard, key=lambda each: each.row)}


def _news(last: StoredNotice, task: Task, former: Sequence[FormerDeadline]) -> Change | None:
    """What is new to a holder who was told this last; None if nothing is."""
    takes_for_withdrawn = change_in(last.step) is Change.WITHDRAWN
    if task.state is TaskState.WITHDRAWN:
        return None if takes_for_withdrawn else Change.WITHDRAWN
    if task.state is not TaskState.OPEN:
        return None
    if takes_for_withdrawn:
        return Change.RESTORED
    knew = former[last.revision] if last.revision < len(former) else None
    return Change.MOVED if knew is None or knew.differs_from(task.plan) else None


def ask_to_verify(connection: Connection, situation: Situation, reported: StoredTask, now: datetime) -> None:
    """One notice to the organization that has to confirm what was reported."""
    task = reported.task
    obligation = situation.config.obligations[task.plan.obligation]
    if obligation.verify is None:
        return
    number = 1 + sum(change_in(each.step) is Change.REPORTED for each in notices.of_task(connection, reported.row))
    channels = situation.policy(task).steps[0].channels
    holder = situation.directory.on(situation.local(now).date()).resolve(obligation.verify, task.plan, channels)
    state, reason = (
        (NoticeState.PENDING, Reason.REPORTED) if holder is not None else (NoticeState.UNDELIVERABLE, Reason.NOBODY)
    )
    notice = Notice(
        task.id, step_of(Change.REPORTED, number), Stage.REMIND, obligation.verify, holder, channels, state, reason,
        urgent=False,
    )  # fmt: skip
    write_notices(connection, situation, [(reported, notice)], now)


def remember_titles(connection: Connection, situation: Situation) -> None:
    """Keep what duties are called, so that people can be told when one is retired."""
    titles = known_titles(connection) | {each.id: each.title for each in situation.config.obligations.values()}
    facts.remember(connection, _TITLES, json.dumps(titles, ensure_ascii=False))


def known_titles(connection: Connection) -> dict[str, str]:
    """The titles of all duties that were ever in force, by id."""
    titles: dict[str, str] = json.loads(facts.recall(connection, _TITLES) or "{}")
    return titles
