"""Channels: what duban.yaml configures, built."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from config import channels as of
from config.channels import ChannelSettings
from config.loader import Config
from config.sms_templates import NamedTemplate, OrderedTemplate
from daemon.clock import Clock, SystemClock
from daemon.credentials import read_secret, secret_of
from notifiers import aliyun
from notifiers.aliyun import AliyunChannel
from notifiers.bounces import ReturnAddress
from notifiers.channel import Channel, Rate, parse_rate
from notifiers.http_sms import HttpSmsChannel
from notifiers.maildir import MaildirChannel
from notifiers.mas import MasChannel
from notifiers.memory import MemoryChannel
from notifiers.robots import PLATFORMS, RobotChannel
from notifiers.sms_templates import SmsTemplate, SmsTemplates
from notifiers.smtp import SmtpChannel, Tls
from notifiers.tencent import TencentChannel
from notifiers.webhook import WebhookChannel
from notifiers.wecom_app import WecomAppChannel

Now = Callable[[], datetime]
"""Tells the present moment, aware."""


def open_channels(config: Config, clock: Clock | None = None) -> dict[str, Channel]:
    """Every configured channel, by name.

    Args:
        clock: what requests are dated by; the system's where none is given.

    Raises:
        SecretError: a credential or environment variable that a channel needs is missing.
    """
    clock = clock or SystemClock()
    return {name: open_channel(config, name, clock) for name in config.settings.channels}


def open_channel(config: Config, name: str, clock: Clock) -> Channel:
    """One configured channel.

    Raises:
        SecretError: a credential or environment variable that it needs is missing.
    """
    return _open(name, config.settings.channels[name], config.directory, clock.now)


def _open(  # noqa: C901 - a table: one line a kind
    name: str, settings: ChannelSettings, directory: Path, now: Now
) -> Channel:
    match settings:
        case of.SmtpSettings():
            return _smtp(name, settings)
        case of.HttpSmsSettings():
            return _http_sms(name, settings)
        case of.AliyunSettings():
            return _aliyun(name, settings, now)
        case of.TencentSettings():
            return _tencent(name, settings, now)
        case of.MasSettings():
            return _mas(name, settings)
        case of.RobotSettings():
            return _robot(name, settings, now)
        case of.WecomAppSettings():
            return WecomAppChannel(
                name, corp_id=settings.corp_id, agent_id=settings.agent_id, secret=secret_of(settings.secret),
                url=settings.url, **_pace(settings),
            )  # fmt: skip
        case of.WebhookSettings():
            return WebhookChannel(
                name, url=settings.url, secret=secret_of(settings.secret), address=settings.address, now=now,
                **_pace(settings),
            )  # fmt: skip
        case of.MaildirSettings():
            return MaildirChannel(name, directory / settings.directory, settings.sender, settings.address)
        case of.MemorySettings():
            return MemoryChannel(name, settings.address)


def _smtp(name: str, settings: of.SmtpSettings) -> Channel:
    return SmtpChannel(
        name, host=settings.host, port=settings.port, tls=Tls(settings.tls), sender=settings.sender,
        username=settings.username, password=read_secret(settings.password),
        invitations=settings.invitations, bounces=return_address(settings),
        **_pace(settings),
    )  # fmt: skip


def return_address(settings: of.SmtpSettings) -> ReturnAddress | None:
    """Where mail of a channel comes back to, if that is not its sender.

    Raises:
        SecretError: what it is signed with is missing.
    """
    bounces = settings.bounces
    if bounces is None:
        return None
    return ReturnAddress(bounces.address, secret_of(bounces.secret))


def _http_sms(name: str, settings: of.HttpSmsSettings) -> Channel:
    token = read_secret(settings.token)
    return HttpSmsChannel(
        name, url=settings.url, method=settings.method, body=settings.body,
        headers=settings.headers | ({"Authorization": f"Bearer {token}"} if token else {}),
        success=next(iter(settings.success.items()), None), retry_codes=frozenset(settings.retry_codes),
        **_pace(settings),
    )  # fmt: skip


def _aliyun(name: str, settings: of.AliyunSettings, now: Now) -> Channel:
    return AliyunChannel(
        name, access_key=settings.access_key, secret=secret_of(settings.secret), signature=settings.signature,
        templates=_templates(settings), now=now, url=settings.url,
        **_pace(settings),
    )  # fmt: skip


def _tencent(name: str, settings: of.TencentSettings, now: Now) -> Channel:
    return TencentChannel(
        name, secret_id=settings.secret_id, secret=secret_of(settings.secret), app_id=settings.app_id,
        signature=settings.signature, templates=_templates(settings), now=now,
        region=settings.region, url=settings.url, **_pace(settings),
    )  # fmt: skip


def _mas(name: str, settings: of.MasSettings) -> Channel:
    return MasChannel(
        name, url=settings.url, enterprise=settings.enterprise, account=settings.account,
        secret=secret_of(settings.secret), sign_code=settings.sign_code, extension=settings.extension,
        templates=sms_templates(settings), **_pace(settings),
    )  # fmt: skip


def _robot(name: str, settings: of.RobotSettings, now: Now) -> Channel:
    return RobotChannel(
        name, robot=PLATFORMS[settings.kind], token=secret_of(settings.token), secret=read_secret(settings.secret),
        now=now, url=settings.url or "", **_pace(settings),
    )  # fmt: skip


class _Pace(TypedDict):
    timeout: float
    connections: int
    rate: Rate | None


def _pace(settings: of.SendingSettings) -> _Pace:
    rate = parse_rate(settings.rate) if settings.rate is not None else None
    return {"timeout": settings.timeout, "connections": settings.connections, "rate": rate}


def sms_templates(settings: ChannelSettings) -> SmsTemplates | None:
    """The registered templates that a channel sends by; None if it sends free text, or no SMS."""
    match settings:
        case of.AliyunSettings() | of.TencentSettings():
            return _templates(settings)
        case of.MasSettings() if settings.templates:
            return _templates(settings)
        case _:
            return None


def _templates(settings: of.AliyunSettings | of.TencentSettings | of.MasSettings) -> SmsTemplates:
    longest = settings.longest_parameter if isinstance(settings, of.TencentSettings) else aliyun.LONGEST_PARAMETER
    entries: Mapping[str, NamedTemplate | OrderedTemplate] = dict(settings.templates)
    return SmsTemplates({name: SmsTemplate(each.code, each.parameters) for name, each in entries.items()}, longest)
