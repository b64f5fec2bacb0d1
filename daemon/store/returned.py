"""Addresses that mail came back from, or was refused for, for good: nothing is sent there until somebody says that they
are right."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from daemon.store.tables import returned

_ALL = select(returned.c.address, returned.c.reason)


def addresses(connection: Connection) -> Mapping[str, str]:
    """All such addresses, each with what the other side said."""
    return {row.address: row.reason for row in connection.execute(_ALL)}


def mark(connection: Connection, address: str, reason: str, now: datetime) -> None:
    """Note that nothing reaches an address; what was noted before is forgotten."""
    forget(connection, address)
    connection.execute(insert(returned).values(address=address, at=now, reason=reason))


def forget(connection: Connection, address: str) -> bool:
    """Use an address again; False if nothing was noted of it."""
    return connection.execute(delete(returned).where(returned.c.address == address)).rowcount > 0


def listed(connection: Connection) -> Iterator[tuple[str, datetime, str]]:
    """Each address with the instant at which it was marked, and why."""
    for row in connection.execute(select(returned).order_by(returned.c.at, returned.c.address)):
        yield row.address, row.at, row.reason
