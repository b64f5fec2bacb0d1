"""The tables. Instants are microseconds since 1970 in UTC, days are ISO text; so both sort as they are."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


_MICROSECOND = timedelta(microseconds=1)


def micros(value: datetime | None) -> int | None:
    """An aware moment as the database keeps it: microseconds since 1970 in UTC."""
    return None if value is None else (value - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """The moment that the database keeps as a number."""
    return _EPOCH + timedelta(microseconds=value)


def iso(value: date | None) -> str | None:
    """A day as the database keeps it: ISO text."""
    return None if value is None else value.isoformat()


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        """To the database."""
        return micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - SQLAlchemy's
        """From the database."""
        return None if value is None else instant(value)


class IsoDay(TypeDecorator[date]):
    """A day, kept as ISO text."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """To the database."""
        return iso(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:  # noqa: ANN401, ARG002 - SQLAlchemy's
        """From the database."""
        return None if value is None else date.fromisoformat(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def raw(table: Table) -> list[ColumnElement[Any]]:
    """The columns of a table, moments and days as the database keeps them (`micros`, `iso`)."""
    kept: dict[type[Any], TypeEngine[Any]] = {Instant: BigInteger(), IsoDay: String()}
    return [
        type_coerce(column, kept[type(column.type)]) if type(column.type) in kept else column
        for column in table.columns
    ]


_key = BigInteger().with_variant(Integer, "sqlite")


def _only_where(condition: ColumnElement[bool]) -> dict[str, Any]:
    """Lets an index hold only some rows, in either database."""
    return {"sqlite_where": condition, "postgresql_where": condition}


tasks = Table(
    "tasks",
    metadata,
    Column("id", _key, primary_key=True),
    Column("task", String, nullable=False, unique=True),
    Column("obligation", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("bearer", String, nullable=False),
    Column("assignee", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("window", String),
    Column("event", String),
    Column("anchor", String),
    Column("opens_at", Instant, nullable=False),
    Column("opens", IsoDay, nullable=False),
    Column("due", IsoDay, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("last_working_day", IsoDay, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("times", Integer, nullable=False),
    Column("calendar_version", String, nullable=False),
    Column("exact", Boolean, nullable=False),
    Column("stated", Boolean, nullable=False, server_default=false()),
    Column("paced", Boolean, nullable=False, server_default=false()),
    Column("state", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("fired", Text, nullable=False),
    Column("completions", Integer, nullable=False),
    Column("closed_on", IsoDay),
    Column("next_step_at", Instant),
)
Index("ix_tasks_next_step_at", tasks.c.next_step_at, **_only_where(tasks.c.next_step_at.is_not(None)))
Index("ix_tasks_subject_obligation", tasks.c.subject, tasks.c.obligation)

notices = Table(
    "notices",
    metadata,
    Column("id", _key, primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("step", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("tell", String, nullable=False),
    Column("holder", String, nullable=False),
    Column("organization", String),
    Column("post", String),
    Column("name", String),
    Column("via", String),
    Column("channels", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("task_id", "revision", "step", "holder"),
)

for _state in ("held", "undeliverable"):  # few notices are in one of these, stay so for long, and are looked for
    Index(f"ix_notices_{_state}", notices.c.id, **_only_where(notices.c.state == _state))

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _key, primary_key=True),
    Column("channel", String, nullable=False),
    Column("address", String, nullable=False),
    Column("name", String, nullable=False),
    Column("message_id", String, nullable=False, unique=True),
    Column("urgent", Boolean, nullable=False),
    Column("days", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant),
    Column("owner", String),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("reference", String, nullable=False),
    Column("doubtful", Boolean, nullable=False, server_default=false()),
    Column("ambiguous", Integer, nullable=False, server_default="0"),
)
"""The outbox; `doubtful` is what may have left, however its last attempt ended, and `ambiguous` after how many attempts
nobody knew; that begins anew when it is sent once more by hand.
"""
Index(
    "ix_deliveries_channel_next_attempt_at",
    deliveries.c.channel,
    deliveries.c.next_attempt_at,
    **_only_where(deliveries.c.next_attempt_at.is_not(None)),
)

Index("ix_deliveries_address", deliveries.c.address, **_only_where(deliveries.c.next_attempt_at.is_not(None)))

delivery_notices = Table(
    "delivery_notices",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True),
    Column("notice_id", ForeignKey("notices.id"), primary_key=True),
    Column("carried", Boolean, nullable=False),
)
Index("ix_delivery_notices_notice_id", delivery_notices.c.notice_id)

sendings = Table(
    "sendings",
    metadata,
    Column("id", _key, primary_key=True),
    Column("channel", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("address", String, nullable=False, server_default=""),
)
"""How many messages were taken from the outbox lately, for channels that bear only so many in a time, and (with an
address) for people who get only so many.
"""
Index("ix_sendings_channel_address_at", sendings.c.channel, sendings.c.address, sendings.c.at)

returned = Table(
    "returned",
    metadata,
    Column("address", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("reason", String, nullable=False),
)
"""Addresses that mail came back from, or was refused for, for good."""

awaited = Table(
    "awaited",
    metadata,
    Column("id", _key, primary_key=True),
    Column("channel", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("address", String, nullable=False),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ask_at", Instant),
)
"""By which name a provider will tell what became of a delivery."""
Index("ix_awaited_channel_reference", awaited.c.channel, awaited.c.reference)
Index("ix_awaited_channel_ask_at", awaited.c.channel, awaited.c.ask_at)
Index("ix_awaited_delivery_id", awaited.c.delivery_id)
Index("ix_awaited_at", awaited.c.at)

events = Table(
    "events",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("organization", String, nullable=False),
    Column("fields", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("source", String, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
)

Index("ix_events_organization", events.c.organization)

facts = Table(
    "facts",
    metadata,
    Column("id", _key, primary_key=True),
    Column("task", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("on_day", IsoDay),
    Column("by", String, nullable=False),
    Column("note", String, nullable=False),
    Column("evidence", String, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

Index("ix_facts_extended", facts.c.task, **_only_where(facts.c.kind == "extended"))

roster_matches = Table(
    "roster_matches",
    metadata,
    Column("obligation", String, primary_key=True),
    Column("organization", String, primary_key=True),
    Column("since", IsoDay, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", _key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String, nullable=False),
    Column("about", String, nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
)

archives = Table(
    "archives",
    metadata,
    Column("id", _key, primary_key=True),
    Column("token", String, nullable=False, unique=True),
    Column("year", Integer, nullable=False),
    Column("file", String, nullable=False),
    Column("tasks", _key, nullable=False),
    Column("notices", _key, nullable=False),
    Column("deliveries", _key, nullable=False),
    Column("rows", _key, nullable=False),
)
"""The files into which old tasks went, by a token that stands in them too, and how much was taken out for each."""

archived = Table(
    "archived",
    metadata,
    Column("task_id", ForeignKey("tasks.id"), primary_key=True),
    Column("archive", ForeignKey("archives.id"), nullable=False),
)
"""The tasks whose notices, messages and rows of the ledger are in a file."""

archived_stages = Table(
    "archived_stages",
    metadata,
    Column("task_id", ForeignKey("tasks.id"), primary_key=True),
    Column("stage", String, primary_key=True),
    Column("at", Instant, nullable=False),
)
"""When the ladder of each archived task first reached each stage; duties may start by that."""

archived_rows = Table(
    "archived_rows",
    metadata,
    Column("first", _key, primary_key=True, autoincrement=False),
    Column("last", _key, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("archive", ForeignKey("archives.id"), nullable=False),
    Column("entry", _key, nullable=False),
)
"""Runs of rows of the ledger that are in a file: what the first names as its predecessor, the hash of the last, and the
row of the ledger that says that they were taken out.
"""

meta = Table("meta", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False))
