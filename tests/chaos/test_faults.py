"""The daemon as a process while things break: killed at random moments, its database locked, its disk full."""

import random
import resource
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


@contextmanager
def city(directory: Path, count: int = COUNT, delay: float = 0.02) -> Iterator[tuple[MailServer, SmsGateway]]:
    """Real peers that take a while for each message, and a config that has `count` people told at once by both."""
    with MailServer(delay=delay) as mail, SmsGateway(delay=delay) as sms:
        write_accidents(directory, mail.port, sms.port, count)
        yield mail, sms


def everybody_is_told(mail: MailServer, sms: SmsGateway, count: int = COUNT) -> None:
    wait_for(lambda: len({to for to, _ in mail.accepted}) == count, "every mail")
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
