"""Reading of rosters in tables: each row becomes an organization at once.

Rows are read in batches. Only a row in which something is wrong, or may be, is looked at for itself, cell by cell.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config import assembling
from config.columns import column_of, loc_of
from config.csv_files import read_csv
from config.documents import Fault, Loc, fault_at
from config.headers import in_vain, names_of_columns, read_header
from config.rosters import Roster
from config.schema import OrganizationEntry
from config.table_batches import BatchReader
from config.table_mappings import mapping_of, read_mapping
from config.table_rows import Entry, RowReader
from config.tables import Row, TableError, fault_in_cell, is_workbook, read_bytes
from config.validation import place, problem
from config.workbooks import NoSuchSheetError, read_sheet
from obligations.organizations import Organization

_AT_ONCE = 1_000
"""Rows."""

Taken = Callable[[str], str | None]
"""Where an id stands in another file, as file:line; None if it is free."""
Digest = Callable[[bytes], None]
"""Is given the bytes of every file that is read."""


def read_roster(path: Path, taken: Taken, digest: Digest) -> Roster:
    """Read a table, with the mapping file beside it if there is one."""
    roster = Roster(path)
    try:
        if mapping_of(path).exists():
            _read_mapping(roster, digest)
        if roster.is_whole:
            _read_rows(roster, _open(roster, digest), taken)
    except NoSuchSheetError as error:
        roster.is_whole = False
        roster.add(roster.mapping_at.fault(("sheet",), str(error)) if roster.mapping_at else _fault(path, error))
    except TableError as error:
        roster.is_whole = False
        roster.add(_fault(path, error))
    return roster


def _fault(path: Path, error: TableError) -> Fault:
    return Fault(str(path), error.line, error.column, str(error))


def _read_mapping(roster: Roster, digest: Digest) -> None:
    mapping, roster.mapping_at, faults = read_mapping(mapping_of(roster.path))
    if roster.mapping_at is not None:
        digest(roster.mapping_at.raw)
    for fault in faults:
        roster.add(fault)
    if mapping is not None:
        roster.mapping = mapping
    roster.is_whole = mapping is not None


def _open(roster: Roster, digest: Digest) -> Iterator[Row]:
    """The rows from the one with the names of the columns on."""
    mapping, raw = roster.mapping, read_bytes(roster.path)
    digest(raw)
    if is_workbook(roster.path):
        return (row for row in read_sheet(raw, mapping.sheet) if row[0] >= mapping.header)

    def malformed(line: int, message: str) -> None:
        roster.is_whole = False
        if roster.has_room():
            roster.add(fault_in_cell(roster.path, line, 1, message))

    return read_csv(raw, mapping.encoding, mapping.header, mapping_of(roster.path).name, malformed)


def _read_rows(roster: Roster, rows: Iterator[Row], taken: Taken) -> None:
    _read_header(roster, rows)
    if not roster.is_whole:
        return
    many, single = BatchReader(roster.columns, roster.mapping), RowReader(roster.columns, roster.mapping)
    full = _filled_down(roster, _full_rows(roster, rows))
    for batch in _batches(full):
        roster.rows += len(batch)
        found = many.read([cells for _, cells in batch])
        if _take_all(roster, batch, found, taken):
            continue
        for (line, cells), each in zip(batch, found, strict=True):
            organization = each or _look_closer(roster, single, line, cells, taken)
            if organization is not None and _claim(roster, organization.id, line, taken):
                roster.organizations[organization.id] = organization


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """The rows, many at once; those before the place from which on a table cannot be read come in any case."""
    while True:
        batch: list[Row] = []
        try:
            batch.extend(islice(rows, _AT_ONCE))
        except TableError:
            if batch:
                yield batch
            raise
        if not batch:
            return
        yield batch


def _take_all(roster: Roster, batch: Sequence[Row], found: Sequence[Organization | None], taken: Taken) -> bool:
    """Take the organizations of a batch, if nothing is wrong with any of them."""
    by_id = {each.id: each for each in found if each is not None}
    if len(by_id) < len(batch) or not roster.lines.keys().isdisjoint(by_id) or any(map(taken, by_id)):
        return False
    roster.lines.update(zip(by_id, [line for line, _ in batch], strict=True))
    roster.organizations.update(by_id)
    return True


def _read_header(roster: Roster, rows: Iterator[Row]) -> None:
    mapping, path = roster.mapping, roster.path
    header = list(islice(rows, mapping.header_rows))
    line = header[-1][0] if header else mapping.header
    names = names_of_columns([cells for _, cells in header] or [[]])
    roster.columns = read_header(names, mapping, path)
    for number, message in roster.columns.faults:
        roster.add(fault_in_cell(path, line, number, message))
    for message in roster.columns.lacks:
        roster.add(Fault(str(path), line, 1, message))
        roster.is_whole = False
    if roster.mapping_at is not None:
        document = roster.mapping_at
        for loc, message in in_vain(roster.columns, names, mapping):
            roster.add(fault_at(document.data, loc, message, document.mark, key=True))


def _full_rows(roster: Roster, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows with something in a column that is read, as wide as the header."""
    width, nameless = roster.columns.width, roster.columns.nameless
    indices = [column.number - 1 for column in roster.columns.by_field.values()]
    first = indices[0]
    for line, cells in rows:
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        elif len(cells) > width and _overflows(roster, line, cells):
            continue
        if nameless:
            _check_nameless(roster, line, cells)
        if cells[first].strip() or any(cells[index].strip() for index in indices):
            yield line, cells


def _filled_down(roster: Roster, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, with what stands above it in each blank cell of the columns that are filled down."""
    by_field = roster.columns.by_field
    above = {by_field[name].number - 1: "" for name in roster.mapping.fill_down if name in by_field}
    return _filling_down(rows, above) if above else rows


def _filling_down(rows: Iterator[Row], above: dict[int, str]) -> Iterator[Row]:
    for line, cells in rows:
        for index, text in above.items():
            if cells[index].strip():
                above[index] = cells[index]
            else:
                cells[index] = text
        yield line, cells


def _overflows(roster: Roster, line: int, cells: Sequence[str]) -> bool:
    """Whether something stands where the header has no column."""
    width = roster.columns.width
    number = next((number for number, cell in enumerate(cells[width:], width + 1) if cell.strip()), None)
    if number is None:
        return False
    roster.rows += 1
    roster.lines.setdefault(cells[roster.columns.by_field["id"].number - 1].strip(), line)
    if roster.has_room():
        message = f"the row has more cells than there are columns ({width}); does a cell with a comma lack its quotes?"
        roster.add(fault_in_cell(roster.path, line, number, message))
    return True


def _check_nameless(roster: Roster, line: int, cells: Sequence[str]) -> None:
    """A column without a name must be blank; it is complained of once."""
    for number in [number for number in roster.columns.nameless if cells[number - 1].strip()]:
        roster.columns.nameless.remove(number)
        advice = f"or write `other_columns: ignore` into {mapping_of(roster.path).name}"
        message = f"the column of this cell has no name in line {roster.mapping.header}; give it one, {advice}"
        roster.add(fault_in_cell(roster.path, line, number, message))


def _claim(roster: Roster, identifier: str, line: int, taken: Taken) -> bool:
    """Take an id for a line; False, with a fault, if it is taken already."""
    first = f"{roster.path}:{roster.lines[identifier]}" if identifier in roster.lines else taken(identifier)
    roster.lines.setdefault(identifier, line)
    if first is not None and roster.has_room():
        roster.spoil(line, ("id",), f"the id {identifier!r} is taken by {first}; ids are unique")
    return first is None


def _look_closer(
    roster: Roster, reader: RowReader, line: int, cells: Sequence[str], taken: Taken
) -> Organization | None:
    """Note all that is wrong with a row; its id is taken nevertheless, so that others may name it."""
    readable, problems = reader.problems(cells)
    entry = reader.entry(readable)
    error = None
    try:
        valid = OrganizationEntry.model_validate(entry)
        if not problems:
            return assembling.organization(valid)
    except ValidationError as invalid:
        error = invalid
    if isinstance(entry.get("id"), str):
        _claim(roster, str(entry["id"]), line, taken)
    if roster.has_room():
        for details in error.errors() if error else ():
            problems.setdefault(column_of(place(details)), _problem(details))
        for name, message in problems.items():
            roster.spoil(line, loc_of(name), message)
            _take_out(entry, loc_of(name))
        roster.spoilt.append((line, entry))
    return None


def _take_out(entry: Entry, loc: Loc) -> None:
    """Take a value out of which all is said."""
    match loc:
        case ("posts", post, attribute):
            entry["posts"].get(post, {}).pop(attribute, None)
        case (group, *_):
            entry.pop(str(group), None)


def _problem(details: ErrorDetails) -> str:
    if details["type"] != "missing":
        return problem(details)
    return "must not be blank" + (" where other cells of the post are not" if details["loc"][0] == "posts" else "")
