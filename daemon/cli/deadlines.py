"""`duban deadline`: one date, with the derivation."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from config.calendars import compile_calendar, load_notices, shipped_calendar_directory
from config.fields import parse_moment
from daemon.cli.context import Workplace, fail
from daemon.cli.output import Form, forms, show
from notifiers.derivations import derivation_words
from obligations.deadlines import Deadline, Roll, compute_deadline
from obligations.derivations import derive
from obligations.limits import parse_limit
from obligations.working_days import WorkingCalendar

_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts deadlines on one calendar and puts them into words."""

    calendar: WorkingCalendar
    zone: ZoneInfo
    language: str

    def row(self, start: str, limit: str, roll: str = "none", exclude: str = "0") -> dict[str, object]:
        """One deadline from its words.

        Raises:
            ValueError: one of the words is wrong, or the calendar does not reach; the message says which and why.
        """
        deadline = compute_deadline(
            parse_moment(start), parse_limit(limit), self.calendar, self.zone, roll=_roll(roll), exclude=_days(exclude)
        )
        return {
            "start": deadline.start.isoformat(),
            "limit": str(deadline.limit),
            "roll": deadline.roll.value,
            "due": deadline.due.isoformat(),
            "rolled": deadline.rolled.isoformat(),
            "ends_at": deadline.ends_at.astimezone(self.zone).isoformat(),
            "provisional": deadline.provisional,
            "derivation": self.words(deadline),
        }

    def words(self, deadline: Deadline) -> tuple[str, ...]:
        """The derivation, line by line."""
        return derivation_words(derive(deadline, self.calendar), self.language, self.zone)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("start")
@click.argument("limit", required=False)
@click.option("--roll", default="none", help="none, next or previous: where a last day that is not worked goes.")
@click.option("--exclude", default="0", metavar="N", help="Days that do not count, as of technical appraisal.")
@click.option("--region", help="A region with holidays of its own.")
@click.option("--lang", "language", type=click.Choice(["en", "zh"]), default="en", help="Of the derivation.")
@forms
@click.pass_obj
def deadline(  # noqa: PLR0913, PLR0917 - click hands over one argument an option
    workplace: Workplace, start: str, limit: str | None, roll: str, exclude: str, region: str | None, language: str,
    form: Form,
) -> None:  # fmt: skip
    """Count LIMIT from START: `duban deadline 2026-09-18 10wd`.

    With - for START, read `START LIMIT [roll=R] [exclude=N] [region=R]` a line from standard input.
    """
    counters = Counters(workplace, language)
    if start == "-":
        _answer_lines(sys.stdin, counters)
        return
    if limit is None:
        raise click.UsageError("LIMIT is missing: write, say, `duban deadline 2026-09-18 10wd`")
    try:
        row = counters.of(region).row(start, limit, roll, exclude)
    except ValueError as error:
        fail(str(error))
    if form is Form.TABLE:
        _tell(row)
    else:
        show([row], form, ())


class Counters:
    """A counter for each region, made when it is first asked for."""

    def __init__(self, workplace: Workplace, language: str) -> None:
        self._language = language
        self._found: dict[str | None, Counter] = {}
        config = workplace.config() if workplace.is_configured else None
        self._configured = config
        extra = [workplace.directory / "calendars"] if config is not None else []
        self._directories: list[Path] = [shipped_calendar_directory(), *extra]

    def of(self, region: str | None) -> Counter:
        """The counter of a region; None is the configured calendar, else the national one.

        Raises:
            ValueError: no calendar is for that region.
        """
        if region not in self._found:
            self._found[region] = self._make(region)
        return self._found[region]

    def _make(self, region: str | None) -> Counter:
        zone = self._configured.settings.timezone if self._configured else _CHINA
        if region is None and self._configured is not None:
            return Counter(self._configured.calendar, zone, self._language)
        notices, _ = load_notices(self._directories)
        regions = {name for each in notices if each.region is not None for name in (each.region, each.id)}
        if region is not None and region not in regions:
            raise ValueError(f"no calendar is for the region {region!r}; known: {', '.join(sorted(regions))}")
        return Counter(compile_calendar(notices, region), zone, self._language)


def _tell(row: dict[str, object]) -> None:
    click.echo(f"{row['due']}{' (provisional)' if row['provisional'] else ''}")
    lines = row["derivation"]
    if isinstance(lines, tuple):
        for line in lines:
            click.echo(f"  {line}")


def _answer_lines(lines: Iterable[str], counters: Counters) -> None:
    """One JSON object a line, in order; a line that is wrong is answered by what is wrong with it."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for answer in _answers(lines, counters):
        sys.stdout.write(f"{encode(answer)}\n")


def _answers(lines: Iterable[str], counters: Counters) -> Iterator[dict[str, object]]:
    for line in lines:
        words = line.split()
        if not words:
            continue
        try:
            yield _answer(words, counters)
        except ValueError as error:
            yield {"error": str(error)}


def _answer(words: list[str], counters: Counters) -> dict[str, object]:
    if len(words) < 2:
        raise ValueError(f"{' '.join(words)!r}: expected START LIMIT [roll=R] [exclude=N] [region=R]")
    options: dict[str, str] = {}
    for word in words[2:]:
        name, _, value = word.partition("=")
        if name not in {"roll", "exclude", "region"} or not value:
            raise ValueError(f"{word!r}: expected roll=R, exclude=N or region=R")
        options[name] = value
    return counters.of(options.pop("region", None)).row(words[0], words[1], **options)


def _roll(word: str) -> Roll:
    try:
        return Roll(word)
    except ValueError:
        raise ValueError(f"{word!r} is no way to roll; known: none, next, previous") from None


def _days(word: str) -> int:
    if not word.isdecimal() or int(word) > 3660:
        raise ValueError(f"{word!r} is not a number of days to exclude; write a whole number up to 3660")
    return int(word)


COMMANDS = (deadline,)
