"""`duban ledger`: proving that the record is whole, and reading it."""

import json
from pathlib import Path

import click
from sqlalchemy import Connection

from daemon.cli.context import Workplace, fail
from daemon.cli.output import Form, forms, show
from daemon.ledger_heads import HeadsError, heads_file, missing_heads, read_heads
from daemon.store import ledger as rows


@click.group("ledger")
def ledger() -> None:
    """The record of every fact and every sending."""


@ledger.command("verify")
@click.option(
    "--heads", type=click.Path(path_type=Path), help="A kept copy of the file of heads, instead of the one here."
)
@click.pass_obj
def verify_ledger(workplace: Workplace, heads: Path | None) -> None:
    """Check that no row was changed, taken out, put elsewhere or cut off; status 1 if one was."""
    config = workplace.config()
    path = heads or heads_file(workplace.database(config), config.directory)
    with workplace.reading(config) as connection:
        if connection is None:
            fail(f"nothing is stored yet in {config.directory}; `duban run` starts the daemon")
        broken = [*rows.verify(connection), *_against_heads(connection, path, named=heads is not None)]
        end = rows.end(connection)
    for words in broken:
        click.echo(words, err=True)
    if broken:
        raise SystemExit(1)
    count, digest = end or (0, rows.BEGINNING)
    click.echo(f"the ledger is whole: {count} rows, the last with hash {digest}")
    click.echo(_what_heads_say(path))


def _what_heads_say(path: Path | None) -> str:
    if path is None or not path.exists():
        return "no heads are kept of it yet, so that nobody could tell if its last rows were cut off"
    return f"it has every head that {path} keeps"


def _against_heads(connection: Connection, path: Path | None, *, named: bool) -> list[str]:
    if path is None or (not path.exists() and not named):
        return []
    try:
        return list(missing_heads(connection, read_heads(path)))
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}")
    except HeadsError as error:
        fail(str(error))


@ledger.command("show")
@click.argument("task")
@forms
@click.pass_obj
def show_ledger(workplace: Workplace, task: str, form: Form) -> None:
    """Show every row about TASK (or about an event, by its id), in order."""
    situation = workplace.situation()
    with workplace.reading(situation.config) as connection:
        found = rows.about(connection, task) if connection is not None else []
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


def _words(body: object) -> str:
    return (
        "  ".join(f"{name}={value}" for name, value in body.items() if value) if isinstance(body, dict) else str(body)
    )


COMMANDS = (ledger,)
