"""Migrations: a database of the first version, with rows in every table, comes to this version whole."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, insert, inspect, select

from daemon.store import facts, ledger, notices, proving, tasks
from daemon.store.database import Database
from daemon.store.ledger import BEGINNING, row_hash
from daemon.store.tables import metadata
from obligations.decisions import Reason
from obligations.states import NoticeState, TaskState
from tests.postgres import PostgresServer

FIRST = "0001"
AT = datetime(2026, 9, 18, 6, 20, tzinfo=UTC)
MICROSECONDS = int(AT.timestamp()) * 1_000_000
TASK = "reg-15a/ent/acc-1"

Rows = dict[str, list[dict[str, Any]]]
"""The rows of each table as they stand in the database, by the table's name."""

_TASK: dict[str, Any] = {
    "id": 1, "task": TASK, "obligation": "reg-15a", "subject": "ent", "bearer": "reg", "assignee": "duty",
    "policy": "urgent", "window": None, "event": "acc-1", "anchor": "2026-09-18T06:20:00+00:00",
    "opens_at": MICROSECONDS, "opens": "2026-09-18", "due": "2026-09-25", "ends_at": MICROSECONDS + 1,
    "last_working_day": "2026-09-24", "provisional": False, "times": 1, "calendar_version": "cn-2026-a45836",
    "exact": False, "state": "open", "revision": 1, "fired": '["start"]', "completions": 0, "closed_on": None,
    "next_step_at": MICROSECONDS + 5,
}  # fmt: skip
_NOTICE: dict[str, Any] = {
    "id": 1, "task_id": 1, "revision": 1, "step": "start", "stage": "remind", "tell": "assignee",
    "holder": "reg.duty", "organization": "reg", "post": "duty", "name": "苗立华", "via": "named",
    "channels": "email,sms", "urgent": True, "state": "sent", "reason": "the channel accepted it",
    "created_at": MICROSECONDS,
}  # fmt: skip
_DELIVERY: dict[str, Any] = {
    "id": 1, "channel": "email", "address": "miao@example.com", "name": "苗立华", "message_id": "<1@example.com>",
    "urgent": True, "days": "working", "state": "accepted", "reason": "the channel accepted it", "attempts": 1,
    "next_attempt_at": None, "owner": None, "created_at": MICROSECONDS, "sent_at": MICROSECONDS, "reference": "250 OK",
}  # fmt: skip


def _chain(length: int) -> list[dict[str, Any]]:
    rows, previous = [], BEGINNING
    for seq in range(1, length + 1):
        at, body = AT + timedelta(minutes=seq), json.dumps({"by": "李敏", "number": seq}, ensure_ascii=False)
        digest = row_hash(previous, seq, at, "done", TASK, body)
        rows.append(
            {"seq": seq, "at": int(at.timestamp()) * 1_000_000, "kind": "done", "about": TASK, "body": body,
             "previous": previous, "hash": digest}
        )  # fmt: skip
        previous = digest
    return rows


OLD: Rows = {
    "tasks": [
        _TASK,
        _TASK | {"id": 2, "task": "ent-01a/ent/2026-08", "window": "2026-08", "event": None, "anchor": None,
                 "state": "closed", "closed_on": "2026-08-20", "completions": 1, "next_step_at": None},
    ],
    "notices": [
        _NOTICE,
        _NOTICE | {"id": 2, "step": "+5wd", "state": "held", "organization": None, "post": None, "via": None,
                   "holder": "nobody:government", "name": None, "reason": "it waits for approval"},
    ],
    "deliveries": [
        _DELIVERY,
        _DELIVERY | {"id": 2, "message_id": "<2@example.com>", "state": "pending", "sent_at": None, "attempts": 0,
                     "next_attempt_at": MICROSECONDS + 9, "owner": "here", "reference": ""},
    ],
    "delivery_notices": [
        {"delivery_id": 1, "notice_id": 1, "carried": True},
        {"delivery_id": 2, "notice_id": 1, "carried": False},
    ],
    "events": [
        {"id": "acc-1", "kind": "accident", "organization": "ent", "recorded_at": MICROSECONDS, "source": "command",
         "fields": '{"deaths": 1, "occurred_at": {"moment": "2026-09-18T14:20:00+08:00"}}', "withdrawn": False},
        {"id": "acc-2", "kind": "accident", "organization": "ent", "recorded_at": MICROSECONDS, "source": "file",
         "fields": "{}", "withdrawn": True},
    ],
    "facts": [
        {"id": 1, "task": "ent-01a/ent/2026-08", "kind": "done", "on_day": "2026-08-20", "by": "李敏", "note": "",
         "evidence": "照片.jpg", "recorded_at": MICROSECONDS},
        {"id": 2, "task": TASK, "kind": "approved", "on_day": None, "by": "", "note": "+5wd", "evidence": "",
         "recorded_at": MICROSECONDS},
    ],
    "ledger": _chain(20),
    "meta": [{"name": "reconciled", "value": "v1 cn-2026-a45836 2026-10-31"}],
}  # fmt: skip
"""What a first version had written; every column has a value in some row."""


def _script() -> Config:
    config = Config()
    config.set_main_option("script_location", "daemon:migrations")
    return config


def migrate_to(database: Database, revision: str, *, breaks_off: bool = False) -> None:
    config = _script()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if breaks_off:
            raise RuntimeError("the power went")


def written_by_the_first_version(url: str) -> Database:
    database = Database(url)
    migrate_to(database, FIRST)
    with database.write() as connection:
        for table in _reflected(connection).sorted_tables:
            if table.name in OLD:
                connection.execute(insert(table), OLD[table.name])
    return database


def _reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def rows(database: Database) -> Rows:
    """Everything in the database, read without the code's own tables."""
    with database.read() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in _reflected(connection).sorted_tables
            if table.name != "alembic_version"
        }


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The addresses of two empty databases of the same kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'duban.db'}", f"sqlite:///{tmp_path / 'other.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as one, server.database() as other:
        yield one, other


@pytest.fixture
def old(urls: tuple[str, str]) -> Iterator[Database]:
    """A database as the first version left it."""
    with closing(written_by_the_first_version(urls[0])) as database:
        yield database


def test_the_old_rows_fill_every_table_and_every_column_of_the_first_version(old: Database) -> None:
    found = rows(old)
    assert found.keys() == OLD.keys()
    for name, of_table in found.items():
        assert {column for row in of_table for column, value in row.items() if value is not None} == set(of_table[0])
        assert set(of_table[0]) == set(OLD[name][0])


def test_nothing_of_an_old_database_is_lost(old: Database) -> None:
    before = rows(old)
    old.migrate()
    after = rows(old)
    for name, of_table in before.items():
        assert [{key: row[key] for key in was} for was, row in zip(of_table, after[name], strict=True)] == of_table


def test_a_migrated_database_has_the_same_tables_and_indexes_as_a_new_one(old: Database, urls: tuple[str, str]) -> None:
    old.migrate()
    with old.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        indexes = {
            (table, each["name"]) for table in metadata.tables for each in inspect(connection).get_indexes(table)
        }
    with closing(Database(urls[1])) as new:
        new.migrate()
        with new.read() as connection:
            inspector = inspect(connection)
            assert indexes == {
                (table, each["name"]) for table in metadata.tables for each in inspector.get_indexes(table)
            }


def test_the_chain_of_the_ledger_holds_after_migrating_and_goes_on(old: Database) -> None:
    old.migrate()
    with old.write() as connection:
        ledger.append(connection, AT + timedelta(days=1), [ledger.Entry("done", TASK, {})])
    with old.read() as connection:
        assert list(proving.verify(connection)) == []
        assert len(ledger.about(connection, TASK)) == 21


def test_what_the_first_version_wrote_is_read_as_it_was_meant(old: Database) -> None:
    old.migrate()
    with old.read() as connection:
        open_task, closed = tasks.find(connection, TASK), tasks.find(connection, "ent-01a/ent/2026-08")
        told = notices.of_task(connection, 1)
        standing = facts.standing_events(connection)
    assert open_task is not None
    assert closed is not None
    assert (open_task.task.plan.stated, open_task.task.plan.paced) == (False, False)
    assert (open_task.task.plan.anchor, open_task.task.fired) == (AT, frozenset({"start"}))
    assert (closed.task.state, str(closed.task.closed_on)) == (TaskState.CLOSED, "2026-08-20")
    assert [(each.state, each.reason) for each in told] == [
        (NoticeState.SENT, Reason.ACCEPTED.value),
        (NoticeState.HELD, Reason.NEEDS_APPROVAL.value),
    ]
    assert [(event.id, event.fields["deaths"], event.moment("occurred_at")) for event in standing] == [("acc-1", 1, AT)]


def test_migrating_again_changes_nothing(old: Database) -> None:
    old.migrate()
    before = rows(old)
    old.migrate()
    assert rows(old) == before


def test_migrating_step_by_step_gives_the_same_as_at_once(old: Database, urls: tuple[str, str]) -> None:
    revisions = [each.revision for each in ScriptDirectory.from_config(_script()).walk_revisions()]
    for revision in reversed(revisions):
        migrate_to(old, revision)
    with closing(written_by_the_first_version(urls[1])) as at_once:
        at_once.migrate()
        assert rows(at_once) == rows(old)


def test_a_migration_that_breaks_off_leaves_the_database_as_it_was(old: Database) -> None:
    before = rows(old)
    with pytest.raises(RuntimeError, match="the power went"):
        migrate_to(old, "head", breaks_off=True)
    assert rows(old) == before
    old.migrate()
    assert rows(old).keys() == metadata.tables.keys()
