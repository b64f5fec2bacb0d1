"""How fast the tasks of a great city are planned into SQLite, beside the same rows given to sqlite3 as they are.

The rows (tasks and their entries in the ledger) are then read back and written to another database of the same schema,
by `executemany`, as many in a transaction. Every figure is taken in a process of its own.

    .venv/bin/python -m benchmarks.planning
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import QUICK, Figures, Row, best, main, measured, megabytes
from benchmarks.rosters import write_city
from config.loader import Config, load
from daemon.clock import VirtualClock
from daemon.engine import Engine
from daemon.memory import settle
from daemon.store.database import Database, open_database

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
"""By then all windows of the year are open."""
AT_ONCE = 14_000
"""Rows in one transaction of the bare writer, as many as ours has on the average."""


def rows() -> Iterator[Row]:
    """The figures of the table."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        write_city(directory, 1_500 if QUICK else 60_000)
        ours, bare = best(
            lambda: measured("benchmarks.planning", "plan", directory),
            lambda: measured("benchmarks.planning", "bare", directory),
            rounds=2,
        )
    tasks = ours["tasks"]
    yield Row(f"plan {tasks:,.0f} tasks into SQLite", ours["rate"], bare["rate"], "tasks/s", least=0.7)
    yield Row("  memory beyond the roster's", ours["memory"], None, "MB", most=300)
    yield Row("  again, nothing changed", ours["again"], ours["plan"], "s", most=0.05)
    yield Row("  again, every task compared", ours["compared"], ours["plan"], "s")
    yield Row("  one organization edited", ours["edited"], None, "s", most=1)


def plan(place: str) -> Figures:
    """The whole city planned; then again with nothing changed, with one organization edited, and all compared."""
    config = load(Path(place))
    settle()  # as the daemon does
    take_away(Path(place) / "duban.db")
    before = megabytes()
    with closing(open_database(config)) as database:
        database.migrate()
        engine = Engine(config, database, {}, VirtualClock(NOW))
        found = {"plan": follow(engine), "again": follow(engine)}
        found["tasks"], found["memory"] = count(database, "tasks"), megabytes("VmHWM") - before
        found["rate"] = found["tasks"] / found["plan"]
        edited, entries = edit(config), count(database, "ledger")
        engine.adopt(edited)
        found["edited"] = follow(engine)
        assert 0 < count(database, "ledger") - entries < 100, "the tasks of one enterprise"
        found["compared"] = follow(Engine(replace(edited, version="looked at anew"), database, {}, VirtualClock(NOW)))
    return found


def follow(engine: Engine) -> float:
    """Seconds that it takes to bring the tasks in line, without deciding what is due."""
    begun = time.perf_counter()
    engine.follow(NOW)
    return time.perf_counter() - begun


def edit(config: Config) -> Config:
    """One enterprise has another post less, so that its monthly inspection falls to the principal."""
    name = "ent-000123"
    enterprise = config.organizations[name]
    posts = {key: post for key, post in enterprise.posts.items() if key != "safety_officer"}
    organizations = {**config.organizations, name: enterprise._replace(posts=posts)}
    return replace(config, organizations=organizations, version="edited")


def count(database: Database, table: str) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def take_away(file: Path) -> None:
    """Delete a database that an earlier round left."""
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()


def bare(place: str) -> Figures:
    """Their rows, read back, written by sqlite3 alone."""
    directory = Path(place)
    take_away(directory / "bare.db")
    with closing(Database(f"sqlite:///{directory / 'bare.db'}")) as empty:
        empty.migrate()
    with (
        closing(sqlite3.connect(directory / "duban.db")) as source,
        closing(sqlite3.connect(directory / "bare.db", isolation_level=None)) as target,
    ):
        target.execute("PRAGMA synchronous = FULL")
        seconds, written = 0.0, 0
        tables = [(table, source.execute(f"SELECT * FROM {table}")) for table in ("tasks", "ledger")]
        while True:
            batch = [(table, found.fetchmany(AT_ONCE)) for table, found in tables]
            if not any(found for _, found in batch):
                return {"rate": written / seconds}
            begun = time.perf_counter()
            target.execute("BEGIN IMMEDIATE")
            for table, found in batch:
                if found:
                    marks = ",".join("?" * len(found[0]))
                    target.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
            target.execute("COMMIT")
            seconds += time.perf_counter() - begun
            written += len(batch[0][1])


if __name__ == "__main__":
    sys.exit(main(rows, {"plan": plan, "bare": bare}))
