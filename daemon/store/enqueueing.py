"""Enqueueing: notices are put into messages that wait in the outbox, one for each person and channel."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from daemon.steadiness import CLOCKS_DIFFER
from daemon.store.bulk import AskingAbout, adding, batched
from daemon.store.tables import deliveries, delivery_notices, micros
from obligations.policies import Speaking
from obligations.states import DeliveryState


class Outgoing(NamedTuple):
    """One notice to be told to one address on one channel.

    Args:
        key: the notice and its deadline's revision; the first one put into a message names it, the same on every retry.
        urgent: may leave on any day at any hour; such messages stay apart from others.
        days: the days and hours in which it may leave.
        not_before: the first instant (UTC) at which it may leave.
    """

    channel: str
    address: str
    name: str
    key: str
    urgent: bool
    days: Speaking
    not_before: datetime
    notice_row: int


def enqueue(connection: Connection, outgoing: Sequence[Outgoing], domain: str, now: datetime) -> None:
    """Write messages to the outbox: one for each person and channel, those that still wait there taking part.

    What is too much for one message makes further ones.
    """
    if not outgoing:
        return
    boxes: dict[_Box, list[Outgoing]] = {}
    for each in outgoing:
        boxes.setdefault(_box(each), []).append(each)
    waiting = _waiting(connection, {each.address for each in outgoing}, now)
    row, at = _last_row(connection), micros(now)
    added, put_in = list[tuple[Any, ...]](), list[tuple[int, int, bool]]()
    for box, notices in boxes.items():
        joined, room = waiting.get(box, _NO_MESSAGE)
        put_in += [(joined, each.notice_row, False) for each in notices[:room]]
        for some in batched(notices[room:], MOST_NOTICES):
            row += 1
            added.append(_values(row, box, some[0], domain, at))
            put_in += [(row, each.notice_row, False) for each in some]
    _ADD.execute(connection, added)
    _PUT_IN.execute(connection, put_in)


_Box = tuple[str, str, bool, str]
"""What goes out together: channel, address, urgency, days."""
_OF_A_BOX = (deliveries.c.channel, deliveries.c.address, deliveries.c.urgent, deliveries.c.days)
_NO_MESSAGE = (0, 0)
_CARRIED = select(func.count()).where(delivery_notices.c.delivery_id == deliveries.c.id).scalar_subquery()
_PENDING = DeliveryState.PENDING.value
_ADD, _PUT_IN = adding(deliveries), adding(delivery_notices)
TAKES_PART = timedelta(days=1)
"""How old a waiting message may be to take further notices in; an older one may soon be given up."""
MOST_NOTICES = 300
"""How many notices one message carries. The key of each stands in a header, of some 75 characters, and all headers of a
mail together may have 32 KB for sendmail (MaxHeadersLength) and 100 KB for Postfix (header_size_limit).
"""
_ADDRESSES = 512
"""How many addresses one query asks for."""
_WAITING = AskingAbout(
    lambda addresses: (
        select(*_OF_A_BOX, deliveries.c.id, _CARRIED)
        .where(
            deliveries.c.address.in_(addresses),
            deliveries.c.next_attempt_at.is_not(None),
            deliveries.c.state == _PENDING,
            deliveries.c.doubtful.is_(False),
            deliveries.c.created_at > bindparam("since"),
            deliveries.c.created_at <= bindparam("until"),
        )
        .with_for_update(skip_locked=True)  # one that a node is claiming leaves without us
    ),
    nobody="",
)


def _box(outgoing: Outgoing) -> _Box:
    return outgoing.channel, outgoing.address, outgoing.urgent, str(outgoing.days)


def _waiting(connection: Connection, addresses: Collection[str], now: datetime) -> dict[_Box, tuple[int, int]]:
    """The messages to any of these addresses that certainly have not left yet, and the room for notices in each."""
    found: dict[_Box, tuple[int, int]] = {}
    values = {"since": micros(now - TAKES_PART), "until": micros(now + CLOCKS_DIFFER)}  # not of a wrong clock
    for some in batched(sorted(addresses), _ADDRESSES):
        for channel, address, urgent, days, row, carried in _WAITING.execute(connection, some, values):
            box, room = (channel, address, bool(urgent), days), MOST_NOTICES - carried
            if room > found.get(box, _NO_MESSAGE)[1]:
                found[box] = row, room
    return found


def _last_row(connection: Connection) -> int:
    """The number of the row written last; new ones follow it, since no two transactions write deliveries at once."""
    last: int | None = connection.execute(select(func.max(deliveries.c.id))).scalar_one()
    return last or 0


def _values(row: int, box: _Box, outgoing: Outgoing, domain: str, at: int | None) -> tuple[Any, ...]:
    """A row of the table."""
    channel, address, urgent, days = box
    identifier = message_id(outgoing.key, channel, address, row, domain)
    return (
        row, channel, address, outgoing.name, identifier, urgent, days,
        _PENDING, "waits for its first attempt", 0, _micros(outgoing.not_before), None, at, None, "",
        False, 0,
    )  # fmt: skip


_micros = lru_cache(maxsize=64)(micros)  # of one moment, for very many messages


def message_id(key: str, channel: str, address: str, row: int, domain: str) -> str:
    """The Message-ID of the message that a notice is first put into.

    It begins with the number of the row, so that new ones stand together in the index: in an arbitrary order it would
    take as long to write as all else.
    """
    digest = hashlib.sha256(f"{key}\n{channel}\n{address}".encode()).hexdigest()
    return f"<{row:010x}{digest[:22]}@{domain}>"
