"""The morning after a holiday: a step of very many tasks is due at the same minute.

Every enterprise has one monthly duty, whose step tells its safety officer by email. Measured is deciding all of them:
notices a second into the outbox, with their deliveries and entries in the ledger.

    .venv/bin/python -m benchmarks.morning
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import QUICK, Figures, Row, best, main, measured
from benchmarks.rosters import write_city
from config.loader import load
from daemon.clock import VirtualClock
from daemon.engine import Engine
from daemon.memory import settle
from daemon.store.database import Database, open_database

PLANNED = datetime(2026, 10, 7, 1, tzinfo=UTC)
MORNING = datetime(2026, 10, 8, 1, tzinfo=UTC)
"""Nine o'clock on the first working day after National Day."""
POLICY = """
- id: one-step
  steps:
    - {at: start, stage: remind, tell: [safety_officer], channels: [CHANNEL]}
"""
OBLIGATION = """
- id: inspect-{number}
  title: 主要负责人带队检查
  basis: policy
  clause: 二(一)1
  applies_to: {{kind: enterprise}}
  every: month
  policy: one-step
"""


def write(
    directory: Path, count: int, channels: str = "{email: {kind: memory}}", channel: str = "email", duties: int = 1
) -> None:
    """The config of so many enterprises with so many monthly duties each, of which they are told on one channel."""
    write_city(directory, count, channels, start="2026-10-01", more="catalogues: []\n")
    obligations = "".join(OBLIGATION.format(number=number) for number in range(duties))
    for name, text in (
        ("policies/one.yaml", POLICY.replace("CHANNEL", channel)),
        ("obligations/one.yaml", obligations),
    ):
        (directory / name).parent.mkdir()
        (directory / name).write_text(text, encoding="utf-8")


def rows() -> Iterator[Row]:
    """The figures of the table."""
    count = 5_000 if QUICK else 100_000
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), count)
        (ours,) = best(lambda: measured("benchmarks.morning", "decide", scratch))
    yield Row(f"decide {count:,} tasks due at once", ours["rate"], None, "notices/s", least=20_000)


def decide(place: str) -> Figures:
    """Plan on the holiday, then decide on the morning after it."""
    config = load(Path(place))
    settle()  # as the daemon does
    with closing(open_database(config)) as database:
        database.migrate()
        clock = VirtualClock(PLANNED)
        engine = Engine(config, database, {}, clock)
        engine.decide(PLANNED)
        before = notices(database)
        begun = time.perf_counter()
        engine.decide(MORNING)
        seconds = time.perf_counter() - begun
        return {"rate": (notices(database) - before) / seconds}


def notices(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM notices WHERE state = 'pending'").scalar_one())


if __name__ == "__main__":
    sys.exit(main(rows, {"decide": decide}))
