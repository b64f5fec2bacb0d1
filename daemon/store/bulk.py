"""Many rows at once: a statement is compiled once, and rows go to the driver as they are.

Core prepares every row of an execution by itself, which takes longer than the database takes to store it.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection, Insert, Table, Update
from sqlalchemy import insert as insert_into

_STYLES = {"sqlite": "qmark", "postgresql": "format"}
"""How each database's driver marks the places of values that are given in order."""


class Bulk:
    """One statement for many rows.

    Args:
        statement: an insert or update whose values are all bound.
        names: the columns, or the bind parameters, in the order in which rows give them; the order of the statement.
    """

    def __init__(self, statement: Insert | Update, names: Sequence[str]) -> None:
        self._statement = statement
        self._names = tuple(names)
        self._compiled: dict[str, str] = {}

    def execute(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Carry it out for each row, whose values are as the database keeps them (`tables.micros`, `tables.iso`)."""
        if rows:
            connection.exec_driver_sql(self._text(connection), list(rows))

    def _text(self, connection: Connection) -> str:
        dialect = connection.dialect
        text = self._compiled.get(dialect.name)
        if text is None:
            positional = cast(Any, type(dialect))(paramstyle=_STYLES[dialect.name])
            compiled: Any = self._statement.compile(
                dialect=positional, column_keys=self._names if isinstance(self._statement, Insert) else None
            )
            if tuple(compiled.positiontup) != self._names:
                raise TypeError(f"rows are given as {self._names}, the statement takes {compiled.positiontup}")
            text = self._compiled[dialect.name] = str(compiled)
        return text


def adding(table: Table) -> Bulk:
    """An insert of whole rows: every column, in the order of the table."""
    return Bulk(insert_into(table), [column.name for column in table.columns])
