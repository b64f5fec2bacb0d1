"""Explaining: why a task exists, why it is due that day, what was sent, and what comes next."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from daemon.archives_at_hand import archive_of_task
from daemon.derivations import task_grounds
from daemon.situation import Situation
from daemon.store import facts, notices, tasks
from daemon.store.facts import FactKind
from daemon.store.tasks import StoredTask
from daemon.store.told import told
from notifiers.derivations import derivation_words
from obligations.decisions import Reason, ahead
from obligations.states import NoticeState, TaskState
from obligations.tasks import PlannedTask, Task

_NEXT_STEPS = 4
_BEGINNING, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def explain_task(
    situation: Situation,
    connection: Connection | None,
    task: str,
    language: str,
    now: datetime,
    archive: Path | None = None,
) -> list[str] | None:
    """The whole story of one task, line by line; None if there is no such task.

    A task that is not in the store yet is explained from the rules alone.

    Args:
        archive: the file that an archived task went into, where it is not where it was written.
    """
    stored = tasks.find(connection, task) if connection is not None else None
    plan = situation.planned(task, connection, now) if stored is None else None
    found = stored.task if stored is not None else Task(plan) if plan is not None else None
    if found is None:
        return None
    lines = [*_why(situation, found, now), *_due(situation, found.plan, language)]
    if connection is not None and stored is not None:
        lines += [*_past(situation, connection, stored, archive), *_awaited(situation, stored)]
    return [*lines, *_next(situation, found, now)]


def _why(situation: Situation, task: Task, now: datetime) -> Iterator[str]:
    plan, config = task.plan, situation.config
    obligation = config.obligations.get(plan.obligation)
    yield f"{task.id}  [{task.state.value}]"
    if obligation is not None:
        basis = obligation.basis_where(stated=plan.stated)
        clause = f"clause {obligation.clause}, " if obligation.clause else ""
        yield f"  {obligation.title}  ({clause}basis {basis.value})"
    subject, bearer = config.organizations.get(plan.subject), config.organizations.get(plan.bearer)
    yield f"  subject {plan.subject} {subject.name if subject else ''}".rstrip()
    yield f"  bearer  {plan.bearer} {bearer.name if bearer else ''}, post {plan.assignee}"
    started = f"event {plan.event}" if plan.event else f"period {plan.window}" if plan.window else f"date {plan.anchor}"
    yield f"  from    {started}, open since {plan.opens}, {task.completions} of {plan.times} done"
    if plan.times > 1 and task.state is TaskState.OPEN:
        left = config.calendar.count(situation.local(now).date(), plan.due)
        yield f"  quota   {task.missing} more to do, {left} working days left"
    inner = plan.inner_due_days()
    if inner:
        days = ", ".join(f"{done} by {day}" for done, day in enumerate(inner, start=1))
        yield f"  pace    {days}, {plan.times} by {plan.due}"


def _due(situation: Situation, plan: PlannedTask, language: str) -> Iterator[str]:
    yield f"due {plan.due}{' (provisional)' if situation.may_move(plan) else ''}"
    if plan.obligation in situation.config.obligations:
        grounds = task_grounds(situation.config, plan.terms)
        yield from (f"  {line}" for line in derivation_words(grounds, language, situation.config.settings.timezone))


def _past(situation: Situation, connection: Connection, stored: StoredTask, archive: Path | None) -> Iterator[str]:
    """What happened, of an archived task as its file has it."""
    with archive_of_task(connection, stored.task.id, archive) as place:
        if place is None:
            yield from _history(situation, connection, stored)
            return
        missing = "" if place.connection is not None else ", which is not there: --archive FILE says where it is now"
        yield f"archived in {place.file}{missing}"
        yield from _history(situation, place.connection or connection, stored)


def _history(situation: Situation, connection: Connection, stored: StoredTask) -> Iterator[str]:
    happened = [*_said(connection, stored), *_told(situation, connection, stored)]
    if happened:
        yield "what happened"
        yield from (f"  {situation.local(moment):%Y-%m-%d %H:%M}  {words}" for moment, words in sorted(happened))
    kept = [each for each in notices.of_task(connection, stored.row) if each.state is not NoticeState.SENT]
    if kept:
        yield "not sent"
        yield from (f"  {each.step:<12} {each.stage.value:<10} {each.holder}: {each.state.value}, {each.reason}"
                    for each in kept)  # fmt: skip


def _told(situation: Situation, connection: Connection, stored: StoredTask) -> Iterable[tuple[datetime, str]]:
    for each in told(connection, _BEGINNING, _END, stored.task.id):
        where = situation.config.organizations.get(each.organization)
        words = f"{each.step:<6} {each.stage:<10} {each.channel:<6} {each.name}, {each.post} of {each.organization}"
        doubt = f"; {each.reason}" if each.reason.startswith(Reason.DOUBTFUL.value) else ""
        yield each.at, f"{words} {where.name if where else ''}".rstrip() + doubt


def _said(connection: Connection, stored: StoredTask) -> Iterable[tuple[datetime, str]]:
    for fact in facts.of_task(connection, stored.task.id):
        said = [
            fact.kind.value,
            f"{'to' if fact.kind is FactKind.EXTENDED else 'on'} {fact.on_day}" if fact.on_day else "",
            f"by {fact.by}" if fact.by else "",
            fact.note,
        ]
        yield fact.recorded_at, " ".join(word for word in said if word)


def _awaited(situation: Situation, stored: StoredTask) -> Iterator[str]:
    """When who has to confirm a report is asked for an answer again."""
    obligation = situation.config.obligations.get(stored.task.plan.obligation)
    if stored.task.state is TaskState.REPORTED and stored.next_step_at is not None and obligation is not None:
        yield "what comes next, until it is verified or rejected"
        yield f"  {situation.local(stored.next_step_at):%Y-%m-%d %H:%M}  asked again: {obligation.verify}"


def _next(situation: Situation, task: Task, now: datetime) -> Iterator[str]:
    policy = situation.config.policies.get(task.plan.policy)
    if policy is None or task.state is not TaskState.OPEN:
        return
    yield f"what comes next, if it is not done (policy {policy.id})"
    speaking = situation.speaking_of(task)
    for rung in islice(ahead(task, policy, speaking), _NEXT_STEPS):
        step = rung.step
        approval = f", once the {step.approval} approves" if step.approval else ""
        speaks_at = rung.moment if rung.moment > now or step.urgent else speaking.next_from(now)
        moment = f"{situation.local(max(speaks_at, now)):%Y-%m-%d %H:%M}"
        yield f"  {moment}  {step.name:<6} {step.stage.value:<10} to {', '.join(step.tell)}{approval}"
