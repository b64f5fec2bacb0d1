"""Reconciling the store: the tasks become what rules and facts say, and whoever was told of a moved day is told so.

New year, roster edit, rule edit, newly published holidays, an event amended, an extension: all take this one path.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from daemon.outbox import write_notices
from daemon.situation import Situation
from daemon.store import facts, ledger, notices, tasks
from daemon.store.ledger import Entry
from daemon.store.tasks import StoredTask
from obligations.decisions import Notice, Reason, next_moment, rearmed
from obligations.planning import planned_tasks
from obligations.policies import Stage
from obligations.recipients import Holder
from obligations.reconciling import Changes, Move, reconcile
from obligations.states import TASK_TRANSITIONS, NoticeState, TaskAction, TaskState, advance
from obligations.tasks import PlannedTask, Task

_MARK = "reconciled"


def horizon(today: date) -> date:
    """How far ahead tasks are kept in the store: to the end of next month."""
    after_next = (today.replace(day=1) + timedelta(days=63)).replace(day=1)
    return after_next - timedelta(days=1)


def is_stale(connection: Connection, situation: Situation, now: datetime) -> bool:
    """Whether the config, the calendar or the horizon is another than when the tasks were reconciled last."""
    return facts.recall(connection, _MARK) != _mark(situation, now)


def reconcile_if_stale(connection: Connection, situation: Situation, now: datetime) -> Changes | None:
    """Reconcile if anything that tasks follow from has changed; None if nothing has."""
    if not is_stale(connection, situation, now):
        return None
    _take_events(connection, situation, now)
    changes = reconcile_now(connection, situation, now)
    facts.remember(connection, _MARK, _mark(situation, now))
    return changes


def _mark(situation: Situation, now: datetime) -> str:
    config = situation.config
    return f"{config.version} {config.calendar.version} {horizon(situation.local(now).date())}"


def preview(connection: Connection, situation: Situation, now: datetime) -> Changes:
    """What reconciling would change; nothing is written."""
    return _compare(tasks.all_by_id(connection), connection, situation, now)


def reconcile_now(connection: Connection, situation: Situation, now: datetime, because: str = "") -> Changes:
    """Bring the tasks in line with rules and facts, in the caller's transaction.

    Args:
        because: the paper or fact that changes them, for the ledger.
    """
    existing = tasks.all_by_id(connection)
    changes = _compare(existing, connection, situation, now)
    _add(connection, situation, changes.added)
    for move in (*changes.moved, *changes.restored):
        _follow(connection, situation, existing[move.plan.id], move, now)
    for task in changes.withdrawn:
        _withdraw(connection, existing[task.id])
    ledger.append(connection, now, list(_entries(changes, situation, because)))
    return changes


def _compare(
    existing: Mapping[str, StoredTask], connection: Connection, situation: Situation, now: datetime
) -> Changes:
    until = horizon(situation.local(now).date())
    expected = [plan for plan in planned_tasks(situation.city(connection), until) if plan.opens <= until]
    return reconcile(expected, {key: each.task for key, each in existing.items() if _in_reach(each.task, until)})


def _in_reach(task: Task, until: date) -> bool:
    """Whether the horizon covers the task; after a clock that went back it may not, and then it stays as it is."""
    return task.plan.opens <= until


def _take_events(connection: Connection, situation: Situation, now: datetime) -> None:
    changed = facts.take_from_files(connection, situation.config.events.values(), now)
    ledger.append(
        connection,
        now,
        [Entry(f"event {how}", event.id, {"kind": event.kind, "organization": event.organization,
                                          "fields": {k: str(v) for k, v in event.fields.items()}})
         for how, event in changed],
    )  # fmt: skip


def _add(connection: Connection, situation: Situation, plans: Iterable[PlannedTask]) -> None:
    tasks.add(connection, [(plan, _next(situation, Task(plan))) for plan in plans])


def _follow(connection: Connection, situation: Situation, stored: StoredTask, move: Move, now: datetime) -> None:
    """Let a task follow its changed plan; one that was withdrawn is open again."""
    task = move.task.with_plan(move.plan)
    if task.state is TaskState.WITHDRAWN:
        task = replace(task, state=advance(TASK_TRANSITIONS, task.state, TaskAction.RESTORE))
    if move.moves_deadline:
        task = _rearmed(situation, task, now)
    tasks.replace(connection, StoredTask(stored.row, task, _next(situation, task)))
    if move.moves_deadline:
        _tell_of_move(connection, situation, stored, task, now)


def _rearmed(situation: Situation, task: Task, now: datetime) -> Task:
    """The task under its new deadline: the steps that lie ahead of it speak again."""
    behind = rearmed(task, situation.policy(task), situation.speaking_of(task), now)
    return replace(task, revision=task.revision + 1, fired=behind)


def _tell_of_move(connection: Connection, situation: Situation, stored: StoredTask, task: Task, now: datetime) -> None:
    """One notice to everybody who was told of the former day."""
    told = {
        notice.holder: notice
        for notice in notices.of_task(connection, stored.row)
        if notice.state in {NoticeState.SENT, NoticeState.PENDING}
    }
    notices.supersede_waiting(connection, stored.row, Reason.MOVED)
    if task.state is not TaskState.OPEN:
        return
    written = []
    for before in told.values():
        holder = Holder.of(situation.config.organizations.get(before.organization or ""), before.post)
        if holder is not None:
            written.append(
                Notice(task.id, f"moved-{task.revision}", Stage.REMIND, before.tell, holder, before.channels,
                       NoticeState.PENDING, Reason.MOVED, urgent=False)
            )  # fmt: skip
    after = StoredTask(stored.row, task, None)
    write_notices(connection, situation, [(after, notice) for notice in written], now)


def _withdraw(connection: Connection, stored: StoredTask) -> None:
    task = replace(stored.task, state=advance(TASK_TRANSITIONS, stored.task.state, TaskAction.WITHDRAW))
    tasks.replace(connection, StoredTask(stored.row, task, None))
    notices.supersede_waiting(connection, stored.row, Reason.NO_LONGER_OPEN)


def _next(situation: Situation, task: Task) -> datetime | None:
    return next_moment(task, situation.policy(task), situation.speaking_of(task))


def _entries(changes: Changes, situation: Situation, because: str) -> Iterable[Entry]:
    versions = {"config": situation.config.version, "calendar": situation.config.calendar.version}
    if because:
        versions["because"] = because
    for plan in changes.added:
        yield Entry("task added", plan.id, {"due": str(plan.due), "bearer": plan.bearer, **versions})
    for move in changes.moved:
        kind = "task moved" if move.moves_deadline else "task changed"
        yield Entry(kind, move.plan.id, {"from": str(move.task.plan.due), "due": str(move.plan.due), **versions})
    for task in changes.withdrawn:
        yield Entry("task withdrawn", task.id, {"due": str(task.plan.due), **versions})
    for move in changes.restored:
        yield Entry("task restored", move.plan.id, {"due": str(move.plan.due), **versions})
