"""`duban plan`, `duban simulate`, `duban explain`: what will be, what would be, and why."""

import asyncio
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import click

from config.fields import parse_day, parse_moment
from config.loader import Config
from config.reach import outside
from daemon.cli.context import Workplace, fail
from daemon.cli.output import Form, Row, forms, show
from daemon.explaining import explain_task
from daemon.simulation import Simulation, memory_channels, read_completions
from daemon.situation import Situation
from daemon.store import facts
from daemon.store.database import Database
from daemon.store.told import told
from obligations.deadlines import end_of_day, local_day, local_moment
from obligations.planning import planned_for, planned_tasks
from obligations.tasks import PlannedTask


class DayType(click.ParamType[date]):
    """A day written as 2026-09-18."""

    name = "DAY"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day, or refuse it as wrong use."""
        try:
            return parse_day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class MomentType(click.ParamType[date]):
    """A day written as 2026-09-18, or a moment of it written as 2026-09-18T14:50."""

    name = "DAY"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day or moment, or refuse it as wrong use."""
        try:
            return parse_moment(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


DAY, MOMENT = DayType(), MomentType()
PLAN_COLUMNS = ("due", "task", "title", "bearer", "assignee", "last_working_day", "provisional")
TOLD_COLUMNS = ("at", "stage", "task", "step", "organization", "post", "name", "channel", "address")


@click.command()
@click.option("--from", "first", type=DAY, help="The first due day. [default: today]")
@click.option("--to", "last", type=DAY, help="The last due day. [default: a year after the first]")
@click.option("--organization", metavar="ID", help="Only tasks that this organization bears or is the subject of.")
@forms
@click.pass_obj
def plan(workplace: Workplace, first: date | None, last: date | None, organization: str | None, form: Form) -> None:
    """List the tasks due between two days, whether or not they are done."""
    config = workplace.config()
    first, last = _span(workplace, config, first, last)
    if organization is not None and organization not in config.organizations:
        fail(f"there is no organization {organization!r}")
    with workplace.reading(config) as connection:
        city = Situation(config).city(connection, now=workplace.clock.now())
    left_out: dict[str, str] = {}
    if organization is None:
        tasks = planned_tasks(city, last, left_out=left_out)
    else:
        tasks = planned_for(organization, city, last, left_out)
    found = sorted((each for each in tasks if first <= each.due <= last), key=lambda each: (each.due, each.id))
    for task, why in left_out.items():
        click.echo(f"duban: {task} is left out: {why}", err=True)
    rows = [_planned_row(config, each) for each in found]
    show(rows, form, PLAN_COLUMNS, empty=f"nothing is due from {first} to {last}")


def _span(workplace: Workplace, config: Config, first: date | None, last: date | None) -> tuple[date, date]:
    """The two days, by which the calendar can count."""
    calendar = config.calendar
    first = first or local_day(workplace.clock.now(), config.settings.timezone)
    if last is not None and last < first:
        raise click.UsageError(f"--to {last} lies before --from {first}")
    for day in (first, last or first):
        fault = outside(day, calendar)
        if fault is not None:
            fail(fault)
    return first, last or min(first + timedelta(days=365), calendar.last)


def _planned_row(config: Config, task: PlannedTask) -> Row:
    obligation = config.obligations[task.obligation]
    return {
        "task": task.id,
        "obligation": task.obligation,
        "clause": obligation.clause,
        "title": obligation.title,
        "subject": task.subject,
        "bearer": task.bearer,
        "assignee": task.assignee,
        "window": task.window,
        "event": task.event,
        "opens": task.opens,
        "due": task.due,
        "last_working_day": task.last_working_day,
        "provisional": task.provisional,
        "times": task.times,
        "policy": task.policy,
    }


@click.command()
@click.option("--from", "first", type=DAY, required=True, help="The first day shown.")
@click.option("--to", "last", type=DAY, required=True, help="The last day shown.")
@click.option("--completions", type=click.Path(path_type=Path), help="A CSV file of task,date: what was done.")
@forms
@click.pass_obj
def simulate(workplace: Workplace, first: date, last: date, completions: Path | None, form: Form) -> None:
    """Show what would be told to whom, if nothing were done but what a file says.

    The real engine runs in virtual time, on a store that vanishes, from the config's start. What was recorded as done
    does not count here; extensions do not either.
    """
    config = workplace.config()
    first, last = _span(workplace, config, first, last)
    events = workplace.events(config)
    done, faults = read_completions(completions, config, events, last) if completions else ([], [])
    database = Database.in_memory()
    with database.write() as connection:
        for event in events:
            if event.id not in config.events:
                facts.add_event(connection, event, facts.Source.COMMAND)
    begin = min(first, config.settings.start)
    asyncio.run(Simulation(config, database, memory_channels(config), done, faults).run(begin, last))
    zone = config.settings.timezone
    with database.read() as connection:
        accepted = told(connection, local_moment(first, zone), end_of_day(last, zone))
        rows = [asdict(each) | {"at": each.at.astimezone(zone)} for each in accepted]
    for row in rows:
        del row["reason"]  # in a simulation every channel accepts
    show(rows, form, TOLD_COLUMNS, empty=f"nobody would be told anything from {first} to {last}")


@click.command()
@click.argument("task")
@click.option("--lang", "language", type=click.Choice(["en", "zh"]), default="en", help="Of the derivation.")
@click.option("--archive", type=click.Path(path_type=Path), help="The file that an archived task went into.")
@click.pass_obj
def explain(workplace: Workplace, task: str, language: str, archive: Path | None) -> None:
    """Say why a task exists, why it is due that day, what was sent, and what comes next."""
    situation = workplace.situation()
    with workplace.reading(situation.config) as connection:
        lines = explain_task(situation, connection, task, language, workplace.clock.now(), archive)
    if lines is None:
        fail(f"there is no task {task!r}; `duban plan` lists them")
    for line in lines:
        click.echo(line)


COMMANDS = (plan, simulate, explain)
