"""Many rows at once: a statement is compiled once, and values go to the driver and come from it as they are.

Core prepares every row of an execution by itself, and every list in it anew, which takes longer than the database; and
a statement by the driver alone takes a quarter of what it takes by a connection of Core's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import BindParameter, Connection, Insert, Select, Table, Update, bindparam
from sqlalchemy import insert as insert_into
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate

_STYLES = {"sqlite": "qmark", "postgresql": "format"}
"""How each database's driver marks the places of values that are given in order."""
_NOTHING: Mapping[str, Any] = {}
_KEY = "key_"
T = TypeVar("T")
KeyT = TypeVar("KeyT", bound=int | str)
Keys = Sequence[BindParameter[KeyT]]
"""A list of keys in a statement."""
Asked = Select[Any] | ReturningInsert[Any] | ReturningUpdate[Any] | ReturningDelete[Any]
Names = tuple[str, ...]
Rows = Sequence[tuple[Any, ...]]


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
            text = self._text(connection)
            with _Cursor(connection, text) as cursor:
                connection.dialect.do_executemany(cursor, text, rows)

    def _text(self, connection: Connection) -> str:
        dialect = connection.dialect
        text = self._compiled.get(dialect.name)
        if text is None:
            compiled: Any = self._statement.compile(
                dialect=_positional(connection),
                column_keys=self._names if isinstance(self._statement, Insert) else None,
            )
            if tuple(compiled.positiontup) != self._names:
                raise TypeError(f"rows are given as {self._names}, the statement takes {compiled.positiontup}")
            text = self._compiled[dialect.name] = str(compiled)
        return text


class Asking:
    """One question, asked often.

    Args:
        statement: it returns columns as the database keeps them (`tables.raw`).
    """

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...], Mapping[str, Any]]] = {}

    def execute(self, connection: Connection, values: Mapping[str, Any] = _NOTHING) -> Rows:
        """The rows that it returns, values as the driver gives them: truth may be a number.

        Args:
            values: of the bind parameters, as the database keeps them.
        """
        found = self._compiled.get(connection.dialect.name)
        if found is None:
            compiled: Any = self._statement.compile(dialect=_positional(connection))
            found = str(compiled), tuple(compiled.positiontup), compiled.params
            self._compiled[connection.dialect.name] = found
        text, names, fixed = found
        given = {**fixed, **values}
        return _rows(connection, text, tuple([given[name] for name in names]))


class AskingAbout(Generic[KeyT]):
    """One question about rows whose numbers, or other keys, are given as a list, asked often.

    Args:
        statement: of a list of keys, which stands in it once; it returns columns as the database keeps them.
        nobody: the key of no row; lists are filled up with it.
    """

    def __init__(self, statement: Callable[[Keys[KeyT]], Asked], nobody: KeyT) -> None:
        self._statement = statement
        self._nobody = nobody
        self._compiled: dict[tuple[str, int], tuple[str, Names, Names, Mapping[str, Any]]] = {}

    def execute(self, connection: Connection, keys: Sequence[KeyT], values: Mapping[str, Any] = _NOTHING) -> Rows:
        """The rows that it returns; see `Asking`."""
        padded = [*keys, *[self._nobody] * (_padded(len(keys)) - len(keys))]
        text, before, after, fixed = self._text(connection, len(padded))
        given = {**fixed, **values}
        return _rows(connection, text, (*[given[name] for name in before], *padded, *[given[name] for name in after]))

    def _text(self, connection: Connection, count: int) -> tuple[str, Names, Names, Mapping[str, Any]]:
        """The statement for so many keys, the names of the values that stand before and after them, and the values of
        those that are fixed."""
        found = self._compiled.get((connection.dialect.name, count))
        if found is None:
            places = [f"{_KEY}{place}" for place in range(count)]
            statement = self._statement([bindparam(place, self._nobody) for place in places])
            compiled: Any = statement.compile(dialect=_positional(connection))
            names = tuple(compiled.positiontup)
            at = names.index(places[0])
            if names[at : at + count] != tuple(places):
                raise TypeError(f"the keys must stand in it once: {compiled}")
            found = str(compiled), names[:at], names[at + count :], compiled.params
            self._compiled[connection.dialect.name, count] = found
        return found


def _rows(connection: Connection, text: str, values: tuple[Any, ...]) -> Rows:
    with _Cursor(connection, text) as cursor:
        connection.dialect.do_execute(cursor, text, values)
        return cursor.fetchall()


class _Cursor:
    """A cursor of the driver's for one statement; an error of the driver's is raised as SQLAlchemy raises it."""

    def __init__(self, connection: Connection, text: str) -> None:
        self._connection = connection
        self._text = text

    def __enter__(self) -> DBAPICursor:
        self._cursor = self._connection.connection.cursor()
        return self._cursor

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        dialect = self._connection.dialect
        if not isinstance(error, dialect.loaded_dbapi.Error):
            self._cursor.close()
            return
        is_gone = dialect.is_disconnect(error, self._connection.connection, self._cursor)
        if is_gone:
            self._connection.invalidate(error)  # or the pool would hand it out again
        raise DBAPIError.instance(
            self._text, None, error, dialect.loaded_dbapi.Error, connection_invalidated=is_gone, dialect=dialect
        ) from error


def _padded(count: int) -> int:
    """The power of two from `count` on, so that few texts are needed."""
    return 1 << max(0, count - 1).bit_length()


def _positional(connection: Connection) -> Any:  # noqa: ANN401 - a dialect
    """The database's dialect, in which values are given in order."""
    dialect = connection.dialect
    return cast(Any, type(dialect))(paramstyle=_STYLES[dialect.name])


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Runs of at most `size` items."""
    return (items[start : start + size] for start in range(0, len(items), size))


def adding(table: Table) -> Bulk:
    """An insert of whole rows: every column, in the order of the table."""
    return Bulk(insert_into(table), [column.name for column in table.columns])
