"""`duban calendar`: showing, checking and importing holiday notices."""

import calendar as gregorian
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from config.calendars import compile_calendar, first_missing_notice, load_notices, shipped_calendar_directory
from config.comparison import compare_with_installed
from config.loader import Config
from config.notices import CalendarNotice
from daemon.cli.context import Workplace, fail, fail_with
from daemon.cli.counting import calendar_of
from daemon.cli.output import Form, forms, show
from daemon.reconciling import preview, reconcile_now
from daemon.situation import Situation
from obligations.deadlines import local_day
from obligations.reconciling import Changes, merged
from obligations.working_days import WorkingCalendar

_SHOWN_MOVES = 20


@click.group()
def calendar() -> None:
    """Holiday notices: which days are worked."""


@calendar.command("show")
@click.argument("year", type=click.IntRange(2004, 2099))
@click.option("--region", help="A region with holidays of its own.")
@click.pass_obj
def show_year(workplace: Workplace, year: int, region: str | None) -> None:
    """Draw a year: (days off) in round brackets, [make-up working days] in square ones."""
    compiled = _compiled(workplace, region)
    for line in draw_year(compiled, year):
        click.echo(line)


def _compiled(workplace: Workplace, region: str | None) -> WorkingCalendar:
    if workplace.is_configured and region is None:
        return workplace.config().calendar
    try:
        return calendar_of(_notices(workplace), region)
    except ValueError as error:
        fail(str(error))


def _notices(workplace: Workplace) -> list[CalendarNotice]:
    own = [workplace.directory / "calendars"] if workplace.is_configured else []
    notices, faults = load_notices([shipped_calendar_directory(), *own])
    if faults:
        fail_with(faults)
    return notices


def draw_year(compiled: WorkingCalendar, year: int) -> Iterator[str]:
    """A year as a grid of months, three beside each other, then its departures with their papers."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    worked = compiled.count(first, last) + compiled.is_working(first)
    note = "  PROVISIONAL: no notice is published" if compiled.is_provisional(first) else ""
    yield f"{year}: {worked} working days, calendar {compiled.version}{note}"
    for quarter in range(4):
        months = [_month(compiled, year, 3 * quarter + offset) for offset in (1, 2, 3)]
        yield ""
        yield from ("   ".join(parts).rstrip() for parts in zip(*months, strict=True))
    yield ""
    for departure in compiled.departures_between(first, last):
        kind = "worked" if departure.works else "off"
        mark = " (provisional)" if compiled.is_provisional(departure.day) else ""
        yield f"{departure.day} {departure.day:%a} {kind:<6} {departure.name}  {departure.source}{mark}"


def _month(compiled: WorkingCalendar, year: int, month: int) -> list[str]:
    """Eight lines of 28 columns: the name, the weekdays, and six weeks."""
    weeks = gregorian.Calendar().monthdatescalendar(year, month)
    lines = [f"{date(year, month, 1):%B}".center(28), " Mo  Tu  We  Th  Fr  Sa  Su "]
    lines += ["".join(_cell(compiled, day) if day.month == month else "    " for day in week) for week in weeks]
    return lines + [" " * 28] * (8 - len(lines))


def _cell(compiled: WorkingCalendar, day: date) -> str:
    departure = compiled.departures.get(day)
    if departure is None:
        return f" {day.day:2} "
    return f"[{day.day:2}]" if departure.works else f"({day.day:2})"


@calendar.command("check")
@forms
@click.pass_obj
def check_calendar(workplace: Workplace, form: Form) -> None:
    """Compare the shipped notices with the data sets that are installed, and look for a missing notice.

    Ends with status 1 when a day differs for no known reason, or when next year's notice should be in and is not.
    """
    notices = _notices(workplace)
    compiled = compile_calendar(notices)
    compared, differences = compare_with_installed(compiled)
    missing = first_missing_notice(notices, local_day(workplace.clock.now(), ZoneInfo("Asia/Shanghai")))
    rows = [
        {
            "day": each.day,
            "source": each.source,
            "ours": _word(works=each.ours),
            "theirs": _word(works=not each.ours),
            "known": each.known,
        }
        for each in differences
    ]
    if form is not Form.TABLE:
        show(rows, form, ())
    else:
        for source, days in compared.items():
            click.echo(f"compared with {source}: {days} days")
        for each in differences:
            ours, theirs = _word(works=each.ours), _word(works=not each.ours)
            click.echo(f"{each.day}: {ours} here, {theirs} in {each.source}{f' ({each.known})' if each.known else ''}")
        if not compared:
            click.echo("no data set to compare with is installed (holidays, chinesecalendar)")
        if missing is not None:
            click.echo(
                f"the notice for {missing} should be published by now: import it with `duban calendar import FILE`"
            )
    if any(each.known is None for each in differences) or missing is not None:
        raise SystemExit(1)


def _word(*, works: bool) -> str:
    return "worked" if works else "off"


@calendar.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would move.")
@click.pass_obj
def import_notice(workplace: Workplace, file: Path, *, dry_run: bool) -> None:
    """Take a holiday notice over, and move the deadlines that it moves.

    The notice is checked together with those in force; with a fault in it nothing changes.
    """
    config = workplace.config()
    now = workplace.clock.now()
    staged = _stage(config, file)
    after = Situation(replace(config, calendar=staged.calendar))
    if staged.calendar.version == config.calendar.version:
        click.echo(f"{file} changes nothing: it is in force already")
        return
    target = config.directory / "calendars" / f"{staged.notice.id}.yaml"
    with workplace.writing(config) as connection:
        moves = merged(preview(connection, after, now))
        if not dry_run:
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, target)
            reconcile_now(connection, after, now, because=f"calendar notice {staged.notice.paper}")
    _tell_moves(moves, config, after.config)  # after the commit: a reader who hangs up takes nothing back
    if not dry_run:
        click.echo(f"took {file} over as {target}; those who were told of a moved day are told")


@dataclass(frozen=True, slots=True)
class Staged:
    """A notice that is about to be taken over, and the calendar that it makes together with those in force."""

    notice: CalendarNotice
    calendar: WorkingCalendar


def _stage(config: Config, file: Path) -> Staged:
    """Check a notice as it would stand in the config directory; its faults are shown in the file's own name."""
    own = config.directory / "calendars"
    with tempfile.TemporaryDirectory() as scratch:
        alone, together = Path(scratch) / "alone", Path(scratch) / "together"
        alone.mkdir()
        try:
            shutil.copyfile(file, alone / "notice.yaml")
        except OSError as error:
            fail(f"{file} cannot be read: {error.strerror}")
        (notice,) = _load([alone], {alone / "notice.yaml": file})
        shutil.copytree(own, together) if own.is_dir() else together.mkdir()
        copy = together / f"{notice.id}.yaml"
        shutil.copyfile(file, copy)
        notices = _load([shipped_calendar_directory(), together], {copy: file, together: own})
    return Staged(notice, compile_calendar(notices, config.settings.calendar.region))


def _load(directories: list[Path], names: dict[Path, Path]) -> list[CalendarNotice]:
    """Load notices; faults are shown with the names that the administrator knows, and end the command."""
    notices, faults = load_notices(directories)
    if faults:
        for copy, known in names.items():
            faults = [replace(fault, path=fault.path.replace(str(copy), str(known))) for fault in faults]
        fail_with(faults)
    return notices


def _tell_moves(changes: Changes, before: Config, after: Config) -> None:
    click.echo(f"calendar {before.calendar.version} → {after.calendar.version}")
    moved = sorted((move for move in changes.moved if move.moves_deadline), key=lambda move: move.plan.due)
    settled = sum(move.task.plan.provisional and not move.plan.provisional for move in changes.moved)
    click.echo(f"{len(moved)} deadlines move, {settled} become final")
    for move in moved[:_SHOWN_MOVES]:
        click.echo(f"  {move.plan.id}: {move.task.plan.due} → {move.plan.due}")
    if len(moved) > _SHOWN_MOVES:
        click.echo(f"  … and {len(moved) - _SHOWN_MOVES} more")


COMMANDS = (calendar,)
