"""Awaited receipts: by which name a provider will tell what became of a delivery."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, bindparam, delete, insert, select, update

from daemon.store.tables import awaited, deliveries
from notifiers.receipts import Awaited
from obligations.mobile_numbers import domestic

PATIENCE = timedelta(days=7)
"""How long a receipt is waited for; providers give up after three days at most."""
FIRST_ASK = timedelta(minutes=5)
"""How long a message is on its way before its provider is asked about it, where it pushes nothing."""
LONGEST_PAUSE = timedelta(hours=6)
"""How long it is left alone between two questions, at most."""
ASKED_FOR = timedelta(days=2)
"""For how long it is asked."""
_FIND = select(awaited.c.delivery_id).where(
    awaited.c.channel == bindparam("of"), awaited.c.reference == bindparam("name"), awaited.c.address == bindparam("to")
)


def await_receipts(connection: Connection, deliveries: Iterable[tuple[str, str, str, int]], now: datetime) -> None:
    """Note for deliveries their channel, what the provider calls them, the number they went to, and their row."""
    rows = [
        {
            "channel": channel,
            "reference": reference,
            "address": domestic(address),
            "delivery_id": row,
            "at": now,
            "ask_at": now + FIRST_ASK,
        }
        for channel, reference, address, row in deliveries
        if reference
    ]
    if rows:
        connection.execute(delete(awaited).where(awaited.c.at < now - PATIENCE))
        connection.execute(insert(awaited), rows)


def find(connection: Connection, channel: str, reference: str, address: str) -> int | None:
    """The row of the delivery that a provider speaks of."""
    found: int | None = connection.execute(_FIND, {"of": channel, "name": reference, "to": domestic(address)}).scalar()
    return found


_DUE = (
    select(awaited.c.id, awaited.c.reference, awaited.c.address, deliveries.c.created_at, awaited.c.at)
    .join(deliveries, deliveries.c.id == awaited.c.delivery_id)
    .where(
        awaited.c.channel == bindparam("of"),
        awaited.c.ask_at <= bindparam("now"),
        awaited.c.at > bindparam("since"),
    )
    .order_by(awaited.c.ask_at, awaited.c.id)
    .limit(bindparam("most", type_=Integer))
)
_ASK_LATER = update(awaited).where(awaited.c.id == bindparam("row")).values(ask_at=bindparam("later"))


def take_due(connection: Connection, channel: str, now: datetime, most: int) -> list[Awaited]:
    """The messages that a channel's provider is to be asked about now, those that wait longest first.

    Before a message is asked about once more it waits as long again as it has waited by now.
    """
    values = {"of": channel, "now": now, "since": now - ASKED_FOR, "most": most}
    found = connection.execute(_DUE, values).all()
    if found:
        later = [{"row": each.id, "later": now + min(now - each.at, LONGEST_PAUSE)} for each in found]
        connection.execute(_ASK_LATER, later)
    return [Awaited(reference, address, since, at) for _, reference, address, since, at in found]


def forget(connection: Connection, delivery: int) -> None:
    """Its receipt has come."""
    connection.execute(delete(awaited).where(awaited.c.delivery_id == delivery))
