"""Mapping files: how a table that people keep for themselves is read as a roster (`binhai.mapping.yaml`)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, WithJsonSchema

from config.cells import reader
from config.columns import column_of, did_you_mean_a_field, is_field, loc_of
from config.documents import Document, Fault, Loc, found_there, read_document
from config.fields import Text
from config.schema import OrganizationEntry
from config.validation import Strict, place, problem, validate

ENDING = ".mapping"
"""What the name of a mapping file has before its `.yaml`."""


def _squeezed(header: object) -> object:
    return " ".join(header.split()) if isinstance(header, str) else header


def _as_field(name: str) -> str:
    if not is_field(name):
        raise ValueError(f"{found_there(name)} is no field of an organization{did_you_mean_a_field(name)}")
    return name


def _as_cell(value: object) -> object:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "；".join(value)
    return value


Header = Annotated[Text, BeforeValidator(_squeezed)]
"""The name of a column: its lines are joined and its spaces are single."""
FieldName = Annotated[str, AfterValidator(_as_field), WithJsonSchema({"type": "string", "format": "column"})]
Cell = Annotated[
    Text,
    BeforeValidator(_as_cell),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
            ]
        }
    ),
]
"""What might stand in a cell; a list of words is written as one."""


class TableMapping(Strict):
    """What the columns and words of a table mean."""

    columns: dict[Header, FieldName | None] = Field(
        default_factory=dict,
        description="heading: field; nothing for a column that is not read",
        examples=[{"企业名称": "name", "备注": None}],
    )
    values: dict[FieldName, dict[Text, Cell | None]] = Field(
        default_factory=dict,
        description="field: {text of the table: value}; nothing for a text that says nothing",
        examples=[{"industry": {"危险化学品": "hazardous_chemicals"}}],
    )
    defaults: dict[FieldName, Cell] = Field(
        default_factory=dict,
        description="field: value where the cell is blank or there is no such column",
        examples=[{"kind": "enterprise"}],
    )
    encoding: Literal["utf-8", "gbk", "gb18030", "gb2312"] = Field(
        default="utf-8", description="how a CSV file is encoded", examples=["gbk"]
    )
    sheet: Text | None = Field(
        default=None, description="the sheet of a workbook; by default the first that is shown", examples=["台账"]
    )
    header: int = Field(default=1, ge=1, description="the line with the headings", examples=[3])
    header_rows: int = Field(
        default=1,
        ge=1,
        le=3,
        description="how many lines the headings take; one above several columns is said first",
        examples=[2],
    )
    fill_down: list[FieldName] = Field(
        default_factory=list,
        description="fields whose blank cells mean what stands above them, as in merged cells",
        examples=[["region", "regulator"]],
    )
    other_columns: Literal["ignore", "refuse"] = Field(
        default="refuse",
        description="what becomes of a column that is no field and has no entry: left out, or a fault",
        examples=["ignore"],
    )

    def place_of(self, field: FieldName, value: str) -> Loc | None:
        """Where this file says that a field has a value, if it does."""
        if self.defaults.get(field) == value:
            return "defaults", field
        words = (word for word, meant in self.values.get(field, {}).items() if meant == value)
        return next((("values", field, word) for word in words), None)


def mapping_of(table: Path) -> Path:
    """The mapping file that would stand beside a table."""
    return table.with_name(f"{table.stem}{ENDING}.yaml")


def read_mapping(path: Path) -> tuple[TableMapping | None, Document | None, list[Fault]]:
    """Read a mapping file; None with the faults if it does not hold."""
    document, faults = read_document(path)
    if document is None or document.data is None:
        return (TableMapping() if not faults else None), document, faults
    mapping, more = validate(TableMapping, document)
    if mapping is not None:
        more = [document.fault(loc, message) for loc, message in _check_words(mapping)]
    faults += more
    return (None if faults else mapping), document, faults


def _check_words(mapping: TableMapping) -> Iterator[tuple[Loc, str]]:
    """What stands in for cells must be possible in them: otherwise each row would have a fault that is not its own."""
    for field, text in mapping.defaults.items():
        if field == "id":
            yield ("defaults", field), "id: no two organizations have the same; the table needs a column for it"
        yield from ((("defaults", field), f"{field}: {message}") for message in _problems(field, text))
    for field, words in mapping.values.items():
        for word, meant in words.items():
            messages = _problems(field, meant) if meant is not None else ()
            yield from ((("values", field, word), f"{field}: {message}") for message in messages)


def _problems(field: str, text: str) -> list[str]:
    """What is wrong with a text as the value of a field."""
    try:
        value = reader(field, {})(text)
        OrganizationEntry.model_validate(_entry_with(field, value))
    except ValidationError as error:
        return [problem(details) for details in error.errors() if column_of(place(details)) == field]
    except ValueError as error:
        return [str(error)]
    return []


def _entry_with(field: str, value: object) -> Mapping[str, object]:
    """An entry of which only one field is in question."""
    entry: dict[str, object] = {"id": "x", "kind": "office", "name": "x"}
    match loc_of(field):
        case ("posts", str(post), str(attribute)):
            entry["posts"] = {post: {"name": "x"} | {attribute: value}}
        case ("dates", str(name)):
            entry["dates"] = {name: value}
        case _:
            entry[field] = value
    return entry
