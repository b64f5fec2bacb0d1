"""Reading rows that may be damaged: what cannot be read comes as such in its place; the rest is read nevertheless."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, select
from sqlalchemy.exc import DatabaseError

from daemon.store import sqlite
from daemon.store.errors import is_away

_AT_ONCE = 500
"""How many rows are held in memory, and looked at one by one where one of them cannot be read."""
_SENSELESS = (OverflowError, TypeError, ValueError)
"""What values of another sort than their column's lead to."""


class Unreadable(NamedTuple):
    """A row, or all from there on, that cannot be read.

    Args:
        seq: its number.
        why: in words.
        ends: whether nothing can be read after it.
    """

    seq: int
    why: str
    ends: bool = False


def rows_in_order(connection: Connection, table: Table) -> Iterator[Any]:
    """Every row by its number, the table's primary key; an `Unreadable` for each that cannot be read."""
    [key] = table.primary_key
    after: int | None = None
    while True:
        rows = select(table).order_by(key) if after is None else select(table).where(key > after).order_by(key)
        try:
            for row in connection.execute(rows, execution_options={"yield_per": _AT_ONCE}):
                after = row[0]
                yield row
        except (DatabaseError, *_SENSELESS) as error:
            _raise_if_away(error)
        else:
            return
        last = after
        for each in _one_by_one(connection, table, key, after):
            yield each
            last = each[0]
            if isinstance(each, Unreadable) and each.ends:
                return
        if last is None or (after is not None and last <= after):
            yield Unreadable((after or 0) + 1, "the rows from here on are in no order", ends=True)
            return
        after = last


def _one_by_one(connection: Connection, table: Table, key: Column[int], after: int | None) -> Iterator[Any]:
    numbers = select(key).order_by(key).limit(_AT_ONCE)
    try:
        found = list(connection.scalars(numbers if after is None else numbers.where(key > after)))
    except DatabaseError as error:
        _raise_if_away(error)
        yield Unreadable((after or 0) + 1, _words(error), ends=True)
        return
    for number in found:
        try:
            row = connection.execute(select(table).where(key == number)).one_or_none()
        except (DatabaseError, *_SENSELESS) as error:
            _raise_if_away(error)
            yield Unreadable(number, _words(error))
        else:
            yield Unreadable(number, "it is not where it belongs") if row is None else row


def _raise_if_away(error: Exception) -> None:
    """A database that is away says nothing of its rows."""
    if is_away(error) and not sqlite.is_no_text(error):
        raise error


def _words(error: Exception) -> str:
    return str(getattr(error, "orig", error)).partition(" with text ")[0].partition("\n")[0]
