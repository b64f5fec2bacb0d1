"""The nightly backup: made once a night, told when it fails, and only so many kept."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.loader import Config, load
from daemon.nightly import NightlyBackups
from daemon.store import ledger
from daemon.store.database import Database, open_database
from daemon.store.ledger import Entry
from obligations.deadlines import local_moment
from tests.cli.shell import TOWN, lay_out
from tests.daemon.cities import write_accidents
from tests.daemon.peers import Daemon, MailServer, SmsGateway, wait_for

BACKUP = "backup: {directory: kept, at: '02:30', keep: 3}\n"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load(lay_out(tmp_path, {**TOWN, "duban.yaml": TOWN["duban.yaml"] + BACKUP}))


@pytest.fixture
def database(config: Config) -> Iterator[Database]:
    with closing(open_database(config)) as database:
        database.migrate()
        with database.write() as connection:
            ledger.append(connection, datetime(2026, 9, 17, tzinfo=UTC), [Entry("a", "b", {})])
        yield database


class Nights:
    """Nightly backups whose clock is set by hand."""

    def __init__(self, config: Config, database: Database) -> None:
        self.config = config
        self.backups = NightlyBackups(config, database)

    def at(self, moment: str) -> list[str]:
        """Be awake at a local moment; gives the names of the backups that are there."""
        self.backups.keep_up(local_moment(datetime.fromisoformat(moment), self.config.settings.timezone))
        return sorted(path.name for path in (self.config.directory / "kept").glob("*"))


@pytest.fixture
def nights(config: Config, database: Database) -> Nights:
    return Nights(config, database)


def test_a_backup_is_made_once_a_night_when_its_hour_has_come(nights: Nights) -> None:
    first = nights.at("2026-09-18T10:00")
    assert first == ["duban-2026-09-18.db"]
    assert nights.at("2026-09-19T02:29") == first
    assert nights.at("2026-09-19T02:30") == [*first, "duban-2026-09-19.db"]
    assert nights.at("2026-09-19T23:59") == [*first, "duban-2026-09-19.db"]


def test_a_backup_is_a_whole_database(nights: Nights) -> None:
    nights.at("2026-09-18T10:00")
    with closing(sqlite3.connect(nights.config.directory / "kept" / "duban-2026-09-18.db")) as copy:
        assert copy.execute("SELECT kind, about FROM ledger").fetchall() == [("a", "b")]


def test_a_night_that_the_daemon_was_down_is_made_up_for_once(nights: Nights) -> None:
    nights.at("2026-09-18T10:00")
    assert nights.at("2026-09-22T01:00") == ["duban-2026-09-18.db", "duban-2026-09-22.db"]
    assert nights.at("2026-09-22T03:00") == ["duban-2026-09-18.db", "duban-2026-09-22.db"]


def test_the_oldest_backups_are_deleted_and_nothing_else_is(nights: Nights) -> None:
    nights.at("2026-09-18T10:00")
    mine = nights.config.directory / "kept" / "duban-before-upgrade.db"
    mine.write_text("precious", encoding="utf-8")
    for day in range(19, 24):
        nights.at(f"2026-09-{day}T10:00")
    assert nights.at("2026-09-23T11:00") == [
        "duban-2026-09-21.db", "duban-2026-09-22.db", "duban-2026-09-23.db", "duban-before-upgrade.db",
    ]  # fmt: skip


def test_one_that_fails_is_told_tried_again_after_an_hour_and_deletes_nothing(
    nights: Nights, database: Database
) -> None:
    for day in (18, 19, 20):
        nights.at(f"2026-09-{day}T10:00")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE ledger SET body = '[]'")
    kept = nights.at("2026-09-21T10:00")
    assert kept == ["duban-2026-09-18.db", "duban-2026-09-19.db", "duban-2026-09-20.db"]
    assert "row 1 was changed after it was written" in (nights.backups.fault or "")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE ledger SET body = '{}'")
    assert nights.at("2026-09-21T10:59") == kept
    assert nights.at("2026-09-21T11:00")[-1] == "duban-2026-09-21.db"
    assert nights.backups.fault is None


def test_what_a_backup_that_was_cut_short_left_behind_is_cleared_away(nights: Nights) -> None:
    (nights.config.directory / "kept").mkdir()
    (nights.config.directory / "kept" / ".duban-2026-09-17.db.unfinished").write_bytes(b"half")
    assert nights.at("2026-09-18T10:00") == ["duban-2026-09-18.db"]


def test_where_duban_yaml_names_no_backup_none_is_made(config: Config, database: Database) -> None:
    nights = Nights(replace(config, settings=config.settings.model_copy(update={"backup": None})), database)
    assert nights.at("2026-09-18T10:00") == []


def test_the_daemon_makes_backups_while_it_sends_and_the_administrator_hears_of_one_that_fails(tmp_path: Path) -> None:
    with MailServer() as mail, SmsGateway() as sms:
        write_accidents(tmp_path, mail.port, sms.port, 5)
        settings = tmp_path / "duban.yaml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text + "backup: {keep: 2}\n", encoding="utf-8")
        with Daemon(tmp_path) as daemon:
            wait_for(lambda: len(list((tmp_path / "backups").glob("duban-*.db"))) == 1, "the backup")
            wait_for(lambda: len(mail.accepted) == 5, "every mail")
            assert daemon.stop() == 0
        (tmp_path / "taken").write_text("a file where a directory should be", encoding="utf-8")
        settings.write_text(text + "backup: {directory: taken}\nadmin: {email: admin@example.com}\n", encoding="utf-8")
        with Daemon(tmp_path, "second") as daemon:
            wait_for(lambda: "admin@example.com" in {to for to, _ in mail.accepted}, "the alarm")
            assert daemon.stop() == 0
            assert "no backup was made" in daemon.log()
            assert "Traceback" not in daemon.log()
