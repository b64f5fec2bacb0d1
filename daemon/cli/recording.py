"""`duban done`, `verify`, `reject`, `extend`, `waive`, `approve`, `event`: facts that people state."""

import getpass
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from config.assembling import field_of_event, naming_fields
from daemon.cli.context import Workplace, fail
from daemon.cli.counting_back import CountingBack
from daemon.cli.output import Form, forms, show
from daemon.cli.planning import DAY, MOMENT
from daemon.recording import Recorder, Statement
from daemon.situation import Situation
from obligations.reconciling import Changes
from obligations.selectors import Value
from obligations.states import TaskState
from obligations.tasks import PlannedTask, Task

BY = click.option("--by", default=None, help="Who says so. [default: the user who runs the command]")
NOTE = click.option("--note", default="", help="Words for the record.")


def _of_words(context: click.Context, parameter: click.Parameter, reason: str) -> str:  # noqa: ARG001 - click's
    if not reason.strip():
        raise click.BadParameter("is blank; say why")
    return reason


REASON = click.option("--reason", required=True, callback=_of_words, help="Why; kept for the record.")

_NO_FIELDS = {"id", "kind", "organization"}


@contextmanager
def recording(workplace: Workplace, situation: Situation) -> Iterator[Recorder]:
    """Facts are stated in one transaction; what came of them is said after it, when nothing can take them back."""
    with workplace.writing(situation.config) as connection:
        yield Recorder(connection, situation, workplace.clock.now())


def statement(by: str | None, note: str = "", evidence: Path | None = None) -> Statement:
    """Who states something, which is whoever runs the command unless another is named, and what he says of it."""
    if evidence is not None and not evidence.is_file():
        fail(f"there is no evidence file {str(evidence)!r}")
    return Statement(by or _user(), note, str(evidence.resolve()) if evidence else "", is_named=bool(by))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the latter from Python 3.13 on
        fail(f"user {os.getuid()} has no name on this machine; say who with --by")


def _say(task: Task, *, late: bool = False) -> None:
    missing = f", {task.missing} more to do by {task.plan.due}" if task.missing and task.state is TaskState.OPEN else ""
    click.echo(f"{task.id}: {task.state.value}{' late' if late else ''}{missing}")


@click.command()
@click.argument("task")
@click.option("--on", type=MOMENT, help="The day it was done, or the moment (2026-09-18T14:50). [default: now]")
@BY
@NOTE
@click.option("--evidence", type=click.Path(path_type=Path), help="A file that proves it.")
@click.pass_obj
def done(workplace: Workplace, task: str, on: date | None, by: str | None, note: str, evidence: Path | None) -> None:
    """Record that a task was done."""
    situation = workplace.situation()
    said = statement(by, note, evidence)
    with recording(workplace, situation) as recorder:
        after = recorder.done(task, on, said)
        late = recorder.is_late(after)
    _say(after.task, late=late)


@click.command()
@click.argument("task")
@BY
@NOTE
@click.pass_obj
def verify(workplace: Workplace, task: str, by: str | None, note: str) -> None:
    """Confirm that what was reported is done."""
    with recording(workplace, workplace.situation()) as recorder:
        after = recorder.verify(task, statement(by, note))
        late = recorder.is_late(after)
    _say(after.task, late=late)


@click.command()
@click.argument("task")
@BY
@REASON
@click.pass_obj
def reject(workplace: Workplace, task: str, by: str | None, reason: str) -> None:
    """Refuse what was reported: the task is open again."""
    with recording(workplace, workplace.situation()) as recorder:
        after = recorder.reject(task, statement(by, reason)).task
    _say(after)


@click.command()
@click.argument("task")
@click.option("--to", type=DAY, required=True, help="The new due day.")
@BY
@REASON
@click.pass_obj
def extend(workplace: Workplace, task: str, to: date, by: str | None, reason: str) -> None:
    """Move a task's due day; those who were told of the former one are told."""
    with recording(workplace, workplace.situation()) as recorder:
        extended = recorder.extend(task, to, statement(by, reason)).task
    click.echo(f"{extended.id}: due {extended.plan.due}")


@click.command()
@click.argument("task")
@BY
@REASON
@click.pass_obj
def waive(workplace: Workplace, task: str, by: str | None, reason: str) -> None:
    """Decide that a task need not be done."""
    with recording(workplace, workplace.situation()) as recorder:
        after = recorder.waive(task, statement(by, reason)).task
    _say(after)


@click.command(cls=CountingBack, context_settings={"ignore_unknown_options": True})
@click.argument("task")
@click.argument("step")
@BY
@NOTE
@click.pass_obj
def approve(workplace: Workplace, task: str, step: str, by: str | None, note: str) -> None:
    """Let the notices of a step go that wait for approval (`duban status` lists them)."""
    with recording(workplace, workplace.situation()) as recorder:
        count = recorder.approve(task, step, statement(by, note))
    click.echo(f"{task}: {count} notice{'s' if count > 1 else ''} of {step} may go")


@click.group()
def event() -> None:
    """Record what happened: accidents, closed cases and whatever else starts tasks."""


@event.command("add", context_settings={"ignore_unknown_options": True})
@click.argument("kind")
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE…")
@click.option("--organization", required=True, metavar="ID", help="Where it happened.")
@click.option("--id", "identifier", help="Its id. [default: kind and moment]")
@click.pass_obj
def add_event(
    workplace: Workplace, kind: str, fields: tuple[str, ...], organization: str, identifier: str | None
) -> None:
    """Record an event: `duban event add accident --organization ent-x occurred_at=2026-09-18T14:20 deaths=1`.

    A field may also be written as an option: `--deaths 1` or `--deaths=1`.
    """
    situation = workplace.situation()
    now = workplace.clock.now()
    name = identifier or f"{kind}-{situation.local(now):%Y%m%d-%H%M%S}"
    with recording(workplace, situation) as recorder:
        changes = recorder.add_event(name, kind, organization, _fields(fields, situation))
        later = recorder.opening_later(name)
    _say_changes(name, changes, later)
    if not changes and not later:
        click.echo(
            "  no duty follows from it: none waits for such an event, nobody bears what does, or all were due before "
            "`start` in duban.yaml"
        )


@event.command("amend", context_settings={"ignore_unknown_options": True})
@click.argument("identifier", metavar="ID")
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE…")
@click.pass_obj
def amend_event(workplace: Workplace, identifier: str, fields: tuple[str, ...]) -> None:
    """Change what is known of an event; its tasks appear, move or are withdrawn.

    A field may also be written as an option: `--deaths 1` or `--deaths=1`.
    """
    situation = workplace.situation()
    with recording(workplace, situation) as recorder:
        changes = recorder.amend_event(identifier, _fields(fields, situation))
        later = recorder.opening_later(identifier)
    _say_changes(identifier, changes, later)
    if not changes and not later:
        click.echo("  no task changes by it")


@event.command("list")
@forms
@click.pass_obj
def list_events(workplace: Workplace, form: Form) -> None:
    """List every event that is known."""
    rows = []
    for each in workplace.events(workplace.config()):
        own = {"id": each.id, "kind": each.kind, "organization": each.organization}
        rows.append({**own, **each.fields, **own})  # first, and true, whatever fields were once taken
    show(rows, form, ("id", "kind", "organization"), empty="no event is known")


def _pairs(words: tuple[str, ...]) -> Iterator[str]:
    """The fields as FIELD=VALUE, however they were written."""
    ahead = iter(words)
    for word in ahead:
        if not word.startswith("--"):
            yield word
        elif "=" in word:
            yield word.removeprefix("--")
        else:
            yield f"{word.removeprefix('--')}={next(ahead, '')}"


def _fields(words: tuple[str, ...], situation: Situation) -> dict[str, Value]:
    found: dict[str, Value] = {}
    naming = naming_fields(situation.config.obligations.values())
    for pair in _pairs(words):
        written, equals, text = pair.partition("=")
        name = written.replace("-", "_")
        if not equals or not text or not name.isidentifier():
            raise click.UsageError(f"{pair!r}: expected FIELD=VALUE, as deaths=1")
        if name in _NO_FIELDS:
            raise click.UsageError(f"{name} is no field: an event keeps the id, kind and organization it was given")
        try:
            found[name] = field_of_event(name, text, naming)
        except ValueError as error:
            raise click.UsageError(f"{name}: {error}") from error
    return found


def _say_changes(identifier: str, changes: Changes, later: Collection[PlannedTask]) -> None:
    counts = f"added: {len(changes.added)}, moved: {len(changes.moved)}, withdrawn: {len(changes.withdrawn)}"
    counts += f", restored: {len(changes.restored)}" if changes.restored else ""
    counts += f", opening later: {len(later)}" if later else ""
    click.echo(f"{identifier} is recorded; tasks {counts}")
    for plan in sorted(changes.added, key=_by_end):
        click.echo(f"  {plan.id}  due {plan.due}")
    for plan in sorted(later, key=_by_end):
        click.echo(f"  {plan.id}  due {plan.due}, opens on {plan.opens}")
    for move in sorted(changes.moved, key=lambda move: _by_end(move.plan)):
        click.echo(f"  {move.plan.id}  due {move.plan.due}, was {move.task.plan.due}")
    for task in changes.withdrawn:
        click.echo(f"  {task.id}  withdrawn")
    for move in sorted(changes.restored, key=lambda move: _by_end(move.plan)):
        click.echo(f"  {move.plan.id}  due {move.plan.due}, stands again")


def _by_end(plan: PlannedTask) -> tuple[datetime, str]:
    return plan.ends_at, plan.id


COMMANDS = (done, verify, reject, extend, waive, approve, event)
