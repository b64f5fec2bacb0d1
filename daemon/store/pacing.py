"""Pacing: what a channel has taken lately, over all nodes, so that it is never given more than it bears."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from daemon.store.tables import sendings

_TAKEN = select(func.coalesce(func.sum(sendings.c.messages), 0)).where(
    sendings.c.channel == bindparam("of"), sendings.c.at > bindparam("since")
)
_FORGET = delete(sendings).where(sendings.c.channel == bindparam("of"), sendings.c.at <= bindparam("since"))


def taken(connection: Connection, channel: str, span: timedelta, now: datetime) -> int:
    """How many messages a channel has taken in the time that ends now."""
    count: int = connection.execute(_TAKEN, {"of": channel, "since": now - span}).scalar_one()
    return count


def take(connection: Connection, channel: str, messages: int, span: timedelta, now: datetime) -> None:
    """Remember that a channel takes messages now; what is older than the span is forgotten."""
    connection.execute(_FORGET, {"of": channel, "since": now - span})
    connection.execute(insert(sendings).values(channel=channel, at=now, messages=messages))


def forget(connection: Connection) -> None:
    """Begin anew: the clock was set, and the moments that are remembered were of the old one."""
    connection.execute(delete(sendings))
