"""Reading: the text of one file, or why it cannot be had."""

import codecs
import errno
import stat
from pathlib import Path

LARGEST_FILE = 2_000_000
"""Bytes; big rosters belong into CSV or XLSX."""
_REASONS = {
    errno.EISDIR: "it is a directory; a file is expected here",
    errno.EACCES: "the user that Duban runs as has no right to read it; see its owner and mode (`ls -l`)",
    errno.ENOENT: "it does not exist; is it a link to a file that is gone?",
    errno.ELOOP: "it is a link that leads back to itself; put the file itself here",
}
_ENCODINGS = (
    # the mark of UTF-16 is the beginning of that of UTF-32
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    (b"", "gb18030", "GBK"),
)
"""How files begin that are not UTF-8, the codec, and what people call it."""


class UnreadableError(Exception):
    """A file cannot be read as text; the place counts characters from the beginning of the file."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def read_bytes(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a file of bearable size.

    Args:
        largest: bytes that it may have.

    Raises:
        UnreadableError: it is too large, or no file that ends.
    """
    try:
        # a pipe or a device could keep the reader waiting for ever, and so is not even opened
        if not stat.S_ISREG(mode := path.stat().st_mode) and not stat.S_ISDIR(mode):
            raise UnreadableError("cannot be read: it is a pipe, a socket or a device; put an ordinary file here")
        with path.open("rb") as file:
            raw = file.read(largest + 1)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {_REASONS.get(error.errno or 0, error.strerror)}") from error
    if len(raw) > largest:
        raise UnreadableError(f"is larger than {largest:,} bytes; split it into several files")
    return raw


def decode(raw: bytes) -> str:
    """The text of a file in UTF-8, with or without its byte order mark.

    Raises:
        UnreadableError: it is not UTF-8; says where, and what it seems to be.
    """
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise UnreadableError(f"is not UTF-8{_it_seems(raw)}; save it as UTF-8", line, column) from error


def _it_seems(raw: bytes) -> str:
    """Which encoding the file may have instead."""
    codec, name = next((codec, name) for mark, codec, name in _ENCODINGS if raw.startswith(mark))
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        text = "\x00"
    return ", perhaps no text at all" if "\x00" in text else f" but {name}, it seems"
