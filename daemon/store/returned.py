"""Addresses from which mail came back for good: nothing is sent there until somebody says that they are right."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from daemon.store.tables import returned

_ALL = select(returned.c.address)


def addresses(connection: Connection) -> frozenset[str]:
    """All such addresses."""
    return frozenset(connection.execute(_ALL).scalars())


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
