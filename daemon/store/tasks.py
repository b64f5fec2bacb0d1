"""Tasks in the store."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace as replaced
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, bindparam, func, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of

from daemon.store.bulk import Asking, AskingAbout, Bulk
from daemon.store.tables import instant, iso, micros, raw, tasks
from obligations.planning import Scope
from obligations.reconciling import STANDING
from obligations.states import TaskState
from obligations.tasks import PlannedTask, Task, Terms


class StoredTask(NamedTuple):
    """A task with its row's number and the instant (UTC) at which the next step speaks."""

    row: int
    task: Task
    next_step_at: datetime | None

    def at(self, revision: int) -> "StoredTask":
        """The task as a notice of one of its revisions is about it."""
        return self if revision == self.task.revision else self._replace(task=replaced(self.task, revision=revision))


class Climbed(NamedTuple):
    """How far a task has climbed its ladder: the steps behind it, and the instant (UTC) of the next one."""

    row: int
    fired: frozenset[str]
    next_step_at: datetime | None


Values = tuple[Any, ...]
_ID, _TASK, _OBLIGATION, *_REST = raw(tasks)
_RAW = [_ID, _TASK, *_REST[:3], _OBLIGATION, *_REST[3:]]
"""The columns, those of the terms side by side."""
_OF_TERMS = slice(5, 21)
_COLUMNS = [column.name for column in tasks.columns if not column.primary_key]
_ADD = Bulk(insert_into(tasks), _COLUMNS)
_REPLACE = Bulk(
    update_of(tasks).where(tasks.c.id == bindparam("row")).values({name: bindparam(name) for name in _COLUMNS}),
    [*_COLUMNS, "row"],
)


def add(
    connection: Connection, plans: Iterable[PlannedTask], first_step: Callable[[PlannedTask], datetime | None]
) -> None:
    """Store new tasks.

    Args:
        first_step: the moment of a task's first step; it depends on the terms alone.
    """
    fresh: dict[int, Values] = {}
    rows: list[Values] = []
    for plan in plans:
        shared = fresh.get(id(plan.terms))
        if shared is None:
            shared = fresh[id(plan.terms)] = _shared(Task(plan), first_step(plan))
        rows.append(_row(plan, shared))
    _ADD.execute(connection, rows)


def replace(connection: Connection, stored: StoredTask) -> None:
    """Store a task anew, its plan included."""
    _REPLACE.execute(connection, [(*_values(stored.task, stored.next_step_at), stored.row)])


_ADVANCE = Bulk(
    update_of(tasks)
    .where(tasks.c.id == bindparam("row"))
    .values(fired=bindparam("steps"), next_step_at=bindparam("moment")),
    ["steps", "moment", "row"],
)


def climb(connection: Connection, decided: Iterable[Climbed]) -> None:
    """Store how far tasks have climbed their ladders; nothing else of them has changed."""
    _ADVANCE.execute(connection, [(_written(fired), micros(moment), row) for row, fired, moment in decided])


_FIND = select(*_RAW).where(tasks.c.task == bindparam("task"))
_BY_ROWS = AskingAbout(lambda rows: select(*_RAW).where(tasks.c.id.in_(rows)), nobody=0)


def find(connection: Connection, task: str) -> StoredTask | None:
    """One task by its id."""
    row = connection.execute(_FIND, {"task": task}).one_or_none()
    return _stored(row) if row is not None else None


def by_rows(connection: Connection, rows: Iterable[int]) -> dict[int, StoredTask]:
    """Tasks by the numbers of their rows."""
    stored = map(_stored, _BY_ROWS.execute(connection, sorted(set(rows))))
    return {each.row: each for each in stored}


def in_scope(connection: Connection, scope: Scope) -> dict[str, StoredTask]:
    """The tasks of some obligations about some subjects, by id."""
    query = select(*_RAW)
    if scope.subjects is not None:
        query = query.where(tasks.c.subject.in_(scope.subjects))
    if scope.obligations is not None:
        query = query.where(tasks.c.obligation.in_(scope.obligations))
    stored = map(_stored, connection.execute(query).all())
    return {each.task.id: each for each in stored}


_STANDS = tasks.c.state.in_([state.value for state in STANDING])


def standing(connection: Connection) -> list[StoredTask]:
    """The tasks that are open or await verification, by due day."""
    found = connection.execute(select(*_RAW).where(_STANDS).order_by(tasks.c.due, tasks.c.task))
    return [_stored(row) for row in found]


def subjects(connection: Connection) -> set[str]:
    """The organizations that tasks are about."""
    return set(connection.execute(select(tasks.c.subject).distinct()).scalars())


def count_standing(connection: Connection) -> int:
    """How many tasks are open or await verification."""
    return connection.execute(select(func.count()).select_from(tasks).where(_STANDS)).scalar_one()


DUE = (
    select(*_RAW)
    .where(tasks.c.next_step_at <= bindparam("now"))
    .order_by(tasks.c.next_step_at, tasks.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_DUE = Asking(DUE)


def due(connection: Connection, now: datetime, limit: int) -> list[StoredTask]:
    """Tasks whose next step's moment has come, the longest waiting first."""
    return [_stored(row) for row in _DUE.execute(connection, {"now": micros(now), "limit": limit})]


def all_due(connection: Connection, now: datetime) -> set[str]:
    """The ids of all tasks whose next step's moment has come."""
    return set(connection.execute(select(tasks.c.task).where(tasks.c.next_step_at <= now)).scalars())


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


def _values(task: Task, next_step_at: datetime | None) -> tuple[Any, ...]:
    """A row of the table, without its number."""
    return _row(task.plan, _shared(task, next_step_at))


def _row(plan: PlannedTask, shared: Values) -> Values:
    name, subject, bearer, assignee, terms = plan
    return (name, terms.obligation, subject, bearer, assignee) + shared  # noqa: RUF005 - twice as quick


def _shared(task: Task, next_step_at: datetime | None) -> Values:
    """What the rows of all tasks on the same terms that stand alike have in common, but for their duty."""
    return *_of_terms(task.plan.terms), *_of_state(task), micros(next_step_at)


def _of_terms(terms: Terms) -> Values:
    anchor = terms.anchor.isoformat() if terms.anchor else None
    return (
        terms.policy, terms.window, terms.event, anchor, micros(terms.opens_at), iso(terms.opens),
        iso(terms.due), micros(terms.ends_at), iso(terms.last_working_day), terms.provisional, terms.times,
        terms.calendar_version, terms.exact, terms.stated, terms.paced,
    )  # fmt: skip


def _of_state(task: Task) -> Values:
    return task.state.value, task.revision, _written(task.fired), task.completions, iso(task.closed_on)


@lru_cache(maxsize=4096)
def _written(steps: frozenset[str]) -> str:
    return json.dumps(sorted(steps))


@lru_cache(maxsize=4096)
def _read(steps: str) -> frozenset[str]:
    return frozenset(json.loads(steps))


def _stored(row: Sequence[Any]) -> StoredTask:
    """A row as `_RAW` gives it, taken apart by place: by name it would take several times as long."""
    number, task, subject, bearer, assignee = row[: _OF_TERMS.start]
    state, revision, fired, completions, closed_on, next_step_at = row[_OF_TERMS.stop :]
    plan = PlannedTask(task, subject, bearer, assignee, _terms(row[_OF_TERMS]))
    closed = date.fromisoformat(closed_on) if closed_on is not None else None
    moment = instant(next_step_at) if next_step_at is not None else None
    return StoredTask(number, Task(plan, _STATES[state], revision, _read(fired), completions, closed), moment)


@lru_cache(maxsize=20_000)
def _terms(row: Values) -> Terms:
    """Terms from their columns, the duty's and what `_of_terms` gives; those of thousands of tasks are one object."""
    obligation, policy, window, event, anchor, opens_at, opens, due, ends_at, last_working_day, *rest = row
    provisional, times, version, *flags = rest  # truth may be a number
    day = date.fromisoformat
    return Terms(
        obligation, policy, window, event, _anchor(anchor) if anchor else None, instant(opens_at), day(opens),
        day(due), instant(ends_at), day(last_working_day), bool(provisional), times, version, *map(bool, flags),
    )  # fmt: skip


_STATES = {state.value: state for state in TaskState}


def _anchor(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
