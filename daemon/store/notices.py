"""Notices in the store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of

from daemon.store.tables import deliveries, delivery_notices, notices, tasks
from daemon.store.tasks import StoredTask
from obligations.decisions import Notice, Reason
from obligations.policies import Stage
from obligations.states import NOTICE_TRANSITIONS, DeliveryState, NoticeAction, NoticeState, advance


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice as it stands in its row; `holder` is `organization.post`."""

    row: int
    task_row: int
    revision: int
    step: str
    stage: Stage
    tell: str
    holder: str
    organization: str | None
    post: str | None
    via: str | None
    channels: tuple[str, ...]
    urgent: bool
    state: NoticeState
    reason: str


_ADD = insert_into(notices).returning(notices.c.id, sort_by_parameter_order=True)


def add(connection: Connection, written: Iterable[tuple[StoredTask, Notice]], now: datetime) -> list[int]:
    """Store notices, each about its task; gives the numbers of their rows, in order."""
    rows = [_values(stored, notice, now) for stored, notice in written]
    return list(connection.execute(_ADD, rows).scalars()) if rows else []


_MOVE = (
    update_of(notices)
    .where(notices.c.id == bindparam("row"), notices.c.state == bindparam("was"))
    .values(state=bindparam("becomes"), reason=bindparam("why"))
)


def move(connection: Connection, stored: StoredNotice, action: NoticeAction, reason: str) -> NoticeState:
    """Take one step of the notice's state machine."""
    state = advance(NOTICE_TRANSITIONS, stored.state, action)
    connection.execute(_MOVE, {"row": stored.row, "was": stored.state.value, "becomes": state.value, "why": reason})
    return state


def move_all(connection: Connection, moves: Sequence[tuple[StoredNotice, NoticeAction, str]]) -> None:
    """Take one step of the state machine with each of several notices, for a reason."""
    rows = [
        {"row": stored.row, "was": stored.state.value, "why": reason,
         "becomes": advance(NOTICE_TRANSITIONS, stored.state, action).value}
        for stored, action, reason in moves
    ]  # fmt: skip
    if rows:
        connection.execute(_MOVE, rows)


def approve(connection: Connection, stored: StoredNotice, now: datetime) -> None:
    """Let a notice go that waited for approval; only now has its step been taken."""
    move(connection, stored, NoticeAction.APPROVE, Reason.APPROVED.value)
    connection.execute(update_of(notices).where(notices.c.id == stored.row).values(created_at=now))


def supersede_waiting(connection: Connection, task_row: int, reason: Reason) -> None:
    """Take back what waits for a moment or for approval: its task has closed or moved."""
    for notice in of_task(connection, task_row):
        if notice.state in {NoticeState.PENDING, NoticeState.HELD}:
            move(connection, notice, NoticeAction.SUPERSEDE, reason.value)


_OF_TASK = select(notices).where(notices.c.task_id == bindparam("task")).order_by(notices.c.id)
_OF_DELIVERIES = (
    select(delivery_notices.c.delivery_id, notices)
    .join(notices, notices.c.id == delivery_notices.c.notice_id)
    .where(delivery_notices.c.delivery_id.in_(bindparam("deliveries", expanding=True)))
    .order_by(notices.c.id)
)


def of_task(connection: Connection, task_row: int) -> list[StoredNotice]:
    """Every notice about one task, in the order in which they were written."""
    found = connection.execute(_OF_TASK, {"task": task_row})
    return [_stored(row) for row in found]


def of_deliveries(connection: Connection, delivery_rows: Sequence[int]) -> dict[int, list[StoredNotice]]:
    """The notices that each delivery carries."""
    found: dict[int, list[StoredNotice]] = {row: [] for row in delivery_rows}
    for row in connection.execute(_OF_DELIVERIES, {"deliveries": list(delivery_rows)}):
        found[row.delivery_id].append(_stored(row))
    return found


def has_hope(connection: Connection, notice_row: int) -> bool:
    """Whether any delivery that carries the notice may still be accepted."""
    living = [DeliveryState.PENDING.value, DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value]
    query = (
        select(func.count())
        .select_from(delivery_notices.join(deliveries, deliveries.c.id == delivery_notices.c.delivery_id))
        .where(delivery_notices.c.notice_id == notice_row, deliveries.c.state.in_(living))
    )
    return bool(connection.execute(query).scalar_one())


def held(connection: Connection) -> list[tuple[str, StoredNotice]]:
    """The notices that wait for approval, each with its task's id."""
    return _in_state(connection, NoticeState.HELD)


def undeliverable(connection: Connection) -> list[tuple[str, StoredNotice]]:
    """The notices that reached nobody, each with its task's id."""
    return _in_state(connection, NoticeState.UNDELIVERABLE)


def last_row(connection: Connection) -> int:
    """The number of the row that was written last; 0 where there is none."""
    last: int | None = connection.execute(select(func.max(notices.c.id))).scalar_one()
    return last or 0


def after_row(connection: Connection, row: int) -> list[tuple[str, StoredNotice]]:
    """The notices that were written after a row, each with its task's id."""
    return _with_tasks(connection, notices.c.id > row)


def _in_state(connection: Connection, state: NoticeState) -> list[tuple[str, StoredNotice]]:
    return _with_tasks(connection, notices.c.state == state.value)


def _with_tasks(connection: Connection, condition: ColumnElement[bool]) -> list[tuple[str, StoredNotice]]:
    query = (
        select(tasks.c.task, notices)
        .join(tasks, tasks.c.id == notices.c.task_id)
        .where(condition)
        .order_by(notices.c.id)
    )
    return [(row.task, _stored(row)) for row in connection.execute(query)]


def _values(stored: StoredTask, notice: Notice, now: datetime) -> dict[str, Any]:
    holder = notice.holder
    return {
        "task_id": stored.row,
        "revision": stored.task.revision,
        "step": notice.step,
        "stage": notice.stage.value,
        "tell": notice.tell,
        "holder": holder.key if holder else f"nobody:{notice.tell}",
        "organization": holder.organization.id if holder else None,
        "post": holder.post_id if holder else None,
        "name": holder.post.name if holder else None,
        "via": holder.via.value if holder else None,
        "channels": ",".join(notice.channels),
        "urgent": notice.urgent,
        "state": notice.state.value,
        "reason": notice.reason.value,
        "created_at": now,
    }


def _stored(row: Row[Any]) -> StoredNotice:
    return StoredNotice(
        row.id, row.task_id, row.revision, row.step, Stage(row.stage), row.tell, row.holder, row.organization, row.post,
        row.via, tuple(row.channels.split(",")), row.urgent, NoticeState(row.state), row.reason,
    )  # fmt: skip
