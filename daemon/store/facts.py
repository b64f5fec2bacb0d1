"""Facts in the store: events, and what people said of tasks."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, literal_column, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of

from daemon.store.ledger import Entry
from daemon.store.tables import events, facts, meta
from obligations.events import Event
from obligations.selectors import Value


class FactKind(Enum):
    """What somebody can say of a task."""

    DONE = "done"
    VERIFIED = "verified"
    REJECTED = "rejected"
    EXTENDED = "extended"
    WAIVED = "waived"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Fact:
    """What somebody said of a task, and when it was recorded (UTC); `on_day` is the day it is about."""

    task: str
    kind: FactKind
    on_day: date | None
    by: str
    note: str
    evidence: str
    recorded_at: datetime


class Source(Enum):
    """Where an event came from."""

    FILE = "file"
    COMMAND = "command"


_RECORD = insert_into(facts)


def record(connection: Connection, fact: Fact) -> None:
    """Store one fact."""
    values = {
        "task": fact.task, "kind": fact.kind.value, "on_day": fact.on_day, "by": fact.by, "note": fact.note,
        "evidence": fact.evidence, "recorded_at": fact.recorded_at,
    }  # fmt: skip
    connection.execute(_RECORD, values)


def of_task(connection: Connection, task: str) -> list[Fact]:
    """What was said of one task, in order."""
    found = connection.execute(select(facts).where(facts.c.task == task).order_by(facts.c.id))
    return [_fact(row) for row in found]


def extensions(connection: Connection) -> dict[str, date]:
    """The day to which each extended task was extended last."""
    extended = facts.c.kind == literal_column(f"'{FactKind.EXTENDED.value}'")  # as its index has it
    query = select(facts.c.task, facts.c.on_day).where(extended).order_by(facts.c.id)
    return {task: day for task, day in connection.execute(query) if day is not None}


def standing_events(connection: Connection, organizations: Collection[str] | None = None) -> list[Event]:
    """The events at some organizations (None is all) that have not been withdrawn, by id."""
    query = select(events).where(events.c.withdrawn.is_(False)).order_by(events.c.id)
    if organizations is not None:
        query = query.where(events.c.organization.in_(organizations))
    return [_event(row) for row in connection.execute(query)]


class StoredEvent(NamedTuple):
    """An event as it stands in its row."""

    event: Event
    source: Source
    withdrawn: bool


def find_event(connection: Connection, identifier: str) -> StoredEvent | None:
    """One event by its id, withdrawn or not."""
    row = connection.execute(select(events).where(events.c.id == identifier)).one_or_none()
    return StoredEvent(_event(row), Source(row.source), row.withdrawn) if row is not None else None


def add_event(connection: Connection, event: Event, source: Source) -> None:
    """Store a new event."""
    values = _values(event) | {"recorded_at": event.recorded_at, "source": source.value, "withdrawn": False}
    connection.execute(insert_into(events).values(id=event.id, **values))


def event_entry(how: str, event: Event) -> Entry:
    """What the ledger says of an event that was added, amended or withdrawn."""
    fields = {name: str(value) for name, value in event.fields.items()}
    body = {"kind": event.kind, "organization": event.organization, "fields": fields}
    return Entry(f"event {how}", event.id, body)


def take_from_files(connection: Connection, standing: Iterable[Event], now: datetime) -> list[tuple[str, Event]]:
    """Make the store's events from files those that stand in the files; gives what changed: added, amended, withdrawn.

    An event keeps the moment at which it was first heard of, whatever is amended later. One that was recorded by
    command is of the files once it stands in them.
    """
    known = {row.id: row for row in connection.execute(select(events))}
    changes: list[tuple[str, Event]] = []
    for event in standing:
        row = known.pop(event.id, None)
        if row is None:
            changes.append(("added", replace(event, recorded_at=now)))
            add_event(connection, changes[-1][1], Source.FILE)
        elif row.withdrawn or _values(event) != _values(_event(row)):
            changes.append(("amended", replace(event, recorded_at=row.recorded_at)))
            amend_event(connection, event, Source.FILE)
        elif row.source != Source.FILE.value:
            amend_event(connection, event, Source.FILE)
    for row in known.values():
        if row.source == Source.FILE.value and not row.withdrawn:
            changes.append(("withdrawn", _event(row)))
            connection.execute(update_of(events).where(events.c.id == row.id).values(withdrawn=True))
    return changes


def amend_event(connection: Connection, event: Event, source: Source) -> None:
    """Store an event's new fields, and where they came from; when it was first heard of stays."""
    changed = update_of(events).where(events.c.id == event.id)
    connection.execute(changed.values(withdrawn=False, source=source.value, **_values(event)))


def remember(connection: Connection, name: str, value: str) -> None:
    """Keep one word about the installation itself."""
    changed = connection.execute(update_of(meta).where(meta.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert_into(meta).values(name=name, value=value))


def recall(connection: Connection, name: str) -> str | None:
    """A word that was kept."""
    value: str | None = connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar_one_or_none()
    return value


def _values(event: Event) -> dict[str, Any]:
    return {"kind": event.kind, "organization": event.organization, "fields": _dump(event.fields)}


def _dump(fields: Mapping[str, Value]) -> str:
    """Days and moments are marked, so that they come back as what they were."""

    def mark(value: object) -> object:
        if isinstance(value, datetime):
            return {"moment": value.isoformat()}
        return {"day": value.isoformat()} if isinstance(value, date) else value

    return json.dumps({name: mark(value) for name, value in fields.items()}, ensure_ascii=False, sort_keys=True)


def _load(text: str) -> dict[str, Value]:
    def unmark(value: Any) -> Any:  # noqa: ANN401 - any JSON value
        match value:
            case {"moment": moment}:
                return datetime.fromisoformat(moment)
            case {"day": day}:
                return date.fromisoformat(day)
        return value

    return {name: unmark(value) for name, value in json.loads(text).items()}


def _event(row: Row[Any]) -> Event:
    return Event(row.id, row.kind, row.organization, _load(row.fields), row.recorded_at)


def _fact(row: Row[Any]) -> Fact:
    return Fact(row.task, FactKind(row.kind), row.on_day, row.by, row.note, row.evidence, row.recorded_at)
