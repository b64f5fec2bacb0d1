"""Announcing: whoever was told of a task is told when it moves, is withdrawn, or stands again.

Who has to confirm it is told when it is reported as done.
"""

import json
from datetime import datetime

from sqlalchemy import Connection

from daemon.outbox import write_notices
from daemon.situation import Situation
from daemon.store import facts, notices
from daemon.store.tasks import StoredTask
from obligations.changes import Change, change_in, step_of
from obligations.decisions import Notice, Reason
from obligations.policies import Stage
from obligations.recipients import Holder
from obligations.states import NoticeState, TaskState

_TITLES = "titles"
_REASONS = {Change.MOVED: Reason.MOVED, Change.WITHDRAWN: Reason.WITHDRAWN, Change.RESTORED: Reason.RESTORED}


def tell_of_change(
    connection: Connection, situation: Situation, after: StoredTask, change: Change, now: datetime
) -> None:
    """One notice of a change to everybody who was told of the task before, or was just about to be."""
    told = notices.of_task(connection, after.row)
    reached = {NoticeState.SENT} if change is Change.WITHDRAWN else {NoticeState.SENT, NoticeState.PENDING}
    notices.supersede_waiting(connection, after.row, _REASONS[change])
    task = after.task
    if change is not Change.WITHDRAWN and task.state is not TaskState.OPEN:
        return
    written = []
    for before in {each.holder: each for each in told if each.state in reached}.values():
        holder = Holder.of(situation.config.organizations.get(before.organization or ""), before.post)
        if holder is not None:
            written.append(
                Notice(task.id, step_of(change, task.revision), Stage.REMIND, before.tell, holder, before.channels,
                       NoticeState.PENDING, _REASONS[change], urgent=False)
            )  # fmt: skip
    write_notices(connection, situation, [(after, notice) for notice in written], now)


def ask_to_verify(connection: Connection, situation: Situation, reported: StoredTask, now: datetime) -> None:
    """One notice to the organization that has to confirm what was reported."""
    task = reported.task
    obligation = situation.config.obligations[task.plan.obligation]
    if obligation.verify is None:
        return
    number = 1 + sum(change_in(each.step) is Change.REPORTED for each in notices.of_task(connection, reported.row))
    channels = situation.policy(task).steps[0].channels
    holder = situation.directory.resolve(obligation.verify, task.plan, channels)
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
