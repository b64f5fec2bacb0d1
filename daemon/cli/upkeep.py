"""`duban diff`, `reload`, `backup`: what an edit would do, taking it over, and keeping a copy of the database."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from config.loader import Config, ConfigError, load
from daemon.backups import back_up
from daemon.cli.context import Workplace, fail, fail_unstored, fail_with
from daemon.cli.output import Form, Row, forms, show
from daemon.foresight import Foresight, drastic, force, foresee
from daemon.reloading import ask
from daemon.situation import Situation
from daemon.store.database import Database
from daemon.templates import template_faults
from obligations.changes import change_in
from obligations.reconciling import ground_of_withdrawal
from obligations.states import NoticeState

_SHOWN = 40
"""Tasks and people in the table; JSON has all of them."""


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), required=False)
@forms
@click.pass_obj
def diff(workplace: Workplace, directory: Path | None, form: Form) -> None:
    """Show what an edited config would change, and who would hear of it; nothing is written or sent.

    DIRECTORY is an edited copy of the config; without it, the config itself is looked at, as the daemon would take it
    over at its next wake-up.
    """
    edited = _edited(workplace, directory)
    situation = Situation(edited)
    with closing(_store(workplace, edited)) as database:
        found = foresee(database, situation, workplace.clock.now())
    if form is Form.TABLE:
        _tell(found, situation)
    else:
        show([_row(found, situation)], form, ())


@click.command()
@click.option("--force", "forced", is_flag=True, help="Even if it withdraws more than a fifth of the open tasks.")
@click.pass_obj
def reload(workplace: Workplace, *, forced: bool) -> None:
    """Check the edited config, and let a running daemon take it over at its next wake-up."""
    config = _edited(workplace, None)
    with closing(_store(workplace, config)) as database:
        found = foresee(database, Situation(config), workplace.clock.now())
        why = drastic(len(found.changes.withdrawn), found.standing)
        if why and not forced:
            fail(why)
        with database.write() as connection:
            ask(connection, workplace.clock.now())
            if why:
                force(connection, config)
    click.echo(f"config {config.version} has no faults; a running daemon takes it over within seconds")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup(workplace: Workplace, file: Path) -> None:
    """Copy the database into FILE, while the daemon runs, and prove that the copy is whole."""
    config = workplace.config()
    with closing(_store(workplace, config)) as database:
        rows = back_up(database, file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes, {rows:,} rows of the ledger, proved")


def _edited(workplace: Workplace, directory: Path | None) -> Config:
    """An edited copy works on the same database as the original."""
    try:
        found = load(directory or workplace.directory)
    except ConfigError as error:
        fail_with(error.faults)
    faults = template_faults(found.directory, found.settings.language)
    if faults:
        fail_with(faults)
    return found if directory is None else replace(found, directory=workplace.directory)


def _store(workplace: Workplace, config: Config) -> Database:
    database = workplace.database(config)
    if not database.exists:
        fail_unstored(config)
    return database


def _tell(found: Foresight, situation: Situation) -> None:
    if not found.changes:
        click.echo("no task is added, moved or withdrawn")
        if not found.told:
            return
    else:
        _tell_changes(found, situation)
    if steps := _steps(found):
        click.echo("what ladders would say at once:")
        show(steps, Form.TABLE, ("policy", "step", "stage", "tasks", "notices"))
    told = _told(found, situation)
    click.echo("nobody would hear of it at once" if not told else "who would hear of it at once:")
    show(told[:_SHOWN], Form.TABLE, ("task", "step", "name", "post", "organization", "state"))
    _tell_rest(len(told), "notices")
    if why := drastic(len(found.changes.withdrawn), found.standing):
        click.echo(f"a running daemon refuses it: {why}")


def _tell_changes(found: Foresight, situation: Situation) -> None:
    changes = found.changes
    click.echo(
        f"of {found.standing:,} open tasks: {len(changes.moved):,} changed, {len(changes.withdrawn):,} withdrawn; "
        f"{len(changes.restored):,} restored, {len(changes.added):,} added"
    )
    rows = _changes(found, situation)
    show(
        [{**row, "was": row["was"] or ""} for row in rows[:_SHOWN]], Form.TABLE, ("change", "task", "due", "was", "why")
    )
    _tell_rest(len(rows), "tasks")


def _tell_rest(count: int, what: str) -> None:
    if count > _SHOWN:
        click.echo(f"… and {count - _SHOWN:,} more {what}; --json has all")


def _row(found: Foresight, situation: Situation) -> Row:
    return {
        "standing": found.standing,
        "drastic": drastic(len(found.changes.withdrawn), found.standing) is not None,
        "changes": _changes(found, situation),
        "steps": _steps(found),
        "told": _told(found, situation),
    }


def _changes(found: Foresight, situation: Situation) -> list[Row]:
    changes, city = found.changes, situation.config.city()
    rows: list[Row] = [
        {"change": "withdrawn", "task": task.id, "due": task.plan.due, "was": None,
         "why": ground_of_withdrawal(task.plan, city).value}
        for task in changes.withdrawn
    ]  # fmt: skip
    for name, moves in (("changed", changes.moved), ("restored", changes.restored)):
        rows += [
            {"change": "moved" if name == "changed" and move.moves_deadline else name, "task": move.plan.id,
             "due": move.plan.due, "was": move.task.plan.due if move.moves_deadline else None, "why": ""}
            for move in moves
        ]  # fmt: skip
    rows += [{"change": "added", "task": plan.id, "due": plan.due, "was": None, "why": ""} for plan in changes.added]
    return rows


def _steps(found: Foresight) -> list[Row]:
    """How much each step of a ladder would say at once."""
    said: dict[tuple[str, int, str, str], list[str]] = {}
    for about, notice in found.told:
        if change_in(notice.step) is None and notice.state is not NoticeState.SUPERSEDED:
            step = about.task.plan.policy, notice.stage.gravity, notice.stage.value, notice.step
            said.setdefault(step, []).append(about.task.id)
    return [
        {"policy": policy, "step": step, "stage": stage, "tasks": len(set(tasks)), "notices": len(tasks)}
        for (policy, _, stage, step), tasks in sorted(said.items())
    ]


def _told(found: Foresight, situation: Situation) -> list[Row]:
    organizations = situation.config.organizations
    rows: list[Row] = []
    for about, notice in found.told:
        holder = organizations[notice.organization].posts.get(notice.post or "") if notice.organization else None
        rows.append(
            {"task": about.task.id, "step": notice.step, "stage": notice.stage.value,
             "name": holder.name if holder else None, "post": notice.post, "organization": notice.organization,
             "state": notice.state.value, "reason": notice.reason}
        )  # fmt: skip
    return rows


COMMANDS = (diff, reload, backup)
