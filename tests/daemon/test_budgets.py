"""Budgets: what one person gets in a time counts messages that left, not attempts to send them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from daemon.store import pacing
from daemon.store.database import Database
from daemon.store.pacing import Budgets
from daemon.store.tables import metadata, sendings
from notifiers.channel import Outcome, Permanent, Rate, Stopped, Temporary, Unknown
from obligations.organizations import QuietHours
from tests.daemon.test_one_voice import Refusing, city, first_step, living, regulator, with_post, write_to
from tests.stories.telling import Life

MORNING = "2026-09-21T09:30"
READER = "x@example.com"
LATER = Temporary("451 come back later")


def writing(life: Life, count: int, *outcomes: Outcome, address: str = READER) -> Refusing:
    """Let messages wait for one reader, and the channel answer as told from now on."""
    mail = life.channels["email"]
    assert isinstance(mail, Refusing)
    life.clock.set(life.moment(MORNING))
    write_to(life, address, count)
    mail._script = iter(outcomes)
    return mail


def moments(life: Life, mail: Refusing, minutes: int, address: str = READER) -> list[int]:
    """The minutes at which messages to a reader left, of so many that are lived through one by one."""
    left, before = list[int](), len(sent_to(mail, address))
    for minute in range(minutes):
        life.wake()
        left += [minute] * (len(sent_to(mail, address)) - before - len(left))
        life.clock.set(life.clock.now() + timedelta(minutes=1))
    return left


def sent_to(mail: Refusing, address: str) -> list[object]:
    return [message for message in mail.sent if message.address == address]


def counted(life: Life, address: str = READER) -> int:
    with life.database.read() as connection:
        found: int = connection.execute(
            select(func.count()).select_from(sendings).where(sendings.c.address == address)
        ).scalar_one()
    return found


@pytest.mark.usefixtures("either_database")
def test_a_message_that_fails_for_a_while_is_tried_again_before_its_readers_budget_has_room_and_counts_once() -> None:
    life = living(city(budget=["1/day"])).go_to("2026-09-18T15:00")
    mail = writing(life, 1, LATER, LATER, LATER)
    (left,) = moments(life, mail, 60)
    assert 1 <= left <= 1 + 2 + 4 + 3
    assert counted(life) == 1


@pytest.mark.parametrize("fails", [Permanent("550 spam"), LATER, Stopped("535 wrong password")])
def test_what_did_not_leave_takes_nobodys_turn(fails: Outcome) -> None:
    life = living(city(budget=["1/hour"])).go_to("2026-09-18T15:00")
    mail = writing(life, 2, fails)
    first, *_ = moments(life, mail, 40)
    assert first < 15
    assert counted(life) == 1


def test_what_may_have_left_counts() -> None:
    life = living(city(budget=["1/hour"])).go_to("2026-09-18T15:00")
    mail = writing(life, 1, Unknown("the connection was lost"))
    (left,) = moments(life, mail, 130)
    assert left >= 60


def test_a_message_put_off_by_quiet_hours_uses_up_nothing() -> None:
    config = with_post(
        first_step(city(budget=["1/day"]), "email"), "reg-emergency", "duty", quiet=QuietHours(time(9), time(10))
    )
    address = str(regulator(config).email)
    life = living(config).go_to("2026-09-18T15:00")
    mail = writing(life, 1, address=address)
    assert moments(life, mail, 45, address) == [30]


@given(
    st.lists(st.tuples(st.sampled_from(["claim", "claim", "leaves", "fails", "wait"]), st.integers(0, 5)), max_size=80)
)
def test_no_span_of_time_holds_more_messages_than_the_budget_and_nobody_waits_without_need(
    steps: list[tuple[str, int]],
) -> None:
    budget = [Rate(2, timedelta(minutes=1)), Rate(3, timedelta(minutes=5))]
    now, left, under_way = datetime(2026, 9, 21, tzinfo=UTC), list[datetime](), list[int]()
    with outbox() as connection:
        for what, number in steps:
            if what == "claim":
                budgets = Budgets(connection, "email", {READER}, budget, now)
                waits = budgets.take(READER)
                full = [rate for rate in budget if within(left, now, rate) + len(under_way) >= rate.messages]
                assert (waits is not None) is bool(full)
                under_way += budgets.write()
            elif what == "wait":
                now += timedelta(seconds=10 * number)
                pacing.counts_at(connection, [(each, now) for each in under_way])  # as with the renewal of leases
            elif under_way:
                count = under_way.pop(number % len(under_way))
                if what == "leaves":
                    pacing.counts_at(connection, [(count, now)])
                    left.append(now)
                else:
                    pacing.give_back(connection, [count])
    assert all(earlier <= later for earlier, later in pairwise(left))
    for rate in budget:
        spans = zip(left, left[rate.messages :], strict=False)
        assert all(last - first >= rate.span for first, last in spans)


def within(left: list[datetime], now: datetime, rate: Rate) -> int:
    return sum(at > now - rate.span for at in left)


@contextmanager
def outbox() -> Iterator[Connection]:
    with closing(Database.in_memory()) as database, database.write() as connection:
        metadata.create_all(connection)
        yield connection
