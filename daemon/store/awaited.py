"""Awaited receipts: by which name a provider will tell what became of a delivery."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select

from daemon.store.tables import awaited

PATIENCE = timedelta(days=7)
"""How long a receipt is waited for; providers give up after three days at most."""
_FIND = select(awaited.c.delivery_id).where(
    awaited.c.channel == bindparam("of"), awaited.c.reference == bindparam("name"), awaited.c.address == bindparam("to")
)


def await_receipts(connection: Connection, deliveries: Iterable[tuple[str, str, str, int]], now: datetime) -> None:
    """Note for deliveries their channel, what the provider calls them, the number they went to, and their row."""
    rows = [
        {"channel": channel, "reference": reference, "address": bare(address), "delivery_id": row, "at": now}
        for channel, reference, address, row in deliveries
        if reference
    ]
    if rows:
        connection.execute(delete(awaited).where(awaited.c.at < now - PATIENCE))
        connection.execute(insert(awaited), rows)


def find(connection: Connection, channel: str, reference: str, address: str) -> int | None:
    """The row of the delivery that a provider speaks of."""
    found: int | None = connection.execute(_FIND, {"of": channel, "name": reference, "to": bare(address)}).scalar()
    return found


def forget(connection: Connection, delivery: int) -> None:
    """Its receipt has come."""
    connection.execute(delete(awaited).where(awaited.c.delivery_id == delivery))


def bare(number: str) -> str:
    """A number without the country that some put before it."""
    return number.removeprefix("+86")
