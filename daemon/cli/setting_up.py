"""`duban init`, `check`, `schema`: writing a config and finding what is wrong with it."""

import json
from pathlib import Path

import click

from config.coverage import Coverage, Duty, coverage, start_words
from config.documents import Fault
from config.editors.schemas import DIRECTORY as SCHEMAS
from config.editors.schemas import MODELS, modeline, schema_of, write_schemas
from config.loader import Config, ConfigError, load
from config.settings import Settings
from config.shipped import shipped_directory, starting_on
from daemon.cli.context import Workplace, fail, fail_with
from daemon.cli.output import Form, forms, show
from daemon.sms_lengths import SmsLength, sms_lengths
from daemon.sms_parameters import parameter_faults
from daemon.templates import template_faults
from obligations.deadlines import local_day
from obligations.organizations import Kind


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.pass_obj
def init(workplace: Workplace, directory: Path) -> None:
    """Write a starting config into DIRECTORY: commented, valid, ready to be edited."""
    start = shipped_directory("start")
    if (directory / "duban.yaml").exists():
        fail(f"{directory / 'duban.yaml'} exists already; nothing was written")
    today = local_day(workplace.clock.now(), Settings.model_fields["timezone"].default)
    for source in sorted(start.rglob("*.yaml")):
        target = directory / source.relative_to(start)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        text = starting_on(today, text) if source.name == "duban.yaml" else text
        target.write_text(modeline(source.relative_to(start)) + text, encoding="utf-8")
        click.echo(f"wrote {target}")
    write_schemas(directory)
    click.echo(f"wrote {directory / SCHEMAS}, by which editors complete and check these files")
    click.echo(
        f"\nNext: edit the files, then `duban --config {directory} check` and `duban --config {directory} plan`."
    )


@click.command()
@forms
@click.pass_obj
def check(workplace: Workplace, form: Form) -> None:
    """Validate everything, and show what is covered and what is not.

    Faults are printed on standard error, one a line, and end with status 1; gaps in coverage do not.
    """
    config, faults = _examine(workplace.directory)
    if config is None or faults:
        if form is not Form.TABLE:
            show([{"faults": [_fault_row(fault) for fault in faults]}], form, ())
        fail_with(faults)
    covered = coverage(config)
    if form is Form.TABLE:
        _tell(config, covered)
    else:
        show([_row(config, covered)], form, ())


def _examine(directory: Path) -> tuple[Config | None, tuple[Fault, ...]]:
    """The config, if it has no fault, and all faults of its files and templates."""
    try:
        config = load(directory)
    except ConfigError as error:
        default = str(Settings.model_fields["language"].default)  # that which is set may be the fault
        return None, (*error.faults, *template_faults(directory, default))
    return config, template_faults(directory, config.settings.language) or tuple(parameter_faults(config))


def _tell(config: Config, found: Coverage) -> None:
    click.echo(
        f"{config.directory}: no faults. {len(config.organizations)} organizations, {len(config.obligations)} "
        f"obligations, {len(config.policies)} policies, {len(config.events)} events; calendar {config.calendar.version}"
    )
    kinds = [kind.value for kind in Kind]
    rows = [_duty_line(duty) for duty in found.duties if duty.total]
    show(rows, Form.TABLE, ("clause", "obligation", "title", "starts", *kinds))
    click.echo("tasks a year by kind of organization; in brackets organizations, where tasks come as something happens")
    _tell_sms(config)
    if found.idle:
        click.echo(f"about nobody here: {', '.join(obligation.id for obligation in found.idle)}")
    if found.gaps:
        click.echo(f"gaps in coverage: {len(found.gaps)} (a stand-in is told, or nobody)")
        for gap in found.gaps:
            click.echo(f"  {gap}")


def _tell_sms(config: Config) -> None:
    """For each channel the longest SMS that a stage makes, with made-up facts."""
    found: dict[str, SmsLength] = {}
    for each in sms_lengths(config):
        if each.channel not in found or each.characters > found[each.channel].characters:
            found[each.channel] = each
    for name, longest in found.items():
        if longest.segments is None:
            click.echo(f"SMS of {name}: {longest.text}; the longest variable has {longest.characters} characters")
        else:
            parts = "1 segment" if longest.segments == 1 else f"{longest.segments} segments"
            click.echo(f"SMS of {name}: up to some {longest.characters} characters, {parts} (at {longest.stage.value})")


def _duty_line(duty: Duty) -> dict[str, object]:
    obligation, tasks = duty.obligation, duty.tasks_a_year
    cells = {
        kind.value: "" if not count else f"({count})" if tasks is None else f"{tasks[kind]:.1f}".removesuffix(".0")
        for kind in Kind
        for count in [duty.subjects.get(kind, 0)]
    }
    return {"clause": obligation.clause, "obligation": obligation.id, "title": obligation.title,
            "starts": start_words(obligation), **cells}  # fmt: skip


def _row(config: Config, found: Coverage) -> dict[str, object]:
    return {
        "faults": [],
        "duties": [_duty_row(duty) for duty in found.duties],
        "gaps": [{"problem": gap.problem, "organization": next(iter(gap.organizations), None),
                  "organizations": gap.organizations} for gap in found.gaps],
        "sms": [{"channel": each.channel, "stage": each.stage, "text": each.text, "characters": each.characters,
                 "segments": each.segments} for each in sms_lengths(config)],
    }  # fmt: skip


def _duty_row(duty: Duty) -> dict[str, object]:
    obligation, tasks = duty.obligation, duty.tasks_a_year
    return {
        "obligation": obligation.id,
        "clause": obligation.clause,
        "title": obligation.title,
        "basis": obligation.basis,
        "starts": start_words(obligation),
        "applies_to": duty.total,
        "kinds": {kind.value: count for kind, count in duty.subjects.items()},
        "tasks_a_year": None if tasks is None else {kind.value: count for kind, count in tasks.items()},
    }


def _fault_row(fault: Fault) -> dict[str, object]:
    return {"file": fault.path, "line": fault.line, "column": fault.column, "message": fault.message}


@click.command()
@click.argument("kind", type=click.Choice(list(MODELS)), required=False)
@click.option("--write", is_flag=True, help="Write them all into the config directory, for its editors.")
@click.pass_obj
def schema(workplace: Workplace, kind: str | None, *, write: bool) -> None:
    """Print the JSON Schema of one kind of file, or of all kinds by name, for editors."""
    if not write:
        found = schema_of(kind) if kind else {name: schema_of(name) for name in MODELS}
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for path in write_schemas(workplace.directory):
        click.echo(f"wrote {path}")
    click.echo(
        f"\nAn editor finds them by the first line of a file, as in duban.yaml: {modeline(Path('duban.yaml'))}",
        nl=False,
    )


COMMANDS = (init, check, schema)
