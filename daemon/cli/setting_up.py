"""`duban init`, `check`, `schema`: writing a config and finding what is wrong with it."""

import json
from collections.abc import Mapping
from pathlib import Path

import click
from pydantic import BaseModel

from config.coverage import Coverage, coverage
from config.loader import Config
from config.schema import EventEntry, ObligationEntry, OrganizationEntry, PolicyEntry
from config.settings import Settings
from config.sources import shipped_directory
from daemon.cli.context import Workplace, fail
from daemon.cli.output import Form, forms, show
from obligations.deadlines import local_day


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
        text = source.read_text(encoding="utf-8").replace("start: 2026-01-01", f"start: {today}")
        target.write_text(text, encoding="utf-8")
        click.echo(f"wrote {target}")
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
    config = workplace.config()
    covered = coverage(config)
    if form is Form.TABLE:
        _tell(config, covered)
    else:
        show([_row(covered)], form, ())


def _tell(config: Config, found: Coverage) -> None:
    click.echo(
        f"{config.directory}: no faults. {len(config.organizations)} organizations, {len(config.obligations)} "
        f"obligations, {len(config.policies)} policies, {len(config.events)} events; calendar {config.calendar.version}"
    )
    duties = [
        {"clause": duty.obligation.clause, "obligation": duty.obligation.id, "title": duty.obligation.title,
         "applies_to": duty.subjects, "per_year": _per_year(duty.obligation.every, duty.subjects)}
        for duty in found.duties
    ]  # fmt: skip
    show(duties, Form.TABLE, ("clause", "obligation", "title", "applies_to", "per_year"))
    if found.gaps:
        click.echo(f"gaps in coverage: {len(found.gaps)} (a stand-in is told, or nobody)")
        for gap in found.gaps:
            click.echo(f"  {gap.organization}: {gap.problem}")


def _per_year(every: object, subjects: int) -> str:
    months = getattr(every, "months", None)
    return "when it happens" if months is None else str(round(12 / months * subjects, 1)).removesuffix(".0")


def _row(found: Coverage) -> dict[str, object]:
    return {
        "duties": [{"obligation": duty.obligation.id, "applies_to": duty.subjects} for duty in found.duties],
        "gaps": [{"organization": gap.organization, "problem": gap.problem} for gap in found.gaps],
    }


_SCHEMAS: Mapping[str, type[BaseModel]] = {
    "duban": Settings,
    "organizations": OrganizationEntry,
    "obligations": ObligationEntry,
    "policies": PolicyEntry,
    "events": EventEntry,
}


@click.command()
@click.argument("kind", type=click.Choice(list(_SCHEMAS)), required=False)
def schema(kind: str | None) -> None:
    """Print the JSON Schema of one kind of file, or of all kinds by name, for editors."""
    found = {name: _schema(name) for name in _SCHEMAS}
    click.echo(json.dumps(found[kind] if kind else found, ensure_ascii=False, indent=1))


def _schema(name: str) -> dict[str, object]:
    entry = _SCHEMAS[name].model_json_schema()
    if name == "duban":
        return entry
    if name in {"obligations", "policies"}:
        entry["required"] = ["id"]  # an entry may override single fields of a shipped one
    definitions = entry.pop("$defs", {})
    return {"type": "array", "items": entry, "$defs": definitions}


COMMANDS = (init, check, schema)
