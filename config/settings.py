"""The schema of `duban.yaml`."""

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from config.channels import AliyunSettings, ChannelSettings, TencentSettings
from config.consistency import Consistent, rule
from config.fields import (
    LISTEN_PATTERN,
    DatabaseUrl,
    Day,
    Email,
    Text,
    TimeOfDay,
    ZoneField,
)
from config.office_hours import OfficeHoursSettings
from config.secret_places import Secret
from config.validation import FieldError, Strict


class BoardSettings(Strict):
    """Where a board is to listen and how people are to reach it; accepted, but this version serves none."""

    listen: str = Field(
        default="127.0.0.1:8420",
        pattern=LISTEN_PATTERN,
        description="the address and port it listens on",
        examples=["127.0.0.1:8420"],
    )
    url: str | None = Field(
        default=None, description="the address that people reach it by", examples=["https://duban.example.gov.cn"]
    )


class ReceiptsSettings(Strict):
    """Where providers of SMS push what became of messages."""

    listen: str = Field(
        default="127.0.0.1:8421",
        pattern=LISTEN_PATTERN,
        description="the address and port it listens on; let a web server with TLS stand before it",
        examples=["127.0.0.1:8421"],
    )
    token: Secret = Field(
        description="where the secret is kept that stands in the address: /receipts/CHANNEL/TOKEN",
        examples=[{"credential": "receipts-token"}],
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
        default=None,
        description="for a board; accepted, but this version serves none",
        examples=[{"listen": "127.0.0.1:8420"}],
    )
    receipts: ReceiptsSettings | None = Field(
        default=None,
        description="where providers of SMS push what became of messages; nowhere where this is not said",
        examples=[{"token": {"credential": "receipts-token"}}],
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

    @property
    def pulled(self) -> frozenset[str]:
        """The channels whose provider is asked for receipts."""
        asked = (AliyunSettings, TencentSettings)
        return frozenset(
            name for name, each in self.channels.items() if isinstance(each, asked) and each.receipts == "pull"
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
            raise ValueError(f"{value} is no sensible start; write a day of the years 2004 to 2090")
        return value
