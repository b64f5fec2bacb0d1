"""The real daemon as a process, against a real SMTP server and a real HTTP gateway."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.daemon.cities import write_accidents
from tests.daemon.peers import Daemon, MailServer, SmsGateway, repeated, wait_for

DUBAN = str(Path(sys.executable).parent / "duban")
COUNT = 60
IN_FLIGHT = 4  # two connections on each of two channels


def duban(directory: Path, *arguments: str) -> str:
    command = [DUBAN, "--config", str(directory), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_killed_in_the_middle_and_started_again_it_tells_everybody_and_repeats_no_more_than_was_in_flight(
    tmp_path: Path,
) -> None:
    with MailServer(delay=0.05) as mail, SmsGateway(delay=0.05) as sms:
        write_accidents(tmp_path, mail.port, sms.port, COUNT)
        with Daemon(tmp_path) as daemon:
            wait_for(lambda: len(mail.accepted) >= 10 and len(sms.accepted) >= 10, "the first messages")
            daemon.kill()
            assert len(mail.accepted) < COUNT, "it was not in the middle"
            daemon.restart()
            wait_for(lambda: len({to for to, _ in mail.accepted}) == COUNT, "every mail")
            wait_for(lambda: len({to for to, _ in sms.accepted}) == COUNT, "every SMS")
            assert daemon.stop() == 0
            log = daemon.log()
        assert {f"report/ent-{n}/acc-{n}/start/ent-{n}.safety_officer" for n in range(COUNT)} == set(mail.notices)
        assert len(set(mail.accepted)) == COUNT, "a repeated mail has another Message-ID"
        assert sum(repeated(mail.accepted).values()) + sum(repeated(sms.accepted).values()) <= IN_FLIGHT
        assert "Traceback" not in log


def test_stopped_by_sigterm_it_finishes_what_it_has_begun_and_repeats_nothing(tmp_path: Path) -> None:
    with MailServer(delay=0.05) as mail, SmsGateway(delay=0.05) as sms:
        write_accidents(tmp_path, mail.port, sms.port, COUNT)
        with Daemon(tmp_path) as daemon:
            wait_for(lambda: len(mail.accepted) >= 5, "the first messages")
            assert daemon.stop() == 0
            assert len(mail.accepted) < COUNT, "it was not in the middle"
            daemon.restart()
            wait_for(lambda: len(mail.accepted) >= COUNT and len(sms.accepted) >= COUNT, "every message")
            assert daemon.stop() == 0
        assert repeated(mail.accepted) == {}
        assert repeated(sms.accepted) == {}


def test_while_it_runs_an_event_recorded_by_command_is_told_and_one_that_is_done_is_not(tmp_path: Path) -> None:
    with MailServer() as mail, SmsGateway() as sms:
        write_accidents(tmp_path, mail.port, sms.port, 1)
        with Daemon(tmp_path) as daemon:
            wait_for(lambda: len(mail.accepted) == 1, "the first message")
            duban(tmp_path, "event", "add", "accident", "--organization", "ent-0", "--id", "acc-new",
                  f"occurred_at={datetime.now(UTC).date()}")  # fmt: skip
            wait_for(lambda: len(mail.accepted) == 2, "the message about the new accident", 90)
            duban(tmp_path, "done", "report/ent-0/acc-new")
            assert daemon.stop() == 0
        assert "closed" in duban(tmp_path, "explain", "report/ent-0/acc-new")


def test_a_second_daemon_on_the_same_database_is_refused(tmp_path: Path) -> None:
    with MailServer() as mail, SmsGateway() as sms:
        write_accidents(tmp_path, mail.port, sms.port, 1)
        with Daemon(tmp_path) as daemon:
            wait_for(lambda: len(mail.accepted) == 1, "the first message")
            command = [DUBAN, "--config", str(tmp_path), "run"]
            second = subprocess.run(command, check=False, capture_output=True, text=True)
            assert second.returncode == 1
            assert "another duban runs on" in second.stderr
            assert daemon.stop() == 0


def test_a_mail_server_that_is_down_holds_up_no_sms(tmp_path: Path) -> None:
    with SmsGateway() as sms:
        write_accidents(tmp_path, 1, sms.port, 5)
        with Daemon(tmp_path) as daemon:
            wait_for(lambda: len(sms.accepted) == 5, "every SMS")
            assert daemon.stop() == 0
        assert '"pending"' in duban(tmp_path, "status", "--json")


@pytest.mark.parametrize("other", [False, True])
def test_when_its_database_is_removed_or_replaced_it_tells_the_administrator_and_ends_with_status_1(
    tmp_path: Path, other: bool
) -> None:
    with MailServer() as mail, SmsGateway() as sms:
        write_accidents(tmp_path, mail.port, sms.port, 1)
        settings = tmp_path / "duban.yaml"
        admin = "admin: {name: 管理员, email: admin@example.com}\n"
        settings.write_text(settings.read_text(encoding="utf-8") + admin, encoding="utf-8")
        with Daemon(tmp_path) as daemon:
            wait_for(lambda: len(mail.accepted) >= 1 and len(sms.accepted) == 1, "the first messages")
            file = tmp_path / "duban.db"
            if other:
                copy = tmp_path / "copy.db"
                duban(tmp_path, "backup", str(copy))
                copy.replace(file)
            else:
                file.unlink()
            wait_for(lambda: not daemon.runs(), "its end")
            assert daemon.stop() == 1
            assert f"duban: {file} was removed or replaced while the daemon ran" in daemon.log()
            assert "Traceback" not in daemon.log()
            assert "下列数据库文件被删除、移走或替换" in daemon.log()
        assert "admin@example.com" in {to for to, _ in mail.accepted}
        assert file.exists() is other
