"""Workbooks: one sheet of an XLSX file, read row by row as text.

The reader keeps a sheet as a block of cells from the first to the last one, and ends the whole process if that block
does not fit into memory. So a sheet is looked through before it is opened: one stray cell in the last row and column
of a sheet would make a block of seventeen thousand million cells.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from config.documents import did_you_mean
from config.tables import Row, TableError, column_letters

LARGEST_UNPACKED = 2_000_000_000
"""Bytes of all that a workbook packs."""
MOST_CELLS = 20_000_000
"""Of the block that holds a sheet; a cell takes 32 bytes and more."""
_PIECE = 1_000_000
_LONGEST_CELL = 100_000
"""Bytes: a formula may have 8,192 characters, and `&#x10FFFF;` is one."""
_UNREADABLE = (
    BadZipFile, CalamineError, ET.ParseError, LookupError, ValueError, RuntimeError, OSError, EOFError, zlib.error,
    NotImplementedError,  # how zipfile says that it does not know a way of packing
)  # fmt: skip
"""What the libraries raise on files that are damaged in one way or another."""
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
"""How the files of old begin, and those with a password."""
_FAR_CELL = re.compile(rb' r="(?:([A-Za-z]{2,})([0-9]+)|[A-Za-z]?([0-9]{6,}))')
"""One right of column Z (letters, row) or below row 99,999 (row), or such a row."""
_HUGE_COUNT = re.compile(rb"""ount\s*=\s*["']\s*\+?[0-9]{9,}""")
_NEAR_ROWS, _NEAR_COLUMNS = 99_999, 26
"""How far cells may stand that this does not find."""
_FULL_CELL = re.compile(rb' r="([A-Za-z]+)([0-9]+)"[^>/]*>')
_BROKEN_CELL = re.compile(
    rb' r="([A-Z]{1,3})(\d+)"[^>/]{0,500}? t="e"[^>/]*>\s*'
    rb"(?:<(?:\w+:)?f\b[^<]*+(?:</(?:\w+:)?f>\s*)?)?"  # the formula, however long
    rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)<"
)


class NoSuchSheetError(TableError):
    """A workbook has no sheet of the name that was asked for."""


def read_sheet(raw: bytes, name: str | None) -> Iterator[Row]:
    """The rows of a sheet, each with its number; by default of the first sheet that is shown.

    Raises:
        TableError: it is no workbook, or is too large.
        NoSuchSheetError: it has no sheet of that name.
    """
    if raw.startswith(_OLD_OR_LOCKED):
        raise TableError("is an old workbook or has a password; save it as .xlsx without one")
    try:
        with ZipFile(BytesIO(raw)) as packed:
            _refuse_what_takes_too_much(packed)
            workbook = CalamineWorkbook.from_filelike(BytesIO(raw))
            chosen = _choose(workbook, name)
            broken = _look_through(packed, _part_of(packed, chosen))
        return _rows(workbook.get_sheet_by_name(chosen), broken)
    except _UNREADABLE as error:
        raise TableError("cannot be read as a workbook; open it in a spreadsheet and save it as .xlsx") from error


def _refuse_what_takes_too_much(packed: ZipFile) -> None:
    """Refuse what would not fit into memory, or says so: the reader makes room for as many texts as are announced."""
    if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
        raise TableError(f"unpacks to more than {LARGEST_UNPACKED:,} bytes; split it into several files")
    for name in packed.namelist():
        with packed.open(name) as part:
            if _HUGE_COUNT.search(part.read(_PIECE)):
                raise BadZipFile(name)


def _choose(workbook: CalamineWorkbook, name: str | None) -> str:
    """The name of the sheet to read."""
    sheets = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    if name is not None and name not in {each.name for each in sheets}:
        hint = did_you_mean(name, (each.name for each in sheets))
        raise NoSuchSheetError(f"the workbook has no sheet {name!r}{hint}")
    shown = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
    return name or [*shown, *(each.name for each in sheets)][0]


def _part_of(packed: ZipFile, sheet: str) -> str:
    """The packed file that holds a sheet."""
    book = ET.fromstring(packed.read("xl/workbook.xml"))  # noqa: S314 # expat is safe against bombs since 2.4.1
    links = ET.fromstring(packed.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 # as above
    target = {each.get("Id"): each.get("Target", "") for each in links}
    for each in book.iter():
        if each.tag.endswith("}sheet") and each.get("name") == sheet:
            (key,) = (value for name, value in each.items() if name.endswith("}id"))
            path = target[key]
            return path.removeprefix("/") if path.startswith("/") else f"xl/{path}"
    raise KeyError(sheet)


def _look_through(packed: ZipFile, part: str) -> Mapping[int, Mapping[int, str]]:
    """Refuse a sheet that would take too much memory; line and column of the cells whose formula failed."""
    broken: dict[int, dict[int, str]] = {}
    last_row, last_column = _NEAR_ROWS, _NEAR_COLUMNS
    for piece in _pieces(packed, part):
        for letters, row, row_below in _FAR_CELL.findall(piece):
            last_row = max(last_row, int(row or row_below))
            last_column = max(last_column, _number(letters))
        if b't="e"' in piece:
            for letters, line, text in _BROKEN_CELL.findall(piece):
                broken.setdefault(int(line), {})[_number(letters)] = text.decode()
    if last_row * last_column > MOST_CELLS:
        _refuse_if_far(packed, part)
    return broken


def _refuse_if_far(packed: ZipFile, part: str) -> None:
    """Look closer: only cells with something in them count."""
    last_row, last_column = 1, 1
    for piece in _pieces(packed, part):
        found = _FULL_CELL.findall(piece)
        last_row = max((last_row, *(int(row) for _, row in found)))
        last_column = max((last_column, *map(_number, {letters for letters, _ in found})))
    if last_row * last_column > MOST_CELLS:
        last = f"{column_letters(last_column)}{last_row}"
        raise TableError(f"reaches to {last}, which is too far; delete what stands far from the table")


def _pieces(packed: ZipFile, part: str) -> Iterator[bytes]:
    before = b""
    with packed.open(part) as file:
        while piece := file.read(_PIECE):
            yield (before + piece).replace(b"'", b'"')
            before = _unfinished(piece)


def _unfinished(piece: bytes) -> bytes:
    """The end of a piece, which is looked at again with the next one, since a cell may lie across the border."""
    end = piece[-_LONGEST_CELL:]
    return end[max(end.rfind(b"<c "), 0) :]


def _number(letters: bytes) -> int:
    """The column that a spreadsheet calls by these letters."""
    return sum((letter - ord("A") + 1) * 26**place for place, letter in enumerate(reversed(letters.upper()[:9])))


def _rows(sheet: CalamineSheet, broken: Mapping[int, Mapping[int, str]]) -> Iterator[Row]:
    """The rows from the first on; the reader leaves out the blank columns on the left."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for line, cells in enumerate(sheet.iter_rows(), 1):
        row = left + [cell if type(cell) is str else _text(cell) for cell in cells]
        for column, text in broken.get(line, {}).items():
            row += [""] * (column - len(row))
            row[column - 1] = text
        yield line, row


def _text(cell: object) -> str:
    """What a cell that is no text would be as text: whole numbers without a fraction, days as 2026-09-18."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == time() else cell)
    return str(cell)
