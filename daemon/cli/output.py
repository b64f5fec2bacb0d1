"""Output: tables for people, JSON for programs."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

import click
from rich import box
from rich.console import Console
from rich.table import Table

CommandT = TypeVar("CommandT", bound=Callable[..., Any])
Row = Mapping[str, object]


class Form(Enum):
    """How data come out."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


def forms(command: CommandT) -> CommandT:
    """Give a command the options --json and --jsonl; it is called with `form`."""
    command = click.option("--jsonl", "form", flag_value=Form.JSONL, type=Form, help="One JSON object a line.")(command)
    command = click.option("--json", "form", flag_value=Form.JSON, type=Form, help="One JSON array.")(command)
    return click.option("--table", "form", flag_value=Form.TABLE, type=Form, default=Form.TABLE, hidden=True)(command)


def show(rows: Iterable[Row], form: Form, columns: Sequence[str], empty: str = "nothing") -> None:
    """Print rows in the form asked for; a table shows `columns` only, and JSON all there is."""
    match form:
        case Form.JSON:
            click.echo(json.dumps(list(rows), ensure_ascii=False, default=plain, indent=1))
        case Form.JSONL:
            for row in rows:
                click.echo(json.dumps(row, ensure_ascii=False, default=plain))
        case Form.TABLE:
            _show_table(list(rows), columns, empty)


def _show_table(rows: Sequence[Row], columns: Sequence[str], empty: str) -> None:
    if not rows:
        click.echo(empty)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    console().print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, Enum):
        return str(value.value)
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def console() -> Console:
    """Where people read; wide enough to keep a row on one line when the output is no terminal."""
    found = Console(highlight=False, emoji=False, markup=False)
    return found if found.is_terminal else Console(highlight=False, emoji=False, markup=False, width=200)


def plain(value: object) -> object:
    """A value as JSON has it: days and moments in ISO 8601, enums by their word."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"no JSON for {value!r}")
