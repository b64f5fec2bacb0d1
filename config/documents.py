"""Documents: YAML read into plain data that remembers where every value stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from config.building import MOST_FAULTS
from config.characters import unwanted
from config.parsing import parse
from config.places import Fault, Mapping, Mark, Places, Sequence
from config.reading import LARGEST_FILE, UnreadableError, decode, read_bytes
from config.wording import did_you_mean, found_there

__all__ = [
    "LARGEST_FILE",
    "Document",
    "Fault",
    "Loc",
    "Mapping",
    "Mark",
    "Sequence",
    "did_you_mean",
    "fault_at",
    "found_there",
    "mark_of",
    "own_fault_at",
    "parse_document",
    "read_document",
]

Loc = tuple[str | int, ...]

_DIRECTIVE = re.compile(r"%(?<![^\n]%)(?:YAML|TAG)\b")
"""At the beginning of a line, but looked for by its first character, which is quicker."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file's data: nested `Mapping`, `Sequence`, text and None."""

    path: Path
    data: object
    mark: Mark
    raw: bytes = b""
    """The file's bytes as they were read."""
    is_whole: bool = True
    """Whether the data is all of the file; if not, entries of a list are missing that could not be read."""

    def fault(self, loc: Loc, message: str) -> Fault:
        """A fault at `loc`."""
        return fault_at(self.data, loc, message, self.mark)


def mark_of(data: object, loc: Loc, *, key: bool = False) -> Mark | None:
    """Where the value at `loc` stands (its key, if asked), or the deepest part of it that exists."""
    mark = data.mark if isinstance(data, Mapping | Sequence) else None
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(data, Mapping) and isinstance(part, str) and part in data:
            mark = data.key_at(part) if key and last else data.value_at(part)
            data = data[part]
        elif isinstance(data, Sequence) and isinstance(part, int) and part < len(data):
            mark = data.items_at[part]
            data = data[part]
        # any other part is a name the validator put in between, such as the kind of a channel
    return mark


def fault_at(data: object, loc: Loc, message: str, default: Mark, *, key: bool = False) -> Fault:
    """A fault at the place of `loc` in `data`."""
    mark = mark_of(data, loc, key=key) or default
    return Fault(mark.path, mark.line, mark.column, message)


def own_fault_at(data: object, loc: Loc, message: str, default: Mark, *, key: bool = False) -> Fault:
    """As `fault_at`; but at `default`, the entry, where `loc` stands in a shipped file that the entry overrides."""
    fault = fault_at(data, loc, message, default, key=key)
    return fault if fault.path == default.path else Fault(*default, message)


def read_document(path: Path) -> tuple[Document | None, list[Fault]]:
    """Read one YAML file; None with the faults if it cannot be read."""
    try:
        raw = read_bytes(path)
        text = decode(raw)
    except UnreadableError as error:
        return None, [Fault(str(path), error.line, error.column, error.message)]
    document, faults = parse_document(text, path)
    return (replace(document, raw=raw) if document is not None else None), faults


def parse_document(text: str, path: Path) -> tuple[Document | None, list[Fault]]:
    """Read YAML text that stands in `path`; None with the faults if nothing of it can be used."""
    places = Places.of(str(path), text)
    unfit = [Fault(*places.mark(before), words) for before, words in islice(_unfit_to_parse(text), MOST_FAULTS)]
    if unfit:
        return None, unfit
    data, faults, is_whole, _ = parse(text, places)
    if data is None and not is_whole:
        return None, faults
    return Document(path, data, places.mark(0), is_whole=is_whole), faults


def _unfit_to_parse(text: str) -> Iterator[tuple[int, str]]:
    """What is wrong before parsing, after the number of characters before it."""
    yield from unwanted(text)
    for found in _DIRECTIVE.finditer(text):  # thousands of them would keep the parser busy for minutes
        yield found.start(), "directives to the parser (%YAML, %TAG) are not allowed; delete the line"
