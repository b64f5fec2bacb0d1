"""Deliveries in the store: the outbox.

`next_attempt_at` is the moment from which a delivery may be claimed. While it is being sent it is the end of the lease:
a delivery whose worker died becomes claimable again by itself.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, func, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of

from daemon.store.tables import deliveries, delivery_notices, notices
from obligations.policies import SpeakingDays
from obligations.states import DELIVERY_TRANSITIONS, DeliveryAction, DeliveryState, advance


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One notice to be told to one address on one channel.

    Args:
        key: the notice and its deadline's revision; the first one put into a message names it, the same on every retry.
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
    notice_row: int


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
    """Write messages to the outbox: one for each person and channel, those that still wait there taking part."""
    if not outgoing:
        return
    boxes: dict[_Box, list[Outgoing]] = {}
    for each in outgoing:
        boxes.setdefault(_box(each), []).append(each)
    rows = _waiting(connection, {each.address for each in outgoing}, now - TAKES_PART)
    fresh = [box for box in boxes if box not in rows]
    values = [_values(boxes[box][0], domain, now) for box in fresh]
    if values:
        rows |= dict(zip(fresh, connection.execute(_ADD, values).scalars(), strict=True))
    links = [
        {"delivery_id": rows[box], "notice_id": each.notice_row, "carried": False}
        for box, put_in in boxes.items()
        for each in put_in
    ]
    connection.execute(insert_into(delivery_notices), links)


_Box = tuple[str, str, bool, str]
"""What goes out together: channel, address, urgency, days."""
_ADD = insert_into(deliveries).returning(deliveries.c.id, sort_by_parameter_order=True)
TAKES_PART = timedelta(days=1)
"""How old a waiting message may be to take further notices in; an older one may soon be given up."""
_ADDRESSES = 500
"""How many addresses one query asks for."""


def batched(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Runs of at most `size` items."""
    return (items[start : start + size] for start in range(0, len(items), size))


def _box(outgoing: Outgoing) -> _Box:
    return outgoing.channel, outgoing.address, outgoing.urgent, outgoing.days.value


def _waiting(connection: Connection, addresses: Collection[str], since: datetime) -> dict[_Box, int]:
    """The messages to any of these addresses that certainly have not left yet."""
    found: dict[_Box, int] = {}
    for some in batched(sorted(addresses), _ADDRESSES):
        query = (
            select(deliveries.c.channel, deliveries.c.address, deliveries.c.urgent, deliveries.c.days, deliveries.c.id)
            .where(
                deliveries.c.address.in_(some),
                deliveries.c.next_attempt_at.is_not(None),
                deliveries.c.state == DeliveryState.PENDING.value,
                deliveries.c.created_at > since,
            )
            .with_for_update(skip_locked=True)
        )  # one that a node is claiming leaves without us
        found |= {(row.channel, row.address, row.urgent, row.days): row.id for row in connection.execute(query)}
    return found


def _values(outgoing: Outgoing, domain: str, now: datetime) -> dict[str, Any]:
    return {
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


def message_id(key: str, channel: str, address: str, domain: str) -> str:
    """The Message-ID of the message that a notice is first put into: the same whenever it is computed."""
    digest = hashlib.sha256(f"{key}\n{channel}\n{address}".encode()).hexdigest()
    return f"<{digest[:32]}@{domain}>"


_READY = (
    select(deliveries.c.id)
    .where(
        deliveries.c.channel == bindparam("of"),
        deliveries.c.next_attempt_at <= bindparam("now"),
        deliveries.c.id.not_in(bindparam("under_way", expanding=True)),
    )
    .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)  # nodes share what waits; SQLite's writers come one after the other anyway
    .cte("ready")
)
_CLAIM = (
    update_of(deliveries)
    .where(deliveries.c.id.in_(select(_READY.c.id)))
    .values(
        state=DeliveryState.SENDING.value,
        owner=bindparam("holder"),
        next_attempt_at=bindparam("lease_until"),
        attempts=deliveries.c.attempts + 1,
    )
    .returning(deliveries)
)


def claim(
    connection: Connection,
    channel: str,
    now: datetime,
    lease_until: datetime,
    owner: str,
    limit: int,
    under_way: Collection[int] = (),
) -> list[StoredDelivery]:
    """Take deliveries whose turn has come, under a lease; whoever holds an expired lease loses them.

    Args:
        under_way: rows that the owner is sending; it does not lose them to itself, however late its clock says it is.
    """
    values = {"of": channel, "now": now, "most": limit, "lease_until": lease_until, "holder": owner,
              "under_way": sorted(under_way)}  # fmt: skip
    return sorted(map(_stored, connection.execute(_CLAIM, values)), key=lambda each: each.row)


_RENEW = (
    update_of(deliveries)
    .where(
        deliveries.c.id.in_(bindparam("rows", expanding=True)),
        deliveries.c.state == DeliveryState.SENDING.value,
        deliveries.c.owner == bindparam("holder"),
    )
    .values(next_attempt_at=bindparam("lease_until"))
)


def renew(connection: Connection, rows: Collection[int], owner: str, lease_until: datetime) -> None:
    """Hold on to deliveries that are still being sent; those that another worker has taken over stay its own."""
    connection.execute(_RENEW, {"rows": sorted(rows), "holder": owner, "lease_until": lease_until})


_FINISH = (
    update_of(deliveries)
    .where(
        deliveries.c.id == bindparam("row"),
        deliveries.c.state == DeliveryState.SENDING.value,
        deliveries.c.owner == bindparam("holder"),
    )
    .values(
        state=bindparam("becomes"),
        reason=bindparam("why"),
        next_attempt_at=bindparam("again_at"),
        sent_at=bindparam("accepted_at"),
        reference=bindparam("said"),
        attempts=bindparam("tries"),
        owner=None,
    )
)


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
    values = {
        "row": delivery.row,
        "holder": owner,
        "becomes": state.value,
        "why": reason,
        "again_at": next_attempt_at,
        "accepted_at": sent_at,
        "said": reference,
        "tries": delivery.attempts if counts else delivery.attempts - 1,
    }
    return connection.execute(_FINISH, values).rowcount == 1


_CARRY = (
    update_of(delivery_notices)
    .where(delivery_notices.c.delivery_id == bindparam("delivery"), delivery_notices.c.notice_id == bindparam("notice"))
    .values(carried=True)
)


def mark_carried(connection: Connection, carried: Sequence[tuple[int, int]]) -> None:
    """Remember which notices accepted messages really carried; the others had no task left to speak of.

    Args:
        carried: the rows of each delivery and notice.
    """
    if carried:
        connection.execute(_CARRY, [{"delivery": delivery, "notice": notice} for delivery, notice in carried])


def release_orphans(connection: Connection, now: datetime) -> int:
    """Make what a dead process was sending claimable at once. Only for a database that one daemon uses."""
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


def look_again(connection: Connection, now: datetime) -> None:
    """Look at all that waits anew: the clock was set, and the moments at which it should be tried were of the old one.

    What may not leave yet is put off again by the dispatcher.
    """
    waiting = [DeliveryState.PENDING.value, DeliveryState.UNKNOWN.value]
    late = deliveries.c.state.in_(waiting) & (deliveries.c.next_attempt_at > now)
    connection.execute(update_of(deliveries).where(late).values(next_attempt_at=now))


NEXT_MOMENT = select(func.min(deliveries.c.next_attempt_at)).where(deliveries.c.next_attempt_at.is_not(None))


def next_moment(connection: Connection) -> datetime | None:
    """The earliest instant at which any delivery may be claimed."""
    moment: datetime | None = connection.execute(NEXT_MOMENT).scalar_one()
    return moment


_FIRST_MESSAGE = (
    select(deliveries.c.message_id)
    .join(delivery_notices, delivery_notices.c.delivery_id == deliveries.c.id)
    .join(notices, notices.c.id == delivery_notices.c.notice_id)
    .where(
        notices.c.task_id == bindparam("task"),
        deliveries.c.channel == bindparam("channel"),
        deliveries.c.address == bindparam("address"),
        deliveries.c.id < bindparam("delivery"),
    )
    .order_by(deliveries.c.id)
    .limit(1)
)


def first_message_about(connection: Connection, task_row: int, delivery: StoredDelivery) -> str | None:
    """The Message-ID of the first message that told this address about a task, if it is an earlier one: the thread."""
    values = {"task": task_row, "channel": delivery.channel, "address": delivery.address, "delivery": delivery.row}
    found: str | None = connection.execute(_FIRST_MESSAGE, values).scalar_one_or_none()
    return found


def find(connection: Connection, row: int) -> StoredDelivery | None:
    """One delivery by the number of its row."""
    found = connection.execute(select(deliveries).where(deliveries.c.id == row)).one_or_none()
    return _stored(found) if found is not None else None


def resend(connection: Connection, delivery: StoredDelivery, address: str, reason: str, now: datetime) -> None:
    """Let a delivery that failed or was given up wait for a first attempt again, under its Message-ID."""
    state = advance(DELIVERY_TRANSITIONS, delivery.state, DeliveryAction.RESEND)
    values = {"state": state.value, "address": address, "reason": reason, "attempts": 0, "next_attempt_at": now}
    connection.execute(update_of(deliveries).where(deliveries.c.id == delivery.row).values(created_at=now, **values))


def in_states(
    connection: Connection, states: Collection[DeliveryState]
) -> Iterator[tuple[StoredDelivery, datetime | None, str, int]]:
    """The deliveries in some states: each with its next attempt, why it is so, and how many notices it carries."""
    carried = (
        select(delivery_notices.c.delivery_id, func.count().label("number"))
        .group_by(delivery_notices.c.delivery_id)
        .subquery()
    )
    query = (
        select(deliveries, carried.c.number)
        .join(carried, carried.c.delivery_id == deliveries.c.id)
        .where(deliveries.c.state.in_([state.value for state in states]))
        .order_by(deliveries.c.id)
    )
    for row in connection.execute(query):
        yield _stored(row), row.next_attempt_at, row.reason, row.number


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many deliveries there are in each state."""
    rows = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return dict(rows.all())


def _stored(row: Row[Any]) -> StoredDelivery:
    return StoredDelivery(
        row.id, row.channel, row.address, row.name, row.message_id, row.urgent, SpeakingDays(row.days),
        DeliveryState(row.state), row.attempts, row.created_at,
    )  # fmt: skip
