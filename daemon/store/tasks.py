"""Tasks in the store."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, func, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of

from daemon.store.tables import tasks
from obligations.planning import Scope
from obligations.reconciling import STANDING
from obligations.states import TaskState
from obligations.tasks import PlannedTask, Task


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task with its row's number and the instant (UTC) at which the next step speaks."""

    row: int
    task: Task
    next_step_at: datetime | None


def add(connection: Connection, plans: Iterable[tuple[PlannedTask, datetime | None]]) -> None:
    """Store new tasks, each with the moment of its first step."""
    rows = [_of_plan(plan) | _of_state(Task(plan)) | {"next_step_at": moment} for plan, moment in plans]
    if rows:
        connection.execute(insert_into(tasks), rows)


def replace(connection: Connection, stored: StoredTask) -> None:
    """Store a task anew, its plan included."""
    values = _of_plan(stored.task.plan) | _of_state(stored.task) | {"next_step_at": stored.next_step_at}
    connection.execute(_REPLACE, {"row": stored.row, **values})


_REPLACE = (
    update_of(tasks)
    .where(tasks.c.id == bindparam("row"))
    .values({column: bindparam(column.name) for column in tasks.c if not column.primary_key})
)
"""Statements are built once: to build one takes as long as to run it."""
_ADVANCE = (
    update_of(tasks)
    .where(tasks.c.id == bindparam("row"))
    .values(fired=bindparam("steps"), next_step_at=bindparam("moment"))
)


def climb(connection: Connection, decided: Iterable[StoredTask]) -> None:
    """Store how far tasks have climbed their ladders; nothing else of them has changed."""
    rows = [{"row": each.row, "steps": _steps(each.task), "moment": each.next_step_at} for each in decided]
    if rows:
        connection.execute(_ADVANCE, rows)


_FIND = select(tasks).where(tasks.c.task == bindparam("task"))
_BY_ROWS = select(tasks).where(tasks.c.id.in_(bindparam("rows", expanding=True)))


def find(connection: Connection, task: str) -> StoredTask | None:
    """One task by its id."""
    row = connection.execute(_FIND, {"task": task}).one_or_none()
    return _stored(row) if row is not None else None


def by_rows(connection: Connection, rows: Iterable[int]) -> dict[int, StoredTask]:
    """Tasks by the numbers of their rows."""
    found = connection.execute(_BY_ROWS, {"rows": sorted(set(rows))})
    return {row.id: _stored(row) for row in found}


def in_scope(connection: Connection, scope: Scope) -> dict[str, StoredTask]:
    """The tasks of some obligations about some subjects, by id."""
    query = select(tasks)
    if scope.subjects is not None:
        query = query.where(tasks.c.subject.in_(scope.subjects))
    if scope.obligations is not None:
        query = query.where(tasks.c.obligation.in_(scope.obligations))
    return {row.task: _stored(row) for row in connection.execute(query)}


_STANDS = tasks.c.state.in_([state.value for state in STANDING])


def standing(connection: Connection) -> list[StoredTask]:
    """The tasks that are open or await verification, by due day."""
    found = connection.execute(select(tasks).where(_STANDS).order_by(tasks.c.due, tasks.c.task))
    return [_stored(row) for row in found]


def count_standing(connection: Connection) -> int:
    """How many tasks are open or await verification."""
    return connection.execute(select(func.count()).select_from(tasks).where(_STANDS)).scalar_one()


DUE = (
    select(tasks)
    .where(tasks.c.next_step_at <= bindparam("now"))
    .order_by(tasks.c.next_step_at, tasks.c.id)
    .limit(bindparam("limit", type_=Integer))
)


def due(connection: Connection, now: datetime, limit: int) -> list[StoredTask]:
    """Tasks whose next step's moment has come, the longest waiting first."""
    return [_stored(row) for row in connection.execute(DUE, {"now": now, "limit": limit})]


NEXT_MOMENT = select(func.min(tasks.c.next_step_at)).where(tasks.c.next_step_at.is_not(None))
"""The condition lets the database answer from the index of what is still to come, however many tasks there are."""


def next_moment(connection: Connection) -> datetime | None:
    """The earliest instant at which any step speaks."""
    moment: datetime | None = connection.execute(NEXT_MOMENT).scalar_one()
    return moment


def count_by_state(connection: Connection) -> Mapping[str, int]:
    """How many tasks there are in each state."""
    rows = connection.execute(select(tasks.c.state, func.count()).group_by(tasks.c.state))
    return dict(rows.all())


def ids_like(connection: Connection, task: str) -> Sequence[str]:
    """Ids of tasks of the same obligation or the same subject, for hints."""
    obligation, _, rest = task.partition("/")
    subject = rest.partition("/")[0]
    near = (tasks.c.obligation == obligation) | (tasks.c.subject == subject)
    return connection.execute(select(tasks.c.task).where(near).limit(2000)).scalars().all()


def _of_plan(plan: PlannedTask) -> dict[str, Any]:
    return {
        "task": plan.id,
        "obligation": plan.obligation,
        "subject": plan.subject,
        "bearer": plan.bearer,
        "assignee": plan.assignee,
        "policy": plan.policy,
        "window": plan.window,
        "event": plan.event,
        "anchor": plan.anchor.isoformat() if plan.anchor else None,
        "opens_at": plan.opens_at,
        "opens": plan.opens,
        "due": plan.due,
        "ends_at": plan.ends_at,
        "last_working_day": plan.last_working_day,
        "provisional": plan.provisional,
        "times": plan.times,
        "calendar_version": plan.calendar_version,
        "exact": plan.exact,
        "stated": plan.stated,
        "paced": plan.paced,
    }


def _of_state(task: Task) -> dict[str, Any]:
    return {
        "state": task.state.value,
        "revision": task.revision,
        "fired": _steps(task),
        "completions": task.completions,
        "closed_on": task.closed_on,
    }


def _steps(task: Task) -> str:
    return json.dumps(sorted(task.fired))


def _stored(row: Row[Any]) -> StoredTask:
    plan = PlannedTask(
        id=row.task, obligation=row.obligation, subject=row.subject, bearer=row.bearer, assignee=row.assignee,
        policy=row.policy, window=row.window, event=row.event, anchor=_anchor(row.anchor), opens_at=row.opens_at,
        opens=row.opens, due=row.due, ends_at=row.ends_at, last_working_day=row.last_working_day,
        provisional=row.provisional, times=row.times, calendar_version=row.calendar_version, exact=row.exact,
        stated=row.stated, paced=row.paced,
    )  # fmt: skip
    task = Task(
        plan, TaskState(row.state), row.revision, frozenset(json.loads(row.fired)), row.completions, row.closed_on
    )
    return StoredTask(row.id, task, row.next_step_at)


def _anchor(text: str | None) -> date | datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
