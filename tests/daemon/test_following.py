"""An edit that has not reached every node yet: the tasks follow it, and are not taken back and forth."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.loader import Config, load
from daemon.clock import VirtualClock
from daemon.engine import Engine
from daemon.reconciling import followed
from daemon.store import ledger
from tests.cli.shell import TOWN, lay_out
from tests.stories.telling import NEW_DATABASE

pytestmark = pytest.mark.usefixtures("either_database")
NOW = datetime(2024, 3, 1, 1, tzinfo=UTC)
ROSTER = TOWN["organizations/town.yaml"]


@pytest.fixture
def configs(tmp_path: Path) -> tuple[Config, Config]:
    """The files before and after an edit."""
    before = lay_out(tmp_path / "before", TOWN)
    after = lay_out(
        tmp_path / "after", {**TOWN, "organizations/town.yaml": ROSTER.replace("[high_risk]", "[crowded_place]")}
    )
    return load(before), load(after)


class Nodes:
    """Two nodes on one database."""

    def __init__(self, config: Config) -> None:
        self.database = NEW_DATABASE.get()()
        self.clock = VirtualClock(NOW)
        self.one, self.other = (Engine(config, self.database, {}, self.clock) for _ in range(2))

    def wake(self) -> "Nodes":
        for engine in (self.other, self.one):
            engine.decide(self.clock.now())
        self.clock.set(self.clock.now() + timedelta(seconds=5))
        return self

    @property
    def followed(self) -> str | None:
        with self.database.read() as connection:
            return followed(connection)

    @property
    def rows(self) -> int:
        with self.database.read() as connection:
            end = ledger.end(connection)
        return end[0] if end else 0


def test_the_tasks_follow_the_node_that_has_the_edit_and_stay_with_it(configs: tuple[Config, Config]) -> None:
    before, after = configs
    nodes = Nodes(before).wake()
    nodes.one.adopt(after)
    rows = nodes.wake().rows
    assert nodes.followed == after.version
    assert nodes.wake().wake().rows == rows
    assert nodes.followed == after.version


def test_a_node_that_the_edit_has_not_reached_knows_since_when(configs: tuple[Config, Config]) -> None:
    before, after = configs
    nodes = Nodes(before).wake()
    nodes.one.adopt(after)
    nodes.wake().wake().wake()
    assert nodes.one.turn.overtaken_at is None
    assert nodes.other.turn.overtaken_at == NOW + timedelta(seconds=10)
    nodes.other.adopt(after)
    nodes.wake()
    assert nodes.other.turn.overtaken_at is None


def test_an_edit_that_is_undone_is_followed_too(configs: tuple[Config, Config]) -> None:
    before, after = configs
    nodes = Nodes(before).wake()
    for config in (after, before):
        nodes.one.adopt(config)
        nodes.wake()
    assert nodes.wake().followed == before.version
    assert nodes.other.turn.overtaken_at is None


def test_nodes_with_the_same_files_reconcile_once(configs: tuple[Config, Config]) -> None:
    nodes = Nodes(configs[0])
    rows = nodes.wake().rows
    assert nodes.wake().rows == rows
    with nodes.database.read() as connection:
        added = connection.exec_driver_sql(
            "SELECT count(*) - count(DISTINCT about) FROM ledger WHERE kind = 'task added'"
        )
        assert added.scalar_one() == 0
