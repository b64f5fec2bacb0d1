"""The daemon as a process while things break: killed at random moments, its database locked, its disk full."""

import os
import random
import resource
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from tests.daemon.cities import write_accidents
from tests.daemon.peers import Daemon, MailServer, SmsGateway, repeated, wait_for, waiting
from tests.daemon.set_clock import set_off

COUNT = 80
IN_FLIGHT = 4  # two connections on each of two channels
KILLS = 4
FULL = 64 * 1024
"""Where a file can grow no more, in bytes: the log has room, the database and its -wal have none."""
HEAD = 64
"""Bytes at the beginning of a page by which it is known as one."""
DAMAGED = "s: database disk image is malformed; the file is damaged; put the last copy of `duban backup` in its place"


@contextmanager
def city(directory: Path, count: int = COUNT, delay: float = 0.02) -> Iterator[tuple[MailServer, SmsGateway]]:
    """Real peers that take a while for each message, and a config that has `count` people told at once by both."""
    with MailServer(delay=delay) as mail, SmsGateway(delay=delay) as sms:
        write_accidents(directory, mail.port, sms.port, count)
        yield mail, sms


def everybody_is_told(mail: MailServer, sms: SmsGateway, count: int = COUNT, but: str = "") -> None:
    wait_for(lambda: len({to for to, _ in mail.accepted} - {but}) == count, "every mail")
    wait_for(lambda: len({to for to, _ in sms.accepted}) == count, "every SMS")


def test_killed_at_random_moments_it_loses_nothing_and_repeats_no_more_than_was_in_flight(tmp_path: Path) -> None:
    chance = random.Random(20260918)  # noqa: S311 - picks moments, guards nothing
    moments = sorted(chance.sample(range(2, COUNT - 10), KILLS))
    with city(tmp_path) as (mail, sms), Daemon(tmp_path) as daemon:
        for moment in moments:
            wait_for(lambda moment=moment: len(mail.accepted) >= moment, f"{moment} mails")  # type: ignore[misc]
            daemon.kill()
            daemon.restart()
        everybody_is_told(mail, sms)
        assert daemon.stop() == 0
        assert "Traceback" not in daemon.log()
    assert len(set(mail.accepted)) == COUNT, "a repeated mail has another Message-ID"
    assert sum(repeated(mail.accepted).values()) + sum(repeated(sms.accepted).values()) <= IN_FLIGHT * KILLS


def test_a_server_that_hangs_up_after_taking_a_mail_gets_it_once_more_with_the_same_id(tmp_path: Path) -> None:
    with city(tmp_path) as (mail, sms), Daemon(tmp_path, clock=tmp_path / "clock") as daemon:
        mail.breaks_off = range(10, COUNT, 10)
        everybody_is_told(mail, sms)
        mail.breaks_off = ()
        set_off(tmp_path / "clock", timedelta(minutes=50))  # beyond the longest delay of a first retry
        wait_for(lambda: waiting(tmp_path) == 0, "the retries")
        assert daemon.stop() == 0
        assert "Traceback" not in daemon.log()
    assert len(set(mail.accepted)) == COUNT, "a repeated mail has another Message-ID"
    assert sum(repeated(mail.accepted).values()) == mail.hung_up > 0
    assert repeated(sms.accepted) == {}


def test_while_another_process_holds_the_database_it_waits_and_then_goes_on(tmp_path: Path) -> None:
    with city(tmp_path) as (mail, sms), Daemon(tmp_path) as daemon:
        wait_for(lambda: len(mail.accepted) >= 10, "the first mails")
        with closing(sqlite3.connect(tmp_path / "duban.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            held_at = len(mail.accepted)
            time.sleep(3)
            assert len(mail.accepted) <= held_at + IN_FLIGHT, "something was sent that could not be recorded"
            other.execute("ROLLBACK")
        everybody_is_told(mail, sms)
        assert daemon.stop() == 0
        assert "Traceback" not in daemon.log()
    assert repeated(mail.accepted) == {}
    assert repeated(sms.accepted) == {}


def test_while_the_disk_is_full_it_sends_no_more_than_was_in_flight_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    with city(tmp_path) as (mail, sms), Daemon(tmp_path) as daemon:
        wait_for(lambda: len(mail.accepted) >= 20, "the first mails")
        unlimited = daemon.limit(resource.RLIMIT_FSIZE, FULL)
        full_at = len(mail.accepted) + len(sms.accepted)
        wait_for(lambda: daemon.log().count("the database cannot be used") >= 2, "the fault")
        assert len(mail.accepted) + len(sms.accepted) <= full_at + 2 * IN_FLIGHT
        daemon.limit(resource.RLIMIT_FSIZE, unlimited)
        everybody_is_told(mail, sms)
        assert daemon.stop() == 0
        assert "Traceback" not in daemon.log()
    assert repeated(mail.accepted) == {}
    assert repeated(sms.accepted) == {}


@contextmanager
def damaged(directory: Path, daemon: Daemon) -> Iterator[None]:
    """The page on which an index of the ledger begins is none meanwhile, so that no receipt can be written down."""
    file = directory / "duban.db"
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as database:
        [size] = database.execute("PRAGMA page_size").fetchone()
        [page] = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_ledger_about'").fetchone()
        with file.open("r+b", buffering=0) as raw:
            with stopped(daemon, database):
                whole = os.pread(raw.fileno(), HEAD, (page - 1) * size)
                os.pwrite(raw.fileno(), b"\xff" * HEAD, (page - 1) * size)
            yield
            with stopped(daemon, database):
                os.pwrite(raw.fileno(), whole, (page - 1) * size)


@contextmanager
def stopped(daemon: Daemon, database: sqlite3.Connection) -> Iterator[None]:
    """The daemon stands still between two transactions, everything is in the file, and it will read that anew."""
    while True:
        daemon.signal(signal.SIGSTOP)
        time.sleep(0.1)
        [busy, _, _] = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            break
        daemon.signal(signal.SIGCONT)
        time.sleep(0.05)
    yield
    database.execute("UPDATE meta SET value = value")
    daemon.signal(signal.SIGCONT)


def test_while_the_database_is_damaged_nothing_is_sent_again_and_the_administrator_is_told_once(tmp_path: Path) -> None:
    with city(tmp_path) as (mail, sms):
        settings = tmp_path / "duban.yaml"
        admin = "admin: {name: 管理员, email: admin@example.com}\n"
        settings.write_text(settings.read_text(encoding="utf-8") + admin, encoding="utf-8")
        with Daemon(tmp_path) as daemon:
            wait_for(lambda: len(mail.accepted) >= 20, "the first mails")
            with damaged(tmp_path, daemon):
                wait_for(lambda: daemon.log().count(DAMAGED) >= 2, "both channels to be refused")
                refused_at = len(mail.accepted) + len(sms.accepted)
                assert refused_at < 2 * COUNT, "it was not in the middle"
                wait_for(lambda: daemon.log().count(DAMAGED) >= 6, "both to be refused again and again")
                assert len(mail.accepted) + len(sms.accepted) <= refused_at + IN_FLIGHT
            everybody_is_told(mail, sms, but="admin@example.com")
            assert daemon.stop() == 0
            assert "admin@example.com" in {to for to, _ in mail.accepted}
            assert daemon.log().count("数据库有损坏") == 1
            assert "Traceback" not in daemon.log()
        assert repeated(mail.accepted) == {}
        assert repeated(sms.accepted) == {}


def test_a_damaged_database_on_which_nothing_can_be_recorded_is_refused_at_the_start(tmp_path: Path) -> None:
    with city(tmp_path) as (mail, sms), Daemon(tmp_path) as daemon:
        wait_for(lambda: len(mail.accepted) >= 20, "the first mails")
        with damaged(tmp_path, daemon):
            wait_for(lambda: daemon.log().count(DAMAGED) >= 2, "the fault")
            daemon.kill()
            daemon.restart()
            wait_for(lambda: not daemon.runs(), "its end")
            assert "duban: the database cannot be used: database disk image is malformed" in daemon.log()
        daemon.restart()
        everybody_is_told(mail, sms)
        assert daemon.stop() == 0
        assert "Traceback" not in daemon.log()
    assert sum(repeated(mail.accepted).values()) + sum(repeated(sms.accepted).values()) <= IN_FLIGHT
