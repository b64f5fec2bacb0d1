"""Headers: which field each column of a table holds, and what is wrong with the names of its columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.characters import unwanted_in_cell
from config.columns import REQUIRED, did_you_mean_a_field, is_field, loc_of
from config.documents import Loc, did_you_mean
from config.table_mappings import TableMapping, mapping_of


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read."""

    number: int
    """From 1."""
    header: str
    field: str

    @property
    def label(self) -> str:
        """What messages call it: by its header, and by its field where that is called otherwise."""
        return self.field if self.header == self.field else f"{self.header} ({self.field})"


@dataclass(slots=True)
class Columns:
    """The columns of one table."""

    by_field: dict[str, Column] = field(default_factory=dict)
    nameless: list[int] = field(default_factory=list)
    """Numbers of the columns without a name that must be blank."""
    width: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    """Column and message."""
    lacks: list[str] = field(default_factory=list)
    """What is said of the columns without which no row can be read."""

    def at(self, name: str) -> Column | None:
        """The column of a field; of a post that has no such column, the one with the names of its holders."""
        post = loc_of(name)[1] if len(loc_of(name)) == 3 else None
        return self.by_field.get(name) or self.by_field.get(f"{post}.name")


def names_of_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """The names in the rows of a header, in one line each.

    A name that stands above several columns is said before the name of each of them.
    """
    *above, last = [[" ".join(cell.split()) for cell in row] for row in rows]
    names = last + [""] * (max(map(len, above), default=0) - len(last))
    for row in reversed(above):
        group = ""
        for index, cell in enumerate(row):
            group = cell or (group if names[index] else "")
            names[index] = f"{group} {names[index]}".strip()
    return names


def read_header(names: Sequence[str], mapping: TableMapping, table: Path) -> Columns:
    """What the names of the columns say."""
    found = Columns(width=len(names))
    advice = f"map it under `columns` in {mapping_of(table).name}, or write `other_columns: ignore` there"
    for number, header in enumerate(names, 1):
        name = mapping.columns.get(header, header)
        if name is None:
            continue
        if (said := unwanted_in_cell(header)) is not None:
            found.faults.append((number, said))
            continue
        if is_field(name):
            _take(found, Column(number, header, name))
        elif mapping.other_columns == "ignore":
            continue
        elif header:
            hint = did_you_mean_a_field(header)
            found.faults.append((number, f"unknown column {header!r}{f'{hint} Otherwise' if hint else ';'} {advice}"))
        else:
            found.nameless.append(number)
    found.lacks += _lacking(found, mapping, table)
    return found


def _take(found: Columns, column: Column) -> None:
    first = found.by_field.setdefault(column.field, column)
    if first is column:
        return
    if first.header == column.header:
        message = f"the column {column.header!r} stands twice, first as column {first.number}; take one out"
    else:
        message = f"{column.header!r} is the field {column.field}, and so is {first.header!r}; a field has one column"
    found.faults.append((column.number, message))


def _lacking(found: Columns, mapping: TableMapping, table: Path) -> Iterator[str]:
    how = f"call one so, or map one to it under `columns` in {mapping_of(table).name}"
    for name in REQUIRED:
        if name not in found.by_field and name not in mapping.defaults:
            default = "" if name == "id" else f", or give it there for all rows as `defaults: {{{name}: …}}`"
            yield f"there is no column {name!r}; {how}{default}"
    posts = {loc[1] for loc in map(loc_of, found.by_field) if len(loc) == 3}
    for post in sorted(map(str, posts)):
        if f"{post}.name" not in found.by_field and f"{post}.name" not in mapping.defaults:
            yield f"there is no column '{post}.name'; a post needs the name of who holds it: {how}"


def in_vain(found: Columns, names: Sequence[str], mapping: TableMapping) -> Iterator[tuple[Loc, str]]:
    """What the mapping file says of columns that the table has not: each with its place there and a message."""
    for header in mapping.columns:
        if header not in names:
            hint = did_you_mean(header, {*names} - {"", *mapping.columns})
            yield ("columns", header), f"the table has no column {header!r}{hint}"
    for index, name in enumerate(mapping.fill_down):
        if name not in found.by_field:
            yield (
                ("fill_down", index),
                f"no column of the table is the field {name}{did_you_mean(name, found.by_field)}",
            )
