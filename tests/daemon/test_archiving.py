"""Archiving: old tasks go into files, nothing is lost or doubled, and nothing that follows is other than without."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select

from daemon.archives_at_hand import archives_at_hand, changed_archives, unfinished_archives
from daemon.archiving import refuse_if_recent
from daemon.backups import back_up
from daemon.store import proving, tables
from daemon.store.copying import copy_rows
from daemon.store.database import Database
from daemon.store.errors import ArchiveError
from daemon.store.told import Told
from tests.daemon.archived_town import (
    DRILL,
    TWO,
    YEARS,
    archive,
    faults,
    future,
    life_from,
    live,
    stories,
    what_would_change,
)
from tests.postgres import PostgresServer

KEPT = (tables.tasks, tables.facts, tables.notices, tables.deliveries, tables.delivery_notices, tables.ledger)
Future = tuple[list[Told], dict[str, str]]
Rows = dict[str, set[tuple[object, ...]]]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the town, which each test has a copy of."""
    path = tmp_path_factory.mktemp("past") / "duban.db"
    live(path)
    return path


@contextmanager
def copied(past: Path, place: Path) -> Iterator[Database]:
    shutil.copyfile(past, place / "duban.db")
    with closing(Database(f"sqlite:///{place / 'duban.db'}", durable=False)) as database:
        yield database


@pytest.fixture
def town(past: Path, tmp_path: Path) -> Iterator[Database]:
    with copied(past, tmp_path) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def either_town(request: pytest.FixtureRequest, past: Path, tmp_path: Path) -> Iterator[Database]:
    with copied(past, tmp_path) as database:
        if request.param == "sqlite":
            yield database
            return
        server: PostgresServer = request.getfixturevalue("postgres")
        with server.database() as url, closing(Database(url)) as shared:
            shared.migrate()
            with database.read() as source, shared.write() as target:
                copy_rows(source, target)
            yield shared


@pytest.fixture(scope="module")
def without(past: Path, tmp_path_factory: pytest.TempPathFactory) -> Future:
    """What follows where nothing is archived."""
    with copied(past, tmp_path_factory.mktemp("without")) as database:
        found = future(database)
    assert len(found[0]) > 20
    return found


@pytest.fixture(scope="module")
def at_2022(past: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the database and the archive of 2022."""
    place = tmp_path_factory.mktemp("at-2022")
    with copied(past, place) as database:
        archive(database, place / "2022.db", 2022, tasks=50, rows=1000)
    return place


@pytest.fixture
def archived(at_2022: Path, tmp_path: Path) -> Iterator[tuple[Database, Path]]:
    """A copy of both."""
    shutil.copyfile(at_2022 / "2022.db", tmp_path / "2022.db")
    with copied(at_2022 / "duban.db", tmp_path) as database:
        yield database, tmp_path / "2022.db"


def rows_in(database: Database) -> Rows:
    with database.read() as connection:
        return {each.name: {tuple(row) for row in connection.execute(select(*tables.raw(each)))} for each in KEPT}


def rows_of(files: list[Path]) -> Rows:
    found: Rows = {each.name: set() for each in KEPT}
    for file in files:
        with closing(Database(f"sqlite:///{file}")) as there:
            for name, rows in rows_in(there).items():
                found[name] |= rows
    return found


def assert_kept(before: Rows, database: Database, files: list[Path], *, complete: bool) -> None:
    """Every row is here or there, and none at both places once archiving is complete."""
    here, there = rows_in(database), rows_of(files)
    for name, rows in before.items():
        assert rows <= here[name] | there[name], name
        if complete and name in {"notices", "delivery_notices", "ledger"}:
            assert not here[name] & there[name], name
    assert there["notices"] <= before["notices"]
    assert here["tasks"] == before["tasks"]
    assert here["facts"] == before["facts"]


def proved_with(database: Database, files: list[Path]) -> list[str]:
    """What is wrong in the whole chain and in the files."""
    with database.read() as connection, archives_at_hand(connection, files) as at_hand:
        return [*proving.verify(connection, at_hand), *changed_archives(connection, files)]


def test_every_row_is_here_or_in_a_file_the_ledger_is_proved_with_and_without_them_and_people_are_told_the_same(
    either_town: Database, tmp_path: Path, without: Future
) -> None:
    before = rows_in(either_town)
    files = [tmp_path / f"{year}.db" for year in YEARS]
    found = [archive(either_town, file, year) for file, year in zip(files, YEARS, strict=True)]
    assert all(each is not None and each.tasks and each.rows and each.deliveries for each in found)
    assert_kept(before, either_town, files, complete=True)
    assert faults(either_town) == []
    assert proved_with(either_town, files) == []
    assert proved_with(either_town, files[1:2]) == []
    assert future(either_town) == without
    assert faults(either_town) == []


orders = st.permutations(YEARS).flatmap(lambda years: st.integers(1, len(years)).map(lambda many: years[:many]))


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(years=orders)
def test_no_years_in_no_order_change_what_is_planned_or_explained(years: list[int], past: Path, tmp_path: Path) -> None:
    place = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    place.mkdir()
    with copied(past, place) as database:
        planned, told = what_would_change(database), stories(database)
        assert any(each.restored for each in planned)  # what was withdrawn, told of in years before, stands again
        assert any(each.withdrawn and each.added for each in planned)  # duties that old tasks start
        for year in years:
            archive(database, place / f"{year}.db", year, tasks=50, rows=1000)
        assert what_would_change(database) == planned
        assert stories(database) == told
        assert faults(database) == []
        assert proved_with(database, [file for year in years if (file := place / f"{year}.db").exists()]) == []


class DeathError(Exception):
    """The process ends."""


@contextmanager
def dying_at(commit: int) -> Iterator[None]:
    """Everything that is committed from the so-manieth time on is lost."""
    numbers = count(1)

    def die(_: object) -> None:
        if next(numbers) >= commit:
            raise DeathError

    event.listen(Engine, "commit", die)
    try:
        yield
    finally:
        event.remove(Engine, "commit", die)


def test_killed_before_any_commit_and_begun_anew_nothing_is_lost_or_doubled(town: Database, tmp_path: Path) -> None:
    before, file = rows_in(town), tmp_path / "2022.db"
    for commit in count(1):
        try:
            with dying_at(commit):
                archive(town, file, 2022, tasks=10, rows=1500)
        except DeathError:
            assert_kept(before, town, [file] if file.exists() else [], complete=False)
            assert faults(town) == []
            continue
        break
    assert commit > 8
    assert_kept(before, town, [file], complete=True)
    assert proved_with(town, [file]) == []
    with town.read() as connection:
        assert list(unfinished_archives(connection)) == []


KILLED = """
import os, signal, sys
from itertools import count
from pathlib import Path
from sqlalchemy import Engine, event
from daemon.store.database import Database
from tests.daemon.archived_town import archive
numbers, last = count(1), int(sys.argv[3])
event.listen(Engine, "commit", lambda _: next(numbers) == last and os.kill(os.getpid(), signal.SIGKILL))
archive(Database(f"sqlite:///{sys.argv[1]}"), Path(sys.argv[2]), 2022)
"""


def test_a_process_that_is_killed_in_the_midst_leaves_what_the_next_one_goes_on_with(
    town: Database, tmp_path: Path
) -> None:
    before, file = rows_in(town), tmp_path / "2022.db"
    command = [sys.executable, "-c", KILLED, str(town.path), str(file), "11"]
    ended = subprocess.run(command, check=False, timeout=60, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    assert ended.returncode == -signal.SIGKILL
    with town.read() as connection:
        assert [each.file for each in unfinished_archives(connection)] == [file]
    assert faults(town) == []
    assert proved_with(town, [file]) == []
    assert_kept(before, town, [file], complete=False)
    archive(town, file, 2022)
    assert_kept(before, town, [file], complete=True)
    assert proved_with(town, [file]) == []


def test_the_daemon_goes_on_between_the_transactions(town: Database, tmp_path: Path) -> None:
    before, moments = rows_in(town), iter(range(1, 1000))
    life = life_from(TWO, town, "2025-02-04T12:00")

    def live_on() -> None:
        life.go_to(f"2025-02-04T{12 + next(moments) // 60:02}:{next(moments) % 60:02}")

    file = tmp_path / "2021.db"
    archive(town, file, 2021, between=live_on, tasks=3)
    assert proved_with(town, [file]) == []
    there = rows_of([file])
    assert before["ledger"] <= rows_in(town)["ledger"] | there["ledger"]
    assert there["ledger"] <= before["ledger"]


def test_archiving_again_changes_nothing_and_says_nothing(archived: tuple[Database, Path], tmp_path: Path) -> None:
    town, file = archived
    before = rows_in(town), file.read_bytes()
    again = archive(town, file, 2022)
    assert again is not None
    assert (again.file, again.tasks) == (file, 17)  # it has been carried elsewhere meanwhile
    assert (rows_in(town), file.read_bytes()) == before
    assert archive(town, tmp_path / "2021.db", 2021) is None
    assert not (tmp_path / "2021.db").exists()


def test_what_is_open_or_withdrawn_keeps_its_notices_and_a_message_that_tells_of_it_stays(
    town: Database, tmp_path: Path
) -> None:
    notices = "SELECT count(*) FROM notices n JOIN tasks t ON t.id = n.task_id WHERE t.state IN ('open', 'withdrawn')"
    carried = "SELECT count(*) FROM delivery_notices"
    lost = "SELECT count(*) FROM delivery_notices d LEFT JOIN deliveries m ON m.id = d.delivery_id WHERE m.id IS NULL"
    with town.read() as connection:
        before = connection.exec_driver_sql(notices).scalar_one()
    archive(town, tmp_path / "2023.db", 2023, tasks=50, rows=1000)
    with town.read() as connection:
        assert connection.exec_driver_sql(notices).scalar_one() == before > 0
        assert connection.exec_driver_sql(carried).scalar_one() > 0
        assert connection.exec_driver_sql(lost).scalar_one() == 0


def last_rows(database: Database) -> list[int]:
    with database.read() as connection:
        return [max(connection.execute(select(each.c.id)).scalars()) for each in (tables.notices, tables.deliveries)]


def test_new_notices_and_messages_are_numbered_on_from_those_that_were_archived(town: Database, tmp_path: Path) -> None:
    change(town.path, "UPDATE tasks SET state = 'waived' WHERE state <> 'closed'")
    change(town.path, "INSERT INTO facts SELECT NULL, task, 'waived', NULL, '', '', '', 1600000000000000 FROM tasks")
    last = last_rows(town)
    archive(town, tmp_path / "2023.db", 2023, tasks=50, rows=1000)
    assert last_rows(town) == last


def test_the_file_is_read_by_any_program_and_says_of_each_task_who_was_told_what(at_2022: Path) -> None:
    question = """
        SELECT count(*) FROM tasks JOIN notices ON notices.task_id = tasks.id
        JOIN delivery_notices ON notice_id = notices.id JOIN deliveries ON deliveries.id = delivery_id
        WHERE task = ? AND deliveries.sent_at IS NOT NULL
    """
    with closing(sqlite3.connect(f"file:{at_2022 / '2022.db'}?immutable=1", uri=True)) as file:
        assert file.execute(question, (f"{DRILL}/ent/2021-H1",)).fetchone()[0] > 0
        assert file.execute("SELECT count(*) FROM facts WHERE kind = 'verified'").fetchone() == (2,)
        titles = json.loads(file.execute("SELECT value FROM meta WHERE name = 'titles'").fetchone()[0])
        assert titles[DRILL] == TWO.obligations[DRILL].title


def test_a_backup_of_a_database_that_was_archived_from_is_proved(
    archived: tuple[Database, Path], tmp_path: Path
) -> None:
    assert back_up(archived[0], tmp_path / "copy.db") > 0


ROWS = {
    "<first>": "(SELECT min(seq) FROM ledger WHERE about LIKE 'ent-09a/%')",
    "<last>": "(SELECT max(seq) FROM ledger WHERE about LIKE 'ent-09a/%')",
    "<run>": "(SELECT min(r.last) FROM archived_rows r JOIN ledger l ON l.seq = r.last + 1)",
    "<after>": "(SELECT min(r.last) + 1 FROM archived_rows r JOIN ledger l ON l.seq = r.last + 1)",
}
"""The first and the last row about some task, the last one of the first run, and the one after it."""


def change(path: Path | None, *sql: str) -> None:
    assert path is not None
    with closing(sqlite3.connect(path)) as connection, connection:
        for each in sql:
            connection.execute(re.sub(r"<\w+>", lambda name: ROWS[name[0]], each))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE ledger SET body = '{}' WHERE seq = <last>", "was changed"),
        ("DELETE FROM ledger WHERE seq = <last>", "is missing"),
        ("UPDATE notices SET name = '王五' WHERE id = (SELECT max(id) FROM notices)", "changed after it was complete"),
        ("UPDATE deliveries SET address = 'x' WHERE id = (SELECT max(id) FROM deliveries)", "after it was complete"),
    ],
)
def test_what_is_changed_in_a_file_is_found_when_it_is_looked_at(
    sql: str, found: str, archived: tuple[Database, Path]
) -> None:
    town, file = archived
    change(file, sql)
    assert faults(town) == []
    assert any(found in each for each in proved_with(town, [file]))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (("UPDATE ledger SET body = '{}' WHERE seq = <after>",), "was changed after it was written"),
        (("DELETE FROM archived_rows WHERE last = <run>",), "is missing"),
        (
            (  # a row is hidden behind a run that is made longer
                (
                    "UPDATE archived_rows SET last = last + 1, hash = (SELECT hash FROM ledger WHERE seq = <after>) "
                    "WHERE last = <run>"
                ),
                "DELETE FROM ledger WHERE seq IN (SELECT last FROM archived_rows)",
            ),
            "other rows are archived than row",
        ),
        (
            (  # a row is hidden behind a run of its own, which the ledger does not speak of
                "INSERT INTO archived_rows SELECT seq, seq, previous, hash, 1, 10000000 FROM ledger WHERE seq = 2",
                "DELETE FROM ledger WHERE seq = 2",
            ),
            "but the ledger does not say so",
        ),
        (
            ("UPDATE archived_rows SET hash = replace(hash, 'a', 'b') WHERE last = <run>",),
            "does not follow the row before it",
        ),
    ],
)
def test_what_is_changed_in_the_database_is_found_without_the_file(
    sql: tuple[str, ...], found: str, archived: tuple[Database, Path]
) -> None:
    town, _ = archived
    change(town.path, *sql)
    assert any(found in each for each in faults(town))


def test_a_ledger_that_was_changed_is_not_archived(town: Database, tmp_path: Path) -> None:
    change(town.path, "UPDATE ledger SET body = '{}' WHERE seq = <first>")
    with pytest.raises(ArchiveError, match="of the ledger was changed after it was written"):
        archive(town, tmp_path / "2022.db", 2022)
    assert any("was changed" in each for each in faults(town))


@pytest.fixture
def refused(request: pytest.FixtureRequest, town: Database, past: Path, tmp_path: Path) -> Path:
    """A file that is another, or is gone."""
    file = tmp_path / "there.db"
    match request.param:
        case "of another database":
            shutil.copyfile(request.getfixturevalue("at_2022") / "2022.db", file)
        case "no archive":
            shutil.copyfile(past, file)
        case "no database":
            file.write_text("会议纪要" * 1000, encoding="utf-8")
        case "gone":
            change(town.path, f"INSERT INTO archives VALUES (1, '', 2021, '{file}', 8, 0, 0, 0)")  # noqa: S608 - a test's
    return file


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        ("of another database", "is the archive of another database"),
        ("no archive", "is no archive of duban"),
        ("no database", "is no archive of duban"),
        ("gone", "is gone, into which 8 tasks went"),
    ],
    indirect=["refused"],
)
def test_a_file_that_is_another_or_is_gone_is_refused_and_left_alone(refused: Path, words: str, town: Database) -> None:
    content = refused.read_bytes() if refused.exists() else None
    with pytest.raises(ArchiveError, match=words):
        archive(town, refused, 2022)
    assert (refused.read_bytes() if refused.exists() else None) == content


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_this_year_and_the_one_before_and_those_ahead_are_refused(year: int) -> None:
    with pytest.raises(ArchiveError, match="2023 is the last year that can be archived now"):
        refuse_if_recent(year, date(2025, 1, 1))
    refuse_if_recent(2023, date(2025, 1, 1))
