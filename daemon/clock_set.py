"""When the clock was set: what was to happen at moments of the old one is looked at anew."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from daemon.dispatching import LEASE
from daemon.steadiness import CLOCKS_DIFFER
from daemon.store import deliveries, ledger, pacing
from daemon.store.ledger import Entry


def look_anew(connection: Connection, now: datetime, by: timedelta) -> None:
    """Have all that waits looked at, and what was counted forgotten; the ledger says by how much the clock was set."""
    deliveries.look_again(connection, now, now + LEASE)
    pacing.forget(connection)
    ledger.append(connection, now, [Entry("clock set", "daemon", {"by seconds": by.total_seconds()})])


def set_back_since_last_run(connection: Connection, now: datetime) -> timedelta | None:
    """By how much the clock was put back since the last entry of the ledger; None if it was not.

    A daemon that lived under a wrong clock, and is started again under the right one, sees no leap.
    """
    last = ledger.last_moment(connection)
    return now - last if last is not None and last - now > CLOCKS_DIFFER else None
