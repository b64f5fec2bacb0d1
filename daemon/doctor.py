"""The doctor: looks at everything the daemon depends on, sends nothing, and says what to do about each fault."""

import asyncio
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.calendars import first_missing_notice
from config.channels import ChannelSettings, RobotSettings, SmtpSettings
from config.loader import Config
from daemon.channels import open_channel
from daemon.clock import Clock
from daemon.credentials import SecretError
from daemon.store import ledger
from daemon.store.database import Database, database_file, open_database, why_unusable
from daemon.store.errors import DatabaseError
from daemon.templates import template_faults
from notifiers.certificates import mail_certificate_ends, web_certificate_ends
from notifiers.channel import Channel, Outcome, Sent, Stopped
from notifiers.http_client import AnswerLostError, HttpClient, NotSentError
from notifiers.robots import PLATFORMS
from obligations.organizations import AddressKind

ROOM = 1_000_000_000
"""Bytes that should be free where the database is."""
DRIFT = timedelta(seconds=60)
"""How far the clock may be off: providers refuse requests that are signed minutes away from their own time."""

RENEWAL = timedelta(days=30)
"""How long before the end of a certificate it should have been renewed."""
_UNTRIED = {
    "http": "the token", "mas": "the password", "webhook": "the secret", "wecom-robot": "the robot's token",
    "dingtalk-robot": "the robot's token and secret", "feishu-robot": "the robot's token and secret",
}  # fmt: skip
"""What of a kind of channel only a real message tries: the other side takes no request that would send nothing."""


class State(Enum):
    """What the doctor finds."""

    OK = "ok"
    """It is as it should be."""
    UNTRIED = "untried"
    """As far as it can be tried without sending, it is as it should be."""
    WARNING = "warning"
    """It works, and may not for long."""
    FAULT = "fault"
    """Something cannot work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    what: str
    state: State
    found: str
    advice: str = ""


def examine(config: Config, clock: Clock) -> Iterator[Finding]:
    """Everything, the nearest first."""
    yield from _calendar(config, clock)
    yield from _templates(config)
    yield from _database(config, clock)
    yield _disk(config)
    yield from _backups(config)
    yield _admin(config)
    yield from _clock(config, clock)
    for name in config.settings.channels:
        yield _channel(config, name, clock)
    yield from _certificates(config, clock)


def _calendar(config: Config, clock: Clock) -> Iterator[Finding]:
    today = clock.now().astimezone(config.settings.timezone).date()
    missing = first_missing_notice(config.calendar_notices, today)
    if missing is None:
        yield Finding("calendar", State.OK, f"version {config.calendar.version}, no holiday notice is missing")
    else:
        yield Finding("calendar", State.FAULT, f"the holiday notice for {missing} should be out by now",
                      "write the State Council's paper as a file and `duban calendar import` it")  # fmt: skip


def _templates(config: Config) -> Iterator[Finding]:
    faults = template_faults(config.directory, config.settings.language)
    for fault in faults:
        yield Finding("templates", State.FAULT, str(fault), "mend the file, or remove it to use the shipped one")
    if not faults:
        yield Finding("templates", State.OK, "every one can be filled in")


def _database(config: Config, clock: Clock) -> Iterator[Finding]:
    try:
        with closing(open_database(config)) as database:
            yield from _look_into(database, clock)
    except (SQLAlchemyError, DatabaseError, OSError, SecretError) as error:
        why = why_unusable(error) if isinstance(error, DBAPIError) else None
        reason, _, advised = (why or str(getattr(error, "orig", None) or error)).partition("; ")
        usual = "is the path right, may this user write there, does the server run?"
        yield Finding("database", State.FAULT, reason, advised or usual)


def _look_into(database: Database, clock: Clock) -> Iterator[Finding]:
    if not database.exists:
        yield _absent(database)
        return
    with database.write() as connection:  # whether it can be written, too
        if not database.is_shared and (said := connection.execute(text("PRAGMA quick_check(1)")).scalar_one()) != "ok":
            yield Finding("database", State.FAULT, f"damaged: {said}", "restore the last backup (docs/service.md)")
            return
        last = ledger.last_moment(connection)
    yield Finding("database", State.OK, "whole, and can be written")
    if last is not None and last > clock.now() + DRIFT:
        yield Finding("clock", State.FAULT, f"the ledger's last row is of {last.isoformat()}, which is yet to come",
                      "set the clock right (`timedatectl`), and see which of the two was wrong")  # fmt: skip


def _absent(database: Database) -> Finding:
    place = database.path.parent if database.path is not None else None  # what a server lacks, it makes itself
    if place is not None and not place.is_dir():
        return Finding("database", State.FAULT, f"the directory {place} is not there",
                       "make it, owned by the daemon's user, or name another file in duban.yaml")  # fmt: skip
    if place is not None and (why := _why_unwritable(place)) is not None:
        return Finding("database", State.FAULT, why, "let the daemon's user write there")
    return Finding("database", State.OK, "not there yet: the daemon makes it when it starts")


def _backups(config: Config) -> Iterator[Finding]:
    if config.settings.backup is None:
        return
    place = config.directory / config.settings.backup.directory
    why = _why_unwritable(place)
    if why is None:
        yield Finding("backup", State.OK, f"can be written in {place}")
    else:
        yield Finding("backup", State.FAULT, why,
                      "let the daemon's user write there, or name another `backup: {directory: …}`")  # fmt: skip


def _why_unwritable(place: Path) -> str | None:
    """Why no file can be made in a directory, which is tried; it may have to be made, and is not left behind then."""
    absent = [each for each in (place, *place.parents) if not each.exists()]
    try:
        place.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=place):
            return None
    except OSError as error:
        return f"no file can be made in {place}: {error.strerror}"
    finally:
        for each in absent:
            with suppress(OSError):
                each.rmdir()


def _disk(config: Config) -> Finding:
    file = database_file(config)
    place = file.parent if file is not None else config.directory
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    found = f"{free / 1e9:.1f} GB are free at {place}"
    if free < ROOM:
        return Finding("disk", State.WARNING, found, "make room: while the disk is full nothing is sent")
    return Finding("disk", State.OK, found)


def _admin(config: Config) -> Finding:
    mail = any(each.address is AddressKind.EMAIL for each in config.settings.channels.values())
    if config.settings.admin is None or not mail:
        return Finding("admin", State.WARNING, "alarms go to the log only",
                       "name `admin: {name: …, email: …}` in duban.yaml, and a channel that sends e-mail")  # fmt: skip
    return Finding("admin", State.OK, f"alarms go to {config.settings.admin.email}")


def _clock(config: Config, clock: Clock) -> Iterator[Finding]:
    """The clock beside the one of a server that says its time."""
    urls = [url for each in config.settings.channels.values() if (url := getattr(each, "url", None))]
    now = clock.now()
    theirs = next(filter(None, (asyncio.run(_time_at(url)) for url in urls)), None)
    if theirs is None:
        synchronized = Path("/run/systemd/timesync/synchronized").exists()
        found = "kept right by systemd-timesyncd" if synchronized else "no server to compare it with"
        yield Finding("clock", State.OK, f"{now.astimezone(config.settings.timezone):%Y-%m-%d %H:%M:%S}, {found}")
    elif abs(theirs - now) > DRIFT:
        seconds = abs(theirs - now).total_seconds()
        yield Finding("clock", State.FAULT, f"off by {seconds:,.0f} s, as a channel's server says",
                      "set it right and keep it so (`timedatectl set-ntp true`)")  # fmt: skip
    else:
        yield Finding("clock", State.OK, "agrees with a channel's server")


async def _time_at(url: str) -> datetime | None:
    client = HttpClient(timeout=5, connections=1)
    try:
        said = (await client.ask("HEAD", url)).headers.get("Date", "")
        return parsedate_to_datetime(said)
    except (NotSentError, AnswerLostError, ValueError):
        return None
    finally:
        await client.close()


def _channel(config: Config, name: str, clock: Clock) -> Finding:
    what = f"channel {name}"
    settings = config.settings.channels[name]
    host, _ = _server(settings)
    try:
        channel = open_channel(config, name, clock)
        if host is not None:
            socket.getaddrinfo(host, None)
        outcome = asyncio.run(_probe(channel))
    except SecretError as error:
        return Finding(what, State.FAULT, str(error), "docs/service.md says how credentials are handed over")
    except socket.gaierror as error:
        return Finding(what, State.FAULT, f"the name {host!r} cannot be resolved: {error.strerror}",
                       "is it spelt right, and does this machine's DNS know it (`getent hosts`)?")  # fmt: skip
    except OSError as error:
        return Finding(what, State.FAULT, f"{settings.kind}: {error.filename or host}: {error.strerror}",
                       "let the daemon's user make and write it, or name another in duban.yaml")  # fmt: skip
    if isinstance(outcome, Sent) and settings.kind in _UNTRIED:
        return Finding(what, State.UNTRIED,
                       f"{settings.kind}: {outcome.reference}; not tried: {_UNTRIED[settings.kind]}",
                       f"`duban send-test {name} ADDRESS` tries it with a real message")  # fmt: skip
    if isinstance(outcome, Sent):
        return Finding(what, State.OK, f"{settings.kind}: {outcome.reference}")
    return Finding(what, State.FAULT, f"{settings.kind}: {outcome.reason}", advice(outcome))


async def _probe(channel: Channel) -> Outcome:
    try:
        return await channel.probe()
    finally:
        await channel.close()


def _certificates(config: Config, clock: Clock) -> Iterator[Finding]:
    """Until when the servers of channels can be trusted; where one cannot even now, its channel's finding says why."""
    servers = {_server(each): each for each in config.settings.channels.values() if _is_encrypted(each)}
    for (host, port), settings in servers.items():
        ends = asyncio.run(_certificate_ends(settings, host, port)) if host else None
        if ends is not None:
            yield _certificate(f"certificate of {host}:{port}", ends, config, clock)


def _certificate(what: str, ends: datetime, config: Config, clock: Clock) -> Finding:
    day, left = ends.astimezone(config.settings.timezone).date(), ends - clock.now()
    if left <= timedelta():
        return Finding(what, State.FAULT, f"ended on {day}", "whoever runs the server must renew it")
    if left <= RENEWAL:
        return Finding(what, State.WARNING, f"ends on {day}, in {left.days} days",
                       "ask whoever runs the server to renew it before; afterwards nothing is sent there")  # fmt: skip
    return Finding(what, State.OK, f"good until {day}")


async def _certificate_ends(settings: ChannelSettings, host: str, port: int) -> datetime | None:
    if isinstance(settings, SmtpSettings):
        return await mail_certificate_ends(host, port, starttls=settings.tls == "starttls")
    return await web_certificate_ends(host, port)


def _is_encrypted(settings: ChannelSettings) -> bool:
    if isinstance(settings, SmtpSettings):
        return settings.tls != "none"
    return _url(settings).startswith("https:")


def _server(settings: ChannelSettings) -> tuple[str | None, int]:
    """The host and port of a channel's server; no host if it has none, or an address that is none."""
    if isinstance(settings, SmtpSettings):
        return settings.host, settings.port
    try:
        url = urlsplit(_url(settings))
        return url.hostname, url.port or (443 if url.scheme == "https" else 80)
    except ValueError:
        return None, 0


def _url(settings: ChannelSettings) -> str:
    if isinstance(settings, RobotSettings) and settings.url is None:
        return PLATFORMS[settings.kind].base
    return getattr(settings, "url", None) or ""


def advice(outcome: Outcome) -> str:
    """What to do about a channel that cannot be reached."""
    reason = "" if isinstance(outcome, Sent) else outcome.reason.casefold()
    if isinstance(outcome, Stopped):
        return "check the account, its credentials, what it may do, and its balance, with the other side"
    if "certificate has expired" in reason:
        return (
            "whoever runs the server must renew it; until then nothing is sent there (is this machine's clock right?)"
        )
    if "mismatch" in reason or "not valid for" in reason:
        return "its certificate is for another name: name the server as the certificate does"
    if "certificate" in reason:
        return "its certificate is of an authority that this machine does not know"
    if "starttls" in reason:
        return "the server offers no encryption on this port; ask for one that does"
    if "wrong version number" in reason or "record layer" in reason:
        return "the port speaks another kind of encryption: `implicit` is usual on 465, `starttls` on 587"
    return "are host and port right, and does the firewall let this machine reach them?"
