"""What nodes on one PostgreSQL database share, and what they do one after the other."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import InternalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from config.loader import Config, load
from daemon.alarms import Alarm, AlarmBell
from daemon.clock import SystemClock, VirtualClock
from daemon.dispatching import FRESH, LEASE
from daemon.engine import Engine
from daemon.recording import Recorder
from daemon.store import deliveries, ledger, proving, tasks
from daemon.store.database import Database
from daemon.store.deliveries import Ending, StoredDelivery
from daemon.store.ledger import Entry
from daemon.store.tables import notices
from notifiers.alarms import AlarmText
from notifiers.channel import Message, Outcome, Rate
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from obligations.states import DeliveryAction
from tests.daemon.cities import write_accidents
from tests.postgres import PostgresServer

T = TypeVar("T")
NODES, COUNT = 4, 30
LINKS = "SELECT count(*) FROM delivery_notices JOIN deliveries ON id = delivery_id WHERE channel = 'email'"
SOON = timedelta(seconds=1)
SECOND_STEP = "    - {at: -8d, stage: urge, tell: [assignee], channels: [email], urgent: true}\n"


@pytest.fixture
def databases(postgres_url: str) -> Iterator[list[Database]]:
    """The same empty database, as each node has it open."""
    found = [Database(postgres_url) for _ in range(NODES)]
    yield found
    for database in found:
        database.close()


@pytest.fixture
def nodes(databases: list[Database], config: Config) -> list[Engine]:
    databases[0].migrate()
    clock = VirtualClock(SystemClock().now())
    return [Engine(config, database, {}, clock, f"node {number}") for number, database in enumerate(databases)]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Everybody has something to report."""
    directory = tmp_path_factory.mktemp("town")
    write_accidents(directory, 1, 1, COUNT)
    return load(directory)


def at_once(each: list[T], work: Callable[[T], object]) -> list[object]:
    """Every node does it, at the same time."""
    with ThreadPoolExecutor(len(each)) as threads:
        return list(threads.map(work, each))


def decide(node: Engine) -> int:
    return node.decide(node.now())


def claim(node: Engine, after: timedelta = SOON, limit: int = 3) -> list[StoredDelivery]:
    """Claim mails some time from now."""
    now = node.now() + after
    with node.database.claim() as connection:
        return deliveries.claim(connection, "email", now, now + LEASE, str(id(node)), limit)


def send(node: Engine) -> int:
    """Send what may go."""
    return asyncio.run(node.dispatcher.dispatch())


def accept(node: Engine, delivery: StoredDelivery) -> bool:
    """Write down that a delivery was accepted, if the node still holds it."""
    with node.database.write() as connection:
        held = delivery.row in deliveries.still_held(connection, [delivery.row], str(id(node)))
        deliveries.finish(connection, [Ending(delivery, DeliveryAction.ACCEPT, "taken")] if held else [])
        return held


def count(node: Engine, sql: str) -> int:
    with node.database.read() as connection:
        return int(connection.exec_driver_sql(sql).scalar_one())


def test_nodes_that_start_at_once_bring_an_empty_database_up_to_date_once(databases: list[Database]) -> None:
    at_once(databases, Database.migrate)
    with databases[0].read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar_one() == 1
    assert all(database.exists for database in databases)


def test_nodes_that_wake_at_once_reconcile_once_and_decide_each_task_once(nodes: list[Engine]) -> None:
    assert sum(map(int, map(str, at_once(nodes, decide)))) == COUNT
    assert count(nodes[0], "SELECT count(*) FROM ledger WHERE kind = 'task added'") == COUNT
    assert count(nodes[0], "SELECT count(*) FROM notices") == COUNT
    assert count(nodes[0], "SELECT count(*) FROM deliveries") == 2 * COUNT


def test_a_task_that_two_nodes_cannot_decide_keeps_no_other_from_climbing_its_ladder(
    tmp_path: Path, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    write_accidents(tmp_path, 1, 1, COUNT)
    policy = tmp_path / "policies" / "at-once.yaml"
    policy.write_text(policy.read_text(encoding="utf-8") + SECOND_STEP, encoding="utf-8")
    config, clock = load(tmp_path), VirtualClock(SystemClock().now())
    with closing(Database(postgres_url)) as one, closing(Database(postgres_url)) as other:
        one.migrate()
        pair = [Engine(config, database, {}, clock, str(number)) for number, database in enumerate((one, other))]
        pair[0].follow(clock.now())
        spoil(pair[0], "report/ent-0/acc-0")
        for _ in range(5 * 24):
            at_once(pair, decide)
            clock.set(clock.now() + timedelta(hours=1))
        urged = count(pair[0], "SELECT count(DISTINCT task_id) FROM notices WHERE step = '-8d'")
    assert urged == COUNT - 1


def spoil(node: Engine, task: str) -> None:
    """A notice stands there already that the task's first step is about to write."""
    with node.database.write() as connection:
        stored = tasks.find(connection, task)
        assert stored is not None
        spoken = {"step": "start", "stage": "remind", "tell": "assignee", "channels": "email", "urgent": True}
        at_once = {"state": "superseded", "reason": "?", "created_at": node.now(), "revision": 0}
        holder = f"{stored.task.plan.subject}.safety_officer"
        connection.execute(insert(notices).values(task_id=stored.row, holder=holder, **spoken, **at_once))


def test_that_a_standby_writes_nothing_is_the_fault_of_no_task(nodes: list[Engine], postgres: PostgresServer) -> None:
    one = nodes[0]
    one.follow(one.now())
    with postgres.standing_by(), pytest.raises(InternalError):
        decide(one)
    assert one.undecided == {}
    assert decide(one) == COUNT


def test_a_ledger_that_all_nodes_write_at_once_is_one_chain(nodes: list[Engine]) -> None:
    def write(node: Engine) -> None:
        for number in range(20):
            with node.database.write() as connection:
                ledger.append(connection, node.now(), [Entry("done", str(id(node)), {"number": number})] * 2)

    at_once(nodes, write)
    with nodes[0].database.read() as connection:
        assert list(proving.verify(connection)) == []
        end = ledger.end(connection)
    assert end is not None
    assert end[0] == NODES * 40


def test_no_message_is_claimed_by_two_nodes_and_none_is_left(nodes: list[Engine]) -> None:
    def claim_all(node: Engine) -> list[int]:
        rows: list[int] = []
        while batch := claim(node):
            rows += [each.row for each in batch]
        return rows

    decide(nodes[0])
    claimed = Counter(row for rows in at_once(nodes, claim_all) for row in rows)  # type: ignore[attr-defined]
    assert len(claimed) == COUNT
    assert set(claimed.values()) == {1}


@pytest.mark.parametrize("rate", [Rate(7, timedelta(minutes=1)), Rate(100, timedelta(hours=1))])
def test_all_nodes_together_keep_the_rate_of_a_channel(nodes: list[Engine], rate: Rate) -> None:
    mail = MemoryChannel("email", AddressKind.EMAIL, connections=3, rate=rate)
    clock = VirtualClock(nodes[0].now())
    one = nodes[0]
    decide(one)
    sending = [Engine(one.config, node.database, {"email": mail}, clock, str(id(node))) for node in nodes]
    attempted: list[int] = []
    for _ in range(COUNT // rate.messages + 1):
        clock.set(clock.now() + rate.span)
        attempted.append(sum(map(int, map(str, at_once(sending, send)))))
    assert attempted[0] == min(rate.messages, COUNT)
    assert max(attempted) <= rate.messages
    assert sum(attempted) == len({message.address for message in mail.sent}) == COUNT


def test_to_claim_a_message_does_not_wait_for_a_node_that_decides(nodes: list[Engine]) -> None:
    decide(nodes[0])
    with nodes[0].database.write():
        assert len(claim(nodes[1])) == 3


@pytest.mark.parametrize(("being_claimed", "messages"), [(False, 0), (True, 1)])
def test_a_notice_joins_a_message_that_waits_and_gets_one_of_its_own_where_that_is_being_claimed(
    nodes: list[Engine], being_claimed: bool, messages: int
) -> None:
    one, other = nodes[:2]
    decide(one)
    before = count(one, "SELECT count(*) FROM deliveries WHERE channel = 'email'")
    now = one.now() + SOON
    with other.database.claim() as connection:
        if being_claimed:
            assert len(deliveries.claim(connection, "email", now, now + LEASE, "other", COUNT)) == COUNT
        with one.database.write() as writing:
            Recorder(writing, one.situation, one.now()).add_event(
                "acc-new", "accident", "ent-0", {"occurred_at": one.now().date()}
            )
        one.decide(one.now())
    assert count(one, "SELECT count(*) FROM deliveries WHERE channel = 'email'") == before + messages
    assert count(one, LINKS) == COUNT + 1


def test_a_lease_that_ended_is_taken_over_and_its_former_node_can_write_nothing(nodes: list[Engine]) -> None:
    one, other = nodes[:2]
    decide(one)
    held = claim(one, limit=COUNT)
    assert claim(other, LEASE) == []
    taken = claim(other, LEASE + 2 * SOON, limit=COUNT)
    assert [each.row for each in taken] == [each.row for each in held]
    assert [each.message_id for each in taken] == [each.message_id for each in held]
    assert not accept(one, held[0])
    assert accept(other, taken[0])


def test_a_lease_that_is_renewed_is_not_taken_over(nodes: list[Engine]) -> None:
    one, other = nodes[:2]
    decide(one)
    held = claim(one, limit=COUNT)
    with one.database.claim() as connection:
        deliveries.renew(connection, [held[0].row], str(id(one)), one.now() + 2 * LEASE)
    taken = claim(other, LEASE + 2 * SOON, limit=COUNT)
    assert {each.row for each in held} - {each.row for each in taken} == {held[0].row}


def test_a_node_whose_clock_leaps_does_not_take_its_own_messages_again(nodes: list[Engine]) -> None:
    one = nodes[0]
    decide(one)
    held = [each.row for each in claim(one, limit=COUNT)]
    later = one.now() + timedelta(days=12)
    with one.database.claim() as connection:
        assert deliveries.claim(connection, "email", later, later + LEASE, str(id(one)), COUNT, held) == []


def test_a_node_that_lost_its_lease_does_not_get_it_back_by_renewing(nodes: list[Engine]) -> None:
    one, other = nodes[:2]
    decide(one)
    held = claim(one, limit=COUNT)
    taken = claim(other, LEASE + 2 * SOON, limit=COUNT)
    with one.database.claim() as connection:
        deliveries.renew(connection, [each.row for each in held], str(id(one)), one.now() + 9 * LEASE)
    assert all(accept(other, each) for each in taken)


class Held(MemoryChannel):
    """Takes messages, and answers none before it may."""

    def __init__(self) -> None:
        super().__init__("email", AddressKind.EMAIL, connections=2)
        self.may_answer, self.begun = asyncio.Event(), 0

    async def send(self, message: Message) -> Outcome:
        self.begun += 1
        await self.may_answer.wait()
        return await super().send(message)


def test_a_node_that_stood_still_sends_nothing_more_of_what_another_took_over_and_counts_it_no_more(
    databases: list[Database], tmp_path: Path
) -> None:
    write_accidents(tmp_path, 1, 1, COUNT)
    settings = tmp_path / "duban.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("connections: 2}", "budget: [9/day]}", 1))
    config, clock = load(tmp_path), VirtualClock(SystemClock().now())
    databases[0].migrate()
    held, quick = Held(), MemoryChannel("email", AddressKind.EMAIL, connections=2)
    slow = Engine(config, databases[0], {"email": held}, clock, "slow")
    taker = Engine(config, databases[1], {"email": quick}, clock, "taker")
    decide(slow)
    clock.set(clock.now() + SOON)

    async def run() -> int:
        sending = asyncio.create_task(slow.dispatcher.dispatch())
        while held.begun < held.connections:
            await asyncio.sleep(0.01)
        begun = held.begun
        await asyncio.sleep(FRESH + 0.2)
        clock.set(clock.now() + LEASE + SOON)  # nothing was renewed
        await taker.dispatcher.dispatch()
        held.may_answer.set()
        await sending
        return begun

    begun = asyncio.run(run())
    assert len(quick.sent) == COUNT
    assert len(held.sent) == begun  # these were on their way; those that were ready stayed
    slow.dispatcher.renew_leases()
    counted = "SELECT count(*) FROM sendings WHERE channel = 'email' AND address <> ''"
    assert count(slow, counted) == COUNT + begun


def test_while_no_connection_is_free_what_was_sent_waits_to_be_written_down(nodes: list[Engine]) -> None:
    held = Held()
    node = Engine(nodes[0].config, nodes[0].database, {"email": held}, VirtualClock(nodes[0].now()), "one")
    decide(node)
    pool = node.database._engine.pool
    pool._timeout = 0.1  # type: ignore[attr-defined] # 30 s otherwise

    async def run() -> int:
        sending = asyncio.create_task(node.dispatcher.dispatch())
        while held.begun < held.connections:
            await asyncio.sleep(0.01)
        with ExitStack() as stack:
            with suppress(NoConnectionFree):
                while True:
                    stack.enter_context(node.database.read())
            held.may_answer.set()
            await asyncio.sleep(0.5)
            assert not sending.done()
        return await sending

    assert asyncio.run(run()) == COUNT
    assert len(held.sent) == COUNT


def test_an_alarm_that_all_nodes_see_is_told_once(nodes: list[Engine]) -> None:
    mail = MemoryChannel("email", AddressKind.EMAIL)
    alarm = Alarm("something", AlarmText("告警", "出了问题\n"))

    def ring(node: Engine) -> None:
        asyncio.run(AlarmBell(node.database, {"email": mail}).ring(node.situation, [alarm], datetime.now(UTC)))

    at_once(nodes, ring)
    assert count(nodes[0], "SELECT count(*) FROM ledger WHERE kind = 'alarm'") == 1


def test_while_another_node_keeps_the_database_waiting_what_is_under_way_goes_on(
    nodes: list[Engine], caplog: pytest.LogCaptureFixture
) -> None:
    mail, one = MemoryChannel("email", AddressKind.EMAIL), nodes[0]
    decide(one)
    node = Engine(one.config, nodes[1].database, {"email": mail}, VirtualClock(one.now() + SOON), "other")

    async def run() -> int:
        sending = asyncio.create_task(node.dispatcher.dispatch())
        with one.database.write():  # what every writer waits for; it is let go of only by what runs meanwhile
            for _ in range(50):
                await asyncio.sleep(0.01)
            assert not sending.done()
        return await sending

    assert asyncio.run(run()) == COUNT
    assert len(mail.sent) == COUNT
    assert not caplog.records  # nobody had to give up waiting
