"""Deliveries in the store: the outbox.

`next_attempt_at` is the moment from which a delivery may be claimed. While it is being sent it is the end of the lease:
a delivery whose worker died becomes claimable again by itself.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Connection, Integer, bindparam, cast, func, select
from sqlalchemy import update as update_of
from sqlalchemy.sql.dml import ReturningUpdate

from daemon.store.bulk import AskingAbout, Bulk, Keys
from daemon.store.tables import deliveries, delivery_notices, instant, micros, notices, raw
from obligations.policies import Speaking
from obligations.states import DELIVERY_TRANSITIONS, DeliveryAction, DeliveryState, advance


class StoredDelivery(NamedTuple):
    """A delivery as it stands in its row.

    Args:
        days: when its ladders may speak, as they were when it was looked at last.
        ambiguous: how many attempts before this one ended without an answer that says whether it was taken.
    """

    row: int
    channel: str
    address: str
    name: str
    message_id: str
    urgent: bool
    days: Speaking
    state: DeliveryState
    attempts: int
    created_at: datetime
    ambiguous: int = 0


_RAW = raw(deliveries)
_WORKER_IS_GONE = deliveries.c.state == DeliveryState.SENDING.value
"""Of what is claimed: nobody knows what became of it."""


def _claiming(under_way: Keys[int]) -> ReturningUpdate[Any]:
    ready = (
        select(deliveries.c.id)
        .where(
            deliveries.c.channel == bindparam("of"),
            deliveries.c.next_attempt_at <= bindparam("now"),
            deliveries.c.id.not_in(under_way),
        )
        .order_by(deliveries.c.next_attempt_at)  # as its index has it; for more, PostgreSQL would sort all that is due
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)  # nodes share what waits; SQLite's writers come one after the other anyway
        .cte("ready")
    )
    return (
        update_of(deliveries)
        .where(deliveries.c.id.in_(select(ready.c.id)))
        .values(
            state=DeliveryState.SENDING.value,
            owner=bindparam("holder"),
            next_attempt_at=bindparam("lease_until"),
            attempts=deliveries.c.attempts + 1,
            doubtful=deliveries.c.doubtful | _WORKER_IS_GONE,
            ambiguous=deliveries.c.ambiguous + cast(_WORKER_IS_GONE, Integer),
        )
        .returning(*_RAW)
    )


_CLAIM = AskingAbout(_claiming, nobody=0)


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
    values = {"of": channel, "now": micros(now), "most": limit, "lease_until": micros(lease_until), "holder": owner}
    return sorted(map(_stored, _CLAIM.execute(connection, sorted(under_way), values)), key=lambda each: each.row)


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


_HELD = AskingAbout(
    lambda rows: (
        select(deliveries.c.id)
        .where(
            deliveries.c.id.in_(rows),
            deliveries.c.state == DeliveryState.SENDING.value,
            deliveries.c.owner == bindparam("holder"),
        )
        .with_for_update()
    ),
    nobody=0,
)


def still_held(connection: Connection, rows: Collection[int], owner: str) -> set[int]:
    """Those of some deliveries that a worker still holds; the lease of the others was lost to another worker."""
    return {row for (row,) in _HELD.execute(connection, sorted(rows), {"holder": owner})}


class Ending(NamedTuple):
    """What an attempt makes of a delivery.

    Args:
        counts: whether the attempt counts towards the attempts that a delivery has.
    """

    delivery: StoredDelivery
    action: DeliveryAction
    reason: str
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    reference: str = ""
    counts: bool = True


_FINISH = Bulk(
    update_of(deliveries)
    .where(deliveries.c.id == bindparam("row"))
    .values(
        days=bindparam("speaks"),
        state=bindparam("becomes"),
        reason=bindparam("why"),
        attempts=bindparam("tries"),
        next_attempt_at=bindparam("again_at"),
        owner=bindparam("nobody"),
        sent_at=bindparam("accepted_at"),
        reference=bindparam("said"),
        doubtful=deliveries.c.doubtful | bindparam("may_have_left", type_=Boolean),
        ambiguous=bindparam("unanswered"),
    ),
    ["speaks", "becomes", "why", "tries", "again_at", "nobody", "accepted_at", "said", "may_have_left", "unanswered",
     "row"],
)  # fmt: skip


def finish(connection: Connection, endings: Iterable[Ending]) -> None:
    """Record what became of deliveries that are `still_held`, in the same transaction."""
    rows = [
        (
            str(each.delivery.days),
            advance(DELIVERY_TRANSITIONS, DeliveryState.SENDING, each.action).value, each.reason,
            each.delivery.attempts if each.counts else each.delivery.attempts - 1, micros(each.next_attempt_at), None,
            micros(each.sent_at), each.reference, each.action is DeliveryAction.BREAK_OFF,
            each.delivery.ambiguous + (each.action is DeliveryAction.BREAK_OFF), each.delivery.row,
        )
        for each in endings
    ]  # fmt: skip
    _FINISH.execute(connection, rows)


_CARRY = Bulk(
    update_of(delivery_notices)
    .where(delivery_notices.c.delivery_id == bindparam("delivery"), delivery_notices.c.notice_id == bindparam("notice"))
    .values(carried=bindparam("was")),
    ["was", "delivery", "notice"],
)


def mark_carried(connection: Connection, carried: Iterable[tuple[int, int]]) -> None:
    """Remember which notices accepted messages really carried; the others had no task left to speak of.

    Args:
        carried: the rows of each delivery and notice.
    """
    _CARRY.execute(connection, [(True, delivery, notice) for delivery, notice in carried])


def release_orphans(connection: Connection, now: datetime) -> int:
    """Make what a dead process was sending claimable at once. Only for a database that one daemon uses."""
    changed = (
        update_of(deliveries)
        .where(deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.next_attempt_at.is_not(None))
        .values(
            state=DeliveryState.UNKNOWN.value,
            reason="the daemon stopped while it was being sent",
            doubtful=True,
            ambiguous=deliveries.c.ambiguous + 1,
            next_attempt_at=now,
            owner=None,
        )
    )
    return connection.execute(changed).rowcount


def put_off(connection: Connection, channel: str, until: datetime) -> None:
    """Let all that waits on a channel wait until an instant."""
    waiting = [DeliveryState.PENDING.value, DeliveryState.UNKNOWN.value]
    due = (deliveries.c.channel == channel) & (deliveries.c.next_attempt_at < until) & deliveries.c.state.in_(waiting)
    connection.execute(update_of(deliveries).where(due).values(next_attempt_at=until))


def wake(connection: Connection, channel: str, addresses: Collection[str], reason: str, now: datetime) -> None:
    """Look anew at what waits for some addresses on a channel for a reason that may hold no more."""
    waits = (deliveries.c.channel == channel) & (deliveries.c.reason == reason) & (deliveries.c.next_attempt_at > now)
    pending = deliveries.c.address.in_(addresses) & (deliveries.c.state == DeliveryState.PENDING.value)
    connection.execute(update_of(deliveries).where(pending & waits).values(next_attempt_at=now))


def look_again(connection: Connection, now: datetime, lease: datetime) -> None:
    """Look at all that waits anew: the clock was set, and the moments at which it should be tried were of the old one.

    What may not leave yet is put off again by the dispatcher.

    Args:
        lease: the latest instant at which any lease can end.
    """
    waiting = [DeliveryState.PENDING.value, DeliveryState.UNKNOWN.value]
    late = deliveries.c.state.in_(waiting) & (deliveries.c.next_attempt_at > now)
    connection.execute(update_of(deliveries).where(late).values(next_attempt_at=now))
    held = (deliveries.c.state == DeliveryState.SENDING.value) & (deliveries.c.next_attempt_at > lease)
    connection.execute(update_of(deliveries).where(held).values(next_attempt_at=lease))


NEXT_MOMENT = select(func.min(deliveries.c.next_attempt_at)).where(deliveries.c.next_attempt_at.is_not(None))


def next_moment(connection: Connection) -> datetime | None:
    """The earliest instant at which any delivery may be claimed."""
    moment: datetime | None = connection.execute(NEXT_MOMENT).scalar_one()
    return moment


def channels_waited_for(connection: Connection) -> set[str]:
    """The channels by which something is still to leave."""
    query = select(deliveries.c.channel).where(deliveries.c.next_attempt_at.is_not(None)).distinct()
    return set(connection.execute(query).scalars())


_ABOUT = AskingAbout(
    lambda tasks: (
        select(notices.c.task_id, deliveries.c.address, deliveries.c.id, deliveries.c.message_id)
        .join(delivery_notices, delivery_notices.c.notice_id == notices.c.id)
        .join(deliveries, deliveries.c.id == delivery_notices.c.delivery_id)
        .where(
            notices.c.task_id.in_(tasks),
            deliveries.c.channel == bindparam("channel"),
        )
        .order_by(deliveries.c.id)
    ),
    nobody=0,
)


def first_messages(connection: Connection, channel: str, task_rows: Collection[int]) -> dict[tuple[int, str], str]:
    """The Message-ID of the first message of a channel about each task to each address: what later ones answer to."""
    first: dict[tuple[int, str], str] = {}
    for task, address, _, message in _ABOUT.execute(connection, sorted(task_rows), {"channel": channel}):
        first.setdefault((task, address), message)
    return first


_TRIED = (
    select(deliveries.c.channel)
    .join(delivery_notices, delivery_notices.c.delivery_id == deliveries.c.id)
    .where(delivery_notices.c.notice_id == bindparam("notice"))
)


def tried(connection: Connection, notice_row: int) -> set[str]:
    """The channels on which a notice was put into a message."""
    return set(connection.execute(_TRIED, {"notice": notice_row}).scalars())


def find(connection: Connection, row: int) -> StoredDelivery | None:
    """One delivery by the number of its row."""
    found = connection.execute(select(*_RAW).where(deliveries.c.id == row)).one_or_none()
    return _stored(found) if found is not None else None


def find_by_digest(connection: Connection, digest: str, domain: str) -> StoredDelivery | None:
    """One delivery by the digest in its Message-ID, which its return address and providers know it by.

    Args:
        domain: of Message-IDs at present; a message from before the domain changed is found by looking through all.
    """
    for fits in (deliveries.c.message_id == f"<{digest}@{domain}>", deliveries.c.message_id.like(f"<{digest}@%")):
        found = connection.execute(select(*_RAW).where(fits)).first()
        if found is not None:
            return _stored(found)
    return None


def take_step(connection: Connection, delivery: StoredDelivery, action: DeliveryAction, reason: str) -> None:
    """Take one step of the state machine of a delivery that nobody is sending."""
    state = advance(DELIVERY_TRANSITIONS, delivery.state, action)
    values = {"state": state.value, "reason": reason, "next_attempt_at": None, "owner": None}
    connection.execute(update_of(deliveries).where(deliveries.c.id == delivery.row).values(**values))


def resend(connection: Connection, delivery: StoredDelivery, address: str, reason: str, now: datetime) -> None:
    """Let a delivery that failed or was given up wait for a first attempt again, under its Message-ID."""
    state = advance(DELIVERY_TRANSITIONS, delivery.state, DeliveryAction.RESEND)
    values = {"state": state.value, "address": address, "reason": reason, "attempts": 0, "ambiguous": 0,
              "next_attempt_at": now}  # fmt: skip
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
        select(*_RAW, carried.c.number)
        .join(carried, carried.c.delivery_id == deliveries.c.id)
        .where(deliveries.c.state.in_([state.value for state in states]))
        .order_by(deliveries.c.id)
    )
    for row in connection.execute(query):
        again = row.next_attempt_at
        yield _stored(row[:-1]), instant(again) if again is not None else None, row.reason, row.number


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many deliveries there are in each state."""
    rows = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return dict(rows.all())


def _stored(row: Sequence[Any]) -> StoredDelivery:
    """A whole row of the table, taken apart by place: by name it would take several times as long."""
    number, channel, address, name, message, urgent, days, state, _, attempts, _, _, since, _, _, _, ambiguous = row
    return StoredDelivery(
        number, channel, address, name, message, bool(urgent), _speaking(days), _STATES[state], attempts,
        instant(since), ambiguous,
    )  # fmt: skip


_speaking = lru_cache(maxsize=64)(Speaking.parse)
_STATES = {state.value: state for state in DeliveryState}
