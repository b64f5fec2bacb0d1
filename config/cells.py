"""Cells: the text of a table's cell, turned into what the same field holds in YAML."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache, partial
from typing import get_origin

from config.characters import unwanted_in_cell
from config.columns import DATES
from config.fields import parse_day
from config.schema import OrganizationEntry

Read = Callable[[str], object]
"""Reads one cell of a column: None if it is blank. Raises ValueError in words for the administrator."""

_SEPARATORS = re.compile(r"[;；、,，|\s]+")
_BETWEEN_PERSONS = re.compile(r"[;；\r\n]+")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日?|(\d{4})(\d\d)(\d\d)", re.ASCII)
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0+)?)?$")
_WHOLE_NUMBER = re.compile(r"\d+\.0+", re.ASCII)
_BROKEN = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")
_LISTS = {name for name, field in OrganizationEntry.model_fields.items() if get_origin(field.annotation) is list}

HOW_TO_DATE = "write it as 2026-09-18, or one for each person as 李敏=2027-05-31；王五=2026-03-01"


def reader(field: str, words: Mapping[str, str | None]) -> Read:
    """How the cells of a field's column are read; `words` says what some texts stand for (None: for nothing)."""
    if field in _LISTS or field.rpartition(".")[2] == "prefers":
        return partial(_read_list, words)
    return partial(_read, words, _meaning(field))


def _meaning(field: str) -> Callable[[str], object]:
    if field.startswith(DATES):
        return _days
    if field == "since":
        return _day
    if field.rpartition(".")[2] == "away":
        return _first_and_last
    return _number if field.rpartition(".")[2] == "mobile" else str


def _read(words: Mapping[str, str | None], meaning: Callable[[str], object], cell: str) -> object:
    _refuse_unwanted(cell)
    text: str | None = cell.strip()
    if text and words:
        text = words.get(text, text)
    if not text:
        return None
    if text[0] == "#" and _BROKEN.fullmatch(text):
        raise ValueError(f"holds {text}, the error of a formula; mend the formula, or write the value itself")
    return meaning(text)


def _read_list(words: Mapping[str, str | None], cell: str) -> object:
    _refuse_unwanted(cell)
    found = [_read(words, str, word) for word in _SEPARATORS.split(cell)]
    return [word for word in found if word is not None] or None


def _refuse_unwanted(cell: str) -> None:
    """Before anything is cut off: a few of these characters count as blanks."""
    if (said := unwanted_in_cell(cell)) is not None:
        raise ValueError(said)


def _number(text: str) -> str:
    """A mobile number that a spreadsheet took for a number with a fraction."""
    return text.partition(".")[0] if _WHOLE_NUMBER.fullmatch(text) else text


@lru_cache(maxsize=20_000)
def _day(text: str) -> date:
    found = _DAY.fullmatch(_MIDNIGHT.sub("", text))
    if found is None:
        return parse_day(text)
    year, month, day = filter(None, found.groups())
    return parse_day(f"{year}-{month:0>2}-{day:0>2}")


def _first_and_last(text: str) -> dict[str, date]:
    first, _, last = map(str.strip, text.partition(".."))
    if not (first and last):
        raise ValueError(f"{text!r} is no absence; write the first and the last day, as 2026-10-01..2026-10-15")
    return {"from": _day(first), "to": _day(last)}


def _days(text: str) -> date | dict[str, date]:
    text = text.replace("＝", "=")
    if "=" not in text:
        try:
            return _day(text)
        except ValueError as error:
            raise ValueError(str(error).replace("write it as 2026-09-18", HOW_TO_DATE)) from error
    found: dict[str, date] = {}
    for part in filter(None, map(str.strip, _BETWEEN_PERSONS.split(text))):
        person, equals, day = map(str.strip, part.partition("="))
        if not (person and equals):
            raise ValueError(f"{part!r} names no person; write 李敏=2027-05-31；王五=2026-03-01")
        if person in found:
            raise ValueError(f"{person!r} stands here twice")
        found[person] = _day(day)
    return found
