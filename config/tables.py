"""Tables: what CSV files and workbooks have in common."""

from pathlib import Path

from config import reading
from config.documents import Fault

ENDINGS = (".csv", ".xlsx")
LARGEST_TABLE = 200_000_000
"""Bytes."""

Row = tuple[int, list[str]]
"""A line, counted from 1 as people see it, and the cells in it."""


class TableError(Exception):
    """A table that cannot be read at all, or from some line on."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def is_workbook(path: Path) -> bool:
    """Whether a table is a workbook, by its name; otherwise it is CSV."""
    return path.suffix.lower() == ".xlsx"


def read_bytes(path: Path) -> bytes:
    """The bytes of a table.

    Raises:
        TableError: the file cannot be read, or is too large.
    """
    try:
        return reading.read_bytes(path, LARGEST_TABLE)
    except reading.UnreadableError as error:
        raise TableError(error.message) from error


def fault_in_cell(path: Path, line: int, column: int, message: str) -> Fault:
    """A fault in a cell; in a workbook the message begins with what the cell is called there."""
    name = f"{column_letters(column)}{line}: " if is_workbook(path) else ""
    return Fault(str(path), line, column, name + message)


def column_letters(column: int) -> str:
    """What a spreadsheet calls a column: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
