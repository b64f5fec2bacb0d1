"""`duban database copy`, and the other commands on a PostgreSQL database, in a town that has lived a quarter."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from config.loader import load
from daemon.database_file import sole_user
from daemon.store.database import Database, open_database
from daemon.store.errors import DatabaseError
from daemon.store.tables import metadata
from tests.cli.shell import TOWN, Duban, lay_out, live_a_quarter, run_script

LESSON = "off-28a/ent-chem/acc-2024-001"
GONE = "postgresql+psycopg://duban:geheim@127.0.0.1:1/duban"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    town = lay_out(tmp_path_factory.mktemp("lived") / "town", TOWN)
    return live_a_quarter(town)


@pytest.fixture
def old(lived: Path, tmp_path: Path) -> Path:
    """The town, on its SQLite file."""
    return Path(shutil.copytree(lived, tmp_path / "town"))


@pytest.fixture
def moved(duban: Duban, old: Path, postgres_url: str) -> Path:
    """The town, when it was moved to PostgreSQL."""
    duban.done("--config", old, "database", "copy", postgres_url)
    settings = (old / "duban.yaml").read_text(encoding="utf-8")
    return lay_out(old, {"duban.yaml": f"database: {postgres_url}\n{settings}"})


def rows(database: Database) -> dict[str, list[object]]:
    with database.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


def test_a_copy_has_every_row_as_it_was(duban: Duban, old: Path, postgres_url: str) -> None:
    said = duban.done("--config", old, "database", "copy", postgres_url).out
    here, there = rows(open_database(load(old))), rows(Database(postgres_url))
    assert here == there
    assert len(here["tasks"]) > 10
    assert f"the ledger is whole there: {len(here['ledger']):,} rows" in said
    assert f"`database: {postgres_url}`" in said


def test_commands_say_the_same_on_postgresql(duban: Duban, tmp_path: Path, moved: Path) -> None:
    before = Path(shutil.copytree(moved, tmp_path / "before"))
    text = (before / "duban.yaml").read_text(encoding="utf-8").partition("\n")[2]
    lay_out(before, {"duban.yaml": text})
    for words in (["explain", LESSON], ["ledger", "show", LESSON], ["ledger", "verify"], ["outbox"], ["event", "list"]):
        assert duban.done("--config", moved, *words).out == duban.done("--config", before, *words).out


def test_after_the_copy_new_rows_are_numbered_on(duban: Duban, moved: Path) -> None:
    duban.done("--config", moved, "event", "add", "order", "--organization", "ent-chem", "--id", "order-8",
               "ordered_on=2024-03-04")  # fmt: skip
    duban.done("--config", moved, "done", "city-letter/ent-chem/order-8", "--on", "2024-03-05")
    assert duban.done("--config", moved, "ledger", "verify").out.startswith("the ledger is whole")


def test_a_database_that_is_not_empty_takes_no_copy(duban: Duban, old: Path, postgres_url: str) -> None:
    duban.done("--config", old, "database", "copy", postgres_url)
    before = rows(Database(postgres_url))
    again = duban("--config", old, "database", "copy", postgres_url)
    assert again.status == 1
    assert "is not empty: there are rows in" in again.err
    assert rows(Database(postgres_url)) == before


def test_while_a_daemon_runs_on_the_file_there_is_no_copy(duban: Duban, old: Path, postgres_url: str) -> None:
    with sole_user(open_database(load(old))):
        answer = duban("--config", old, "database", "copy", postgres_url)
    assert answer.status == 1
    assert "another duban runs on" in answer.err
    assert not Database(postgres_url).exists


def test_a_file_that_a_daemon_runs_on_is_held_by_whatever_link_it_is_reached(old: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(old / "duban.db")
    (tmp_path / "other").symlink_to(old, target_is_directory=True)
    with sole_user(open_database(load(old))):
        for path in (tmp_path / "link.db", tmp_path / "other" / "duban.db"):
            with pytest.raises(DatabaseError, match="another duban runs on"), sole_user(Database(f"sqlite:///{path}")):
                pass


def test_a_ledger_that_was_tampered_with_is_not_copied(duban: Duban, old: Path, postgres_url: str) -> None:
    with open_database(load(old)).write() as connection:
        connection.exec_driver_sql("UPDATE ledger SET body = '{}' WHERE seq = 3")
    answer = duban("--config", old, "database", "copy", postgres_url)
    assert answer.status == 1
    assert "the copy is not whole: row 3 was changed after it was written" in answer.err
    assert rows(Database(postgres_url))["tasks"] == []


def test_an_edit_is_looked_at_in_a_copy_and_nothing_is_written(duban: Duban, moved: Path, tmp_path: Path) -> None:
    edited = Path(shutil.copytree(moved, tmp_path / "edited"))
    text = (edited / "events/own.yaml").read_text(encoding="utf-8")
    lay_out(edited, {"events/own.yaml": text.replace("2024-02-08T14:20:00", "2024-02-12T14:20:00")})
    before = rows(open_database(load(moved)))
    found = duban.done("--config", moved, "diff", edited, "--json").rows[0]
    moves = {row["task"]: row["due"] for row in found["changes"] if row["change"] == "moved"}
    assert moves[LESSON] == "2024-02-29"
    assert any(row["task"] == LESSON and row["step"] == "moved-1" for row in found["told"])
    assert rows(open_database(load(moved))) == before


def test_a_backup_of_a_server_is_left_to_its_own_tool(duban: Duban, moved: Path, tmp_path: Path) -> None:
    answer = duban("--config", moved, "backup", tmp_path / "kept.db")
    assert answer.status == 1
    assert "let pg_dump copy it" in answer.err
    assert not (tmp_path / "kept.db").exists()


@pytest.mark.parametrize(
    "url", ["sqlite:///other.db", "postgresql://duban:geheim@db/duban", "postgresql+psycopg://u:geheim@db:port/duban"]
)
def test_what_is_no_address_of_a_postgresql_database_is_wrong_use(duban: Duban, old: Path, url: str) -> None:
    answer = duban("--config", old, "database", "copy", url)
    assert answer.status == 2
    assert "write postgresql+psycopg://USER@HOST/DATABASE" in answer.err
    assert "geheim" not in answer.out + answer.err


def test_a_server_that_cannot_be_reached_is_named_without_the_password(duban: Duban, old: Path) -> None:
    answer = duban("--config", old, "database", "copy", GONE)
    assert answer.status == 1
    assert "postgresql+psycopg://duban:***@127.0.0.1:1/duban cannot be used: " in answer.err
    assert "geheim" not in answer.out + answer.err


@pytest.mark.parametrize("command", [("status",), ("done", LESSON), ("diff",), ("ledger", "verify")])
def test_no_command_shows_the_password_when_the_server_is_away(
    duban: Duban, old: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DUBAN_DATABASE", "geheim")
    settings = (old / "duban.yaml").read_text(encoding="utf-8")
    lay_out(old, {"duban.yaml": f"database: {GONE.replace(':geheim', '')}\ndatabase_password: {{env: DUBAN_DATABASE}}\n"
                                + settings})  # fmt: skip
    answer = duban("--config", old, *command)
    assert answer.status == 1
    assert "cannot be used" in answer.err
    assert "geheim" not in answer.out + answer.err
    assert "Traceback" not in answer.err


def test_a_daemon_that_cannot_reach_its_server_says_so_without_the_password(old: Path) -> None:
    settings = (old / "duban.yaml").read_text(encoding="utf-8")
    lay_out(old, {"duban.yaml": f"database: {GONE.replace(':geheim', '')}\n{settings}"})
    answer = run_script("--config", old, "run", directory=old, PGPASSWORD="geheim")
    assert answer.status == 1
    assert "duban@127.0.0.1:1/duban cannot be used: " in answer.err
    assert "geheim" not in answer.out + answer.err
    assert "Traceback" not in answer.err


def test_a_password_that_is_not_where_it_should_be_is_asked_for(
    duban: Duban, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUBAN_DATABASE", raising=False)
    settings = (old / "duban.yaml").read_text(encoding="utf-8")
    lay_out(old, {"duban.yaml": "database: postgresql+psycopg://duban@localhost/duban\n"
                                "database_password: {env: DUBAN_DATABASE}\n" + settings})  # fmt: skip
    answer = duban("--config", old, "status")
    assert (answer.status, answer.err) == (
        1,
        "duban: the environment variable DUBAN_DATABASE is not set; duban.yaml names it\n",
    )
