"""Documents: YAML read into plain data that remembers where every value stands.

Read from PyYAML's C event stream by a small builder, because the stock loaders forget lines, accept duplicate keys,
follow tags and aliases, and guess types (`2026-13-01` crashes them, `no` becomes False). Here every scalar is text and
the schema says what it means.
"""

import codecs
import difflib
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import yaml

from config.malformed import malformed

LARGEST_FILE = 2_000_000
"""Bytes; big rosters belong into CSV or XLSX."""
DEEPEST_NESTING = 30
LONGEST_QUOTE = 60
"""Characters of a wrong value that a message repeats."""

Loc = tuple[str | int, ...]


class Mark(NamedTuple):
    """A place in a file; line and column count from 1."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong in a file, and what to do about it."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class Mapping(dict[str, object]):
    """A mapping whose keys remember where they stand."""

    mark: Mark

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.keys_at: dict[str, Mark] = {}
        self.values_at: dict[str, Mark] = {}

    def __hash__(self) -> int:  # type: ignore[override] # a place is identified by the object
        return id(self)

    def put(self, key: str, value: object, key_at: Mark, value_at: Mark) -> None:
        """Set a key together with its places."""
        self[key] = value
        self.keys_at[key] = key_at
        self.values_at[key] = value_at

    def overridden_by(self, other: "Mapping") -> "Mapping":
        """This mapping with the keys of `other` in place of its own, field by field."""
        merged = Mapping(other.mark)
        for source in (self, other):
            for key, value in source.items():
                merged.put(key, value, source.keys_at[key], source.values_at[key])
        return merged


class Sequence(list[object]):
    """A list whose items remember where they stand."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.items_at: list[Mark] = []

    def __hash__(self) -> int:  # type: ignore[override] # a place is identified by the object
        return id(self)


@dataclass(frozen=True, slots=True)
class Document:
    """One file's data: nested `Mapping`, `Sequence`, text and None."""

    path: Path
    data: object
    mark: Mark
    raw: bytes = b""
    """The file's bytes as they were read."""

    def position(self, loc: Loc) -> tuple[int, int]:
        """Line and column of the value at `loc`, or of the deepest part of it that exists."""
        found = mark_of(self.data, loc) or self.mark
        return found.line, found.column

    def fault(self, loc: Loc, message: str) -> Fault:
        """A fault at `loc`."""
        return fault_at(self.data, loc, message, self.mark)


def mark_of(data: object, loc: Loc, *, key: bool = False) -> Mark | None:
    """Where the value at `loc` stands (its key, if asked), or the deepest part of it that exists."""
    mark = data.mark if isinstance(data, Mapping | Sequence) else None
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(data, Mapping) and isinstance(part, str) and part in data:
            mark = data.keys_at[part] if key and last else data.values_at[part]
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


def read_document(path: Path) -> tuple[Document | None, list[Fault]]:
    """Read one YAML file; None with the faults if it cannot be read."""
    name = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        return None, [Fault(name, 1, 1, f"cannot be read: {error.strerror}")]
    if len(raw) > LARGEST_FILE:
        return None, [Fault(name, 1, 1, f"is larger than {LARGEST_FILE:,} bytes; split it into several files")]
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        return None, [_not_utf8(name, raw)]
    document, faults = parse_document(text, path)
    return (replace(document, raw=raw) if document is not None else None), faults


def _not_utf8(name: str, raw: bytes) -> Fault:
    """The first byte that is not UTF-8, and which encoding it may be."""
    readable = raw.removeprefix(codecs.BOM_UTF8).decode(errors="surrogateescape")
    before = next(index for index, letter in enumerate(readable) if "\udc80" <= letter <= "\udcff")
    line, column = _place(readable, before)
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding, called = ("utf-16", "UTF-16") if utf16 else ("gb18030", "GBK")
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return Fault(name, line, column, "is not UTF-8; save it as UTF-8")
    return Fault(name, line, column, f"is not UTF-8 but {called}, it seems; save it as UTF-8")


def _place(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


def parse_document(text: str, path: Path) -> tuple[Document | None, list[Fault]]:
    """Read YAML text that stands in `path`."""
    name = str(path)
    builder = _Builder(name)
    try:
        data = builder.build(yaml.parse(text, Loader=yaml.CSafeLoader))
    except _BuilderError as error:
        return None, [error.fault]
    except yaml.MarkedYAMLError as error:
        return None, [Fault(name, *malformed(error))]
    except yaml.YAMLError as error:
        return None, [_unreadable(name, text, error)]
    return Document(path, data, Mark(name, 1, 1)), builder.faults


def _unreadable(name: str, text: str, error: yaml.YAMLError) -> Fault:
    before = text.encode()[: getattr(error, "position", 0) or 0].decode(errors="ignore")  # it counts bytes
    line, column = _place(text, len(before))
    return Fault(name, line, column, f"malformed YAML: {getattr(error, 'reason', error)}")


def found_there(value: object) -> str:
    """What stands in a file, in words for a message: nothing, a list, fields with values, or the text itself."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "fields with values"
        case list():
            return "a list"
        case _:
            text = str(value)
            return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…")


def did_you_mean(word: str, known: Iterable[str], at_most: int = 12) -> str:
    """A hint to append to a message: the nearest known word, or all of them when they are few."""
    candidates = sorted(set(known))
    near = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(candidates)}" if 0 < len(candidates) <= at_most else ""


class _BuilderError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


_NULLS: frozenset[Hashable] = frozenset({"", "~", "null", "Null", "NULL"})


class _Builder:
    """Builds one document from events; stops at what is unsafe, notes what is merely wrong."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = 0
        self.faults: list[Fault] = []

    def build(self, events: Iterator[yaml.Event]) -> object:
        data: object = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._stop(event, "holds a second document; write one document a file")
                data = self._value(next(events), events)
        return data

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event]) -> object:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._stop(event, "anchors and aliases (& and *) are not allowed; write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._stop(event, f"tags ({tag}) are not allowed; write the plain value")
        if isinstance(event, yaml.ScalarEvent):
            return None if event.implicit[0] and event.value in _NULLS else event.value
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise self._stop(event, f"is nested more than {DEEPEST_NESTING} levels deep")
        found = (
            self._mapping(event, events) if isinstance(event, yaml.MappingStartEvent) else self._sequence(event, events)
        )
        self._depth -= 1
        return found

    def _mapping(self, start: yaml.Event, events: Iterator[yaml.Event]) -> Mapping:
        found = Mapping(self._mark(start))
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._value(event, events)
            value_event = next(events)
            value = self._value(value_event, events)
            if not isinstance(key, str):
                self.faults.append(self._fault(event, "the name of a field must be a word"))
            elif key == "<<":
                self.faults.append(self._fault(event, "merge keys (<<) are not allowed; write the fields out"))
            elif key in found:
                first = found.keys_at[key]
                self.faults.append(self._fault(event, f"{key!r} is set twice; first in line {first.line}"))
            else:
                found.put(key, value, self._mark(event), self._mark(value_event))
        return found

    def _sequence(self, start: yaml.Event, events: Iterator[yaml.Event]) -> Sequence:
        found = Sequence(self._mark(start))
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self._value(event, events))
            found.items_at.append(self._mark(event))
        return found

    def _mark(self, event: yaml.Event) -> Mark:
        place = event.start_mark
        return Mark(self._name, place.line + 1, place.column + 1) if place else Mark(self._name, 1, 1)

    def _fault(self, event: yaml.Event, message: str) -> Fault:
        return Fault(*self._mark(event), message)

    def _stop(self, event: yaml.Event, message: str) -> _BuilderError:
        return _BuilderError(self._fault(event, message))
