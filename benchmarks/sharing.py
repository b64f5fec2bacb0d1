"""How fast one, two and four processes send what waits in one PostgreSQL database, beside an empty queue.

Every enterprise has one monthly duty to be reminded of, by email, through the same server, which takes everything at
once. The processes begin at the same moment; counted is the time until the last of them has nothing left to send. That
each message was told once is asked of the database. What can be gained by another process is bounded by what one leaves
idle of the processors, so the table shows that, too. procrastinate, a queue on PostgreSQL, works off jobs that do
nothing, in a database of its own on the same server; beside it stand emails of one process with SQLite, as installed.

    make bench    # installs procrastinate; then also:
    .venv/bin/python -m benchmarks.sharing
"""

import asyncio
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from benchmarks import morning
from benchmarks.dispatch import send, smtp
from benchmarks.measuring import QUICK, Figures, Row, best, main, measured
from benchmarks.morning import MORNING, PLANNED
from benchmarks.sink import sink
from config.loader import load
from daemon.channels import open_channels
from daemon.clock import VirtualClock
from daemon.dispatching import Dispatcher
from daemon.engine import Engine
from daemon.memory import settle
from daemon.store.database import open_database
from tests.postgres import PostgresServer

NODES = (1, 2, 4)
EMAILS, JOBS = 20_000, 10_000


def rows() -> Iterator[Row]:
    """The figures of the table."""
    count = 1_000 if QUICK else 100_000
    with PostgresServer() as server:
        found = {nodes: share(server, count, nodes) for nodes in NODES}
        few = share(server, count // 10, 1)
        with sink() as port:
            emails, jobs = best(lambda: send(min(count, EMAILS), smtp(port)), lambda: empty_jobs(server))
    one = found[1]
    yield Row(f"send {count:,} emails of PostgreSQL, 1 process", one["rate"], None, "messages/s")
    for nodes in NODES[1:]:
        least = 1.6 if nodes == 2 else None
        yield Row(f"  {nodes} processes", found[nodes]["rate"], one["rate"], "messages/s", least=least)
    for nodes in NODES[:2]:
        yield Row(f"  processors busy with {nodes}, of all", found[nodes]["busy"], os.cpu_count(), "processors")
    yield Row("  to write down and claim 32, ten times as many rows", one["median"], few["median"], "ms", most=1.5)
    yield Row("  the same with 4 processes, 99 of 100", found[4]["slow"], None, "ms", most=100)
    yield Row("emails beside empty jobs of procrastinate", emails["rate"], jobs["rate"], "a second", least=7)
    yield Row("  emails of PostgreSQL, 1 process, beside the same", one["rate"], jobs["rate"], "a second")


def empty_jobs(server: PostgresServer) -> Figures:
    """What procrastinate reaches in a database of its own."""
    with server.database() as url:
        return measured("benchmarks.sharing", "queue", url, JOBS // 10 if QUICK else JOBS)


def share(server: PostgresServer, count: int, nodes: int) -> Figures:
    """Messages a second of so many processes; stops if any message was told twice, or not at all."""
    with tempfile.TemporaryDirectory() as scratch, server.database() as url, sink() as port:
        place = Path(scratch)
        morning.write(place, count, smtp(port))
        with (place / "duban.yaml").open("a", encoding="utf-8") as file:
            file.write(f"database: {url}\n")
        prepare(place)
        found = together(place, nodes)
        told_once(place, count)
    return found | {"rate": count / found["seconds"]}


def prepare(place: Path) -> None:
    """Decide what is to be sent."""
    config = load(place)
    with closing(open_database(config)) as database:
        database.migrate()
        engine = Engine(config, database, {}, VirtualClock(PLANNED))
        engine.decide(PLANNED)
        engine.decide(MORNING)
        with database.write() as connection:
            connection.exec_driver_sql("ANALYZE")


def together(place: Path, nodes: int) -> Figures:
    """Let them begin at the same moment."""
    command = [sys.executable, "-m", "benchmarks.sharing", "node", str(place)]
    started = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(nodes)
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    begun, busy = time.perf_counter(), processor_seconds()
    for each in started:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    ends = [each.communicate()[0].splitlines()[-1].split() for each in started]
    median, slow = (max(float(end[place]) for end in ends) for place in (1, 2))
    seconds, busy = max(float(end[0]) for end in ends) - begun, processor_seconds() - busy
    return {"seconds": seconds, "busy": busy / seconds, "median": median, "slow": slow}


def processor_seconds() -> float:
    """How long the machine's processors have worked up to now, all together and for whomever: also for the database's
    server and the mail's."""
    user, nice, system, _, _, interrupts, soft_interrupts = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + interrupts + soft_interrupts) / os.sysconf("SC_CLK_TCK")


def told_once(place: Path, count: int) -> None:
    """Stop unless every message was handed over at its first attempt, and nobody got two."""
    with closing(open_database(load(place))) as database, database.read() as connection:
        query = (
            "SELECT count(*), count(DISTINCT address) FROM deliveries"
            " WHERE state IN ('accepted', 'delivered') AND attempts = 1"
        )
        found = tuple(connection.exec_driver_sql(query).one())
        tries = connection.exec_driver_sql("SELECT count(*) FROM ledger WHERE kind = 'delivery'").scalar_one()
    if found != (count, count) or tries != count:
        sys.exit(f"{count} people; handed over once: {found}, entries in the ledger: {tries}")


def node(place: str, number: str) -> None:
    """One process that sends; prints when it had nothing left, and milliseconds that the outbox took it."""
    config, took = load(Path(place)), list[float]()
    settle()  # as the daemon does
    exchange = Dispatcher._exchange  # noqa: SLF001 - what it takes is looked at from outside

    def timed(*arguments) -> object:
        begun = time.perf_counter()
        found = exchange(*arguments)
        took.append((time.perf_counter() - begun) * 1e3)
        return found

    Dispatcher._exchange = timed  # noqa: SLF001 - as above
    with closing(open_database(config)) as database:
        channel = open_channels(config)["email"]
        dispatcher = Engine(config, database, {"email": channel}, VirtualClock(MORNING), f"node-{number}").dispatcher
        print("ready", flush=True)
        sys.stdin.readline()
        asyncio.run(work_off(dispatcher, channel))
        took.sort()
        print(time.perf_counter(), took[len(took) // 2], took[len(took) * 99 // 100])


async def work_off(dispatcher: Dispatcher, channel) -> None:
    await dispatcher.dispatch()
    await channel.close()


def queue(url: str, count: str) -> Figures:
    """Jobs a second of procrastinate that do nothing."""
    from procrastinate import App, PsycopgConnector

    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    address = make_url(url)
    at = f"host='{address.query['host']}' user={address.username} dbname={address.database}"
    app = App(connector=PsycopgConnector(conninfo=at))

    @app.task
    async def nothing() -> None:
        pass

    async def work() -> float:
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            await nothing.batch_defer_async(*[{} for _ in range(int(count))])
            begun = time.perf_counter()
            await app.run_worker_async(wait=False, concurrency=32, listen_notify=False)
            return time.perf_counter() - begun

    return {"rate": int(count) / asyncio.run(work())}


if __name__ == "__main__":
    if sys.argv[1:2] == ["node"]:
        sys.exit(node(*sys.argv[2:]))
    sys.exit(main(rows, {"queue": queue}))
