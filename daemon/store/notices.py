"""Notices in the store."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, func, literal_column, select
from sqlalchemy import update as update_of

from daemon.store.bulk import AskingAbout, Bulk, adding
from daemon.store.tables import deliveries, delivery_notices, micros, notices, raw, tasks
from daemon.store.tasks import StoredTask
from obligations.decisions import Notice, Reason
from obligations.policies import Stage
from obligations.states import NOTICE_TRANSITIONS, DeliveryState, NoticeAction, NoticeState, advance


class StoredNotice(NamedTuple):
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


_ADD, _RAW = adding(notices), raw(notices)


def add(connection: Connection, written: Sequence[tuple[StoredTask, Notice]], now: datetime) -> range:
    """Store notices, each about its task; gives the numbers of their rows, in order.

    The numbers follow those that are there: no two transactions write notices at the same time.
    """
    first = last_row(connection) + 1
    at = micros(now)
    _ADD.execute(connection, [_values(first + place, *each, at) for place, each in enumerate(written)])
    return range(first, first + len(written))


_MOVE = Bulk(
    update_of(notices)
    .where(notices.c.id == bindparam("row"), notices.c.state == bindparam("was"))
    .values(state=bindparam("becomes"), reason=bindparam("why")),
    ["becomes", "why", "row", "was"],
)


def move(connection: Connection, stored: StoredNotice, action: NoticeAction, reason: str) -> None:
    """Take one step of the notice's state machine."""
    move_all(connection, [(stored, action, reason)])


def move_all(connection: Connection, moves: Iterable[tuple[StoredNotice, NoticeAction, str]]) -> None:
    """Take one step of the state machine with each of several notices, for a reason."""
    rows = [
        (advance(NOTICE_TRANSITIONS, stored.state, action).value, reason, stored.row, stored.state.value)
        for stored, action, reason in moves
    ]
    _MOVE.execute(connection, rows)


def approve(connection: Connection, stored: StoredNotice, now: datetime) -> None:
    """Let a notice go that waited for approval; only now has its step been taken."""
    move(connection, stored, NoticeAction.APPROVE, Reason.APPROVED.value)
    connection.execute(update_of(notices).where(notices.c.id == stored.row).values(created_at=now))


_OF_TASK = select(*_RAW).where(notices.c.task_id == bindparam("task")).order_by(notices.c.id)
_OF_DELIVERIES = AskingAbout(
    lambda of: (
        select(delivery_notices.c.delivery_id, *_RAW)
        .join(notices, notices.c.id == delivery_notices.c.notice_id)
        .where(delivery_notices.c.delivery_id.in_(of))
        .order_by(notices.c.id)
    ),
    nobody=0,
)


def of_task(connection: Connection, task_row: int) -> list[StoredNotice]:
    """Every notice about one task, in the order in which they were written."""
    found = connection.execute(_OF_TASK, {"task": task_row})
    return [_stored(row) for row in found]


def by_rows(connection: Connection, rows: Sequence[int]) -> list[StoredNotice]:
    """Some notices, by the numbers of their rows."""
    if not rows:
        return []
    query = select(*_RAW).where(notices.c.id.in_(rows)).order_by(notices.c.id)
    return [_stored(row) for row in connection.execute(query)]


def of_deliveries(connection: Connection, delivery_rows: Sequence[int]) -> dict[int, list[StoredNotice]]:
    """The notices that each delivery carries."""
    found: dict[int, list[StoredNotice]] = {row: [] for row in delivery_rows}
    for row in _OF_DELIVERIES.execute(connection, delivery_rows):
        found[row[0]].append(_stored(row[1:]))
    return found


def has_hope(connection: Connection, notice_row: int) -> bool:
    """Whether any delivery that carries the notice may still be accepted."""
    return _is_in(connection, notice_row, [DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNKNOWN])


def has_arrived(connection: Connection, notice_row: int) -> bool:
    """Whether any delivery that carries the notice was accepted, and did not come back."""
    return _is_in(connection, notice_row, [DeliveryState.ACCEPTED, DeliveryState.DELIVERED])


def last_written(connection: Connection, task_row: int) -> datetime:
    """When something was last to be told about a task (UTC); the beginning of time if nothing ever was."""
    moment = connection.execute(select(func.max(notices.c.created_at)).where(notices.c.task_id == task_row)).scalar()
    return moment if moment is not None else datetime.min.replace(tzinfo=UTC)


_ARRIVED = [DeliveryState.ACCEPTED.value, DeliveryState.DELIVERED.value]
_PERHAPS_HEARD = (
    select(delivery_notices.c.notice_id)
    .join(deliveries, deliveries.c.id == delivery_notices.c.delivery_id)
    .join(notices, notices.c.id == delivery_notices.c.notice_id)
    .where(
        notices.c.task_id == bindparam("task"),
        (delivery_notices.c.carried & deliveries.c.state.in_(_ARRIVED))
        | (deliveries.c.doubtful & (deliveries.c.state != DeliveryState.FAILED.value))
        | (deliveries.c.state == DeliveryState.SENDING.value),
    )
)


def perhaps_heard(connection: Connection, task_row: int) -> set[int]:
    """The notices about a task that a message brought to their readers, or may have: it is under way or in doubt."""
    return set(connection.execute(_PERHAPS_HEARD, {"task": task_row}).scalars())


def _is_in(connection: Connection, notice_row: int, states: Sequence[DeliveryState]) -> bool:
    """Whether any delivery that carries the notice is in one of some states."""
    query = (
        select(func.count())
        .select_from(delivery_notices.join(deliveries, deliveries.c.id == delivery_notices.c.delivery_id))
        .where(delivery_notices.c.notice_id == notice_row, deliveries.c.state.in_([each.value for each in states]))
    )
    return bool(connection.execute(query).scalar_one())


def held(connection: Connection) -> list[tuple[str, StoredNotice]]:
    """The notices that wait for approval, each with its task's id."""
    return _rows(connection, _is(NoticeState.HELD))


def undeliverable(connection: Connection, last: int | None = None) -> list[tuple[str, StoredNotice]]:
    """The notices that reached nobody, no stand-in either, or the last few of them, each with its task's id."""
    return _rows(connection, _is(NoticeState.UNDELIVERABLE) & _NOBODY_STANDS_IN, last)


def count_undeliverable(connection: Connection) -> int:
    """How many notices reached nobody, no stand-in either."""
    query = select(func.count()).select_from(notices).where(_is(NoticeState.UNDELIVERABLE), _NOBODY_STANDS_IN)
    return connection.execute(query).scalar_one()


def last_row(connection: Connection) -> int:
    """The number of the row that was written last; 0 where there is none."""
    last: int | None = connection.execute(select(func.max(notices.c.id))).scalar_one()
    return last or 0


def after_row(connection: Connection, row: int) -> list[tuple[str, StoredNotice]]:
    """The notices that were written after a row, each with its task's id."""
    found = _with_tasks(notices.c.id > row).order_by(notices.c.id)
    return [(task, _stored(notice)) for task, *notice in connection.execute(found)]


_NOBODY_STANDS_IN = notices.c.reason.not_like(f"{Reason.STAND_IN.value} (%")


def _is(state: NoticeState) -> ColumnElement[bool]:
    """The state as a literal, so that its index can be used."""
    return notices.c.state == literal_column(f"'{state.value}'", String)


def _rows(
    connection: Connection, condition: ColumnElement[bool], last: int | None = None
) -> list[tuple[str, StoredNotice]]:
    found = _with_tasks(condition).order_by(notices.c.id.desc()).limit(last)
    return [(task, _stored(notice)) for task, *notice in reversed(connection.execute(found).all())]


def _with_tasks(condition: ColumnElement[bool]) -> Select[Any]:
    return select(tasks.c.task, *_RAW).join(tasks, tasks.c.id == notices.c.task_id).where(condition)


def _values(row: int, stored: StoredTask, notice: Notice, at: int | None) -> tuple[Any, ...]:
    """A row of the table; `_value_` is `value`, which Python 3.11 takes ten times as long to look up."""
    holder = notice.holder
    who: tuple[str | None, ...] = (f"nobody:{notice.tell}", None, None, None, None)
    if holder is not None:
        who = (holder.key, holder.organization.id, holder.post_id, holder.post.name, holder.via._value_)
    return (
        row, stored.row, stored.task.revision, notice.step, notice.stage._value_, notice.tell, *who,
        ",".join(notice.channels), notice.urgent, notice.state._value_, notice.reason._value_, at,
    )  # fmt: skip


def _stored(row: Sequence[Any]) -> StoredNotice:
    """A whole row of the table, taken apart by place: by name it would take several times as long."""
    number, task, revision, step, stage, tell, holder, organization, post, _, via, channels, urgent, state, why, _ = row
    return StoredNotice(
        number, task, revision, step, _STAGES[stage], tell, holder, organization, post, via,
        tuple(channels.split(",")), bool(urgent), _STATES[state], why,
    )  # fmt: skip


_STAGES = {stage.value: stage for stage in Stage}
_STATES = {state.value: state for state in NoticeState}
