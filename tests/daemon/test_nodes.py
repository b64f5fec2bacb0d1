"""Several nodes, each a real daemon, on one PostgreSQL database, against a real SMTP server and a real HTTP gateway."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from config.loader import load
from daemon.store import ledger, proving
from daemon.store.database import Database, open_database
from tests.daemon.cities import write_accidents
from tests.daemon.peers import Daemon, MailServer, SmsGateway, repeated, wait_for
from tests.postgres import PostgresServer

COUNT = 100
DELAY = 0.02
"""Seconds that a peer takes for a message."""
IN_FLIGHT = 4  # two connections on each of two channels, of one node
REFUSED = "in a read-only transaction\n"
"""How the log ends a line about what a standby does not write."""
MEND = "; mend it, or restore a copy (docs/service.md)\n"
"""How it ends one about what is corrupted."""


class Town:
    """Peers that take a while for each message, a config that has everybody told at once, and nodes on it."""

    def __init__(self, directory: Path, mail: MailServer, sms: SmsGateway) -> None:
        self.directory = directory
        self.mail, self.sms = mail, sms

    @contextmanager
    def nodes(self, count: int) -> Iterator[list[Daemon]]:
        with ExitStack() as stack:
            yield [stack.enter_context(Daemon(self.directory, f"node-{number}")) for number in range(count)]

    def take(self, seconds: float) -> None:
        """Let each message take so long from now on."""
        self.mail.delay = self.sms.delay = seconds

    @property
    def accepted(self) -> list[tuple[str, str]]:
        return [*self.mail.accepted, *self.sms.accepted]

    @property
    def repeats(self) -> int:
        return sum(repeated(self.mail.accepted).values()) + sum(repeated(self.sms.accepted).values())

    def wait_until_everybody_is_told(self) -> None:
        wait_for(lambda: len({to for to, _ in self.accepted}) == 2 * COUNT, "every mail and every SMS", 100)

    def database(self) -> Database:
        return open_database(load(self.directory))


@pytest.fixture
def town(tmp_path: Path, postgres_url: str) -> Iterator[Town]:
    with MailServer(delay=DELAY) as mail, SmsGateway(delay=DELAY) as sms:
        write_accidents(tmp_path, mail.port, sms.port, COUNT, postgres_url)
        yield Town(tmp_path, mail, sms)


def senders(database: Database) -> set[str]:
    """The nodes that are sending at this moment."""
    with database.read() as connection:
        return set(connection.exec_driver_sql("SELECT owner FROM deliveries WHERE owner IS NOT NULL").scalars())


def is_whole(database: Database) -> bool:
    with database.read() as connection:
        return list(proving.verify(connection)) == [] and ledger.end(connection) is not None


@pytest.mark.parametrize("count", [2, 4])
def test_nodes_that_start_at_the_same_time_share_the_work_and_tell_everybody_once(town: Town, count: int) -> None:
    town.take(1.0)  # a node that starts late finds work left
    with town.nodes(count) as nodes:
        wait_for(lambda: town.accepted != [], "the first message")
        seen: set[str] = set()
        database = town.database()

        def all_have_sent() -> bool:
            seen.update(senders(database))
            return len(seen) == count

        wait_for(all_have_sent, "every node to take part")
        town.take(DELAY)
        town.wait_until_everybody_is_told()
        assert [node.stop() for node in nodes] == [0] * count
        assert not any("Traceback" in node.log() for node in nodes)
    assert town.repeats == 0
    assert is_whole(database)


def test_a_node_that_is_killed_is_taken_over_and_no_more_is_repeated_than_it_was_sending(town: Town) -> None:
    with town.nodes(2) as (victim, survivor):
        wait_for(lambda: len(town.accepted) >= COUNT // 2, "the middle")
        victim.kill()
        assert len(town.accepted) < 2 * COUNT, "it was not in the middle"
        town.wait_until_everybody_is_told()
        database = town.database()
        wait_for(lambda: senders(database) == set(), "what the killed node was sending")
        assert survivor.stop() == 0
        assert "Traceback" not in survivor.log()
    assert town.repeats <= IN_FLIGHT
    assert len(set(town.accepted)) == 2 * COUNT, "a repeated message has another id"
    assert is_whole(town.database())


def test_when_the_server_crashes_and_comes_back_nothing_is_lost_and_the_nodes_go_on(
    town: Town, postgres: PostgresServer
) -> None:
    with town.nodes(2) as nodes:
        wait_for(lambda: len(town.accepted) >= COUNT // 2, "the middle")
        postgres.crash()
        assert len(town.accepted) < 2 * COUNT, "it was not in the middle"
        town.wait_until_everybody_is_told()
        assert [node.stop() for node in nodes] == [0, 0]
        assert not any("Traceback" in node.log() for node in nodes)
    assert town.repeats <= 2 * IN_FLIGHT
    assert is_whole(town.database())


def test_while_a_standby_is_not_promoted_yet_nothing_leaves_that_cannot_be_recorded_and_nothing_is_repeated(
    town: Town, postgres: PostgresServer
) -> None:
    with town.nodes(1) as (node,):
        wait_for(lambda: len(town.accepted) >= COUNT // 2, "the middle")
        with postgres.standing_by():
            wait_for(lambda: node.log().count(REFUSED) >= 2, "both channels to be refused")
            refused_at = len(town.accepted)
            assert refused_at < 2 * COUNT, "it was not in the middle"
            wait_for(lambda: node.log().count(REFUSED) >= 4, "both to be refused again")
            assert len(town.accepted) <= refused_at + IN_FLIGHT
        town.wait_until_everybody_is_told()
        assert node.stop() == 0
        assert "Traceback" not in node.log()
    assert town.repeats == 0
    assert is_whole(town.database())


CORRUPTED = """
CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE SQLSTATE 'XX002'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER spoilt BEFORE INSERT ON ledger EXECUTE FUNCTION refuse();
"""
"""What an index that is corrupted does."""


def test_while_an_index_of_the_server_is_corrupted_nothing_is_sent_again(town: Town) -> None:
    with town.nodes(1) as (node,):
        wait_for(lambda: len(town.accepted) >= COUNT // 2, "the middle")
        with closing(town.database()) as database:
            with database.write() as connection:
                connection.exec_driver_sql(CORRUPTED)
            wait_for(lambda: node.log().count(MEND) >= 2, "both channels to be refused")
            refused_at = len(town.accepted)
            assert refused_at < 2 * COUNT, "it was not in the middle"
            wait_for(lambda: node.log().count(MEND) >= 6, "both to be refused again and again")
            assert len(town.accepted) <= refused_at + IN_FLIGHT
            with database.write() as connection:
                connection.exec_driver_sql("DROP TRIGGER spoilt ON ledger")
        town.wait_until_everybody_is_told()
        assert node.stop() == 0
        assert "Traceback" not in node.log()
    assert town.repeats == 0
