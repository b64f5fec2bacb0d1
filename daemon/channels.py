"""Channels: what duban.yaml configures, built."""

from collections.abc import Mapping
from pathlib import Path

from config.loader import Config
from config.settings import ChannelSettings, HttpSmsSettings, MaildirSettings, MemorySettings, SmtpSettings
from daemon.credentials import read_secret
from notifiers.channel import Channel, Rate, parse_rate
from notifiers.http_sms import HttpSmsChannel
from notifiers.maildir import MaildirChannel
from notifiers.memory import MemoryChannel
from notifiers.smtp import SmtpChannel, Tls


def open_channels(config: Config) -> dict[str, Channel]:
    """Every configured channel, by name.

    Raises:
        SecretError: a credential or environment variable that a channel needs is missing.
    """
    return {name: _open(name, settings, config.directory) for name, settings in config.settings.channels.items()}


def _open(name: str, settings: ChannelSettings, directory: Path) -> Channel:
    match settings:
        case SmtpSettings():
            return SmtpChannel(
                name, host=settings.host, port=settings.port, tls=Tls(settings.tls), sender=settings.sender,
                username=settings.username, password=read_secret(settings.password), timeout=settings.timeout,
                connections=settings.connections, rate=_rate(settings),
            )  # fmt: skip
        case HttpSmsSettings():
            return HttpSmsChannel(
                name, url=settings.url, method=settings.method, headers=_headers(settings), body=settings.body,
                success=next(iter(settings.success.items()), None), retry_codes=frozenset(settings.retry_codes),
                timeout=settings.timeout, connections=settings.connections, rate=_rate(settings),
            )  # fmt: skip
        case MaildirSettings():
            return MaildirChannel(name, directory / settings.directory, settings.sender, settings.address)
        case MemorySettings():
            return MemoryChannel(name, settings.address)


def _headers(settings: HttpSmsSettings) -> Mapping[str, str]:
    token = read_secret(settings.token)
    return settings.headers | ({"Authorization": f"Bearer {token}"} if token else {})


def _rate(settings: SmtpSettings | HttpSmsSettings) -> Rate | None:
    return parse_rate(settings.rate) if settings.rate is not None else None
