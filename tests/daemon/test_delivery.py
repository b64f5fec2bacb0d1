"""What the dispatcher makes of a channel's answers."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.loader import Config, load
from daemon.channels import open_channels
from daemon.clock import SystemClock, VirtualClock
from daemon.masking import masked
from notifiers.channel import Outcome, Permanent, Rate, Sent, Temporary, Unknown
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from obligations.selectors import Value
from tests.daemon.cities import write_accidents
from tests.stories.telling import NEW_DATABASE, Life, life_from, sample_city

pytestmark = pytest.mark.usefixtures("either_database")
JOINT_MEETING = "reg-15a/ent-binhai-chem/acc-2026-001"
AT = "2026-09-18T14:20"


def accident_city() -> Config:
    """The sample city, with no other duty than the joint meeting."""
    config = sample_city()
    return replace(config, obligations={"reg-15a": config.obligations["reg-15a"]})


def life_with(script: Sequence[Outcome], sms: Sequence[Outcome] = ()) -> Life:
    """The minute of the accident, with a mail channel that answers as the script says."""
    life = life_from(accident_city(), AT)
    life = Life(life.config, life.clock, life.database, with_mail(script, sms))
    life.go_to(AT)
    return life


def with_mail(script: Sequence[Outcome], sms: Sequence[Outcome] = ()) -> dict[str, MemoryChannel]:
    return {
        "email": MemoryChannel("email", AddressKind.EMAIL, script),
        "sms": MemoryChannel("sms", AddressKind.MOBILE, sms),
    }


def rows(life: Life, sql: str) -> list[tuple[object, ...]]:
    with life.database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def email_states(life: Life) -> set[object]:
    return {state for (state,) in rows(life, "SELECT DISTINCT state FROM deliveries WHERE channel = 'email'")}


def test_a_temporary_failure_is_tried_again_later_with_the_same_message_id() -> None:
    life = life_with([Temporary("451 try later")] * 6)
    assert email_states(life) == {"pending"}
    first = {message.message_id for message in life.channels["email"].attempts}
    life.go_to("2026-09-18T17:00")
    assert email_states(life) == {"accepted"}
    assert {message.message_id for message in life.channels["email"].sent} == first


def test_the_wait_between_attempts_grows_but_stays_within_an_hour() -> None:
    life = life_with([Temporary("451 try later")] * 10_000)
    life.go_to("2026-09-18T17:29")
    ((attempts, wait),) = rows(
        life, "SELECT max(attempts), max(next_attempt_at) FROM deliveries WHERE channel = 'email'"
    )
    assert isinstance(attempts, int)
    assert 4 <= attempts <= 60
    assert isinstance(wait, int)
    assert wait <= life.clock.now().timestamp() * 1e6 + timedelta(hours=1) / timedelta(microseconds=1)


def test_a_channel_that_names_a_time_is_left_alone_until_then() -> None:
    life = life_with([Temporary("429 slow down", retry_after=timedelta(hours=2))] * 4)
    ((earliest,),) = rows(life, "SELECT min(next_attempt_at) FROM deliveries WHERE channel = 'email'")
    assert isinstance(earliest, int)
    assert earliest >= (life.clock.now() + timedelta(hours=2)).timestamp() * 1e6


def test_a_message_refused_for_good_is_not_tried_again() -> None:
    life = life_with([Permanent("550 no such user")] * 40)
    tried = len(life.channels["email"].attempts)
    life.go_to("2026-09-18T23:00")
    assert email_states(life) == {"failed"}
    assert len(life.channels["email"].attempts) == tried


def test_a_notice_that_one_channel_refuses_is_sent_if_another_took_it() -> None:
    life = life_with([Permanent("550 no such user")] * 40)
    states = rows(life, "SELECT DISTINCT state FROM notices WHERE step = 'start'")
    assert states == [("sent",)]


def test_a_notice_that_every_channel_refuses_is_on_record_as_having_reached_nobody() -> None:
    life = life_with([Permanent("550 no such user")] * 400, [Permanent("blacklisted")] * 400)
    found = rows(life, "SELECT DISTINCT state, reason FROM notices WHERE step = 'start'")
    assert {state for state, _ in found} == {"undeliverable"}
    assert {re.split(r" \(|:", str(reason))[0] for _, reason in found} == {
        "every channel refused it for good",
        "a stand-in is told",
    }


def test_a_message_that_may_have_arrived_is_sent_again_under_the_same_message_id_and_not_for_ever() -> None:
    life = life_with([Unknown("connection lost after DATA")] * 10_000)
    assert email_states(life) == {"unknown"}
    life.go_to("2026-09-19T12:00")
    assert email_states(life) == {"dead"}
    attempts = life.channels["email"].attempts
    assert len({message.message_id for message in attempts}) * 5 == len(attempts)


def test_messages_that_were_deferred_often_are_sent_again_after_a_few_ambiguous_answers() -> None:
    deferred, ambiguous = 40, 4
    script = [Temporary("451 greylisted")] * deferred + [Unknown("connection lost after DATA")] * ambiguous
    life = life_with(script)
    life.go_to("2026-09-19T12:00")
    assert email_states(life) == {"accepted"}
    query = "SELECT sum(ambiguous), sum(attempts), count(*) FROM deliveries WHERE channel = 'email'"
    [(counted, attempts, messages)] = rows(life, query)
    assert (counted, attempts) == (ambiguous, deferred + ambiguous + int(str(messages)))


def test_a_server_that_is_down_for_days_makes_the_message_dead_in_the_end() -> None:
    life = life_with([Temporary("connection refused")] * 100_000)
    life.go_to("2026-09-21T12:00")
    assert email_states(life) >= {"pending"}  # not yet: three days have not passed
    life.go_to("2026-09-23T12:00")
    assert "dead" in email_states(life)


def test_a_message_that_was_old_when_the_daemon_came_back_is_still_tried_often_before_it_is_given_up() -> None:
    life = life_with([Temporary("connection refused")] * 100_000)
    life.sleep_until("2026-09-28T09:00").go_to("2026-09-28T10:00")
    (oldest,) = rows(life, "SELECT state, attempts FROM deliveries WHERE channel = 'email' ORDER BY id LIMIT 1")
    assert oldest[0] == ("dead" if oldest[1] == 10 else "pending")  # chance spreads the attempts over hours, mostly
    life.go_to("2026-09-29T12:00")
    (oldest,) = rows(life, "SELECT state, attempts FROM deliveries WHERE channel = 'email' ORDER BY id LIMIT 1")
    assert oldest == ("dead", 10)


def test_what_is_not_urgent_waits_for_the_morning_when_the_server_comes_back_at_night() -> None:
    life = life_with([])
    life.go_to("2026-09-21T08:00")
    again = Life(life.config, life.clock, life.database, with_mail([Temporary("down")] * 100_000))
    again.go_to("2026-09-22T18:00")
    Life(life.config, life.clock, life.database, with_mail([])).go_to("2026-09-23T12:00")
    quiet = [each for each in life.told() if each.step == "-3wd"]
    assert {f"{each.at:%m-%d %H}" for each in quiet} == {"09-23 01"}  # 09:00 in Shanghai


def test_a_channel_that_breaks_its_promise_and_raises_loses_nothing() -> None:
    class Broken(MemoryChannel):
        async def send(self, message: object) -> Outcome:  # noqa: ARG002 - the protocol's
            raise RuntimeError("a bug")

    life = life_from(accident_city(), AT)
    channels = {"email": Broken("email", AddressKind.EMAIL), "sms": MemoryChannel("sms", AddressKind.MOBILE)}
    life = Life(life.config, life.clock, life.database, channels)
    asyncio.run(life.engine.wake())
    assert email_states(life) == {"pending"}


def test_the_ledger_says_who_was_told_what_by_which_channel_and_why() -> None:
    life = life_with([Sent("queued as 42")] * 4)
    bodies = [str(body) for (body,) in rows(life, f"SELECT body FROM ledger WHERE about = '{JOINT_MEETING}'")]  # noqa: S608
    assert any('"result":"accept"' in body and "reg-emergency.duty" in body for body in bodies)
    assert any('"reason":"its moment came"' in body for body in bodies)


@pytest.mark.parametrize(
    ("address", "shown"),
    [("13812345678", "138****5678"), ("wang@example.com", "w***@example.com"), ("12345", "****")],
    ids=["a mobile", "an e-mail address", "a short number"],
)
def test_logs_show_addresses_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_while_a_server_is_down_what_comes_due_joins_the_message_that_waits() -> None:
    life = life_with([Temporary("down")] * 100_000)
    life.go_to("2026-09-18T17:00")
    waiting = rows(life, "SELECT count(*) FROM deliveries WHERE channel = 'email'")
    life.record(lambda recorder: recorder.add_event("acc-2", "accident", "ent-binhai-chem", SECOND)).go_to(
        "2026-09-18T17:10"
    )
    assert rows(life, "SELECT count(*) FROM deliveries WHERE channel = 'email'") == waiting
    assert rows(life, "SELECT count(*) FROM delivery_notices JOIN deliveries ON id = delivery_id "
                      "WHERE channel = 'email'") == [(4,)]  # fmt: skip


SECOND: dict[str, Value] = {"occurred_at": date(2026, 9, 18), "deaths": 1, "liability": True}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Eighty people have something to report at once."""
    directory = tmp_path_factory.mktemp("crowd")
    write_accidents(directory, 1, 1, 80)
    settings_file = directory / "duban.yaml"
    text = settings_file.read_text(encoding="utf-8")
    settings_file.write_text(text.replace("connections: 2", "connections: 2, rate: 100/minute"), encoding="utf-8")
    return load(directory)


@given(st.integers(1, 4), st.lists(st.integers(1, 40), min_size=1, max_size=20))
@settings(max_examples=12)
def test_a_channel_is_never_given_more_than_it_bears_in_any_span_of_time(
    crowd: Config, messages: int, pauses: list[int]
) -> None:
    """The span moves along: it does not begin at the full minute."""
    rate, clock = Rate(messages, timedelta(minutes=1)), VirtualClock(SystemClock().now())
    beginning = clock.now()
    mail = MemoryChannel("email", AddressKind.EMAIL, connections=3, rate=rate)
    sent_at: list[datetime] = []
    with closing(NEW_DATABASE.get()()) as database:
        life = Life(crowd, clock, database, {"email": mail})
        for pause in pauses:
            life.wake()
            sent_at += [clock.now()] * (len(mail.sent) - len(sent_at))
            clock.set(clock.now() + timedelta(seconds=pause))
    assert all(sum(at - rate.span < other <= at for other in sent_at) <= messages for at in sent_at)
    assert len(sent_at) >= messages * (1 + (clock.now() - beginning) // timedelta(seconds=100))


def test_the_rate_in_duban_yaml_is_that_of_the_channel(crowd: Config) -> None:
    assert {each.rate for each in open_channels(crowd).values()} == {Rate(100, timedelta(minutes=1))}


def test_what_a_channel_does_not_bear_now_goes_later_and_nothing_is_lost() -> None:
    life = life_from(accident_city(), AT)
    mail = MemoryChannel("email", AddressKind.EMAIL, rate=Rate(1, timedelta(minutes=10)))
    life = Life(life.config, life.clock, life.database, {**with_mail(()), "email": mail})
    counts = []
    for _ in range(3):
        life.wake()
        counts.append(len(mail.sent))
        life.clock.set(life.clock.now() + timedelta(minutes=10))
    assert counts == [1, 2, 2]
    assert len(life.diary(JOINT_MEETING)) == 2
