"""`duban preview`: what a message looks like, without sending one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import click

from config.calendars import compile_calendar, load_notices, shipped_calendar_directory
from config.documents import did_you_mean
from config.loader import Config
from config.settings import Settings
from daemon.cli.context import Workplace
from daemon.templates import open_renderer
from notifiers.derivations import derivation_words
from notifiers.languages import LANGUAGES
from notifiers.rendering import Content, Renderer
from notifiers.sample import sample_digest, sample_notice, sample_reader
from notifiers.segments import length, segments
from notifiers.views import NoticeView
from obligations.changes import Change
from obligations.deadlines import compute_deadline
from obligations.derivations import Ground, Rule, derive
from obligations.limits import parse_limit
from obligations.organizations import AddressKind
from obligations.policies import Stage
from obligations.working_days import WorkingCalendar

_STAGES = {word: stage for stage in Stage for word in (stage.value, LANGUAGES["zh_CN"].stages[stage].word)}
_CHANNELS = {"email": AddressKind.EMAIL, "sms": AddressKind.MOBILE}
"""The channels that can be shown where none is configured."""
_LATE = {Stage.URGE: 1, Stage.SUPERVISE: 5, Stage.LETTER: 10, Stage.SUMMON: 15, Stage.LIST: 20, Stage.REPORT: 30}
"""Working days since the due day, as on a ladder."""
_AHEAD = timedelta(days=5)
"""How far off the due day is of what is not late."""
_WEEK = timedelta(weeks=1)


class StageWord(click.ParamType[Stage]):
    """A stage in English or Chinese."""

    name = "stage"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Stage:
        """The stage of a word."""
        if isinstance(value, Stage):
            return value
        stage = _STAGES.get(str(value).casefold())
        if stage is None:
            self.fail(f"{value!r} is no stage{did_you_mean(str(value).casefold(), _STAGES, at_most=14)}", param, ctx)
        return stage


@click.command()
@click.argument("stage", type=StageWord())
@click.option("--channel", default="email", metavar="NAME", help="email, sms or a configured channel. [default: email]")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), help="Write the page there.")
@click.option("--digest", "count", type=click.IntRange(1, 500), default=1, metavar="N", help="So many notices in one.")
@click.option("--change", type=click.Choice([each.value for each in Change]), help="Tell of a change instead.")
@click.option("--others", is_flag=True, help="To somebody who is to see that others do it.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="[default: that of the config, else zh_CN]")
@click.pass_obj
def preview(  # noqa: PLR0913 - an option each
    workplace: Workplace, stage: Stage, channel: str, html: Path | None, count: int, change: str | None,
    language: str | None, *, others: bool,
) -> None:  # fmt: skip
    """Show a message of STAGE, such as supervise or 督办, with made-up facts; nothing is sent."""
    config = workplace.config() if workplace.is_configured else None
    address = _address(config, channel)
    if html is not None and address is not AddressKind.EMAIL:
        raise click.UsageError(f"--html shows the page of an email, and {channel} sends none")
    language = language or (config.settings.language if config else str(Settings.model_fields["language"].default))
    renderer = open_renderer(config, language) if config else Renderer(language)
    desk = _Desk.of(config, language, workplace.clock.now())
    views = desk.views(stage, Change(change) if change else None, count, own=not others)
    if address is AddressKind.EMAIL:
        _show_email(renderer.render_email(views, sample_reader(language), desk.now), html)
    else:
        text = renderer.render_sms(views, sample_reader(language), desk.now).text
        _show_sms(text, _signature(config, channel))


def _address(config: Config | None, channel: str) -> AddressKind:
    known = _CHANNELS | (config.channels if config else {})
    if channel not in known:
        raise click.UsageError(f"there is no channel {channel!r}{did_you_mean(channel, known)}")
    return known[channel]


def _signature(config: Config | None, channel: str) -> str:
    """What the gateway puts before the text, if the channel says it."""
    settings = config.settings.channels.get(channel) if config else None
    signature = str(getattr(settings, "signature", ""))  # only some kinds of channels have one
    return f"【{signature}】" if signature else ""


def _show_email(content: Content, html: Path | None) -> None:
    if html is None or str(html) != "-":
        click.echo(f"{content.subject}\n\n{content.text}")
    if html is not None:
        with click.open_file(str(html), "w", encoding="utf-8") as file:
            file.write(content.page)


def _show_sms(text: str, signature: str) -> None:
    click.echo(text)
    parts = segments(signature + text)
    click.echo(f"{length(signature + text)} characters, {parts} {'segment' if parts == 1 else 'segments'}", err=True)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where the samples are written: in a language, on a day of a calendar."""

    calendar: WorkingCalendar
    zone: ZoneInfo
    now: datetime
    language: str
    contact: str

    @classmethod
    def of(cls, config: Config | None, language: str, now: datetime) -> Self:
        """The config's; without one, the national calendar."""
        if config is not None:
            zone, contact = config.settings.timezone, config.settings.contact
            return cls(config.calendar, zone, now.astimezone(zone), language, contact)
        zone = Settings.model_fields["timezone"].default
        calendar = compile_calendar(load_notices([shipped_calendar_directory()])[0])
        return cls(calendar, zone, now.astimezone(zone), language, "")

    def views(self, stage: Stage, change: Change | None, count: int, *, own: bool) -> list[NoticeView]:
        """One notice, or a digest; those of a digest after the first are reminders that end with the half-year."""
        first = sample_notice(self.language, stage, change=change, own=own)
        _, *others = sample_digest(self.language, stage, count, own=own)
        return [self._after_an_accident(first), *map(self._in_this_half_year, others)]

    def _after_an_accident(self, view: NoticeView) -> NoticeView:
        """One week for it, which ended as long ago as its stage is usually reached, or has not ended yet."""
        today, late = self.now.date(), _LATE.get(view.stage, 0) if view.change is None else 0
        due = self.calendar.shift(self.calendar.on_or_before(today), -late) if late else today + _AHEAD
        deadline = compute_deadline(due - _WEEK, parse_limit("1w"), self.calendar, self.zone)
        previous = due - timedelta(days=1) if view.change is Change.MOVED else None
        view = replace(view, task=f"reg-15a/ent-1/acc-{due.year}-001", previous_due=previous)
        return self._dated(view, due, derive(deadline, self.calendar))

    def _in_this_half_year(self, view: NoticeView) -> NoticeView:
        today = self.now.date()
        half, due = (1, date(today.year, 6, 30)) if today.month <= 6 else (2, date(today.year, 12, 31))
        window = f"{today.year}-H{half}"
        view = replace(view, window=window, task=f"{view.task.rpartition('/')[0]}/{window}")
        return self._dated(view, due, [Ground(Rule.WINDOW, (window, due)), Ground(Rule.ENDS_DAY, (due,))])

    def _dated(self, view: NoticeView, due: date, grounds: Sequence[Ground]) -> NoticeView:
        told = view.derivation and derivation_words(grounds, self.language, self.zone)
        return replace(
            view,
            due=due,
            working_days_left=self.calendar.count(self.now.date(), due),
            provisional=self.calendar.is_provisional(due),
            derivation=told,
            contact=self.contact or view.contact,
        )


COMMANDS = (preview,)
