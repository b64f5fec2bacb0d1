"""Places in files: marks, faults, and the mappings and lists of a file, which remember where each part stands.

Marks are many and hardly ever looked at. So a file's are kept as one row of numbers (`Places`), and a mark is made when
it is asked for.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple, Protocol

_NOT_ON_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that would break the line of a message, or cannot be printed; a file's name may hold them."""


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
        """One line, whatever the file is called."""
        return _NOT_ON_A_LINE.sub(_escaped, f"{self.path}:{self.line}:{self.column}: {self.message}")


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


class Row(Protocol):
    """Marks one after the other: a list of them, or `Places`."""

    def __getitem__(self, index: int, /) -> Mark:
        """The mark at an index."""


class Places:
    """The marks of one file, each kept as the number of characters before it."""

    __slots__ = ("_before", "_line_starts", "_path", "_skipped")

    def __init__(self, path: str, line_starts: "array[int]", skipped: int = 0) -> None:
        self._path = path
        self._line_starts = line_starts
        self._skipped = skipped
        self._before = array("I")

    @classmethod
    def of(cls, path: str, text: str) -> "Places":
        """Those of a whole file."""
        return cls(path, array("I", [0, *(end.end() for end in re.finditer("\n", text))]))

    def __len__(self) -> int:
        return len(self._before)

    def __getitem__(self, index: int) -> Mark:
        return self.mark(self._before[index])

    def keep(self, of: "Mapping | Sequence", before: Iterable[int]) -> None:
        """Append the marks of a mapping or list in their order, each as the number of characters before it."""
        of.stand_in(self, len(self._before))
        self._before.extend(before)

    def after(self, skipped: int) -> "Places":
        """Those of the rest of the file, without so many characters."""
        return Places(self._path, self._line_starts, self._skipped + skipped)

    def mark(self, before: int) -> Mark:
        """The place that has so many characters before it."""
        before += self._skipped
        line = bisect_right(self._line_starts, before)
        return Mark(self._path, line, before - self._line_starts[line - 1] + 1)


class Mapping(dict[str, object]):
    """A mapping whose keys remember where they stand."""

    __slots__ = ("_first", "_row")
    _row: Row
    _first: int

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.stand_in([mark], 0)

    def __hash__(self) -> int:  # type: ignore[override] # a place is identified by the object
        return id(self)

    @property
    def mark(self) -> Mark:
        """Where the mapping begins."""
        return self._row[self._first]

    @property
    def keys_at(self) -> dict[str, Mark]:
        """Where each key stands; `key_at` is quicker for one of them."""
        return {key: self._row[place] for key, place in self._places()}

    @property
    def values_at(self) -> dict[str, Mark]:
        """Where each value stands; `value_at` is quicker for one of them."""
        return {key: self._row[place + 1] for key, place in self._places()}

    def key_at(self, key: str) -> Mark:
        """Where a key stands."""
        return self._row[self._place(key)]

    def value_at(self, key: str) -> Mark:
        """Where the value of a key stands."""
        return self._row[self._place(key) + 1]

    def put(self, key: str, value: object, key_at: Mark, value_at: Mark) -> None:
        """Set a key together with its places."""
        row = _own_list(self._row, self._first, 1 + 2 * len(self))
        self.stand_in(row, 0)
        place = self._place(key) if key in self else len(row)
        row[place : place + 2] = [key_at, value_at]
        self[key] = value

    def overridden_by(self, other: "Mapping") -> "Mapping":
        """This mapping with the keys of `other` in place of its own, field by field."""
        merged = Mapping(other.mark)
        for source in (self, other):
            for key, value in source.items():
                merged.put(key, value, source.key_at(key), source.value_at(key))
        return merged

    def stand_in(self, row: Row, first: int) -> None:
        """Take the marks that stand in a row from `first` on: its own, then those of each key and its value."""
        self._row = row
        self._first = first

    def _places(self) -> Iterator[tuple[str, int]]:
        """Each key with the index of its mark in the row; that of its value is the next."""
        return zip(self, count(self._first + 1, 2), strict=False)

    def _place(self, key: str) -> int:
        for known, place in self._places():
            if known == key:
                return place
        raise KeyError(key)


class Sequence(list[object]):
    """A list whose items remember where they stand."""

    __slots__ = ("_first", "_row")
    _row: Row
    _first: int

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.stand_in([mark], 0)

    def __hash__(self) -> int:  # type: ignore[override] # a place is identified by the object
        return id(self)

    @property
    def mark(self) -> Mark:
        """Where the list begins."""
        return self._row[self._first]

    @property
    def items_at(self) -> "ItemMarks":
        """Where each item stands."""
        return ItemMarks(self._row, self._first + 1, len(self))

    def put(self, value: object, value_at: Mark) -> None:
        """Append an item together with its place."""
        row = _own_list(self._row, self._first, 1 + len(self))
        self.stand_in(row, 0)
        row.append(value_at)
        self.append(value)

    def stand_in(self, row: Row, first: int) -> None:
        """Take the marks that stand in a row from `first` on: its own, then those of its items."""
        self._row = row
        self._first = first


def _own_list(row: Row, first: int, length: int) -> list[Mark]:
    """A row as a list of its own, to which marks of other files can be added; a list already is one."""
    return row if isinstance(row, list) else [row[first + index] for index in range(length)]


class ItemMarks:
    """The marks of a list's items."""

    __slots__ = ("_count", "_first", "_row")

    def __init__(self, row: Row, first: int, length: int) -> None:
        self._row = row
        self._first = first
        self._count = length

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Mark:
        if not 0 <= index < self._count:
            raise IndexError(index)
        return self._row[self._first + index]
