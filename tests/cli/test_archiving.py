"""`duban archive` in a town whose first quarter of 2024 is long past, and the commands that read what is archived."""

import asyncio
import shutil
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from config.loader import load
from daemon.channels import open_channels
from daemon.ledger_heads import heads_file, write_head
from daemon.simulation import Completion, Simulation
from daemon.store.database import open_database
from tests.cli.shell import TOWN, Duban, lay_out

TASK = "reg-15a/ent-chem/acc-2024-001"
DONE_AT = datetime(2024, 2, 19, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config directory of a town in which one task was done."""
    directory = lay_out(tmp_path_factory.mktemp("past") / "town", TOWN)
    config = load(directory)
    with closing(open_database(config, durable=False)) as database:
        database.migrate()
        done = [Completion(DONE_AT, TASK, 2, date(2024, 2, 19))]
        life = Simulation(config, database, open_channels(config), done).run(date(2024, 1, 31), date(2024, 2, 29))
        asyncio.run(life)
        with database.read() as connection:
            path = heads_file(database, directory)
            assert path is not None
            write_head(connection, path, DONE_AT)
    return directory


@pytest.fixture
def town(past: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(past, tmp_path / "town", ignore=shutil.ignore_patterns("mail")))


def test_a_year_goes_into_a_file_beside_the_database_and_again_changes_nothing(duban: Duban, town: Path) -> None:
    file = town / "duban-archive-2024.db"
    said = duban.done("--config", town, "archive", "2024").out
    assert said.startswith(f"{file}: ")
    assert " 1 tasks, " in said
    content = file.read_bytes()
    assert duban.done("--config", town, "archive", "2024").out == said
    assert file.read_bytes() == content


def test_a_year_in_which_nothing_ended_writes_nothing(duban: Duban, town: Path) -> None:
    said = duban.done("--config", town, "archive", "2023").out
    assert said == "no task ended in 2023 or earlier that is not archived; nothing is written\n"
    assert not (town / "duban-archive-2023.db").exists()


def test_a_directory_may_be_named(duban: Duban, town: Path, tmp_path: Path) -> None:
    duban.done("--config", town, "archive", "2024", tmp_path)
    assert (tmp_path / "duban-archive-2024.db").is_file()


def test_a_recent_year_a_place_that_is_none_and_a_town_without_a_past_are_refused(
    duban: Duban, town: Path, tmp_path: Path
) -> None:
    answer = duban("--config", town, "archive", "2199")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("duban: 2199 is too recent: ")
    nowhere = duban("--config", town, "archive", "2024", tmp_path / "nowhere" / "a.db")
    assert nowhere.status == 1
    assert "a.db cannot be written" in nowhere.err
    nothing = duban("--config", lay_out(tmp_path / "new", TOWN), "archive", "2024")
    assert nothing.err.startswith("duban: nothing is stored yet in ")


def test_an_archived_task_is_explained_and_its_rows_of_the_ledger_shown_as_before(duban: Duban, town: Path) -> None:
    explained = duban.done("--config", town, "explain", TASK).out.splitlines()
    rows = duban.done("--config", town, "ledger", "show", TASK, "--json").rows
    duban.done("--config", town, "archive", "2024")
    after = duban.done("--config", town, "explain", TASK).out.splitlines()
    assert f"archived in {town / 'duban-archive-2024.db'}" in after
    assert [line for line in after if not line.startswith("archived in")] == explained
    assert duban.done("--config", town, "ledger", "show", TASK, "--json").rows == rows


def test_a_file_that_was_carried_away_is_named_and_is_read_where_it_is_now(
    duban: Duban, town: Path, tmp_path: Path
) -> None:
    explained = duban.done("--config", town, "explain", TASK).out.splitlines()
    rows = duban.done("--config", town, "ledger", "show", TASK, "--json").rows
    duban.done("--config", town, "archive", "2024")
    file = (town / "duban-archive-2024.db").rename(tmp_path / "carried.db")
    without = duban.done("--config", town, "explain", TASK).out
    assert "duban-archive-2024.db, which is not there: --archive FILE says where it is now" in without
    assert "done on 2024-02-19" in without
    answer = duban("--config", town, "ledger", "show", TASK)
    assert (answer.status, answer.out) == (1, "")
    assert "is archived in" in answer.err
    named = duban.done("--config", town, "explain", TASK, "--archive", file).out.splitlines()
    assert [line for line in named if not line.startswith("archived in")] == explained
    assert duban.done("--config", town, "ledger", "show", TASK, "--archive", file, "--json").rows == rows


def test_the_ledger_is_proved_without_the_file_which_is_said_and_with_it(duban: Duban, town: Path) -> None:
    whole = duban.done("--config", town, "ledger", "verify").out.splitlines()
    duban.done("--config", town, "archive", "2024")
    file = town / "duban-archive-2024.db"
    without = duban.done("--config", town, "ledger", "verify").out.splitlines()
    assert without[0].startswith("the ledger is whole: ")
    assert without[1].endswith(f"rows of it are archived in {file}, not looked at (--archive FILE looks at them)")
    assert without[2].endswith(".heads keeps, those in archives apart")
    looked_at = duban.done("--config", town, "ledger", "verify", "--archive", file).out.splitlines()
    assert looked_at == [without[0], whole[1]]


def test_a_file_that_was_changed_or_is_another_is_found_out(duban: Duban, town: Path, tmp_path: Path) -> None:
    duban.done("--config", town, "archive", "2024")
    file = town / "duban-archive-2024.db"
    file.write_bytes(file.read_bytes().replace("孙八".encode(), "王五".encode()))
    answer = duban("--config", town, "ledger", "verify", "--archive", file)
    assert (answer.status, answer.out) == (1, "")
    assert "was changed after it was written" in answer.err
    assert f"{file} was changed after it was complete" in answer.err
    other = duban("--config", town, "ledger", "verify", "--archive", town / "duban.db")
    assert (other.status, other.err) == (1, f"duban: {town / 'duban.db'} is no archive of duban\n")
    missing = duban("--config", town, "explain", TASK, "--archive", tmp_path / "missing.db")
    assert (missing.status, missing.err) == (1, f"duban: {tmp_path / 'missing.db'} is not there\n")


def test_the_status_counts_archived_tasks_as_before_and_says_what_is_archived(duban: Duban, town: Path) -> None:
    before = duban.done("--config", town, "status", "--json").rows[0]
    assert before["archived"] == []
    duban.done("--config", town, "archive", "2024")
    after = duban.done("--config", town, "status", "--json").rows[0]
    assert after["tasks"] == before["tasks"]
    archived = after["archived"][0]
    assert {name: archived[name] for name in ("year", "file", "tasks")} == {
        "year": 2024, "file": str(town / "duban-archive-2024.db"), "tasks": 1,
    }  # fmt: skip
    assert sum(after["deliveries"].values()) + archived["deliveries"] == sum(before["deliveries"].values())
    assert "archived (the tasks are counted above" in duban.done("--config", town, "status").out
