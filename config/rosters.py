"""Rosters in tables: the organizations of one table, what is wrong with it, and where everything stands.

No row is kept. Of each only the line is remembered, for what shows when all files are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.columns import column_of, loc_of
from config.documents import Document, Fault, Loc
from config.headers import Columns
from config.table_mappings import TableMapping
from config.table_rows import Entry
from config.tables import fault_in_cell
from obligations.organizations import Organization

MOST_SHOWN = 100
"""Faults of one table: a column that is wrong in every row says no more in the hundred and first."""


@dataclass(slots=True)
class Roster:
    """A table that was read."""

    path: Path
    mapping: TableMapping = field(default_factory=TableMapping)
    mapping_at: Document | None = None
    columns: Columns = field(default_factory=Columns)
    organizations: dict[str, Organization] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """The line of every id, of rows with faults too."""
    spoilt: list[tuple[int, Entry]] = field(default_factory=list)
    """The line and what can be read of rows with faults, as far as these are shown."""
    rows: int = 0
    """How many rows were read, those with faults too."""
    is_whole: bool = True
    """Whether every row was read."""
    _faults: dict[Fault, None] = field(default_factory=dict)
    """In the order in which they were found, each once."""
    _hidden: int = 0

    @property
    def faults(self) -> Iterator[Fault]:
        """The faults that are shown, and how many are not."""
        yield from self._faults
        if self._hidden:
            after = 1 + max((fault.line for fault in self._faults if fault.path == str(self.path)), default=0)
            message = f"at least {self._hidden:,} more faults are not shown; mend those above first"
            yield Fault(str(self.path), after, 1, message)

    @property
    def posts(self) -> set[str]:
        """The posts that rows may fill."""
        return {str(loc[1]) for loc in self._locs() if loc[0] == "posts"}

    @property
    def dates(self) -> set[str]:
        """The names of dates that rows may give."""
        return {str(loc[1]) for loc in self._locs() if loc[0] == "dates"}

    @property
    def has_preferences(self) -> bool:
        """Whether rows may say by which channels somebody wants to be told."""
        return any(name.endswith(".prefers") for name in (*self.columns.by_field, *self.mapping.defaults))

    def _locs(self) -> Iterator[Loc]:
        return map(loc_of, (*self.columns.by_field, *self.mapping.defaults))

    def has_room(self) -> bool:
        """Whether one more fault is shown; otherwise it is only counted."""
        room = len(self._faults) < MOST_SHOWN
        self._hidden += not room
        return room

    def add(self, fault: Fault) -> None:
        """Note a fault."""
        self._faults[fault] = None

    def spoil(self, line: int, loc: Loc, message: str) -> None:
        """Note what is wrong with a field of a row."""
        name = column_of(loc)
        column = self.columns.at(name) or self.columns.by_field["id"]
        label = column.label if column.field == name else name
        self.add(fault_in_cell(self.path, line, column.number, f"{label}: {message}"))

    def spoil_relation(self, line: int, relation: str, other: str, message: str) -> None:
        """Note what is wrong with a relation: once, and in the mapping file, where that says it for many rows."""
        loc = self.mapping.place_of(relation, other)
        if self.mapping_at is not None and loc is not None:
            self.add(self.mapping_at.fault(loc, f"{relation}: {message}"))
        elif self.has_room():
            self.spoil(line, (relation,), message)
