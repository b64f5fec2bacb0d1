"""The schema of `duban.yaml`."""

from collections.abc import Iterator
from datetime import date, time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment, TemplateSyntaxError
from pydantic import ConfigDict, Field, field_validator, model_validator

from config.consistency import Consistent, rule
from config.fields import (
    CREDENTIAL_PATTERN,
    LISTEN_PATTERN,
    RATE_PATTERN,
    URL_PATTERN,
    VARIABLE_PATTERN,
    ClosingTime,
    DatabaseUrl,
    Day,
    Email,
    Flag,
    Sender,
    Text,
    TimeOfDay,
    ZoneField,
)
from config.validation import FieldError, Strict
from obligations.organizations import AddressKind


class Secret(Strict):
    """Where a secret is kept: in a credential that systemd hands to the service, or in an environment variable."""

    model_config = ConfigDict(
        json_schema_extra={
            "minProperties": 1,
            "maxProperties": 1,
            "errorMessage": "secrets do not belong into this file; write {credential: NAME} or {env: NAME}",
        }
    )

    credential: str | None = Field(
        default=None,
        pattern=CREDENTIAL_PATTERN,
        description="the name of a systemd credential (LoadCredential=)",
        examples=["smtp-password"],
    )
    env: str | None = Field(
        default=None,
        pattern=VARIABLE_PATTERN,
        description="the name of an environment variable",
        examples=["SMTP_PASSWORD"],
    )

    @model_validator(mode="before")
    @classmethod
    def _names_one_place(cls, value: object) -> object:
        if not isinstance(value, dict) or len({"credential", "env"} & value.keys()) != 1:
            raise ValueError("secrets do not belong into this file; write {credential: NAME} or {env: NAME}")
        return value


class SmtpSettings(Consistent):
    """E-mail through a server of your own."""

    kind: Literal["smtp"] = Field(description="mail through a server of your own", examples=["smtp"])
    host: Text = Field(description="the server's name or address", examples=["mail.example.gov.cn"])
    port: int = Field(default=465, ge=1, le=65535, description="the port that it listens on", examples=[587])
    tls: Literal["implicit", "starttls", "none"] = Field(
        default="implicit",
        description="how the connection is encrypted; `none` only to this machine, or with `insecure: true`",
        examples=["starttls"],
    )
    username: str | None = Field(default=None, description="the account to log in with", examples=["duban"])
    password: Secret | None = Field(
        default=None,
        description="where its password is kept; never the password itself",
        examples=[{"credential": "smtp-password"}],
    )
    sender: Sender = Field(
        description="whom messages come from: a name with an address, or the address alone",
        examples=["市安委办 <duban@example.gov.cn>"],
    )
    timeout: float = Field(default=60, gt=0, le=600, description="seconds for sending one message", examples=[30])
    connections: int = Field(default=2, ge=1, le=64, description="how many messages go at the same time", examples=[4])
    rate: str | None = Field(
        default=None,
        pattern=RATE_PATTERN,
        description="how many messages may go in any second, minute, hour or day, from all nodes together",
        examples=["100/minute"],
    )
    insecure: Flag = Field(
        default=False, description="allow `tls: none` to a host that is not this machine", examples=[True]
    )

    @rule
    def _encrypts_what_leaves_this_machine(self) -> Iterator[ValueError]:
        if self.tls == "none" and not self.insecure and not _is_this_machine(self.host):
            yield FieldError(
                "tls",
                f"`none` would send to {self.host} unencrypted; write implicit or starttls, or add `insecure: true`",
            )

    @property
    def address(self) -> AddressKind:
        """The kind of address it sends to."""
        return AddressKind.EMAIL


class HttpSmsSettings(Strict):
    """SMS through any gateway that takes an HTTP request."""

    kind: Literal["http-sms"] = Field(
        description="SMS through any gateway that takes an HTTP request", examples=["http-sms"]
    )
    url: str = Field(
        pattern=URL_PATTERN, description="where the request goes", examples=["https://sms.example.gov.cn/send"]
    )
    method: Literal["GET", "POST", "PUT"] = Field(
        default="POST", description="the method of the request", examples=["PUT"]
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        description="headers of the request; a secret goes into `token`",
        examples=[{"Content-Type": "application/json"}],
    )
    body: str = Field(
        default='{"mobile": {{ mobile | tojson }}, "text": {{ text | tojson }}, "id": {{ message_id | tojson }}}',
        description="the request's body, a template that knows mobile, text, name and message_id",
        examples=['{"phone": {{ mobile | tojson }}, "content": {{ text | tojson }}}'],
    )
    success: dict[str, str] = Field(
        default_factory=dict,
        max_length=1,
        description="a path in the JSON answer, and the text there that means success",
        examples=[{"code": "0"}],
    )
    retry_codes: list[Text] = Field(
        default_factory=list, description="texts at that path which mean: try again later", examples=[["1008"]]
    )
    token: Secret | None = Field(
        default=None,
        description="where the secret is kept that is sent as `Authorization: Bearer …`",
        examples=[{"credential": "sms-token"}],
    )
    timeout: float = Field(default=20, gt=0, le=600, description="seconds for sending one message", examples=[30])
    connections: int = Field(default=4, ge=1, le=64, description="how many messages go at the same time", examples=[8])
    rate: str | None = Field(
        default=None,
        pattern=RATE_PATTERN,
        description="how many messages may go in any second, minute, hour or day, from all nodes together",
        examples=["100/minute"],
    )

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

    kind: Literal["maildir"] = Field(
        description="messages as files in a maildir: for trying things out", examples=["maildir"]
    )
    directory: Path = Field(
        default=Path("mail"), description="the maildir, relative to the config directory", examples=["mail"]
    )
    sender: Sender = Field(
        default="Duban <duban@localhost>",
        description="whom messages come from",
        examples=["市安委办 <duban@example.gov.cn>"],
    )
    address: AddressKind = Field(
        default=AddressKind.EMAIL, description="which address of a person it stands for", examples=["mobile"]
    )


class MemorySettings(Strict):
    """Messages kept in memory and forgotten at the end: for simulations."""

    kind: Literal["memory"] = Field(
        description="messages kept in memory and forgotten at the end: for simulations", examples=["memory"]
    )
    address: AddressKind = Field(
        default=AddressKind.EMAIL, description="which address of a person it stands for", examples=["mobile"]
    )


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


class OfficeHoursSettings(Consistent):
    """The hours in which notices may go out."""

    from_: TimeOfDay = Field(
        alias="from", default=time(9), description="when the first notice of a day may go", examples=["08:30"]
    )
    to: ClosingTime = Field(
        default=time(17, 30),
        description='when no more may go; "24:00" is midnight',
        examples=["18:00"],
    )

    @rule
    def _closes_after_opening(self) -> Iterator[ValueError]:
        if self.to is not None and self.to <= self.from_:
            yield FieldError("to", f'{self.to:%H:%M} is not after {self.from_:%H:%M}; for midnight write "24:00"')


class BoardSettings(Strict):
    """Where the board listens and how people reach it."""

    listen: str = Field(
        default="127.0.0.1:8420",
        pattern=LISTEN_PATTERN,
        description="the address and port it listens on",
        examples=["127.0.0.1:8420"],
    )
    url: str | None = Field(
        default=None, description="the address that people reach it by", examples=["https://duban.example.gov.cn"]
    )


class AdminSettings(Strict):
    """Whom the daemon tells when it cannot do its work."""

    name: Text = Field(default="管理员", description="the administrator's name", examples=["系统管理员"])
    email: Email = Field(description="where alarms go", examples=["admin@example.gov.cn"])


class BackupSettings(Strict):
    """A copy of the database each night."""

    directory: Path = Field(
        default=Path("backups"),
        description="where the copies are kept, relative to the config directory",
        examples=["/var/lib/duban/backups"],
    )
    at: TimeOfDay = Field(
        default=time(2, 30), description="from when on the copy of a night is made", examples=["03:00"]
    )
    keep: int = Field(default=14, ge=1, le=3650, description="how many are kept; older ones are deleted", examples=[30])


class CalendarSettings(Consistent):
    """Another calendar than mainland China's national one."""

    region: str | None = Field(
        default=None,
        description="a region whose notices are laid over the national ones, by name or id",
        examples=["广西"],
    )
    workalendar: str | None = Field(
        default=None,
        description="a class of the library workalendar, in place of all notices",
        examples=["asia.HongKong"],
    )

    @rule
    def _one_of_them(self) -> Iterator[ValueError]:
        if self.region is not None and self.workalendar is not None:
            yield FieldError(
                "workalendar", "takes the place of all notices, so `region` has no meaning; drop one of the two"
            )


class Settings(Consistent):
    """The whole of `duban.yaml`."""

    language: Literal["zh_CN", "en"] = Field(
        default="zh_CN",
        description="the language of notices; titles of duties stand as they are written, the shipped ones in Chinese",
        examples=["en"],
    )
    timezone: ZoneField = Field(
        default=ZoneInfo("Asia/Shanghai"),
        description="where days begin and end",
        examples=["Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau"],
    )
    start: Day = Field(
        description="nothing due before this day is raised",
        examples=["2026-01-01"],
        json_schema_extra={"format": "first-day"},
    )
    database: DatabaseUrl = Field(
        default="sqlite:///duban.db",
        description="where tasks and the ledger are kept: a file, relative to this directory, or a PostgreSQL database",
        examples=["sqlite:///duban.db", "postgresql+psycopg://duban@db.example.gov.cn/duban"],
    )
    database_password: Secret | None = Field(
        default=None,
        description="where the password of the PostgreSQL database is kept; never the password itself",
        examples=[{"credential": "database-password"}],
    )
    catalogues: list[str] = Field(
        default_factory=lambda: ["work-safety"],
        description="the shipped catalogues of duties that are in force; `work-safety` where this is not said",
        examples=[["work-safety", "national-law"]],
    )
    office_hours: OfficeHoursSettings = Field(
        default=OfficeHoursSettings(),
        description="the hours in which notices may go out, unless a step is urgent",
        examples=[{"from": "08:30", "to": "18:00"}],
    )
    channels: dict[str, ChannelSettings] = Field(
        min_length=1,
        description="how messages go out, by the names that ladders use: email, sms, or your own",
        examples=[{"email": {"kind": "maildir", "directory": "mail"}}],
    )
    board: BoardSettings | None = Field(
        default=None, description="where the board is served", examples=[{"listen": "127.0.0.1:8420"}]
    )
    admin: AdminSettings | None = Field(
        default=None,
        description="whom the daemon tells when it cannot do its work",
        examples=[{"name": "系统管理员", "email": "admin@example.gov.cn"}],
    )
    calendar: CalendarSettings = Field(
        default=CalendarSettings(),
        description="another calendar than mainland China's national one",
        examples=[{"region": "广西"}],
    )
    backup: BackupSettings | None = Field(
        default=None,
        description="a proved copy of the SQLite database each night; none where this is not said",
        examples=[{"directory": "backups", "keep": 14}],
    )
    contact: str = Field(
        default="", description="whom readers of a notice may call", examples=["市安委办 0000-0000000"]
    )

    @rule
    def _copies_files_only(self) -> Iterator[ValueError]:
        if self.backup is not None and self.database.startswith("postgresql"):
            yield FieldError(
                "backup", "copies SQLite files; a PostgreSQL database is copied by pg_dump (docs/service.md says how)"
            )

    @field_validator("start")
    @classmethod
    def _start_is_sensible(cls, value: date) -> date:
        if not 2004 <= value.year <= 2090:
            raise ValueError(f"{value} lies outside the calendar, which begins in 2004")
        return value
