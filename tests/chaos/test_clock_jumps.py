"""The wall clock of a running daemon is set: far forward, far back, and wrong for a moment only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.chaos.test_faults import city, everybody_is_told
from tests.daemon.peers import Daemon, MailServer, SmsGateway, repeated, wait_for
from tests.daemon.set_clock import set_off

COUNT = 60
URGE = "    - {at: +1d, stage: urge, tell: [assignee], channels: [email, sms], urgent: true}\n"
DUE = timedelta(days=12)
"""When the second step has spoken: the limit is ten days."""


@contextmanager
def daemon_in_the_middle(directory: Path, *, urges: bool = False) -> Iterator[tuple[Daemon, MailServer, SmsGateway]]:
    """A daemon that has begun to tell everybody, under a clock that `directory / "clock"` sets."""
    with city(directory, COUNT, delay=0.05) as (mail, sms):
        if urges:
            policy = directory / "policies" / "at-once.yaml"
            policy.write_text(policy.read_text(encoding="utf-8") + URGE, encoding="utf-8")
        with Daemon(directory, clock=directory / "clock") as daemon:
            wait_for(lambda: len(mail.accepted) >= 10, "the first mails")
            yield daemon, mail, sms


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(days=3652), -timedelta(days=3)])
def test_a_clock_that_is_set_while_messages_go_out_loses_and_repeats_nothing(tmp_path: Path, jump: timedelta) -> None:
    with daemon_in_the_middle(tmp_path) as (daemon, mail, sms):
        set_off(tmp_path / "clock", jump)
        wait_for(lambda: "is believed now" in daemon.log(), "the clock to be believed")
        everybody_is_told(mail, sms, COUNT)
        assert daemon.stop() == 0
        assert "nothing is sent until it shows that once more" in daemon.log()
        assert "Traceback" not in daemon.log()
    assert repeated(mail.accepted) == {}
    assert repeated(sms.accepted) == {}


def test_a_clock_that_is_wrong_for_a_moment_tells_nobody_what_is_not_due(tmp_path: Path) -> None:
    with daemon_in_the_middle(tmp_path, urges=True) as (daemon, mail, sms):
        set_off(tmp_path / "clock", DUE)
        wait_for(lambda: "the clock jumped to" in daemon.log(), "the clock to be doubted")
        set_off(tmp_path / "clock", timedelta(0))
        everybody_is_told(mail, sms, COUNT)
        assert daemon.stop() == 0
    assert not any("+1d" in notice for notice in mail.notices)
    assert len(mail.accepted) == COUNT


def test_what_comes_due_by_a_clock_that_is_set_right_is_told_once_even_if_it_is_set_back(tmp_path: Path) -> None:
    with daemon_in_the_middle(tmp_path, urges=True) as (daemon, mail, sms):
        everybody_is_told(mail, sms, COUNT)
        set_off(tmp_path / "clock", DUE)
        wait_for(lambda: len(mail.accepted) == len(sms.accepted) == 2 * COUNT, "everybody to be urged")
        set_off(tmp_path / "clock", timedelta(0))
        wait_for(lambda: daemon.log().count("is believed now") == 2, "the clock to be believed again")
        assert daemon.stop() == 0
        assert "Traceback" not in daemon.log()
    assert len(mail.accepted) == len(sms.accepted) == 2 * COUNT
    assert repeated(mail.accepted) == repeated(sms.accepted) == {}
