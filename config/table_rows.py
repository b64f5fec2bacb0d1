"""Table rows: the cells of a row, turned into an entry as it would stand in YAML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from config.cells import Read, reader
from config.columns import loc_of
from config.headers import Columns
from config.table_mappings import TableMapping

Cells = Sequence[str]
Entry = dict[str, Any]
"""What stands in YAML for one organization."""
_Part = tuple[int, str, Read]
"""Where a cell stands in its row, the field in its part of the entry, and how it is read."""


@dataclass(slots=True)
class _Group:
    """The columns of one part of an entry: of its plain fields, of its dates, or of one post."""

    columns: list[_Part] = field(default_factory=list)
    defaults: Entry = field(default_factory=dict)

    def read(self, cells: Cells) -> Entry:
        """What the cells say, without the defaults."""
        found: Entry = {}
        for index, name, read in self.columns:
            value = read(cells[index])
            if value is not None:
                found[name] = value
        return found


class RowReader:
    """Reads the rows of one table."""

    def __init__(self, columns: Columns, mapping: TableMapping) -> None:
        self._plain, self._dates, self._posts = _Group(), _Group(), dict[str, _Group]()
        self._columns: dict[str, _Part] = {}
        for name, column in columns.by_field.items():
            group, key = self._group(name)
            part = (column.number - 1, key, reader(name, mapping.values.get(name, {})))
            group.columns.append(part)
            self._columns[name] = part
        for name, text in mapping.defaults.items():
            group, key = self._group(name)
            group.defaults[key] = reader(name, {})(text)

    def _group(self, name: str) -> tuple[_Group, str]:
        match loc_of(name):
            case ("posts", str(post), str(attribute)):
                return self._posts.setdefault(post, _Group()), attribute
            case ("dates", str(date)):
                return self._dates, date
            case _:
                return self._plain, name

    def entry(self, cells: Cells) -> Entry:
        """The entry of a row that is at least as wide as the header.

        Raises:
            ValueError: a cell cannot be read.
        """
        entry = self._plain.defaults | self._plain.read(cells)
        dates = self._dates.defaults | self._dates.read(cells)
        if dates:
            entry["dates"] = dates
        posts: Entry = {}
        for post, group in self._posts.items():
            person = group.read(cells)
            if person or "name" in group.defaults:
                posts[post] = group.defaults | person
        entry["posts"] = posts
        return entry

    def problems(self, cells: Cells) -> tuple[Cells, dict[str, str]]:
        """The cells with those that cannot be read taken out, and what is wrong with each of these, by field."""
        readable, found = list(cells), dict[str, str]()
        for name, (index, _, read) in self._columns.items():
            try:
                read(cells[index])
            except ValueError as error:
                found[name] = str(error)
                readable[index] = ""
        return readable, found
