"""Copying: the rows of one database into another, whichever kind each is."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, Table, func, insert, select

from daemon.store.tables import metadata

_AT_ONCE = 1_000
"""How many rows are held in memory."""


def copy_rows(source: Connection, target: Connection, without: Collection[Table] = ()) -> dict[str, int]:
    """Copy every table, in the caller's transactions; gives how many rows each has.

    The target has the tables, and no rows in them; rows keep their numbers, and new ones go on after them.
    """
    copied: dict[str, int] = {}
    for table in metadata.sorted_tables:  # those that others refer to come first
        if table not in without:
            copied[table.name] = _copy(table, source, target)
            _go_on_after(table, target)
    return copied


def filled(connection: Connection) -> Iterator[str]:
    """The tables that have rows."""
    for table in metadata.sorted_tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            yield table.name


def _copy(table: Table, source: Connection, target: Connection) -> int:
    count = 0
    rows = source.execute(select(table), execution_options={"yield_per": _AT_ONCE}).mappings()
    for some in rows.partitions():
        target.execute(insert(table), [dict(row) for row in some])
        count += len(some)
    return count


def _go_on_after(table: Table, target: Connection) -> None:
    """PostgreSQL numbers rows by a sequence of its own; SQLite takes the number after the last."""
    number = table.autoincrement_column
    if number is None or target.dialect.name != "postgresql":
        return
    last = target.execute(select(func.max(number))).scalar_one()
    if last is not None:
        sequence = func.pg_get_serial_sequence(table.name, number.name)
        target.execute(select(func.setval(sequence, last)))
