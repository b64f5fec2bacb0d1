"""Which waiting messages take further notices in: only those that certainly have not left.

Whoever got the first drops a repetition, with all that was put in since.
"""

from datetime import timedelta

import pytest

from daemon.store import deliveries
from daemon.store.deliveries import Ending, StoredDelivery
from daemon.store.enqueueing import Outgoing, enqueue
from obligations.policies import Speaking, SpeakingDays
from obligations.states import DeliveryAction
from tests.daemon.test_one_voice import AT, city, living, rows
from tests.stories.telling import Life

pytestmark = pytest.mark.usefixtures("either_database")
ADDRESS = "x@example.com"


@pytest.fixture
def life() -> Life:
    return living(city()).go_to(AT)


def put(life: Life, notice: int) -> None:
    """Tell one reader of a notice."""
    now = life.clock.now()
    with life.database.write() as connection:
        days = Speaking(SpeakingDays.WORKING)
        enqueue(connection, [Outgoing("email", ADDRESS, "x", f"a/{now}", False, days, now, notice)], "example.com", now)


def attempt(life: Life, *actions: DeliveryAction | None, node: str = "a") -> None:
    """Let the reader's message end as told, attempt after attempt; None: its worker dies."""
    for action in actions:
        life.clock.set(life.clock.now() + timedelta(minutes=1))
        now = life.clock.now()
        with life.database.write() as connection:
            (claimed,) = (
                each
                for each in deliveries.claim(connection, "email", now, now + timedelta(seconds=20), node, 100)
                if each.address == ADDRESS
            )
            if action is not None:
                deliveries.finish(connection, [Ending(claimed, action, "so it ended", now + timedelta(seconds=30))])


def the_message(life: Life) -> StoredDelivery:
    [(row,)] = rows(life, f"SELECT id FROM deliveries WHERE address = '{ADDRESS}'")  # noqa: S608 - a constant
    with life.database.read() as connection:
        found = deliveries.find(connection, int(str(row)))
    assert found is not None
    return found


def messages(life: Life) -> int:
    return len(rows(life, f"SELECT id FROM deliveries WHERE address = '{ADDRESS}'"))  # noqa: S608 - a constant


def test_what_waits_for_its_first_attempt_or_was_certainly_not_sent_takes_others_in(life: Life) -> None:
    put(life, 1)
    attempt(life, DeliveryAction.POSTPONE, DeliveryAction.POSTPONE)
    put(life, 2)
    assert messages(life) == 1


@pytest.mark.parametrize(
    "ends",
    [
        [DeliveryAction.BREAK_OFF],
        [DeliveryAction.BREAK_OFF, DeliveryAction.POSTPONE],
        [DeliveryAction.BREAK_OFF, DeliveryAction.POSTPONE, DeliveryAction.POSTPONE],
        [None, DeliveryAction.POSTPONE],
    ],
)
def test_what_may_have_left_takes_nothing_in_however_its_last_attempt_ended(
    life: Life, ends: list[DeliveryAction | None]
) -> None:
    put(life, 1)
    attempt(life, *ends)
    put(life, 2)
    assert messages(life) == 2


def test_what_a_dead_daemon_was_sending_takes_nothing_in(life: Life) -> None:
    put(life, 1)
    attempt(life, None)
    with life.database.write() as connection:
        deliveries.release_orphans(connection, life.clock.now())
    attempt(life, DeliveryAction.POSTPONE)
    put(life, 2)
    assert messages(life) == 2


def test_an_attempt_of_which_nobody_knows_how_it_ended_is_counted_until_the_message_is_sent_anew(life: Life) -> None:
    put(life, 1)
    attempt(life, DeliveryAction.POSTPONE, DeliveryAction.BREAK_OFF, DeliveryAction.POSTPONE)
    assert the_message(life).ambiguous == 1
    attempt(life, None)
    attempt(life, DeliveryAction.EXHAUST, node="b")
    assert the_message(life).ambiguous == 2
    dead = the_message(life)
    with life.database.write() as connection:
        deliveries.resend(connection, dead, ADDRESS, "once more", life.clock.now())
    assert the_message(life).ambiguous == 0
