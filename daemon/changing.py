"""Changing stored tasks: what becomes of one whose plan, ladder or ground has changed, and who is told of it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from daemon.announcing import ask_to_verify, take_back, tell_of_change
from daemon.former_deadlines import deadline_words, former_deadlines
from daemon.hearing import hearing_of
from daemon.situation import Situation
from daemon.store import facts, ledger, notices, tasks
from daemon.store.facts import FactKind
from daemon.store.ledger import Entry
from daemon.store.tasks import StoredTask
from obligations.changes import Change, change_in
from obligations.decisions import next_moment, rearmed, recounted
from obligations.ladders import is_repeat
from obligations.reconciling import Move
from obligations.states import TASK_TRANSITIONS, TaskAction, TaskState, advance
from obligations.tasks import Task
from obligations.verifying import asked_again_at


def follow(connection: Connection, situation: Situation, stored: StoredTask, move: Move, now: datetime) -> Task:
    """Let a task follow its changed plan; it is done if its rule asks no more of it than has been done.

    Returns:
        The task as it stands then.
    """
    after = _moved(connection, situation, stored, move, now)
    is_done = after.task.state is TaskState.OPEN and not after.task.missing
    return _finished(connection, situation, after, now) if is_done else after.task


def _finished(connection: Connection, situation: Situation, stored: StoredTask, now: datetime) -> Task:
    """Close a task, or let it wait to be confirmed, as of the day on which it was done last."""
    obligation = situation.config.obligations[stored.task.plan.obligation]
    action = TaskAction.CLOSE if obligation.verify is None else TaskAction.REPORT
    last = _days_done(connection, stored.task.id)[-1]
    task = replace(stored.task, state=advance(TASK_TRANSITIONS, stored.task.state, action), closed_on=last)
    task = take_back(connection, stored._replace(task=task), hearing_of(connection, stored.row))
    finished = StoredTask(stored.row, task, None)
    tasks.replace(connection, finished)
    body = {"on": str(task.closed_on), "done": task.completions, "times": task.plan.times}
    ledger.append(connection, now, [Entry(f"task {task.state.value}", task.id, body)])
    if task.state is TaskState.REPORTED:
        ask_to_verify(connection, situation, finished, now)
    return task


def _days_done(connection: Connection, task: str) -> list[date | None]:
    """The days on which a task was done, in the order in which that was said; what was refused does not count."""
    days: list[date | None] = []
    for fact in facts.of_task(connection, task):
        if fact.kind is FactKind.DONE:
            days.append(fact.on_day)
        elif fact.kind is FactKind.REJECTED:
            days.pop()
    return days


def _moved(connection: Connection, situation: Situation, stored: StoredTask, move: Move, now: datetime) -> StoredTask:
    """A task under its changed plan; one that was withdrawn is open again, or reported if it was."""
    task = move.task.with_plan(move.plan)
    restored = task.state is TaskState.WITHDRAWN
    if not (restored or move.moves_deadline or move.reassigns):
        after = StoredTask(stored.row, task, _next_moment(situation, stored, task, now))
        tasks.replace(connection, after)
        return after
    told = hearing_of(connection, stored.row)
    if restored:
        task = replace(task, state=_restored(task))
    if restored or task.state is TaskState.OPEN:  # what was reported waits to be confirmed, whatever its deadline
        change = Change.RESTORED if restored else Change.REASSIGNED if move.reassigns else Change.MOVED
        task = take_back(connection, StoredTask(stored.row, task, None), told, change)
    if move.reassigns:  # its ladder begins anew with the one who has to do it now
        task = replace(task, revision=task.revision + 1, fired=frozenset())
    else:
        said = told.of_deadline(former_deadlines(connection, task.id), move.plan)
        task = _rearmed(situation, replace(task, fired=task.fired | said), now)
    after = StoredTask(stored.row, task, _next_moment(situation, stored, task, now))
    tasks.replace(connection, after)
    former_bearer = move.task.plan.bearer if move.reassigns else None
    tell_of_change(connection, situation, after, told, now, former_bearer)
    asked = any(change_in(last.step) is Change.REPORTED for last in told.last().values())
    if restored and task.state is TaskState.REPORTED and not asked:
        ask_to_verify(connection, situation, after, now)
    return after


def _restored(task: Task) -> TaskState:
    """Open again; or reported again, if it was when it was withdrawn: then it has a day on which it was done."""
    state = advance(TASK_TRANSITIONS, task.state, TaskAction.RESTORE)
    return advance(TASK_TRANSITIONS, state, TaskAction.REPORT) if task.closed_on is not None else state


def _rearmed(situation: Situation, task: Task, now: datetime) -> Task:
    """The task under its new deadline: the steps that lie ahead of it speak again."""
    behind = rearmed(task, situation.policy(task), situation.speaking_of(task), now)
    return replace(task, revision=task.revision + 1, fired=behind)


def withdraw(connection: Connection, situation: Situation, stored: StoredTask, now: datetime) -> None:
    """Withdraw a task that should no longer exist; whoever was told of it is told so."""
    told = hearing_of(connection, stored.row)
    task = take_back(connection, stored, told, Change.WITHDRAWN)
    after = StoredTask(
        stored.row, replace(task, state=advance(TASK_TRANSITIONS, task.state, TaskAction.WITHDRAW)), None
    )
    tasks.replace(connection, after)
    tell_of_change(connection, situation, after, told, now)


def recount(connection: Connection, situation: Situation, stored: StoredTask, now: datetime) -> StoredTask:
    """A task whose repeats an edited ladder counts otherwise: they are counted anew, in a revision of their own.

    Where the clock was set back, what was told lies ahead too, and must not be told again.
    """
    task = stored.task
    repeats = task.state is TaskState.OPEN and any(map(is_repeat, task.fired))
    if not repeats or task.plan.policy not in situation.config.policies:
        return stored
    fired = recounted(task, situation.policy(task), situation.speaking_of(task), now)
    if fired == task.fired or notices.last_written(connection, stored.row) > now:
        return stored
    after = stored._replace(task=replace(task, revision=task.revision + 1, fired=fired))
    tasks.replace(connection, after)
    versions = {"config": situation.config.version, "calendar": situation.config.calendar.version}
    ledger.append(connection, now, [Entry("task recounted", task.id, {**deadline_words(task.plan.terms), **versions})])
    return after


def _next_moment(situation: Situation, before: StoredTask, task: Task, now: datetime) -> datetime | None:
    """When a task has something to say next; an answer to a report is awaited as long as before, whatever changes."""
    if task.state is not TaskState.REPORTED:
        return next_of(situation, task)
    return before.next_step_at or _asked_again_at(situation, task, now)


def _asked_again_at(situation: Situation, task: Task, now: datetime) -> datetime | None:
    is_verified = situation.config.obligations[task.plan.obligation].verify is not None
    return asked_again_at(now, situation.speaking_of(task)) if is_verified else None


def retimed(situation: Situation, unmoved: Iterable[StoredTask], now: datetime) -> Iterator[StoredTask]:
    """The open tasks whose next step has another moment: their ladder was edited, or the hours in which it speaks.

    What is past by now is caught up at the next tick. The moment of all that stand alike is worked out once. And tasks
    that were reported when an answer was not asked for again yet, or when their duty named nobody who confirms.
    """
    policies = situation.config.policies
    moments: dict[tuple[int, frozenset[str], int], datetime | None] = {}
    for stored in unmoved:
        task = stored.task
        terms = task.plan.terms
        if task.state is TaskState.REPORTED and stored.next_step_at is None and situation.knows(task):
            yield stored._replace(next_step_at=_asked_again_at(situation, task, now))
        if task.state is not TaskState.OPEN or terms.policy not in policies:
            continue
        alike = id(terms), task.fired, task.completions
        if alike not in moments:
            moments[alike] = next_of(situation, task)
        if moments[alike] != stored.next_step_at:
            yield stored._replace(next_step_at=moments[alike])


def next_of(situation: Situation, task: Task) -> datetime | None:
    """The instant (UTC) of the first step that a task has still to say; None if there is none."""
    return next_moment(task, situation.policy(task), situation.speaking_of(task))
