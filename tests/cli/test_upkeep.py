"""`duban diff`, `reload` and `backup` in a town that has lived through the first quarter of 2024."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from config.loader import load
from daemon.channels import open_channels
from daemon.simulation import Simulation
from daemon.store import facts, ledger, tasks
from daemon.store.database import Database, open_database
from tests.cli.shell import Duban, lay_out

OFFICER = 'safety_officer: {name: 吴十, email: wu@example.com, mobile: "13800000006", deputy: principal}'
LESSON = "off-28a/ent-chem/acc-2024-001"
DAY_IN_FORCE = date(2024, 3, 31)


@pytest.fixture
def database(town: Path) -> Database:
    """The town's store after a quarter."""
    config = load(town)
    found = open_database(config)
    found.migrate()
    asyncio.run(Simulation(config, found, open_channels(config)).run(date(2024, 1, 1), DAY_IN_FORCE))
    return found


@pytest.fixture
def edited(town: Path, tmp_path: Path, database: Database) -> Callable[[str, str, str], Path]:
    """Makes an edited copy of the town's config."""
    assert database.exists

    def edit(file: str, old: str, new: str) -> Path:
        copy = tmp_path / "edited"
        shutil.copytree(town, copy, ignore=shutil.ignore_patterns("mail", "*.db*"))
        text = (copy / file).read_text(encoding="utf-8")
        assert old in text
        (copy / file).write_text(text.replace(old, new), encoding="utf-8")
        return copy

    return edit


def rows(duban: Duban, town: Path, edited: Path) -> dict[str, object]:
    found: dict[str, object] = duban.done("--config", town, "diff", edited, "--json").rows[0]
    return found


def test_an_amended_event_is_shown_with_the_tasks_it_moves_and_those_who_would_hear_of_it(
    duban: Duban, town: Path, edited: Callable[[str, str, str], Path]
) -> None:
    copy = edited("events/own.yaml", "2024-02-08T14:20:00", "2024-02-12T14:20:00")
    found = rows(duban, town, copy)
    changes = {row["task"]: row for row in found["changes"] if row["change"] == "moved"}  # type: ignore[attr-defined]
    told = [row for row in found["told"] if row["task"] == LESSON]  # type: ignore[attr-defined]
    assert (changes[LESSON]["was"], changes[LESSON]["due"]) == ("2024-02-28", "2024-02-29")
    assert {row["step"] for row in told} >= {"moved-1"}
    assert "孙八" in {row["name"] for row in told}


def test_a_look_at_an_edit_writes_nothing_and_sends_nothing(
    duban: Duban, town: Path, database: Database, edited: Callable[[str, str, str], Path]
) -> None:
    copy = edited("events/own.yaml", "deaths: 1", "deaths: 0")
    assert database.path is not None
    before = _dump(database.path), sorted(town.rglob("*"))
    duban.done("--config", town, "diff", copy)
    assert (_dump(database.path), sorted(town.rglob("*"))) == before
    assert not list(copy.glob("*.db"))


def test_the_table_of_an_edit_says_in_words_who_would_hear_of_it(
    duban: Duban, town: Path, edited: Callable[[str, str, str], Path]
) -> None:
    copy = edited("events/own.yaml", "2024-02-08T14:20:00", "2024-02-12T14:20:00")
    out = duban.done("--config", town, "diff", copy).out
    assert "pending" in out
    assert "NoticeState" not in out


def test_a_step_added_to_a_ladder_is_shown_with_how_much_it_would_say_at_once_of_overdue_tasks(
    duban: Duban, town: Path, edited: Callable[[str, str, str], Path]
) -> None:
    letter = "    - {at: +1wd, stage: letter, tell: [principal, government], approval: office}\n"
    graver = "    - {at: +3wd, stage: summon, tell: [principal, government, office]}\n"
    copy = edited("policies/own.yaml", letter, letter + graver)
    found = rows(duban, town, copy)
    said = [row for row in found["steps"] if row["policy"] == "letters"]  # type: ignore[attr-defined]
    assert said == [{"policy": "letters", "step": "+3wd", "stage": "summon", "tasks": 1, "notices": 3}]
    told = [row for row in found["told"] if row["step"] == "+3wd"]  # type: ignore[attr-defined]
    assert {(row["task"], row["name"]) for row in told} == {
        ("city-letter/ent-chem/order-7", name) for name in ("周九", "赵六", "李四")
    }
    out = duban.done("--config", town, "diff", copy).out
    assert "what ladders would say at once:" in out
    assert "李四" in out


def test_what_would_be_said_without_an_edit_is_not_shown_as_if_it_came_of_it(
    duban: Duban, town: Path, database: Database, edited: Callable[[str, str, str], Path]
) -> None:
    found = rows(duban, town, edited("policies/own.yaml", "stage: remind", "stage: urge"))
    with database.read() as connection:
        due_anyway = tasks.all_due(connection, datetime.now(UTC))  # as the command does
    unchanged = due_anyway - {row["task"] for row in found["changes"]}  # type: ignore[attr-defined]
    assert unchanged
    assert not unchanged & {row["task"] for row in found["told"]}  # type: ignore[attr-defined]


def test_an_edit_with_a_fault_is_refused_with_its_place(
    duban: Duban, town: Path, edited: Callable[[str, str, str], Path]
) -> None:
    copy = edited("events/own.yaml", "organization: ent-chem", "organization: ent-chen")
    answer = duban("--config", town, "diff", copy)
    assert answer.status == 1
    assert "there is no organization 'ent-chen'; did you mean 'ent-chem'?" in answer.err


def test_an_edit_that_withdraws_more_than_a_fifth_of_the_open_tasks_is_only_taken_over_by_force(
    duban: Duban, town: Path, database: Database
) -> None:
    roster = (town / "organizations/town.yaml").read_text(encoding="utf-8")
    since = roster.replace("  regulator: reg-emergency\n", "  regulator: reg-emergency\n  since: 2030-01-01\n")
    lay_out(town, {"organizations/town.yaml": since})
    refused = duban("--config", town, "reload")
    assert refused.status == 1
    assert "more than a fifth" in refused.err
    assert "`duban reload --force` takes it over nevertheless" in refused.err
    assert "a running daemon refuses it" in duban.done("--config", town, "diff").out
    taken = duban.done("--config", town, "reload", "--force").out
    assert load(town).version in taken
    with database.read() as connection:
        assert facts.recall(connection, "forced config") == load(town).version


def test_no_command_records_anything_over_such_an_edit_until_it_is_said_to_be_meant(
    duban: Duban, town: Path, database: Database
) -> None:
    duban.done("--config", town, "done", LESSON)
    with database.read() as connection:
        before = ledger.end(connection)
    roster = (town / "organizations/town.yaml").read_text(encoding="utf-8")
    since = roster.replace("  regulator: reg-emergency\n", "  regulator: reg-emergency\n  since: 2030-01-01\n")
    lay_out(town, {"organizations/town.yaml": since})
    add = ["event", "add", "order", "--id", "order-8", "--organization", "ent-chem", "ordered_on=2024-03-01"]
    refused = duban("--config", town, *add)
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.startswith(f"duban: nothing is recorded while the edit of {town} waits: it would withdraw ")
    assert "`duban reload --force` takes it over nevertheless" in refused.err
    with database.read() as connection:
        assert ledger.end(connection) == before
    duban.done("--config", town, "reload", "--force")
    duban.done("--config", town, *add)


def test_an_edit_that_changes_no_task_says_so(duban: Duban, town: Path, database: Database) -> None:
    assert database.exists
    duban("--config", town, "reload")
    text = (town / "duban.yaml").read_text(encoding="utf-8")
    lay_out(town, {"duban.yaml": f"# a remark\n{text}"})
    before = duban.done("--config", town, "diff", "--json").rows[0]
    assert [row for row in before["changes"] if row["change"] in {"moved", "withdrawn"}] == []


def test_a_backup_is_a_whole_database_that_can_take_the_place_of_a_lost_one(
    duban: Duban, town: Path, tmp_path: Path, database: Database
) -> None:
    before = duban.done("--config", town, "explain", LESSON).out
    said = duban.done("--config", town, "backup", tmp_path / "kept.db").out
    database.close()
    assert database.path is not None
    for file in town.glob("duban.db*"):
        file.unlink()
    assert "proved" in said
    shutil.copyfile(tmp_path / "kept.db", database.path)
    assert [path.name for path in tmp_path.glob("kept.db*")] == ["kept.db"]
    assert duban.done("--config", town, "explain", LESSON).out == before
    assert duban.done("--config", town, "ledger", "verify").out.startswith("the ledger is whole")


def test_a_backup_overwrites_nothing(duban: Duban, town: Path, tmp_path: Path, database: Database) -> None:
    assert database.exists
    kept = tmp_path / "kept.db"
    kept.write_text("precious", encoding="utf-8")
    answer = duban("--config", town, "backup", kept)
    assert (answer.status, answer.err) == (1, f"duban: {kept} exists; a backup never overwrites anything\n")
    assert kept.read_text(encoding="utf-8") == "precious"


def test_a_backup_of_a_ledger_that_was_tampered_with_is_no_backup(
    duban: Duban, town: Path, tmp_path: Path, database: Database
) -> None:
    assert database.path is not None
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute("UPDATE ledger SET body = '{}' WHERE seq = 3")
    answer = duban("--config", town, "backup", tmp_path / "kept.db")
    assert answer.status == 1
    assert "row 3 was changed after it was written" in answer.err
    assert list(tmp_path.glob("*kept*")) == []


def _dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())
