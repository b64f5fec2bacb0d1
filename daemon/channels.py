"""Channels: what duban.yaml configures, built."""

import os
from collections.abc import Mapping
from pathlib import Path

from config.loader import Config
from config.settings import ChannelSettings, HttpSmsSettings, MaildirSettings, MemorySettings, Secret, SmtpSettings
from notifiers.channel import Channel
from notifiers.http_sms import HttpSmsChannel
from notifiers.maildir import MaildirChannel
from notifiers.memory import MemoryChannel
from notifiers.smtp import SmtpChannel, Tls


class SecretError(Exception):
    """A secret that the config names is not there."""


def open_channels(config: Config) -> dict[str, Channel]:
    """Every configured channel, by name.

    Raises:
        SecretError: a credential or environment variable that a channel needs is missing.
    """
    return {name: _open(name, settings, config.directory) for name, settings in config.settings.channels.items()}


def memory_channels(config: Config) -> dict[str, MemoryChannel]:
    """A stand-in that sends nothing for every configured channel: a dry run."""
    return {name: MemoryChannel(name, kind, connections=50) for name, kind in config.channels.items()}


def _open(name: str, settings: ChannelSettings, directory: Path) -> Channel:
    match settings:
        case SmtpSettings():
            return SmtpChannel(
                name, host=settings.host, port=settings.port, tls=Tls(settings.tls), sender=settings.sender,
                username=settings.username, password=_secret(settings.password), timeout=settings.timeout,
                connections=settings.connections,
            )  # fmt: skip
        case HttpSmsSettings():
            return HttpSmsChannel(
                name, url=settings.url, method=settings.method, headers=_headers(settings), body=settings.body,
                success=next(iter(settings.success.items()), None), retry_codes=frozenset(settings.retry_codes),
                timeout=settings.timeout, connections=settings.connections,
            )  # fmt: skip
        case MaildirSettings():
            return MaildirChannel(name, directory / settings.directory, settings.sender, settings.address)
        case MemorySettings():
            return MemoryChannel(name, settings.address)


def _headers(settings: HttpSmsSettings) -> Mapping[str, str]:
    token = _secret(settings.token)
    return settings.headers | ({"Authorization": f"Bearer {token}"} if token else {})


def _secret(secret: Secret | None) -> str | None:
    """A secret's text, from where systemd or the environment keeps it."""
    if secret is None:
        return None
    if secret.env is not None:
        value = os.environ.get(secret.env)
        if value is None:
            raise SecretError(f"the environment variable {secret.env} is not set; a channel needs it")
        return value
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if directory is None:
        raise SecretError(
            f"no credential {secret.credential!r}: CREDENTIALS_DIRECTORY is not set; let systemd load it "
            "(LoadCredential=), or write {env: NAME} instead"
        )
    try:
        return (Path(directory) / str(secret.credential)).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretError(f"the credential {secret.credential!r} cannot be read: {error.strerror}") from error
