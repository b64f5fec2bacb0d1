"""The schema of `duban.yaml`."""

from datetime import date, time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment, TemplateSyntaxError
from pydantic import Field, field_validator, model_validator

from config.fields import (
    CREDENTIAL_PATTERN,
    DATABASE_PATTERN,
    LISTEN_PATTERN,
    URL_PATTERN,
    VARIABLE_PATTERN,
    ClosingTime,
    Day,
    Email,
    Sender,
    Text,
    TimeOfDay,
    ZoneField,
)
from config.validation import FieldError, Strict
from obligations.organizations import AddressKind


class Secret(Strict):
    """Where a secret is kept: in a credential that systemd hands to the service, or in an environment variable."""

    credential: str | None = Field(default=None, pattern=CREDENTIAL_PATTERN)
    env: str | None = Field(default=None, pattern=VARIABLE_PATTERN)

    @model_validator(mode="before")
    @classmethod
    def _names_one_place(cls, value: object) -> object:
        if not isinstance(value, dict) or len({"credential", "env"} & value.keys()) != 1:
            raise ValueError("secrets do not belong into this file; write {credential: NAME} or {env: NAME}")
        return value


class SmtpSettings(Strict):
    """E-mail through a server of your own."""

    kind: Literal["smtp"]
    host: Text
    port: int = Field(default=465, ge=1, le=65535)
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    username: str | None = None
    password: Secret | None = None
    sender: Sender
    timeout: float = Field(default=60, gt=0, le=600, description="seconds for sending one message")
    connections: int = Field(default=2, ge=1, le=64)
    insecure: bool = Field(default=False, description="allow `tls: none` to a host that is not this machine")

    @model_validator(mode="after")
    def _encrypts_what_leaves_this_machine(self) -> "SmtpSettings":
        if self.tls == "none" and not self.insecure and not _is_this_machine(self.host):
            raise FieldError(
                "tls",
                f"`none` would send to {self.host} unencrypted; write implicit or starttls, or add `insecure: true`",
            )
        return self

    @property
    def address(self) -> AddressKind:
        """The kind of address it sends to."""
        return AddressKind.EMAIL


class HttpSmsSettings(Strict):
    """SMS through any gateway that takes an HTTP request."""

    kind: Literal["http-sms"]
    url: str = Field(pattern=URL_PATTERN)
    method: Literal["GET", "POST", "PUT"] = "POST"
    headers: dict[str, str] = Field(default_factory=dict)
    body: str = Field(
        default='{"mobile": {{ mobile | tojson }}, "text": {{ text | tojson }}, "id": {{ message_id | tojson }}}',
        description="a template; knows mobile, text, name, message_id",
    )
    success: dict[str, str] = Field(
        default_factory=dict,
        max_length=1,
        description="path in the JSON answer to the text that means success, as {code: '0'}",
    )
    retry_codes: list[Text] = Field(default_factory=list, description="values of that path which mean: try again later")
    token: Secret | None = Field(default=None, description="sent as `Authorization: Bearer …`")
    timeout: float = Field(default=20, gt=0, le=600, description="seconds for sending one message")
    connections: int = Field(default=4, ge=1, le=64)

    @field_validator("headers")
    @classmethod
    def _hold_no_secret(cls, value: dict[str, str]) -> dict[str, str]:
        if any(name.casefold() == "authorization" for name in value):
            raise ValueError(
                "Authorization holds a secret, and secrets do not belong into this file; write "
                "`token: {credential: NAME}`, which is sent as `Authorization: Bearer …`"
            )
        return value

    @field_validator("body")
    @classmethod
    def _is_a_template(cls, value: str) -> str:
        try:
            Environment(autoescape=False).parse(value)  # noqa: S701 # nothing is rendered here
        except TemplateSyntaxError as error:
            raise ValueError(f"is not a template that can be filled in: {error.message}") from error
        return value

    @property
    def address(self) -> AddressKind:
        """The kind of address it sends to."""
        return AddressKind.MOBILE


class MaildirSettings(Strict):
    """Messages as files in a maildir: for trying things out."""

    kind: Literal["maildir"]
    directory: Path = Field(default=Path("mail"), description="relative to the config directory")
    sender: Sender = "Duban <duban@localhost>"
    address: AddressKind = AddressKind.EMAIL


class MemorySettings(Strict):
    """Messages kept in memory and forgotten at the end: for simulations."""

    kind: Literal["memory"]
    address: AddressKind = AddressKind.EMAIL


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


ChannelSettings = Annotated[
    SmtpSettings | HttpSmsSettings | MaildirSettings | MemorySettings, Field(discriminator="kind")
]


class OfficeHoursSettings(Strict):
    """The hours in which notices may go out."""

    from_: TimeOfDay = Field(alias="from", default=time(9))
    to: ClosingTime = time(17, 30)

    @model_validator(mode="after")
    def _closes_after_opening(self) -> "OfficeHoursSettings":
        if self.to is not None and self.to <= self.from_:
            raise FieldError("to", f'{self.to:%H:%M} is not after {self.from_:%H:%M}; for midnight write "24:00"')
        return self


class BoardSettings(Strict):
    """Where the board listens and how people reach it."""

    listen: str = Field(default="127.0.0.1:8420", pattern=LISTEN_PATTERN)
    url: str | None = None


class AdminSettings(Strict):
    """Whom the daemon tells when it cannot do its work."""

    name: Text = "管理员"
    email: Email


class CalendarSettings(Strict):
    """Another calendar than mainland China's national one."""

    region: str | None = None
    workalendar: str | None = Field(default=None, description="a class of workalendar, as asia.HongKong")

    @model_validator(mode="after")
    def _one_of_them(self) -> "CalendarSettings":
        if self.region is not None and self.workalendar is not None:
            raise FieldError(
                "workalendar", "takes the place of all notices, so `region` has no meaning; drop one of the two"
            )
        return self


class Settings(Strict):
    """The whole of `duban.yaml`."""

    language: Literal["zh_CN"] = "zh_CN"
    timezone: ZoneField = ZoneInfo("Asia/Shanghai")
    start: Day = Field(description="nothing due before this day is raised")
    database: str = Field(
        default="sqlite:///duban.db",
        pattern=DATABASE_PATTERN,
        description="relative to this directory",
    )
    catalogues: list[str] = Field(default_factory=lambda: ["work-safety"])
    office_hours: OfficeHoursSettings = OfficeHoursSettings()
    channels: dict[str, ChannelSettings] = Field(min_length=1)
    board: BoardSettings | None = None
    admin: AdminSettings | None = None
    calendar: CalendarSettings = CalendarSettings()
    contact: str = Field(default="", description="whom readers of a notice may call")

    @field_validator("start")
    @classmethod
    def _start_is_sensible(cls, value: date) -> date:
        if not 2004 <= value.year <= 2090:
            raise ValueError(f"{value} lies outside the calendar, which begins in 2004")
        return value
