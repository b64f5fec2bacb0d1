"""PostgreSQL: one database that any number of nodes share.

Whatever decides, records or adds to the ledger holds one advisory lock from its first statement to its commit. So such
transactions come one after the other, whichever node they are of, as they do in SQLite: the ledger stays one chain,
tasks are reconciled by one node at a time, and migrations run once. Claiming what waits in the outbox takes no such
lock; nodes share it by FOR UPDATE SKIP LOCKED. A node that dies lets go of its locks with its connections.
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from daemon.store.errors import DatabaseError

WRITING = int.from_bytes(b"duban", "big")
"""The number of the advisory lock."""
_OPTIONS = {
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "5min",  # a node that hangs holds the others up no longer
    "tcp_keepalives_idle": "10",  # one whose machine lost its power, no longer than half a minute
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
    "tcp_user_timeout": "20000",
}
_CONNECT = {
    "connect_timeout": 10,
    "application_name": "duban",
    "options": " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items()),
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 20_000,  # milliseconds; keepalives say nothing while a question is under way
}


def open_engine(url: URL) -> Engine:
    """An engine whose transactions take the lock, unless they are made by one of the two functions below.

    Raises:
        DatabaseError: the driver is not installed.
    """
    options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}  # parameters hold people's numbers
    try:
        engine = create_engine(url, connect_args=_CONNECT, **options)
    except ModuleNotFoundError as error:
        raise DatabaseError(f"PostgreSQL needs the package {error.name}; install duban[postgres]") from error
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkin", _leave_open)
    return engine


def for_reading(engine: Engine) -> Engine:
    """The same connections; transactions write nothing, and see the database as it was at their first statement."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True, duban_takes_lock=False)


def for_glancing(engine: Engine) -> Engine:
    """The same connections; there are no transactions, and each question sees the database as it is then."""
    return engine.execution_options(isolation_level="AUTOCOMMIT", duban_takes_lock=False)


def for_claiming(engine: Engine) -> Engine:
    """The same connections; transactions take no lock but of the rows that they change."""
    return engine.execution_options(duban_takes_lock=False)


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("duban_takes_lock", True):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")


def _leave_open(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Do not ask for writing where a connection was used for reading before: a standby would refuse reading, too."""
    if connection is not None:
        connection.read_only = None
