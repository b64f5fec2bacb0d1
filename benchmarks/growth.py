"""What it costs that much exists: an idle tick, a wake-up and the start of the daemon with ever more tasks.

The database is filled by SQL: open tasks whose next step lies ahead, and as a year of history closed tasks, each with a
notice and two deliveries that went out. The floor is the indexed question "what is due" asked of sqlite3 alone.

    .venv/bin/python -m benchmarks.growth
"""

import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measuring import QUICK, Figures, Row, main, measured, megabytes
from benchmarks.morning import write
from config.loader import load
from daemon import reconciling
from daemon.clock import SystemClock
from daemon.engine import Engine
from daemon.store.database import open_database
from daemon.store.tables import micros
from daemon.ticking import tick

ENTERPRISES = 1_000
SIZES = (1_000, 100_000) if QUICK else (10_000, 1_000_000, 10_000_000)
HISTORY = int(os.environ.get("CLOSED") or (100_000 if QUICK else 2_000_000))
"""Closed tasks of a year; each has a notice and two deliveries. CLOSED=20000000 takes 20 GB and twenty minutes."""
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {first} + {count})"
OPEN = """
INSERT INTO tasks (task, obligation, subject, bearer, assignee, policy, "window", opens_at, opens, due, ends_at,
  last_working_day, provisional, times, calendar_version, exact, stated, paced, state, revision, fired, completions,
  closed_on, next_step_at)
SELECT 'inspect/' || subject || '/' || i, 'inspect', subject, subject, 'safety_officer', 'one-step', '2026-12',
  0, '2026-12-01', '2026-12-31', 1798732800000000, '2026-12-31', 0, 1, 'x', 0, 0, 0, {state}, 0, '[]', 0, {closed_on},
  {next_step_at} FROM (SELECT i, printf('ent-%06d', i % {enterprises}) AS subject FROM n)
"""
NOTICES = """
INSERT INTO notices (task_id, revision, step, stage, tell, holder, organization, post, name, via, channels, urgent,
  state, reason, created_at)
SELECT id, 0, 'start', 'remind', 'safety_officer', subject || '.safety_officer', subject, 'safety_officer', '李敏',
  'named', 'email,sms', 0, 'sent', 'x', 0 FROM tasks WHERE state = 'closed' AND id > {after}
"""
DELIVERIES = """
INSERT INTO deliveries (channel, address, name, message_id, urgent, days, state, reason, attempts, created_at, sent_at,
  reference)
SELECT '{channel}', organization || '@example.com', '李敏', '<{channel}' || id || '@x>', 0, 'working', 'accepted', 'x',
  1, 0, 0, '' FROM notices WHERE id > {after}
"""
LINKS = "INSERT INTO delivery_notices SELECT {before} + id, id, 1 FROM notices"


def rows() -> Iterator[Row]:
    """The figures of the table."""
    found: list[tuple[str, Figures]] = []
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), ENTERPRISES)
        for size in SIZES:
            fill_open(Path(scratch), size)
            found.append((f"{size:,} open", measured("benchmarks.growth", "idle", scratch)))
        start = measured("benchmarks.growth", "start", scratch)
        fill_closed(Path(scratch), HISTORY)
        found.append((f"{HISTORY:,} closed, {2 * HISTORY:,} sent", measured("benchmarks.growth", "idle", scratch)))
    for what, figures in found:
        yield Row(f"idle tick, {what}", figures["tick"], figures["floor"], "µs", most=20)
        yield Row(f"  whole wake-up, {what}", figures["wake"], None, "µs")
    ticks = [figures["tick"] for _, figures in found]
    yield Row("idle tick, the slowest beside the quickest", max(ticks), min(ticks), "µs", most=1.5)
    yield Row(f"start with {SIZES[-1]:,} open tasks, to the first tick", start["ready"], None, "s", most=5)
    yield Row("  memory", start["memory"], None, "MB", most=300)


def fill_open(directory: Path, size: int) -> None:
    """Make it so many open tasks, whose steps lie far ahead."""
    ahead = micros(datetime.now(UTC) + timedelta(days=300))
    with filling(directory) as database:
        have = database.execute("SELECT count(*) FROM tasks").fetchone()[0]
        values = {
            "state": "'open'",
            "closed_on": "NULL",
            "next_step_at": f"{ahead} + i * 1000",
            "enterprises": ENTERPRISES,
        }
        database.execute(NUMBERS.format(first=have, count=size - have) + OPEN.format(**values))


def fill_closed(directory: Path, size: int) -> None:
    """Add so many closed tasks, with what was told of them."""
    with filling(directory) as database:
        have = database.execute("SELECT max(id) FROM tasks").fetchone()[0]
        values = {"state": "'closed'", "closed_on": "'2026-12-01'", "next_step_at": "NULL", "enterprises": ENTERPRISES}
        database.execute(NUMBERS.format(first=have, count=size) + OPEN.format(**values))
        database.execute(NOTICES.format(after=have))
        for channel in ("email", "sms"):
            before = database.execute("SELECT coalesce(max(id), 0) FROM deliveries").fetchone()[0]
            database.execute(DELIVERIES.format(channel=channel, after=0))
            database.execute(LINKS.format(before=before))


def filling(directory: Path) -> closing[sqlite3.Connection]:
    """The database, made ready first; nothing of it need survive a power cut."""
    config = load(directory)
    with closing(open_database(config)) as database:
        database.migrate()
    connection = sqlite3.connect(directory / "duban.db", isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -1000000")  # KiB
    connection.execute("PRAGMA journal_mode = DELETE")
    return closing(connection)


def idle(place: str) -> Figures:
    """Microseconds of a tick that finds nothing due, of a whole wake-up, and of the bare question."""
    config = load(Path(place))
    with closing(open_database(config)) as database:
        database.migrate()
        engine, now = Engine(config, database, {}, SystemClock()), datetime.now(UTC)
        with database.write() as connection:  # the tasks here follow from no rule, and are to stay as they are
            reconciling.end(connection, engine.situation, now)
        bare = sqlite3.connect(Path(place) / "duban.db")
        question = "SELECT min(next_step_at) FROM tasks WHERE next_step_at IS NOT NULL"
        return {
            "tick": best(lambda: tick(database, engine.situation, now)),
            "wake": best(lambda: (engine.decide(now), engine.next_wake(now))),
            "floor": best(lambda: bare.execute(question).fetchone()),
        }


def best(work: Callable[[], object], rounds: int = 7, times: int = 200) -> float:
    """Microseconds, the median of the rounds."""
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        for _ in range(times):
            work()
        found.append((time.perf_counter() - begun) / times * 1e6)
    return statistics.median(found)


def start(place: str) -> Figures:
    """Seconds until the daemon has ticked for the first time, and its memory then."""
    notified = Path(place) / "notify"
    with closing(notify_socket(notified)) as heard:
        begun = time.perf_counter()
        command = [str(Path(sys.executable).with_name("duban")), "--config", place, "run"]
        process = subprocess.Popen(
            command, env={**os.environ, "NOTIFY_SOCKET": str(notified)}, stderr=subprocess.DEVNULL
        )
        try:
            while b"WATCHDOG=1" not in heard.recv(4096):  # told after each wake-up
                pass
            seconds = time.perf_counter() - begun
            return {"ready": seconds, "memory": megabytes("VmHWM", process.pid)}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def notify_socket(path: Path) -> socket.socket:
    """Where the daemon tells how it is."""
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(path))
    heard.settimeout(120)
    return heard


if __name__ == "__main__":
    sys.exit(main(rows, {"idle": idle, "start": start}))
