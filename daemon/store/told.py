"""What was told to whom, when, by which channel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from daemon.store.tables import deliveries, delivery_notices, notices, tasks


@dataclass(frozen=True, slots=True)
class Told:
    """One notice on one channel that was accepted, at an instant (UTC)."""

    at: datetime
    task: str
    obligation: str
    subject: str
    bearer: str
    step: str
    stage: str
    post: str
    organization: str
    name: str
    channel: str
    address: str
    due: date
    reason: str
    """Why it counts as accepted."""


def told(connection: Connection, since: datetime, before: datetime, task: str | None = None) -> Iterator[Told]:
    """What was accepted from `since` up to, not including, `before`, in order of time, task, step and person."""
    query = (
        select(
            deliveries.c.sent_at,
            tasks.c.task,
            tasks.c.obligation,
            tasks.c.subject,
            tasks.c.bearer,
            notices.c.step,
            notices.c.stage,
            notices.c.post,
            notices.c.organization,
            notices.c.name,
            deliveries.c.channel,
            deliveries.c.address,
            tasks.c.due,
            deliveries.c.reason,
        )
        .join(delivery_notices, delivery_notices.c.delivery_id == deliveries.c.id)
        .join(notices, notices.c.id == delivery_notices.c.notice_id)
        .join(tasks, tasks.c.id == notices.c.task_id)
        .where(deliveries.c.sent_at >= since, deliveries.c.sent_at < before, delivery_notices.c.carried)
        .order_by(deliveries.c.sent_at, tasks.c.task, notices.c.step, notices.c.holder, deliveries.c.channel)
    )
    if task is not None:
        query = query.where(tasks.c.task == task)
    for row in connection.execute(query):
        values: Sequence[Any] = row
        yield Told(*values)
