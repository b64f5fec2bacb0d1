"""Deliveries in the store: the outbox.

`next_attempt_at` is the moment from which a delivery may be claimed. While it is being sent it is the end of the lease:
a delivery whose worker died becomes claimable again by itself.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of

from daemon.store.tables import deliveries, delivery_notices, notices
from obligations.policies import SpeakingDays
from obligations.states import DELIVERY_TRANSITIONS, DeliveryAction, DeliveryState, advance


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be written to one address on one channel.

    Args:
        key: the first notice in it and its deadline's revision; names the message, the same on every retry.
        urgent: may leave on any day at any hour; such messages stay apart from others.
        days: the days on which it may leave.
        not_before: the first instant (UTC) at which it may leave.
    """

    channel: str
    address: str
    name: str
    key: str
    urgent: bool
    days: SpeakingDays
    not_before: datetime
    notice_rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """A delivery as it stands in its row."""

    row: int
    channel: str
    address: str
    name: str
    message_id: str
    urgent: bool
    days: SpeakingDays
    state: DeliveryState
    attempts: int
    created_at: datetime


def enqueue(connection: Connection, outgoing: Sequence[Outgoing], domain: str, now: datetime) -> None:
    """Write messages to the outbox; one that still waits for the same person takes the new notices in."""
    for each in outgoing:
        row = _waiting(connection, each)
        if row is None:
            row = _insert(connection, each, domain, now)
        links = [{"delivery_id": row, "notice_id": notice} for notice in each.notice_rows]
        connection.execute(insert_into(delivery_notices), links)


def _waiting(connection: Connection, outgoing: Outgoing) -> int | None:
    query = select(deliveries.c.id).where(
        deliveries.c.channel == outgoing.channel,
        deliveries.c.next_attempt_at.is_not(None),
        deliveries.c.address == outgoing.address,
        deliveries.c.urgent == outgoing.urgent,
        deliveries.c.days == outgoing.days.value,
        deliveries.c.state == DeliveryState.PENDING.value,
        deliveries.c.attempts == 0,
    )
    row: int | None = connection.execute(query.limit(1)).scalar_one_or_none()
    return row


def _insert(connection: Connection, outgoing: Outgoing, domain: str, now: datetime) -> int:
    values = {
        "channel": outgoing.channel,
        "address": outgoing.address,
        "name": outgoing.name,
        "message_id": message_id(outgoing.key, outgoing.channel, outgoing.address, domain),
        "urgent": outgoing.urgent,
        "days": outgoing.days.value,
        "state": DeliveryState.PENDING.value,
        "reason": "waits for its first attempt",
        "attempts": 0,
        "next_attempt_at": outgoing.not_before,
        "created_at": now,
        "reference": "",
    }
    row: int = connection.execute(insert_into(deliveries).values(**values).returning(deliveries.c.id)).scalar_one()
    return row


def message_id(key: str, channel: str, address: str, domain: str) -> str:
    """The Message-ID of the message that a notice is first put into: the same whenever it is computed."""
    digest = hashlib.sha256(f"{key}\n{channel}\n{address}".encode()).hexdigest()
    return f"<{digest[:32]}@{domain}>"


def claim(
    connection: Connection, channel: str, now: datetime, lease_until: datetime, owner: str, limit: int
) -> list[StoredDelivery]:
    """Take deliveries whose turn has come, under a lease; whoever holds an expired lease loses them."""
    ready = (
        select(deliveries.c.id)
        .where(deliveries.c.channel == channel, deliveries.c.next_attempt_at <= now)
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
        .limit(limit)
    )
    claimed = (
        update_of(deliveries)
        .where(deliveries.c.id.in_(ready))
        .values(
            state=DeliveryState.SENDING.value,
            owner=owner,
            next_attempt_at=lease_until,
            attempts=deliveries.c.attempts + 1,
        )
        .returning(deliveries)
    )
    return sorted(map(_stored, connection.execute(claimed)), key=lambda each: each.row)


def finish(  # noqa: PLR0913 - the columns that an attempt changes
    connection: Connection,
    delivery: StoredDelivery,
    owner: str,
    action: DeliveryAction,
    reason: str,
    *,
    next_attempt_at: datetime | None = None,
    sent_at: datetime | None = None,
    reference: str = "",
    counts: bool = True,
) -> bool:
    """Record what became of an attempt. False if the lease was lost to another worker meanwhile.

    Args:
        counts: whether the attempt counts towards the attempts that a delivery has.
    """
    state = advance(DELIVERY_TRANSITIONS, DeliveryState.SENDING, action)
    changed = update_of(deliveries).where(
        deliveries.c.id == delivery.row,
        deliveries.c.state == DeliveryState.SENDING.value,
        deliveries.c.owner == owner,
    )
    values: dict[str, Any] = {"state": state.value, "reason": reason, "next_attempt_at": next_attempt_at, "owner": None}
    if sent_at is not None:
        values |= {"sent_at": sent_at, "reference": reference}
    if not counts:
        values["attempts"] = delivery.attempts - 1
    return connection.execute(changed.values(**values)).rowcount == 1


def release_orphans(connection: Connection, now: datetime) -> int:
    """Make what a dead process was sending claimable at once. Only for a database that one process uses."""
    changed = (
        update_of(deliveries)
        .where(deliveries.c.state == DeliveryState.SENDING.value)
        .values(
            state=DeliveryState.UNKNOWN.value,
            reason="the daemon stopped while it was being sent",
            next_attempt_at=now,
            owner=None,
        )
    )
    return connection.execute(changed).rowcount


def next_moment(connection: Connection) -> datetime | None:
    """The earliest instant at which any delivery may be claimed."""
    moment: datetime | None = connection.execute(select(func.min(deliveries.c.next_attempt_at))).scalar_one()
    return moment


def first_message_about(connection: Connection, task_row: int, delivery: StoredDelivery) -> str | None:
    """The Message-ID of the first message that told this address about a task, if it is an earlier one: the thread."""
    query = (
        select(deliveries.c.message_id)
        .join(delivery_notices, delivery_notices.c.delivery_id == deliveries.c.id)
        .join(notices, notices.c.id == delivery_notices.c.notice_id)
        .where(
            notices.c.task_id == task_row,
            deliveries.c.channel == delivery.channel,
            deliveries.c.address == delivery.address,
            deliveries.c.id < delivery.row,
        )
        .order_by(deliveries.c.id)
        .limit(1)
    )
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many deliveries there are in each state."""
    rows = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return dict(rows.all())


def _stored(row: Row[Any]) -> StoredDelivery:
    return StoredDelivery(
        row.id, row.channel, row.address, row.name, row.message_id, row.urgent, SpeakingDays(row.days),
        DeliveryState(row.state), row.attempts, row.created_at,
    )  # fmt: skip
