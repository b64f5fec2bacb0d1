"""The demo: the sample city lives through two months in virtual time, with the real engine, store and messages."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from config.loader import Config, load
from config.sample_city.completions import completions_file
from config.shipped import shipped_directory, starting_on
from daemon.simulation import Progress, Simulation, read_completions
from daemon.store.database import open_database
from daemon.store.told import Told, told
from notifiers.channel import Channel
from notifiers.maildir import MaildirChannel
from obligations.deadlines import end_of_day, local_day, local_moment

FIRST, LAST = date(2026, 9, 1), date(2026, 10, 31)
"""The demo's days: the city starts on the first."""
ACCIDENT = "reg-15a/ent-binhai-chem/acc-2026-001"
"""The task whose story the demo tells."""
_MARK = ".duban-demo"


class DemoError(Exception):
    """The demo cannot be laid out there."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A sample city that has lived through the demo's days."""

    config: Config
    told: tuple[Told, ...]
    messages: int


def lay_out(directory: Path) -> None:
    """Copy the sample city into a fresh directory, to start there on the first day; a former demo there gives way.

    Raises:
        DemoError: something else is there.
    """
    if directory.exists() and any(directory.iterdir()):
        if not (directory / _MARK).exists():
            raise DemoError(f"{directory} holds something else; name a directory that is empty or not there yet")
        shutil.rmtree(directory)
    shutil.copytree(
        shipped_directory("sample"), directory, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
    )
    (directory / _MARK).touch()
    settings = directory / "duban.yaml"
    settings.write_text(starting_on(FIRST, settings.read_text(encoding="utf-8")), encoding="utf-8")


def live_through(directory: Path, progress: Progress) -> Demo:
    """Let the city in `directory` live from the demo's first to its last day."""
    config = load(directory)
    (directory / "completions.csv").write_text(completions_file(config, LAST), encoding="utf-8")
    database = open_database(config, durable=False)
    database.migrate()
    events = list(config.events.values())
    completions, faults = read_completions(directory / "completions.csv", config, events, LAST)
    simulation = Simulation(config, database, _channels(config), completions, faults)
    asyncio.run(simulation.run(FIRST, LAST, progress))
    zone = config.settings.timezone
    with database.read() as connection:
        rows = tuple(told(connection, local_moment(FIRST, zone), end_of_day(LAST, zone)))
    database.close()
    return Demo(config, rows, len(list((directory / "mail" / "new").glob("*.eml"))))


def _channels(config: Config) -> Mapping[str, Channel]:
    """Every channel as files in one maildir; a demo need not survive a power cut."""
    sender = "市安委办 <duban@binjiang.example>"
    mail = config.directory / "mail"
    return {name: MaildirChannel(name, mail, sender, kind, durable=False) for name, kind in config.channels.items()}


def end(config: Config) -> datetime:
    """The instant (UTC) at which the demo ends."""
    return end_of_day(LAST, config.settings.timezone)


def by_week(demo: Demo) -> dict[date, Counter[str]]:
    """For each week, by its Monday: how many notices of each stage were told, to which kind of organization, how."""
    zone = demo.config.settings.timezone
    weeks: dict[date, Counter[str]] = {}
    for each in demo.told:
        day = local_day(each.at, zone)
        week = weeks.setdefault(day - timedelta(days=day.weekday()), Counter())
        kind = demo.config.organizations[each.organization].kind.value
        week.update([each.stage, kind, each.channel])
    return weeks
