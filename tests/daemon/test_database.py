"""The schema, and the ledger's chain."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Select

from config.loader import load
from daemon.store import deliveries, ledger, proving, tasks
from daemon.store.database import Database, open_database
from daemon.store.errors import DatabaseError
from daemon.store.ledger import Entry
from daemon.store.tables import metadata
from tests.cli.shell import TOWN, lay_out

NOW = datetime(2026, 9, 18, 6, 20, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("postgres_url") if postgresql else f"sqlite:///{tmp_path / 'duban.db'}"
    with closing(Database(url)) as found:
        found.migrate()
        yield found


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path / 'duban.db'}")) as found:
        found.migrate()
        yield found


def with_three_rows(database: Database) -> Database:
    with database.write() as connection:
        for number in range(3):
            ledger.append(connection, NOW, [Entry("done", f"task-{number}", {"by": "李敏", "number": number})])
    return database


def faults(database: Database) -> list[str]:
    with database.read() as connection:
        return list(proving.verify(connection))


def change(database: Database, sql: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(sql)


def test_migrating_an_empty_database_gives_the_tables_that_the_code_uses(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with_three_rows(database).migrate()
    with database.read() as connection:
        assert len(ledger.about(connection, "task-1")) == 1


def test_a_database_of_a_later_version_is_refused_and_left_alone(database: Database) -> None:
    change(database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="later version"):
        database.migrate()


def test_every_commit_is_on_the_disk_before_it_is_acknowledged(on_sqlite: Database) -> None:
    with on_sqlite.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL


def test_a_ledger_that_nobody_touched_holds(database: Database) -> None:
    assert faults(with_three_rows(database)) == []


def test_an_edited_row_is_found(database: Database) -> None:
    change(with_three_rows(database), "UPDATE ledger SET body = replace(body, '李敏', '王五') WHERE seq = 2")
    assert faults(database) == ["row 2 was changed after it was written"]


def test_a_row_edited_with_a_fresh_hash_is_found_by_the_row_after_it(database: Database) -> None:
    with_three_rows(database)
    with database.read() as connection:
        row = ledger.about(connection, "task-1")[0]
    digest = ledger.row_hash(row.previous, row.seq, row.at, row.kind, row.about, "{}")
    change(database, f"UPDATE ledger SET body = '{{}}', hash = '{digest}' WHERE seq = 2")  # noqa: S608 - a forger's
    assert faults(database) == ["row 3 does not follow the row before it"]


def test_a_deleted_row_is_found(database: Database) -> None:
    change(with_three_rows(database), "DELETE FROM ledger WHERE seq = 2")
    assert faults(database) == ["row 2 is missing", "row 3 does not follow the row before it"]


def test_rows_in_another_order_are_found(database: Database) -> None:
    with_three_rows(database)
    change(database, "UPDATE ledger SET seq = CASE seq WHEN 1 THEN 12 WHEN 2 THEN 11 ELSE seq END")
    assert faults(database) != []


@pytest.mark.parametrize(
    "query",
    [tasks.NEXT_MOMENT, tasks.DUE, deliveries.NEXT_MOMENT],
    ids=["the next step", "the steps that are due", "the next attempt"],
)
def test_an_idle_wake_up_reads_an_index_of_what_is_to_come_and_no_table(
    on_sqlite: Database, query: Select[tuple[object, ...]]
) -> None:
    with on_sqlite.read() as connection:
        sql = str(query.compile(dialect=connection.dialect))
        values = (0,) * sql.count("?")
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert plan
    assert all("USING" in step and "INDEX ix_" in step for step in plan), plan


@pytest.mark.parametrize("name", ["督办 一", "what? 50% of #it"])
def test_a_database_lies_in_its_directory_and_is_named_so_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    with closing(open_database(load(lay_out(tmp_path / name, TOWN)))) as database:
        database.migrate()
        assert database.name == str(tmp_path / name / "duban.db")
    assert (tmp_path / name / "duban.db").exists()
    assert [each.name for each in tmp_path.iterdir()] == [name]
