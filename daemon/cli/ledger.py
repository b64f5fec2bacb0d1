"""`duban ledger`: proving that the record is whole, and reading it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, Row
from sqlalchemy.exc import DatabaseError

from daemon.archives_at_hand import (
    archive_of_task,
    archives_at_hand,
    changed_archives,
    not_looked_at,
    unfinished_archives,
)
from daemon.cli.context import Workplace, fail
from daemon.cli.output import Form, forms, show
from daemon.ledger_heads import HeadsError, heads_file, missing_heads, read_heads
from daemon.store import ledger as rows
from daemon.store.proving import verify


@click.group("ledger")
def ledger() -> None:
    """The record of every fact and every sending."""


@ledger.command("verify")
@click.option(
    "--heads", type=click.Path(path_type=Path), help="A kept copy of the file of heads, instead of the one here."
)
@click.option(
    "--archive", "files", type=click.Path(path_type=Path), multiple=True, help="An archive to look through too."
)
@click.pass_obj
def verify_ledger(workplace: Workplace, heads: Path | None, files: Sequence[Path]) -> None:
    """Check that no row was changed, taken out, put elsewhere or cut off; status 1 if one was."""
    config = workplace.config()
    path = heads or heads_file(workplace.database(config), config.directory)
    with workplace.stored(config) as connection:
        with archives_at_hand(connection, files) as at_hand:
            broken = list(verify(connection, at_hand))
            try:
                broken += changed_archives(connection, files)
                broken += _against_heads(connection, path, at_hand.values(), named=heads is not None)
            except DatabaseError:
                if not broken:
                    raise
            _fail_if(broken)
            elsewhere = list(_what_is_elsewhere(connection, list(at_hand)))
        end = rows.end(connection)
    count, digest = end or (0, rows.BEGINNING)
    click.echo(f"the ledger is whole: {count} rows, the last with hash {digest}")
    for words in elsewhere:
        click.echo(words)
    click.echo(_what_heads_say(path, everywhere=not elsewhere))


def _fail_if(broken: Sequence[str]) -> None:
    for words in broken:
        click.echo(words, err=True)
    if broken:
        raise SystemExit(1)


def _what_is_elsewhere(connection: Connection, at_hand: Sequence[int]) -> Iterator[str]:
    for count, file in not_looked_at(connection, at_hand):
        yield f"{count} rows of it are archived in {file}, not looked at (--archive FILE looks at them)"
    for each in unfinished_archives(connection):
        yield f"the archive {each.file} is not complete: `duban archive {each.year} FILE` goes on with it"


def _what_heads_say(path: Path | None, *, everywhere: bool) -> str:
    if path is None or not path.exists():
        return "no heads are kept of it yet, so that nobody could tell if its last rows were cut off"
    return f"it has every head that {path} keeps{'' if everywhere else ', those in archives apart'}"


def _against_heads(
    connection: Connection, path: Path | None, at_hand: Iterable[Connection], *, named: bool
) -> list[str]:
    if path is None or (not path.exists() and not named):
        return []
    try:
        return list(missing_heads(connection, read_heads(path), at_hand))
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}")
    except HeadsError as error:
        fail(str(error))


@ledger.command("show")
@click.argument("task")
@click.option("--archive", type=click.Path(path_type=Path), help="The file that an archived task went into.")
@forms
@click.pass_obj
def show_ledger(workplace: Workplace, task: str, archive: Path | None, form: Form) -> None:
    """Show every row about TASK (or about an event, by its id), in order."""
    situation = workplace.situation()
    with workplace.reading(situation.config) as connection:
        found = _about(connection, task, archive) if connection is not None else []
    if not found:
        fail(f"the ledger has nothing about {task!r}; `duban plan` lists the tasks")
    shown = [
        {"seq": row.seq, "at": situation.local(row.at), "kind": row.kind, "about": row.about,
         "body": json.loads(row.body), "hash": row.hash}
        for row in found
    ]  # fmt: skip
    if form is Form.TABLE:
        lines = [{**each, "body": _words(each["body"])} for each in shown]
        show(lines, form, ("seq", "at", "kind", "body"))
    else:
        show(shown, form, ())


def _about(connection: Connection, task: str, archive: Path | None) -> list[Row[Any]]:
    """The rows about a task, those in its archive among them."""
    found = {row.seq: row for row in rows.about(connection, task)}
    with archive_of_task(connection, task, archive) as place:
        if place is not None and place.connection is None:
            fail(f"{task} is archived in {place.file}, which is not there; --archive FILE says where it is now")
        if place is not None and place.connection is not None:
            found |= {row.seq: row for row in rows.about(place.connection, task)}
    return [found[seq] for seq in sorted(found)]


def _words(body: object) -> str:
    return (
        "  ".join(f"{name}={value}" for name, value in body.items() if value) if isinstance(body, dict) else str(body)
    )


COMMANDS = (ledger,)
