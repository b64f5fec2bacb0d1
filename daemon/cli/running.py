"""`duban run`, `status`, `send-test`, `demo`: the daemon, and looking at what it does."""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TextColumn
from sqlalchemy import Connection

from config.loader import Config
from daemon import demo as sample
from daemon import left_out
from daemon.cli.context import Workplace, fail, fail_with
from daemon.cli.output import Form, console, forms, show
from daemon.explaining import explain_task
from daemon.masking import masked
from daemon.situation import Situation
from daemon.store import archives, deliveries, notices, returned, tasks
from daemon.store.database import open_database
from daemon.templates import open_renderer
from notifiers.channel import Channel, Message, Outcome, Sent
from notifiers.sample import sample_notice, sample_reader
from notifiers.trial import TRIAL_SUBJECT, TRIAL_TEXT
from obligations.lamps import Lamp, lamp
from obligations.policies import Stage
from obligations.states import TaskState


@click.command()
@click.pass_obj
def run(workplace: Workplace) -> None:
    """Run the daemon, until SIGTERM or SIGINT."""
    from config.kept_rosters import KeptRosters
    from daemon.service import serve
    from daemon.sms_parameters import parameter_faults

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr, force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    kept = KeptRosters()
    config = workplace.config(kept)
    if faults := parameter_faults(config):
        fail_with(faults)
    serve(config, workplace.database(config), workplace.clock, kept)


@click.command()
@forms
@click.pass_obj
def status(workplace: Workplace, form: Form) -> None:
    """Show the lamps, what is overdue, and what waits or reached nobody."""
    situation = workplace.situation()
    with workplace.stored(situation.config) as connection:
        found = _status(workplace, situation, connection)
    if form is Form.TABLE:
        _tell_status(found)
    else:
        show([found], form, ())


def _status(workplace: Workplace, situation: Situation, connection: Connection) -> dict[str, object]:
    now = situation.local(workplace.clock.now())
    lamps: Counter[str] = Counter({"not yet open": 0, **{each.value: 0 for each in Lamp}})
    overdue, behind, reported = [], [], []
    for stored in tasks.standing(connection):
        task, plan = stored.task, stored.task.plan
        left = situation.config.calendar.count(now.date(), plan.due)
        if task.state is TaskState.REPORTED:
            reported.append({"task": plan.id, "due": plan.due, "done_on": task.closed_on})
        if plan.opens_at > now:
            lamps["not yet open"] += 1
            continue
        colour = lamp(task, situation.config.calendar, now)
        lamps[colour.value] += 1
        if colour is Lamp.RED:
            overdue.append({"task": plan.id, "due": plan.due, "working_days_late": -left, "bearer": plan.bearer,
                            "missing": task.missing})  # fmt: skip
        elif task.is_behind(now.date()):
            behind.append({"task": plan.id, "due": plan.due, "working_days_left": left, "bearer": plan.bearer,
                           "missing": task.missing, "times": plan.times})  # fmt: skip
    return {
        "lamps": dict(lamps),
        "tasks": tasks.count_by_state(connection),
        "deliveries": deliveries.count_by_state(connection),
        "overdue": overdue,
        "behind_pace": behind,
        "awaiting_verification": reported,
        "awaiting_approval": [{"task": task, "step": each.step, "holder": each.holder}
                              for task, each in notices.held(connection)],
        "reached_nobody": [{"task": task, "step": each.step, "holder": each.holder, "reason": each.reason}
                           for task, each in notices.undeliverable(connection)],
        "left_out": [{"task": task, "why": why} for task, why in sorted(left_out.known(connection).items())],
        "came_back": [{"address": masked(address), "since": situation.local(at), "reason": reason}
                      for address, at, reason in returned.listed(connection)],
        "archived": [{"year": each.year, "file": str(each.file), "tasks": each.tasks, "notices": each.notices,
                      "deliveries": each.deliveries} for each in archives.listed(connection)],
    }  # fmt: skip


def _tell_status(found: dict[str, object]) -> None:
    for name in ("lamps", "tasks", "deliveries"):
        counts = found[name]
        if isinstance(counts, dict):
            click.echo(f"{name:<11}" + ("  ".join(f"{word} {count}" for word, count in counts.items()) or "none"))
    _tell_list("overdue", found["overdue"])
    _tell_list("behind the pace", found["behind_pace"])
    _tell_list("awaiting verification", found["awaiting_verification"])
    _tell_list("awaiting approval", found["awaiting_approval"])
    _tell_list("reached nobody", found["reached_nobody"])
    _tell_list("left out, since their days cannot be counted", found["left_out"])
    _tell_list("no mail reaches (`duban bounce --forget ADDRESS` once it is right)", found["came_back"])
    _tell_list("archived (the tasks are counted above, the rest is not)", found["archived"])


def _tell_list(title: str, rows: object) -> None:
    if isinstance(rows, list) and rows:
        click.echo(f"\n{title}:")
        show(rows, Form.TABLE, list(rows[0]))


@click.command("send-test")
@click.argument("channel")
@click.argument("address")
@click.pass_obj
def send_test(workplace: Workplace, channel: str, address: str) -> None:
    """Send one real message to ADDRESS on CHANNEL."""
    from daemon.channels import open_channels

    config = workplace.config()
    channels = open_channels(config, workplace.clock)
    if channel not in channels:
        fail(f"there is no channel {channel!r}; configured: {', '.join(channels)}")
    now = workplace.clock.now()
    message = Message(
        message_id=f"<test-{now:%Y%m%d%H%M%S%f}@{Situation(config).message_domain}>", address=address, name="",
        subject=TRIAL_SUBJECT, text=TRIAL_TEXT, html=None,
        notices=(), thread=None, composed_at=now, facts=_trial_facts(config, now),
    )  # fmt: skip
    outcome = asyncio.run(_send_once(channels[channel], message))
    if not isinstance(outcome, Sent):
        fail(f"{channel} did not take it: {outcome.reason}")
    click.echo(f"{channel} took it: {outcome.reference}".rstrip(": "))


def _trial_facts(config: Config, now: datetime) -> Mapping[str, str]:
    """Made-up facts for the registered template that a channel may send by."""
    language, local = config.settings.language, now.astimezone(config.settings.timezone)
    views = [sample_notice(language, Stage.REMIND)]
    return open_renderer(config).render_sms(views, sample_reader(language), local).facts


async def _send_once(channel: Channel, message: Message) -> Outcome:
    try:
        return await channel.send(message)
    finally:
        await channel.close()


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path("duban-demo"))
def demo(directory: Path) -> None:
    """Let a sample city live through two months in virtual time, in DIRECTORY [default: ./duban-demo]."""
    try:
        sample.lay_out(directory)
    except sample.DemoError as error:
        fail(str(error))
    days = (sample.LAST - sample.FIRST).days + 1
    columns = (TextColumn("living through the autumn of 2026"), BarColumn(), TextColumn("{task.fields[day]}"))
    with Progress(*columns, console=console(), transient=True) as bar:
        days_lived = bar.add_task("", total=days, day="")

        def advance(day: date) -> None:
            bar.update(days_lived, completed=(day - sample.FIRST).days + 1, day=day.isoformat())

        lived = sample.live_through(directory, advance)
    _tell_city(lived)
    _tell_weeks(lived)
    _tell_story(lived)
    _tell_what_next(directory, lived)


def _tell_city(lived: sample.Demo) -> None:
    config = lived.config
    click.echo(
        f"滨江市, a made-up city: {len(config.organizations)} organizations under {len(config.obligations)} duties. "
        f"It started on {sample.FIRST} and lived to {sample.LAST}.\n"
    )


def _tell_weeks(lived: sample.Demo) -> None:
    stages = [stage.value for stage in Stage]
    kinds = ["enterprise", "regulator", "government", "office"]
    rows = [{"week of": week, **{key: counts[key] or "" for key in (*stages, *kinds, "email", "sms")}}
            for week, counts in sample.by_week(lived).items()]  # fmt: skip
    click.echo("What was told, week by week: notices of each stage, to whom, and by which channel")
    used = [key for key in (*stages, *kinds, "email", "sms") if any(row[key] for row in rows)]
    show(rows, Form.TABLE, ["week of", *used])


def _tell_story(lived: sample.Demo) -> None:
    click.echo(f"The story of one duty after a fatal accident, {sample.ACCIDENT}:")
    situation = Situation(lived.config)
    database = open_database(lived.config)
    with database.read() as connection:
        for line in explain_task(situation, connection, sample.ACCIDENT, "zh", sample.end(lived.config)) or []:
            click.echo(f"  {line}")
    database.close()


def _tell_what_next(directory: Path, lived: sample.Demo) -> None:
    command = Path(sys.argv[0])
    click.echo(
        f"""
{lived.messages} messages were sent; each is a file in {directory}/mail/new, in the maildir format.
  list them:        {command} mail {directory}/mail
  read one:         {command} mail {directory}/mail/new/FILE.eml   (or open it in any mail program)
  how things stand: {command} --config {directory} status
  why a task is due on its day: {command} --config {directory} explain {sample.ACCIDENT}

To start the daemon for real, begin with a directory of your own:
  {command} init mycity
  {command} --config mycity check
  {command} --config mycity run"""
    )


COMMANDS = (run, status, send_test, demo)
