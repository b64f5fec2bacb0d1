"""Messages that would carry more notices than mail servers take the keys of."""

from collections.abc import Iterator
from itertools import islice

import pytest

from config.loader import Config, load
from daemon.clock import SystemClock, VirtualClock
from daemon.store.enqueueing import MOST_NOTICES, Outgoing, enqueue
from notifiers.mail import compose_mail
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from obligations.policies import Speaking, SpeakingDays
from tests.daemon.cities import write_accidents
from tests.stories.telling import NEW_DATABASE, Life

pytestmark = pytest.mark.usefixtures("either_database")
SENDMAIL = 32_768
"""How long all headers of a mail may be (MaxHeadersLength)."""
FIRMS = 2 * MOST_NOTICES + 100


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Many firms that all had an accident, and one person who holds the post in each."""
    directory = tmp_path_factory.mktemp("firms")
    write_accidents(directory, 1, 1, FIRMS)
    config = load(directory)
    for each in config.organizations.values():
        holder = each.posts["safety_officer"]
        each.posts["safety_officer"] = holder._replace(name="李敏", email="li@example.com")  # type: ignore[index] # a dict
    return config


@pytest.fixture
def life(firms: Config) -> Life:
    mail = MemoryChannel("email", AddressKind.EMAIL)
    return Life(firms, VirtualClock(SystemClock().now()), NEW_DATABASE.get()(), {"email": mail})


def test_more_notices_than_servers_take_the_keys_of_go_in_further_messages_and_none_is_lost(life: Life) -> None:
    life.wake()
    sent = life.channels["email"].sent
    assert sorted(len(message.notices) for message in sent) == [100, MOST_NOTICES, MOST_NOTICES]
    assert len({key for message in sent for key in message.notices}) == FIRMS
    assert len({message.message_id for message in sent}) == len(sent)
    for message in sent:
        head, _, _ = compose_mail(message, "市安委办 <duban@example.gov.cn>").partition(b"\r\n\r\n")
        assert len(head) < SENDMAIL


def test_a_waiting_message_takes_in_as_many_notices_as_fit_and_others_wait_in_the_next(life: Life) -> None:
    life.wake()
    numbers = iter(range(1, FIRMS + 1))
    for count in (MOST_NOTICES - 100, 200, MOST_NOTICES):
        put_in(life, islice(numbers, count))
    query = "SELECT delivery_id, count(*) FROM delivery_notices JOIN deliveries ON delivery_id = deliveries.id WHERE "
    with life.database.read() as connection:
        found = connection.exec_driver_sql(f"{query} address = 'x@example.com' GROUP BY delivery_id ORDER BY 1").all()
    assert [number for _, number in found] == [MOST_NOTICES, MOST_NOTICES, 100]


def put_in(life: Life, notices: Iterator[int]) -> None:
    now, days = life.clock.now(), Speaking(SpeakingDays.ALL)
    with life.database.write() as connection:
        outgoing = [Outgoing("email", "x@example.com", "x", f"a/{row}", False, days, now, row) for row in notices]
        enqueue(connection, outgoing, "example.com", now)
