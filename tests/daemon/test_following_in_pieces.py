"""Tasks follow a config a few organizations at a time: whatever breaks that off, in the end they follow one config."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from config.loader import Config, load
from daemon import reconciling
from daemon.clock import SystemClock
from daemon.engine import Engine
from daemon.store.database import open_database
from obligations.limits import parse_limit
from tests.daemon.cities import write_accidents

FIRMS = 5


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A daemon whose tasks follow its files; it looks at one organization at a time."""
    write_accidents(tmp_path, 25, 80, FIRMS)
    monkeypatch.setattr(reconciling, "PIECE", 1)
    config = load(tmp_path)
    with closing(open_database(config)) as database:
        database.migrate()
        found = Engine(config, database, {}, SystemClock())
        found.follow(found.now())
        yield found


def longer(config: Config) -> Config:
    """The same files, but for a longer limit."""
    report = replace(config.obligations["report"], limit=parse_limit("20d"))
    return replace(config, obligations={"report": report}, version="longer")


def break_off(engine: Engine, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Follow the config until so many organizations are through."""
    whole: Callable[..., object] = reconciling.reconcile_piece
    through = 0

    def piece(*all_of_it: object) -> object:
        nonlocal through
        if through == after:
            raise OSError("disk full")
        through += 1
        return whole(*all_of_it)

    with monkeypatch.context() as broken:
        broken.setattr(reconciling, "reconcile_piece", piece)
        with pytest.raises(OSError, match="disk full"):
            engine.follow(engine.now())


def due_days(engine: Engine) -> set[str]:
    with engine.database.read() as connection:
        return set(connection.exec_driver_sql("SELECT due FROM tasks").scalars())


def test_an_edit_that_is_broken_off_halfway_is_followed_to_its_end_the_next_time(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = due_days(engine)
    engine.adopt(longer(engine.config))
    break_off(engine, monkeypatch, after=2)
    assert len(due_days(engine)) == 2
    engine.follow(engine.now())
    assert len(due_days(engine)) == 1
    assert due_days(engine) != before


def test_an_edit_that_is_broken_off_halfway_and_taken_back_leaves_nothing_behind(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, config = due_days(engine), engine.config
    engine.adopt(longer(config))
    break_off(engine, monkeypatch, after=2)
    engine.adopt(config)
    engine.follow(engine.now())
    assert due_days(engine) == before
    with engine.database.read() as connection:
        assert not reconciling.is_stale(connection, engine.situation, engine.now())
