"""The schema of `duban.yaml`."""

from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from config.fields import ClosingTime, Day, TimeOfDay, ZoneField
from config.validation import Strict
from obligations.organizations import AddressKind


class Secret(Strict):
    """Where a secret is kept: in a credential that systemd hands to the service, or in an environment variable."""

    credential: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]+$")
    env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")

    @model_validator(mode="before")
    @classmethod
    def _names_one_place(cls, value: object) -> object:
        if not isinstance(value, dict) or len({"credential", "env"} & value.keys()) != 1:
            raise ValueError("secrets do not belong into this file; write {credential: NAME} or {env: NAME}")
        return value


class SmtpSettings(Strict):
    """E-mail through a server of your own."""

    kind: Literal["smtp"]
    host: str
    port: int = Field(default=465, ge=1, le=65535)
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    username: str | None = None
    password: Secret | None = None
    sender: str
    timeout: float = Field(default=60, gt=0, le=600, description="seconds for sending one message")
    connections: int = Field(default=2, ge=1, le=64)
    insecure: bool = Field(default=False, description="allow `tls: none` to a host that is not this machine")

    @property
    def address(self) -> AddressKind:
        """The kind of address it sends to."""
        return AddressKind.EMAIL


class HttpSmsSettings(Strict):
    """SMS through any gateway that takes an HTTP request."""

    kind: Literal["http-sms"]
    url: str = Field(pattern=r"^https?://")
    method: Literal["GET", "POST", "PUT"] = "POST"
    headers: dict[str, str] = Field(default_factory=dict)
    body: str = Field(
        default='{"mobile": {{ mobile | tojson }}, "text": {{ text | tojson }}, "id": {{ message_id | tojson }}}',
        description="a template; knows mobile, text, name, message_id",
    )
    success: dict[str, str] = Field(
        default_factory=dict, description="path in the JSON answer to the text that means success, as {code: '0'}"
    )
    retry_codes: list[str] = Field(default_factory=list, description="values of that path which mean: try again later")
    token: Secret | None = Field(default=None, description="sent as `Authorization: Bearer …`")
    timeout: float = Field(default=20, gt=0, le=600, description="seconds for sending one message")
    connections: int = Field(default=4, ge=1, le=64)

    @property
    def address(self) -> AddressKind:
        """The kind of address it sends to."""
        return AddressKind.MOBILE


class MaildirSettings(Strict):
    """Messages as files in a maildir: for trying things out."""

    kind: Literal["maildir"]
    directory: Path = Field(default=Path("mail"), description="relative to the config directory")
    sender: str = "Duban <duban@localhost>"
    address: AddressKind = AddressKind.EMAIL


class MemorySettings(Strict):
    """Messages kept in memory and forgotten at the end: for simulations."""

    kind: Literal["memory"]
    address: AddressKind = AddressKind.EMAIL


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
            raise ValueError(f'office hours end at {self.to:%H:%M}, before they begin; for midnight write "24:00"')
        return self


class BoardSettings(Strict):
    """Where the board listens and how people reach it."""

    listen: str = Field(default="127.0.0.1:8420", pattern=r"^.+:[0-9]{1,5}$")
    url: str | None = None


class AdminSettings(Strict):
    """Whom the daemon tells when it cannot do its work."""

    name: str = "管理员"
    email: str


class CalendarSettings(Strict):
    """Another calendar than mainland China's national one."""

    region: str | None = None
    workalendar: str | None = Field(default=None, description="a class of workalendar, as asia.HongKong")


class Settings(Strict):
    """The whole of `duban.yaml`."""

    language: Literal["zh_CN", "en"] = "zh_CN"
    timezone: ZoneField = ZoneInfo("Asia/Shanghai")
    start: Day = Field(description="nothing due before this day is raised")
    database: str = Field(
        default="sqlite:///duban.db",
        pattern=r"^sqlite:///.+$",
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
