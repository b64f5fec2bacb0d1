"""Moments of a wrong clock, believed or in doubt: nothing waits for them once the clock is right again."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.loader import Config, load
from daemon.alarms import AlarmBell, channel_stopped
from daemon.clock import SystemClock
from daemon.clock_set import look_anew
from daemon.dispatching import LEASE
from daemon.engine import Engine
from daemon.nightly import NightlyBackups
from daemon.recording import Recorder
from daemon.service import Service
from daemon.situation import Situation
from daemon.steadiness import Reading
from daemon.store import deliveries
from daemon.store.database import Database, open_database
from notifiers.channel import Message, Outcome, Rate, Temporary
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.daemon.cities import write_accidents
from tests.stories.telling import NEW_DATABASE

pytestmark = pytest.mark.usefixtures("either_database")
YEARS = timedelta(days=3652)
DOWN = Temporary("451 come back later")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class OffClock:
    """A wall clock that is off by something, and the time since the start, which goes on by itself."""

    def __init__(self) -> None:
        self.start, self.off, self.ran = SystemClock().now(), timedelta(0), timedelta(0)

    def now(self) -> datetime:
        return self.start + self.off + self.ran

    def running(self) -> timedelta:
        return self.ran


@pytest.fixture
def clock() -> OffClock:
    return OffClock()


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(NEW_DATABASE.get()()) as found:
        yield found


def city(directory: Path, accidents: int) -> Config:
    write_accidents(directory, 1, 1, accidents)
    return load(directory)


def mail_channel(*script: Outcome, connections: int = 1, rate: Rate | None = None) -> MemoryChannel:
    return MemoryChannel("email", AddressKind.EMAIL, list(script), connections=connections, rate=rate)


def beat(engine: Engine) -> timedelta | None:
    """What the service does at a wake-up."""
    clock = engine.dispatcher._clock  # the one that the test sets
    jump = engine.dispatcher.steadiness.look(Reading(clock.now(), clock.running()))
    if jump is not None:
        if jump:
            with engine.database.write() as connection:
                look_anew(connection, engine.now(), jump)
        engine.decide(engine.now())
        asyncio.run(engine.dispatcher.dispatch())
    return jump


@pytest.mark.parametrize("rate", [None, Rate(2, MINUTE)])
def test_what_was_put_off_under_a_wrong_clock_takes_nothing_in_that_comes_under_the_right_one(
    tmp_path: Path, database: Database, clock: OffClock, rate: Rate | None
) -> None:
    config, clock.off = city(tmp_path, 2), YEARS
    script = () if rate is not None else (DOWN, DOWN)
    asyncio.run(Engine(config, database, {"email": mail_channel(*script, rate=rate)}, clock).wake())
    mail, clock.off = mail_channel(rate=rate), timedelta(0)
    engine = Engine(config, database, {"email": mail}, clock)  # started again
    for day in range(5):
        with database.write() as connection:
            fields = {"occurred_at": engine.now().date()}
            Recorder(connection, engine.situation, engine.now()).add_event(f"new-{day}", "accident", "ent-0", fields)
        asyncio.run(engine.wake())
        clock.ran += timedelta(days=1)
    assert len(mail.sent) >= 5


def test_a_daemon_that_starts_before_its_last_entry_looks_at_all_that_waits(
    tmp_path: Path, database: Database, clock: OffClock
) -> None:
    config, clock.off = city(tmp_path, 2), YEARS
    asyncio.run(Engine(config, database, {"email": mail_channel(DOWN, DOWN)}, clock).wake())
    clock.off = timedelta(0)
    Service(config, database, clock)._begin()  # what it does before it waits for signals
    with database.read() as connection:
        assert deliveries.next_moment(connection) == clock.now()
        kinds = connection.exec_driver_sql("SELECT kind FROM ledger ORDER BY seq DESC LIMIT 2").scalars().all()
    assert kinds == ["daemon started", "clock set"]


class LeapsMeanwhile(MemoryChannel):
    """Refuses the first message for now, and the clock leaps while it does so."""

    def __init__(self, clock: OffClock) -> None:
        super().__init__("email", AddressKind.EMAIL)
        self.clock = clock

    async def send(self, message: Message) -> Outcome:
        if self.attempts:
            return await super().send(message)
        self.attempts.append(message)
        self.clock.off = YEARS
        return DOWN


def test_what_ends_while_the_clock_is_in_doubt_is_tried_again_by_the_time_that_was_believed(
    tmp_path: Path, database: Database, clock: OffClock
) -> None:
    mail = LeapsMeanwhile(clock)
    engine = Engine(city(tmp_path, 1), database, {"email": mail}, clock)
    assert beat(engine) == timedelta(0)
    assert beat(engine) is None
    clock.off = timedelta(0)
    for _ in range(2 * 60):
        clock.ran += MINUTE
        beat(engine)
    assert len(mail.sent) == 1


def test_a_lease_that_is_renewed_while_the_clock_is_in_doubt_ends_soon(
    tmp_path: Path, database: Database, clock: OffClock
) -> None:
    engine = Engine(city(tmp_path, 3), database, {}, clock, "a")
    engine.dispatcher.steadiness.look(Reading(clock.now(), clock.running()))
    engine.decide(engine.now())
    with database.claim() as connection:
        now = engine.now()
        held = deliveries.claim(connection, "email", now, now + LEASE, "a", 9)
    engine.dispatcher._taken["email"] = {each.row for each in held}  # as if it was sending them
    clock.off = YEARS
    engine.dispatcher.renew_leases()
    clock.off, clock.ran = timedelta(0), 2 * LEASE  # and then it died
    with database.claim() as connection:
        now = engine.now()
        taken = deliveries.claim(connection, "email", now, now + LEASE, "b", 9)
    assert len(taken) == len(held) == 3


def test_a_backup_that_was_made_under_a_wrong_clock_keeps_no_later_one_from_being_made(
    tmp_path: Path,
) -> None:
    write_accidents(tmp_path, 1, 1, 1)
    settings = tmp_path / "duban.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "backup: {directory: backups, at: '03:00', keep: 14}\n")
    config, now = load(tmp_path), datetime(2026, 11, 28, 20, tzinfo=UTC)
    with closing(open_database(config)) as database:
        database.migrate()
        nightly = NightlyBackups(config, database)
        for moment in (now, now + YEARS, now + timedelta(days=1)):
            nightly.keep_up(moment)
    assert {each.name for each in (tmp_path / "backups").iterdir()} >= {"duban-2026-11-29.db", "duban-2026-11-30.db"}


def test_an_alarm_that_was_told_under_a_wrong_clock_is_told_again_under_the_right_one(
    tmp_path: Path, database: Database, clock: OffClock
) -> None:
    config = city(tmp_path, 1)
    mail, situation = mail_channel(), Situation(config)
    bell, alarm = AlarmBell(database, {"email": mail}), channel_stopped(situation, "sms", "the balance is used up")

    def told(now: datetime) -> int:
        asyncio.run(bell.ring(situation, [alarm], now))
        with database.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM ledger WHERE kind = 'alarm'").scalar_one())

    assert told(clock.now() + YEARS) == 1
    assert told(clock.now()) == told(clock.now() + HOUR) == 2


@pytest.mark.parametrize("back", [50 * MINUTE, 2 * HOUR])
def test_a_clock_that_is_put_back_holds_a_channel_with_a_rate_up_for_no_longer_than_its_span(
    tmp_path: Path, database: Database, clock: OffClock, back: timedelta
) -> None:
    mail = mail_channel(rate=Rate(20, MINUTE))
    engine = Engine(city(tmp_path, 40), database, {"email": mail}, clock)
    beat(engine)
    assert len(mail.sent) == 20
    clock.off = -back
    for _ in range(8):
        clock.ran += timedelta(seconds=10)
        beat(engine)
    assert len(mail.sent) == 40


def test_under_a_clock_that_is_wrong_by_decades_nothing_counts_as_tried(
    tmp_path: Path, database: Database, clock: OffClock
) -> None:
    write_accidents(tmp_path, 1, 1, 3)
    policy = tmp_path / "policies" / "at-once.yaml"
    calm = policy.read_text(encoding="utf-8").replace(", urgent: true", "").replace("days: all", "days: working")
    policy.write_text(calm, encoding="utf-8")
    mail = mail_channel()
    engine = Engine(load(tmp_path), database, {"email": mail}, clock)
    while not engine.decide(clock.now()):
        clock.ran += HOUR  # until the office opens
    clock.off = datetime(1970, 1, 1, 3, tzinfo=UTC) - clock.now()
    with database.write() as connection:
        deliveries.look_again(connection, clock.now(), clock.now() + LEASE)
    for _ in range(3):
        asyncio.run(engine.dispatcher.dispatch())
        clock.ran += 2 * MINUTE
    with database.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT DISTINCT attempts, ambiguous FROM deliveries WHERE channel = 'email'"
        ).all()
    assert [tuple(each) for each in found] == [(0, 0)]
    assert mail.sent == []
