"""Archives in the store: which tasks are in which file, what belongs to them, and taking it out."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, delete, exists, func, insert, or_, select
from sqlalchemy import update as update_of

from daemon.store.bulk import batched
from daemon.store.history import FIRST_REACHED
from daemon.store.proving import Run
from daemon.store.tables import (
    archived,
    archived_rows,
    archived_stages,
    archives,
    awaited,
    deliveries,
    delivery_notices,
    events,
    facts,
    ledger,
    notices,
    raw,
    tasks,
)
from obligations.states import TASK_TRANSITIONS, DeliveryState, NoticeState, TaskState

ENDED = frozenset(TaskState) - {state for state, _ in TASK_TRANSITIONS}
"""The states that no task leaves. A withdrawn one may stand again, and then it counts who was told what."""
_ASKED = 500
"""How many keys one query asks for."""
_OF_DELIVERY = re.compile(r"delivery (\d+)")
"""What the ledger calls a message that no task is named with."""


class Archive(NamedTuple):
    """A file, and how much was taken out for it; `file` is where it was written last."""

    id: int
    token: str
    year: int
    file: Path
    tasks: int
    notices: int
    deliveries: int
    rows: int


def begin(connection: Connection, token: str, year: int, file: Path) -> Archive:
    """Note a new file, or where a known one is now."""
    if find(connection, token) is None:
        nothing = dict.fromkeys(("tasks", "notices", "deliveries", "rows"), 0)
        connection.execute(insert(archives).values(token=token, year=year, file=str(file), **nothing))
    else:
        connection.execute(update_of(archives).where(archives.c.token == token).values(file=str(file)))
    found = find(connection, token)
    if found is None:
        raise LookupError(token)
    return found


def find(connection: Connection, token: str) -> Archive | None:
    """The archive whose file has a token in it."""
    row = connection.execute(select(archives).where(archives.c.token == token)).one_or_none()
    return _archive(row) if row is not None else None


def listed(connection: Connection) -> list[Archive]:
    """Every archive, in the order in which they were begun."""
    return [_archive(row) for row in connection.execute(select(archives).order_by(archives.c.id))]


def of_task(connection: Connection, task: str) -> Archive | None:
    """The archive that a task is in."""
    query = (
        select(archives)
        .join(archived, archived.c.archive == archives.c.id)
        .join(tasks, tasks.c.id == archived.c.task_id)
        .where(tasks.c.task == task)
    )
    row = connection.execute(query).one_or_none()
    return _archive(row) if row is not None else None


def _archive(row: Row[Any]) -> Archive:
    return Archive(row.id, row.token, row.year, Path(row.file), row.tasks, row.notices, row.deliveries, row.rows)


def is_empty(file: Connection) -> bool:
    """Whether no task is in a file yet."""
    return file.execute(select(tasks.c.id).limit(1)).first() is None


def ended_before(connection: Connection, before: datetime, after_row: int, limit: int) -> list[tuple[int, str]]:
    """The rows and ids of tasks that ended before an instant, of which nothing waits and nothing is archived yet.

    The tasks that the last notice and the last message belong to stay: new rows are numbered on from those.
    """
    last_said = select(func.max(facts.c.recorded_at)).where(facts.c.task == tasks.c.task).scalar_subquery()
    query = (
        select(tasks.c.id, tasks.c.task)
        .where(tasks.c.id > after_row, tasks.c.state.in_([state.value for state in ENDED]), last_said < before)
        .where(~exists().where(archived.c.task_id == tasks.c.id), ~_has_notices(), ~_has_deliveries())
        .order_by(tasks.c.id)
        .limit(limit)
    )
    return [(row, task) for row, task in connection.execute(query)]


def _has_notices() -> ColumnElement[bool]:
    """Whether a notice of the task still waits, or is the last one that was written."""
    waits = notices.c.state.in_([NoticeState.PENDING.value, NoticeState.HELD.value])
    is_last = notices.c.id == select(func.max(notices.c.id)).correlate(None).scalar_subquery()
    return exists().where(notices.c.task_id == tasks.c.id, or_(waits, is_last))


def _has_deliveries() -> ColumnElement[bool]:
    """Whether a message about the task may still leave, or is the last one that was written."""
    open_states = [each.value for each in (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNKNOWN)]
    waits = or_(deliveries.c.next_attempt_at.is_not(None), deliveries.c.state.in_(open_states))
    is_last = deliveries.c.id == select(func.max(deliveries.c.id)).correlate(None).scalar_subquery()
    return exists().where(
        notices.c.task_id == tasks.c.id,
        delivery_notices.c.notice_id == notices.c.id,
        deliveries.c.id == delivery_notices.c.delivery_id,
        or_(waits, is_last),
    )


class Part(NamedTuple):
    """The rows of one table that belong together, as the database keeps them, in the order of the table's key.

    Args:
        column: which they are found by.
        keys: what stands in that column.
    """

    table: Table
    column: Column[Any]
    keys: Sequence[Any]
    rows: list[tuple[Any, ...]]

    def values(self, column: Column[Any]) -> list[Any]:
        """What stands in one column, each once."""
        place = list(self.table.columns).index(column)
        return sorted({row[place] for row in self.rows if row[place] is not None})


def part(connection: Connection, column: Column[Any], keys: Sequence[Any]) -> Part:
    """The rows of a table that have one of some keys in a column."""
    table, found = column.table, list[tuple[Any, ...]]()
    for some in batched(keys, _ASKED):
        found += [tuple(row) for row in connection.execute(select(*raw(table)).where(column.in_(some)))]
    return Part(table, column, keys, sorted(found, key=lambda row: row[:2]))


def belongings(connection: Connection, task_rows: Sequence[int]) -> list[Part]:
    """Tasks and all that belongs to them, each table after those that it refers to; their rows of the ledger apart."""
    of_tasks = part(connection, tasks.c.id, task_rows)
    of_notices = part(connection, notices.c.task_id, task_rows)
    carried = part(connection, delivery_notices.c.notice_id, of_notices.values(notices.c.id))
    return [
        part(connection, events.c.id, of_tasks.values(tasks.c.event)),
        of_tasks,
        part(connection, facts.c.task, of_tasks.values(tasks.c.task)),
        of_notices,
        part(connection, deliveries.c.id, carried.values(delivery_notices.c.delivery_id)),
        carried,
    ]


def take_out(connection: Connection, archive: Archive, parts: Sequence[Part]) -> dict[str, int]:
    """Take notices and messages of tasks out of the database; gives how many of each.

    A message that carries notices of other tasks too stays until the last of them goes.
    """
    by_table = {each.table: each for each in parts}
    task_rows, notice_rows = by_table[tasks].keys, by_table[notices].values(notices.c.id)
    for some in batched(task_rows, _ASKED):
        reached = FIRST_REACHED.where(notices.c.task_id.in_(some))
        connection.execute(insert(archived_stages).from_select(["task_id", "stage", "at"], reached))
    _delete(connection, delivery_notices.c.notice_id, notice_rows)
    _delete(connection, notices.c.id, notice_rows)
    gone = _carrying_nothing(connection, by_table[deliveries].keys)
    _delete(connection, awaited.c.delivery_id, gone)
    _delete(connection, deliveries.c.id, gone)
    connection.execute(insert(archived), [{"task_id": row, "archive": archive.id} for row in task_rows])
    taken = {"tasks": len(task_rows), "notices": len(notice_rows), "deliveries": len(gone)}
    _count(connection, archive, taken)
    return taken


def _carrying_nothing(connection: Connection, delivery_rows: Sequence[int]) -> list[int]:
    carries = {row[0] for row in part(connection, delivery_notices.c.delivery_id, delivery_rows).rows}
    return [row for row in delivery_rows if row not in carries]


def _delete(connection: Connection, column: Column[Any], keys: Sequence[Any]) -> int:
    return sum(
        connection.execute(delete(column.table).where(column.in_(some))).rowcount for some in batched(keys, _ASKED)
    )


def _count(connection: Connection, archive: Archive, taken: dict[str, int]) -> None:
    more = {name: archives.c[name] + number for name, number in taken.items()}
    connection.execute(update_of(archives).where(archives.c.id == archive.id).values(more))


def window(connection: Connection, after: int, limit: int) -> list[Row[Any]]:
    """The next rows of the ledger after one."""
    return list(connection.execute(select(ledger).where(ledger.c.seq > after).order_by(ledger.c.seq).limit(limit)))


def about_archived(connection: Connection, archive: Archive, subjects: Collection[str]) -> set[str]:
    """Which of some subjects of the ledger are tasks in an archive."""
    found: set[str] = set()
    for some in batched(sorted(subjects), _ASKED):
        query = select(tasks.c.task).join(archived, archived.c.task_id == tasks.c.id)
        found.update(
            connection.execute(query.where(archived.c.archive == archive.id, tasks.c.task.in_(some))).scalars()
        )
    return found


def about_gone(connection: Connection, file: Connection, subjects: Iterable[str]) -> set[str]:
    """Which of some subjects of the ledger are messages that were taken out and are in a file."""
    named = {int(match[1]): each for each in subjects if (match := _OF_DELIVERY.fullmatch(each))}
    here = set(part(connection, deliveries.c.id, sorted(named)).values(deliveries.c.id))
    there = set(part(file, deliveries.c.id, sorted(named.keys() - here)).values(deliveries.c.id))
    return {named[row] for row in there}


def take_out_rows(connection: Connection, archive: Archive, runs: Sequence[Run], rows: Sequence[int]) -> None:
    """Take rows of the ledger out of the database; runs stand in their place."""
    taken = _delete(connection, ledger.c.seq, rows)
    if taken != len(rows):
        raise RuntimeError(f"{taken} rows of the ledger were taken out in place of {len(rows)}")
    named = ("first", "last", "previous", "hash", "archive", "entry")
    connection.execute(insert(archived_rows), [dict(zip(named, run, strict=True)) for run in runs])
    _count(connection, archive, {"rows": len(rows)})


def runs_of(rows: Iterable[Row[Any]], archive: Archive, entry: int) -> Iterator[Run]:
    """The runs that rows of the ledger, in order, make up.

    Args:
        entry: the number of the row that says that they are taken out.
    """
    run: Run | None = None
    for row in rows:
        if run is not None and row.seq == run.last + 1:
            run = run._replace(last=row.seq, hash=row.hash)
            continue
        if run is not None:
            yield run
        run = Run(row.seq, row.seq, row.previous, row.hash, archive.id, entry)
    if run is not None:
        yield run
