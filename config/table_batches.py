"""Table batches: many rows of a table turned into organizations together, column by column.

Most cells of a column say what others above them said: such a text is read and validated once, and what it means stands
in memory once. The cells of the other columns are validated in one call for all rows.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Annotated, Any, Protocol

from pydantic import TypeAdapter, ValidationError

from config.cells import Read, reader
from config.characters import seems_clean
from config.columns import REQUIRED, loc_of
from config.fields import DayOrEach
from config.headers import Columns
from config.schema import OrganizationEntry, PostEntry
from config.table_mappings import TableMapping
from obligations.organizations import RELATIONS, Organization, Post

_ONLY_ONCE = {"id", "name", "email", "mobile"}
"""Fields whose values hardly recur."""
_OF_A_POST = Post._fields
_OF_AN_ORGANIZATION = {name: Organization._field_defaults.get(name) for name in Organization._fields}
"""Its fields in their order, each with what it is where a table has no such column."""
_NO_DATES: Mapping[str, Any] = {}
_WRONG: Any = object()
"""Stands for a cell in which something is wrong, or may be."""

_Dates = tuple[Mapping[str, Any], Mapping[str, Any]]
"""An organization's own dates, and those of persons."""

Values = Sequence[Any]
"""What each cell of a column means: None if it is blank, or `_WRONG`."""


class ReadColumn(Protocol):
    """How a column is read."""

    has_met_faults: bool
    """Whether something was wrong in any cell of it up to now."""

    def __call__(self, cells: Sequence[str]) -> Values:
        """What its cells mean."""
        ...


class BatchReader:
    """Reads the rows of one table."""

    def __init__(self, columns: Columns, mapping: TableMapping) -> None:
        self._defaults = {name: _validate(name, reader(name, {})(text)) for name, text in mapping.defaults.items()}
        self._columns: dict[str, tuple[int, ReadColumn]] = {
            name: (column.number - 1, _column(name, mapping.values.get(name, {}), self._defaults.get(name)))
            for name, column in columns.by_field.items()
        }
        locs = {name: loc_of(name) for name in (*self._columns, *self._defaults)}
        self._posts = list(dict.fromkeys(str(loc[1]) for loc in locs.values() if loc[0] == "posts"))
        self._dates = {str(loc[1]): name for name, loc in locs.items() if loc[0] == "dates"}
        self._known_relations: dict[tuple[str | None, ...], dict[str, str]] = {}

    def read(self, rows: Sequence[Sequence[str]]) -> list[Organization | None]:
        """The organization of each row; None where the row must be looked at for itself.

        Rows are not blank, and at least as wide as the header.
        """
        cells, count = list(zip(*rows, strict=False)), len(rows)
        values: dict[str, Values] = {name: [default] * count for name, default in self._defaults.items()}
        values |= {name: read(cells[index]) for name, (index, read) in self._columns.items()}
        spoilt = [values[name] for name, (_, read) in self._columns.items() if read.has_met_faults]
        wrong = {row for each in spoilt for row, value in enumerate(each) if value is _WRONG}
        dates = self._read_dates(values, count)
        groups: dict[str, Values] = {
            "posts": self._read_posts(values, count, wrong),
            "relations": self._read_relations(values, count),
            "dates": [own for own, _ in dates],
            "person_dates": [of_persons for _, of_persons in dates],
        }
        columns = [
            groups.get(name) or values.get(name) or [blank] * count for name, blank in _OF_AN_ORGANIZATION.items()
        ]
        found = map(Organization, *columns)
        return [None if row in wrong else each for row, each in enumerate(found)]

    def _read_posts(self, values: Mapping[str, Values], count: int, wrong: set[int]) -> list[dict[str, Post]]:
        """The posts of each row; rows in which a post has no holder are added to `wrong`."""
        found: list[dict[str, Post]] = [{} for _ in range(count)]
        for post in self._posts:
            names = [f"{post}.{attribute}" for attribute in _OF_A_POST]
            columns = [values[name] if name in self._columns else [None] * count for name in names]
            defaults = [self._defaults.get(name) for name in names]
            if all(columns[0]) and not any(defaults):  # nobody is missing, as in most tables
                for posts, holder in zip(found, map(Post, *columns), strict=True):
                    posts[post] = holder
                continue
            vacant = [not any(person) and not defaults[0] for person in zip(*columns, strict=True)]
            for index, default in enumerate(defaults):
                if default:
                    columns[index] = [value or default for value in columns[index]]
            for row, holder in enumerate(map(Post, *columns)):
                if not vacant[row]:
                    found[row][post] = holder
                    if not holder.name:
                        wrong.add(row)
        return found

    def _read_dates(self, values: Mapping[str, Values], count: int) -> list[_Dates]:
        if not self._dates:
            return [(_NO_DATES, _NO_DATES)] * count
        columns = [values[name] for name in self._dates.values()]
        rows = zip(*columns, strict=True)
        if any(dict in set(map(type, column)) for column in columns):
            return [self._split(row) for row in rows]
        names = tuple(self._dates)
        return [
            ({name: day for name, day in zip(names, row, strict=True) if day is not None} or _NO_DATES, _NO_DATES)
            for row in rows
        ]

    def _split(self, days: Sequence[Any]) -> _Dates:
        own = {name: day for name, day in zip(self._dates, days, strict=True) if day is not None}
        of_persons = {name: each for name, each in own.items() if each.__class__ is dict}
        for name in of_persons:
            del own[name]
        return own or _NO_DATES, of_persons or _NO_DATES

    def _read_relations(self, values: Mapping[str, Values], count: int) -> list[dict[str, str]]:
        names = [name for name in RELATIONS if name in values]
        if not names:
            return [{}] * count
        rows = list(zip(*(values[name] for name in names), strict=True))
        for row in set(rows) - self._known_relations.keys():
            self._known_relations[row] = {name: other for name, other in zip(names, row, strict=True) if other}
        return [self._known_relations[row] for row in rows]


def _column(name: str, words: Mapping[str, str | None], default: object) -> ReadColumn:
    """How a column is read; a default of a post waits until it is known that somebody holds the post."""
    loc = loc_of(name)
    blank = None if loc[0] == "posts" else _OF_AN_ORGANIZATION.get(name) if default is None else default
    if loc[0] != "dates" and loc[-1] in _ONLY_ONCE:
        return _Unlike(name, words, blank)
    return _Alike(name, reader(name, words), _WRONG if blank is None and name in REQUIRED else blank)


class _Alike(dict[str, Any]):
    """A column of which many cells are alike: what each text means."""

    def __init__(self, name: str, read: Read, blank: object) -> None:
        super().__init__()
        self.has_met_faults = False
        self._name = name
        self._read = read
        self._blank = blank

    def __missing__(self, text: str) -> object:
        try:
            found = self._read(text)
            self[text] = self._blank if found is None else _validate(self._name, found)
        except ValueError:
            self[text] = _WRONG
        self.has_met_faults |= self[text] is _WRONG
        return self[text]

    def __call__(self, cells: Sequence[str]) -> Values:
        return list(map(self.__getitem__, cells))


class _Unlike:
    """A column of which no two cells are alike."""

    def __init__(self, name: str, words: Mapping[str, str | None], blank: object) -> None:
        self.has_met_faults = False
        self._name = name
        self._adapter = _adapter(name, many=True)
        self._read = reader(name, words)
        self._words = words
        self._blank = blank

    def __call__(self, cells: Sequence[str]) -> Values:
        texts: list[Any] = list(map(str.strip, cells))
        if self._words:
            texts = [self._words.get(text, text) or "" for text in texts]
        together = "".join(cells)
        is_spoilt = "#" in together and any(text.startswith("#") for text in texts)
        if "" in texts:
            texts = [text or self._blank for text in texts]
        if not is_spoilt and seems_clean(together):
            with suppress(ValidationError):
                return self._adapter.validate_python(texts)  # type: ignore[no-any-return] # a list
        self.has_met_faults = True  # or nearly so
        return [self._look_closer(cell) for cell in cells]

    def _look_closer(self, cell: str) -> object:
        try:
            return _validate(self._name, self._read(cell) or self._blank)
        except ValueError:
            return _WRONG


def _validate(name: str, value: object) -> Any:  # noqa: ANN401 # of whatever type the field is
    """A value as the schema has it; lists become tuples."""
    found = _adapter(name).validate_python(value)
    return tuple(found) if isinstance(found, list) else found


@lru_cache(maxsize=200)
def _adapter(name: str, *, many: bool = False) -> TypeAdapter[Any]:
    each = _annotation(name)
    return TypeAdapter(list[each] if many else each)  # type: ignore[valid-type] # known only now


def _annotation(name: str) -> Any:  # noqa: ANN401 # a type
    """The type of a field in the schema; of a field of a post also nothing, since a post may be vacant."""
    match loc_of(name):
        case ("posts", _, str(attribute)):
            info = PostEntry.model_fields[attribute]
            return Annotated[info.annotation, info] | None
        case ("dates", _):
            return DayOrEach
        case _:
            info = OrganizationEntry.model_fields[name]
            return Annotated[info.annotation, info]
