"""`duban import`: taking over a new version of a file of organizations, after a look at what it would change."""

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from config.table_mappings import mapping_of
from daemon.cli.context import Workplace, fail_with
from daemon.cli.output import Form, Row, forms, show
from daemon.importing import Import, Preview, plan_import, preview, staged, take_over

_SHOWN = 20
"""Organizations of each sort; JSON has all of them."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="How the table is read. [default: the one beside FILE]"
)
@click.option("--as", "name", metavar="NAME", help="What the file is called in organizations/. [default: as FILE is]")
@click.option("--write", is_flag=True, help="Take the file over, if the config has no faults with it.")
@forms
@click.pass_obj
def import_roster(
    workplace: Workplace, file: Path, mapping: Path | None, name: str | None, *, write: bool, form: Form
) -> None:
    """Show what FILE would change as a file of organizations, and take it over if asked to.

    Faults are printed on standard error, one a line, and end with status 1; then nothing is written.
    """
    what = plan_import(workplace.directory, file, mapping, name)
    with staged(what) as stage:
        found = preview(what, stage)
        taken = write and not found.faults
        gone = take_over(what, stage) if taken else []
    if form is Form.TABLE:
        for line in (*_tell(what, found), *_tell_end(what, found, gone, taken=taken)):
            click.echo(line)
    else:
        show([_row(what, found, taken=taken)], form, ())
    if found.faults:
        fail_with(found.faults)


def _tell(what: Import, found: Preview) -> Iterator[str]:
    changes, read = found.changes, mapping_of(what.target)
    mapping = what.mapping or (read if read.exists() and what.is_table else None)
    yield f"{what.file} as {what.target}{f', read by {mapping}' if mapping else ''}"
    yield (
        f"{found.rows} rows: {len(changes.new)} new, {len(changes.changed)} changed, {len(changes.removed)} removed, "
        f"{changes.unchanged} unchanged, {len(found.faults)} faults"
    )
    yield from _shortened("new", [f"  {key} {each.name}" for key, each in changes.new.items()])
    changed = [
        "\n".join(
            [
                f"  {key}",
                *(f"    {name}: {old or '(blank)'} → {new or '(blank)'}" for name, (old, new) in fields.items()),
            ]
        )
        for key, fields in changes.changed.items()
    ]
    yield from _shortened("changed", changed)
    yield from _shortened("removed", [f"  {key} {each.name}" for key, each in changes.removed.items()])


def _shortened(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{title}:"
        yield from lines[:_SHOWN]
        if len(lines) > _SHOWN:
            yield f"  … and {len(lines) - _SHOWN} more"


def _tell_end(what: Import, found: Preview, gone: Iterable[Path], *, taken: bool) -> Iterator[str]:
    if taken:
        them = "them" if len(what.files) > 1 else "it"
        yield f"wrote {' and '.join(map(str, what.files))}; a running daemon takes {them} over by itself"
        yield from (f"removed {path}, whose place it takes" for path in gone)
    elif found.faults:
        yield "nothing was written: the config would have faults"
    else:
        yield f"nothing was written; to take it over: {_command(what)}"


def _command(what: Import) -> str:
    words = ["duban", "--config", str(what.directory), "import", str(what.file), "--as", what.target.name]
    return shlex.join([*words, *(["--mapping", str(what.mapping)] if what.mapping else []), "--write"])


def _row(what: Import, found: Preview, *, taken: bool) -> Row:
    changes = found.changes
    return {
        "file": str(what.file),
        "as": str(what.target),
        "mapping": str(what.mapping) if what.mapping else None,
        "rows": found.rows,
        "new": list(changes.new),
        "changed": [
            {"id": key, "fields": {name: {"old": old, "new": new} for name, (old, new) in fields.items()}}
            for key, fields in changes.changed.items()
        ],
        "removed": list(changes.removed),
        "unchanged": changes.unchanged,
        "faults": [
            {"file": fault.path, "line": fault.line, "column": fault.column, "message": fault.message}
            for fault in found.faults
        ],
        "written": taken,
    }


COMMANDS = (import_roster,)
