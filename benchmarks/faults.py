"""What is lost and repeated while things break, and how soon it goes on: a real daemon against real peers.

500 people (or as many as PEOPLE says) are each told one thing, by mail and by SMS; two connections on each channel,
50 ms for each message. Counted is who was not told (lost), what was told again (repeated, and how much may be: what was
in flight), and the seconds from the end of a fault to the next message, the longest where there are many. Every
repeated mail must have the Message-ID that it had. The exit status is 1 if anything was lost, or more repeated than may
be.

    .venv/bin/python -m benchmarks.faults [NAME]...
    PEOPLE=10000 .venv/bin/python -m benchmarks.faults kills
"""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.daemon.cities import write_accidents
from tests.daemon.peers import Daemon, MailServer, SmsGateway, repeated, wait_for, waiting
from tests.daemon.set_clock import set_off
from tests.postgres import PostgresServer

PEOPLE = int(os.environ.get("PEOPLE", "500"))
PATIENCE = 300 + PEOPLE / 10
"""Seconds to wait for what must come at last."""
IN_FLIGHT = 4
"""Of one node: two connections on each of two channels."""
FULL = 256 * 1024
"""Where a file can grow no more on the full disk, in bytes."""
HOURS_DOWN = 6


@dataclass
class Town:
    """Peers, a config directory, and what was seen of the fault."""

    directory: Path
    mail: MailServer
    sms: SmsGateway
    postgres: PostgresServer
    recoveries: list[float] = field(default_factory=list)
    told_nothing: int = 0
    """How many people need not be told any more."""

    @property
    def count(self) -> int:
        return len(self.mail.accepted) + len(self.sms.accepted)

    def wait_for_messages(self, more: int) -> None:
        before = self.count
        wait_for(lambda: self.count >= before + more, f"{more} messages", 300)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """The fault is over when the block begins; wait for the next message after it."""
        seen, begin = self.count, time.monotonic()
        yield
        wait_for(lambda: self.count > seen, "the next message", 300)
        self.recoveries.append(time.monotonic() - begin)

    def set_off(self, by: timedelta) -> None:
        set_off(self.directory / "clock", by)

    def daemon(self, name: str = "daemon") -> Daemon:
        return Daemon(self.directory, name, clock=self.directory / "clock")

    def everybody(self) -> None:
        told = PEOPLE - self.told_nothing
        for accepted in (self.mail.accepted, self.sms.accepted):
            wait_for(lambda accepted=accepted: len({to for to, _ in accepted}) >= told, "everybody", PATIENCE)  # type: ignore[misc]


def kills(town: Town) -> None:
    chance = random.Random(20260918)
    with town.daemon() as daemon:
        for _ in range(20):
            town.wait_for_messages(chance.randint(5, 40) * max(1, PEOPLE // 500))
            time.sleep(chance.random() / 10)
            daemon.kill()
            with town.measured():
                daemon.restart()
        town.everybody()
        daemon.stop()


def stops(town: Town) -> None:
    with town.daemon() as daemon:
        for _ in range(10):
            town.wait_for_messages(50)
            daemon.stop()
            with town.measured():
                daemon.restart()
        town.everybody()
        daemon.stop()


def refuses(town: Town) -> None:
    """Meanwhile ten people do what they should; the wall clock goes ahead, as hours would be long to wait for."""
    town.mail.refuses = True
    with town.daemon() as daemon:
        wait_for(lambda: len(town.sms.accepted) == PEOPLE, "every SMS", PATIENCE)
        for number in range(10):
            done(town.directory, f"report/ent-{number}/acc-{number}")
        town.told_nothing = 10
        off = timedelta(0)
        for _ in range(HOURS_DOWN * 2):
            off += timedelta(minutes=30)
            town.set_off(off)
            time.sleep(6)
        town.mail.refuses = False
        with town.measured():
            off += timedelta(minutes=59)
            town.set_off(off)
        town.everybody()
        daemon.stop()


def hangs_up(town: Town) -> None:
    town.mail.breaks_off = range(10, PEOPLE, 10)
    with town.daemon() as daemon:
        town.everybody()
        town.mail.breaks_off = ()
        with town.measured():
            town.set_off(timedelta(minutes=59))
        wait_for(lambda: waiting(town.directory) == 0, "the retries")
        daemon.stop()


def locked(town: Town) -> None:
    with town.daemon() as daemon:
        town.wait_for_messages(100)
        with closing(sqlite3.connect(town.directory / "duban.db", isolation_level=None, timeout=60)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(60)
            other.execute("ROLLBACK")
        with town.measured():
            pass
        town.everybody()
        daemon.stop()


def disk_is_full(town: Town) -> None:
    with town.daemon() as daemon:
        town.wait_for_messages(100)
        unlimited = daemon.limit(resource.RLIMIT_FSIZE, FULL)
        time.sleep(15)
        with town.measured():
            daemon.limit(resource.RLIMIT_FSIZE, unlimited)
        town.everybody()
        daemon.stop()


def jumps(by: timedelta) -> Callable[[Town], None]:
    def jump(town: Town) -> None:
        with town.daemon() as daemon:
            town.wait_for_messages(100)
            with town.measured():
                town.set_off(by)
                time.sleep(1)
            town.everybody()
            daemon.stop()

    return jump


@contextmanager
def two_nodes(town: Town) -> Iterator[tuple[Daemon, Daemon]]:
    with town.postgres.database() as url, ExitStack() as stack:
        write_accidents(town.directory, town.mail.port, town.sms.port, PEOPLE, url)
        one, other = (stack.enter_context(Daemon(town.directory, f"node-{number}")) for number in (1, 2))
        town.wait_for_messages(200)
        yield one, other
        town.everybody()
        wait_for(lambda: town.count >= 2 * PEOPLE, "everything")
        for node in (one, other):
            if node.runs():
                node.stop()


def server_crashes(town: Town) -> None:
    with two_nodes(town):
        for _ in range(3):
            town.postgres.crash()
            with town.measured():
                pass
            town.wait_for_messages(100)


def server_freezes(town: Town) -> None:
    with two_nodes(town):
        town.postgres.signal(signal.SIGSTOP)
        time.sleep(30)
        with town.measured():
            town.postgres.signal(signal.SIGCONT)


def node_is_killed(town: Town) -> None:
    """Measured is when the last message that the dead node was sending is sent by the other."""
    with two_nodes(town) as (one, _):
        one.kill()
        begin = time.monotonic()
        town.everybody()
        town.recoveries.append(time.monotonic() - begin)


FAULTS: dict[str, tuple[Callable[[Town], None], str, int]] = {
    "kills": (kills, "kill -9 at random moments, 20 times", 20 * IN_FLIGHT),
    "stops": (stops, "SIGTERM, 10 times", 0),
    "refuses": (refuses, f"SMTP refuses for {HOURS_DOWN} hours; 10 tasks are done meanwhile", 0),
    "hangs-up": (hangs_up, "SMTP hangs up after every tenth mail", PEOPLE // 10),
    "locked": (locked, "the database is locked for 60 s", 0),
    "disk": (disk_is_full, "the disk is full for 15 s", 0),
    "clock+2h": (jumps(timedelta(hours=2)), "the clock is set 2 hours ahead", 0),
    "clock+3d": (jumps(timedelta(days=3)), "… 3 days ahead", 0),
    "clock+10y": (jumps(timedelta(days=3652)), "… 10 years ahead", 0),
    "clock-2h": (jumps(-timedelta(hours=2)), "… 2 hours back", 0),
    "clock-3d": (jumps(-timedelta(days=3)), "… 3 days back", 0),
    "crash": (server_crashes, "PostgreSQL crashes, 3 times; two nodes", 3 * 2 * IN_FLIGHT),
    "freeze": (server_freezes, "PostgreSQL freezes for 30 s; two nodes", 2 * IN_FLIGHT),
    "node": (node_is_killed, "one of two nodes is killed", IN_FLIGHT),
}
"""Each by its name: the fault, in words, and how many messages may be repeated."""


def run(name: str, postgres: PostgresServer) -> bool:
    """Live through one fault and print its line; gives whether all is well."""
    break_it, words, allowed = FAULTS[name]
    with tempfile.TemporaryDirectory() as directory, MailServer(delay=0.05) as mail, SmsGateway(delay=0.05) as sms:
        town = Town(Path(directory), mail, sms, postgres)
        write_accidents(town.directory, mail.port, sms.port, PEOPLE)
        break_it(town)
        people = PEOPLE - town.told_nothing
        lost = people - len({to for to, _ in mail.accepted}) + PEOPLE - len({to for to, _ in sms.accepted})
        again = sum(repeated(mail.accepted).values()) + sum(repeated(sms.accepted).values())
        ids = len(set(mail.accepted)) - len({to for to, _ in mail.accepted})
        line = f"{words:<58} {people + PEOPLE:>5} {lost:>5} {again:>9} {allowed:>8} {max(town.recoveries):>8.1f} s"
        print(line, flush=True)
        return lost == 0 and ids == 0 and again <= allowed


def done(directory: Path, task: str) -> None:
    duban = Path(sys.executable).parent / "duban"
    subprocess.run([duban, "--config", directory, "done", task], check=True, env={**os.environ}, capture_output=True)


def main() -> int:
    names = sys.argv[1:] or list(FAULTS)
    print(f"{'fault':<58} {'sent':>5} {'lost':>5} {'repeated':>9} {'at most':>8} goes on after")
    with PostgresServer() as postgres:
        return 0 if not [name for name in names if not run(name, postgres)] else 1


if __name__ == "__main__":
    sys.exit(main())
