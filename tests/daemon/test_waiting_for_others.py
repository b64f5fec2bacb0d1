"""While another process keeps the database, whatever needs none of it goes on."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from config.loader import Config, load
from daemon.clock import SystemClock
from daemon.engine import Engine
from daemon.service import Service
from daemon.store import sqlite
from daemon.store.database import Database, open_database
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.daemon.cities import write_accidents

TURNS = 5
"""How often the event loop must have come round before the other process lets go."""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write_accidents(tmp_path, 1, 1, 3)
    return load(tmp_path)


class Keeper:
    """Another process, which lets go when it is told to, or at last by itself."""

    def __init__(self) -> None:
        self._let_go, self.gave_up = threading.Event(), False

    def keep(self) -> None:
        self.gave_up = not self._let_go.wait(20)

    def let_go(self) -> None:
        self._let_go.set()


@contextmanager
def kept(locked: Database, keeper: Keeper) -> Iterator[None]:
    """Nobody else can write meanwhile."""
    begun = threading.Event()

    def keep() -> None:
        if locked.path is None:
            with locked.write():
                begun.set()
                keeper.keep()
            return
        with closing(sqlite3.connect(locked.path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            begun.set()
            keeper.keep()

    thread = threading.Thread(target=keep)
    thread.start()
    begun.wait()
    yield
    keeper.let_go()
    thread.join()


async def let_go_after_some_turns(keeper: Keeper) -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0.01)
    keeper.let_go()


def test_senders_of_an_sqlite_database_wait_for_another_process_without_holding_all_else_up(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 60)
    mail, keeper = MemoryChannel("email", AddressKind.EMAIL), Keeper()
    with closing(open_database(config)) as database:
        database.migrate()
        engine = Engine(config, database, {"email": mail}, SystemClock())
        engine.decide(engine.now())

        async def run() -> None:
            await asyncio.gather(engine.dispatcher.dispatch(), let_go_after_some_turns(keeper))

        with kept(database, keeper):
            asyncio.run(run())
    assert not keeper.gave_up
    assert len(mail.sent) == 3


def test_an_alarm_waits_for_another_node_without_holding_all_else_up(config: Config, postgres_url: str) -> None:
    keeper = Keeper()
    with closing(Database(postgres_url)) as database, closing(Database(postgres_url)) as other:
        database.migrate()
        service = Service(config, database, SystemClock())
        service._nightly.fault = "the disk is full"

        async def run() -> None:
            await asyncio.gather(service._ring(SystemClock().now()), let_go_after_some_turns(keeper))

        with kept(other, keeper):
            asyncio.run(run())
        with database.read() as connection:
            told = connection.exec_driver_sql("SELECT count(*) FROM ledger WHERE kind = 'alarm'").scalar_one()
    assert not keeper.gave_up
    assert told >= 1  # the missing holiday notice may be told of, too
