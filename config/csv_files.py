"""CSV files, read row by row as text, each row with the line in which it begins."""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO, StringIO, TextIOWrapper
from itertools import chain, islice

from config.tables import Row, TableError

ENCODINGS = {"utf-8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}
"""What an encoding is called in a mapping file, and the one of Python that reads it."""
_UTF8 = ENCODINGS["utf-8"]
_DELIMITERS = ",\t;"
_LONGEST_HEADER = 100
"""Lines that are looked at to find the delimiter: a name of a column may have several."""
_LOOKED_AT = 1_000_000
"""Bytes that are looked at to tell one encoding from another."""
_UNCLOSED = "a quotation mark opens in this row and is not closed"
_TOO_LONG = "a cell has more than 131,072 characters; is a quotation mark before it not closed?"
_AFTER_QUOTE = "text follows a closing quotation mark; double each quotation mark within a cell"

Malformed = Callable[[int, str], None]
"""Told the line of a row that cannot be read, and why."""


def read_csv(raw: bytes, encoding: str, header: int, mapping_name: str, malformed: Malformed) -> Iterator[Row]:
    """The rows from the line of the header on; `encoding` is one of `ENCODINGS`.

    Raises:
        TableError: it is no CSV, or not in that encoding; the latter may show when half of the rows are read.
    """
    _refuse_what_is_no_csv(raw)
    if raw.startswith(codecs.BOM_UTF8):
        encoding = "utf-8"
    elif ENCODINGS[encoding] != _UTF8 and not raw.isascii() and _reads_as(raw, "utf-8"):
        raise TableError(f"is UTF-8, and not {encoding.upper()} as {mapping_name} says; take `encoding` out there")
    return _decoded_rows(raw, ENCODINGS[encoding], header, mapping_name, malformed)


def _decoded_rows(raw: bytes, encoding: str, header: int, mapping_name: str, malformed: Malformed) -> Iterator[Row]:
    """The text is decoded as its rows are asked for; what can be decoded of it comes in any case."""
    try:
        yield from _rows(TextIOWrapper(BytesIO(raw), encoding=encoding, newline=""), header, malformed)
    except _BreaksOffError as broken:
        yield from _rows_before(_readable(raw, encoding), broken.line, header, malformed)
        raise _undecodable(raw, encoding, mapping_name) from None


class _BreaksOffError(Exception):
    """The row that begins in a line cannot be decoded, or not be reached; a stretch of text is decoded at once."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _rows_before(text: str, line: int, header: int, malformed: Malformed) -> Iterator[Row]:
    """The rows of a text that breaks off, from a line on."""

    def told_here(at: int, message: str) -> None:
        if at >= line and message != _UNCLOSED:  # the quotation mark may be closed where it cannot be decoded
            malformed(at, message)

    yield from (row for row in _rows(StringIO(text, newline=""), header, told_here) if row[0] >= line)


def _readable(raw: bytes, encoding: str) -> str:
    """The lines before the first one that cannot be decoded."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        end = error.start + (len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0)
        return raw[: raw.rfind(b"\n", 0, end) + 1].decode(encoding)


def _refuse_what_is_no_csv(raw: bytes) -> None:
    if raw.startswith(b"PK\x03\x04"):
        raise TableError("is no CSV but a workbook, it seems; name it .xlsx")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _has_many_nulls(raw[:_LOOKED_AT]):
        raise TableError("is not UTF-8 but UTF-16, it seems; save it as CSV in UTF-8")


def _has_many_nulls(raw: bytes) -> bool:
    """Whether null bytes are more than a slip, as in UTF-16; a single one is a fault of its cell."""
    return raw.count(b"\0") * 20 > len(raw)


def _reads_as(raw: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(raw[:_LOOKED_AT])
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(raw: bytes, encoding: str, mapping_name: str) -> TableError:
    """The first byte that is not in the encoding, and how to say which encoding it is in."""
    start = 0
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        start = error.start + (len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0)
    if encoding != _UTF8:
        message = "is neither GBK nor UTF-8 here; save it as CSV in UTF-8"
    elif _reads_as(raw, "gb18030"):
        message = f"is not UTF-8 but GBK, it seems; write `encoding: gbk` into {mapping_name} beside it"
    else:
        message = "is not UTF-8; save it as CSV in UTF-8"
    before = raw[:start]
    return TableError(message, before.count(b"\n") + 1, before.rpartition(b"\n")[2].count(b",") + 1)


def _rows(lines: Iterator[str], header: int, malformed: Malformed) -> Iterator[Row]:
    try:
        begin = list(islice(lines, header - 1, header - 1 + _LONGEST_HEADER))
    except UnicodeDecodeError:
        raise _BreaksOffError(header) from None
    reader = csv.reader(chain(begin, lines), delimiter=_delimiter(begin), strict=True)
    while True:
        line = header + reader.line_num
        try:
            yield line, next(reader)
        except csv.Error as error:
            malformed(line, _why(str(error)))
        except UnicodeDecodeError:
            raise _BreaksOffError(line) from None
        except StopIteration:
            return


def _delimiter(begin: Iterable[str]) -> str:
    """What parts the names of the columns into most; the comma where that is even."""
    return max(_DELIMITERS, key=lambda each: len(_first_row(begin, each)))


def _first_row(begin: Iterable[str], delimiter: str) -> list[str]:
    try:
        return next(csv.reader(begin, delimiter=delimiter), [])
    except csv.Error:
        return []


def _why(message: str) -> str:
    """What the reader says, in words for the administrator."""
    if "end of data" in message:
        return _UNCLOSED
    return _TOO_LONG if "field limit" in message else _AFTER_QUOTE
