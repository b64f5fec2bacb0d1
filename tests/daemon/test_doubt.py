"""SMS of which nobody can find out whether they were taken: who is told again, and what is on record of the others."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.explaining import explain_task
from daemon.outcomes import AMBIGUOUS_ATTEMPTS, judge
from daemon.store.deliveries import StoredDelivery
from notifiers.channel import Message, Outcome, Temporary, Unknown
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from obligations.policies import Speaking, SpeakingDays, Stage
from obligations.selectors import Value
from obligations.states import DeliveryAction, DeliveryState
from tests.daemon.test_occasions import MOMENT
from tests.daemon.test_one_voice import AT, DUTY, city, first_step, living, rows
from tests.stories.telling import Life, life_from
from tests.stories.town import town

LOST = Unknown("no answer after sending", repeats=True)
GRAVE = [Stage.SUPERVISE, Stage.LETTER, Stage.SUMMON, Stage.LIST, Stage.REPORT]


def delivery(*, urgent: bool = False, attempts: int = 1, ambiguous: int = 0) -> StoredDelivery:
    days = Speaking(SpeakingDays.WORKING)
    return StoredDelivery(
        1, "sms", "13800000002", "李敏", "<1@x>", urgent, days, DeliveryState.SENDING, attempts, MOMENT, ambiguous
    )


@pytest.mark.parametrize(("stage", "urgent", "repeats"), [*product(Stage, (False, True), (False, True))])
def test_what_would_be_repeated_is_sent_again_only_where_it_is_urgent_or_grave(
    stage: Stage, urgent: bool, repeats: bool
) -> None:
    verdict = judge(replace(LOST, repeats=repeats), delivery(urgent=urgent), MOMENT, 0.5, stage)
    if repeats and not urgent and stage not in GRAVE:
        assert verdict.action is DeliveryAction.ACCEPT
        assert verdict.reason == "the gateway's answer was lost; not sent again (no answer after sending)"
        assert verdict.next_attempt_at is None
    else:
        assert verdict.action is DeliveryAction.BREAK_OFF
        assert verdict.next_attempt_at is not None
        assert verdict.next_attempt_at > MOMENT


@pytest.mark.parametrize("stage", GRAVE)
def test_what_is_grave_is_not_repeated_for_ever(stage: Stage) -> None:
    sent = delivery(attempts=AMBIGUOUS_ATTEMPTS, ambiguous=AMBIGUOUS_ATTEMPTS - 1)
    verdict = judge(LOST, sent, MOMENT + timedelta(hours=3), 0.5, stage)
    assert verdict.action is DeliveryAction.EXHAUST


@given(st.lists(st.sampled_from([LOST, Temporary("451 come back later")]), max_size=12))
def test_only_ambiguous_answers_count_towards_those_after_which_nothing_is_sent_again(answers: list[Outcome]) -> None:
    ambiguous = 0
    for attempts, answer in enumerate(answers, 1):
        verdict = judge(answer, delivery(attempts=attempts, ambiguous=ambiguous), MOMENT, 0.5, Stage.SUPERVISE)
        ambiguous += answer is LOST
        assert (verdict.action is DeliveryAction.EXHAUST) == (answer is LOST and ambiguous == AMBIGUOUS_ATTEMPTS)
        if verdict.action is DeliveryAction.EXHAUST:
            break


def lost(**step: Any) -> Life:
    """A life in which the first SMS, one of a reminder, may or may not have been taken."""
    sms = MemoryChannel("sms", AddressKind.MOBILE, script=[LOST])
    return living(first_step(city(), "sms", **step), sms=sms).go_to(AT).sleep_until("2026-09-18T15:30")


def test_a_doubtful_reminder_counts_as_sent_and_says_so_wherever_one_looks() -> None:
    life = lost()
    said = "the gateway's answer was lost; not sent again (no answer after sending)"
    first = life.channels["sms"].attempts[0]
    assert [each.address for each in life.channels["sms"].attempts].count(first.address) == 1
    assert rows(life, "SELECT state, reason, attempts FROM deliveries WHERE id = 1") == [("accepted", said, 1)]
    assert ("sent", said) in rows(life, "SELECT state, reason FROM notices")
    assert any(said in str(body) for (body,) in rows(life, "SELECT body FROM ledger WHERE kind = 'delivery'"))
    task = next(each.task for each in life.told() if each.obligation == DUTY)
    with life.database.read() as connection:
        lines = explain_task(life.engine.situation, connection, task, "en", life.clock.now())
    assert any(line.endswith(f"; {said}") for line in lines or ())


def test_an_urgent_one_is_sent_again() -> None:
    life = lost(urgent=True)
    first = life.channels["sms"].attempts[0]
    assert [each.address for each in life.channels["sms"].attempts].count(first.address) == 2
    assert rows(life, "SELECT state, attempts FROM deliveries WHERE id = 1") == [("accepted", 2)]


# --- the task changes while a message is under way, or in doubt

MEETING = f"{DUTY}/ent/acc-1"
LATER: Mapping[str, Value] = {"occurred_at": date(2026, 9, 20)}
NOBODY_DEAD: Mapping[str, Value] = {"deaths": 0}


class Interrupted(MemoryChannel):
    """A channel on which something else happens while the first message is under way."""

    meanwhile: Callable[[], object] | None = None

    async def send(self, message: Message) -> Outcome:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return await super().send(message)


def with_accident(channel: MemoryChannel) -> Life:
    life = life_from(town(DUTY), "2026-09-18T08:00").go_to("2026-09-18T14:00")
    life = Life(life.config, life.clock, life.database, {**life.channels, "email": channel})
    fields: dict[str, Value] = {"occurred_at": date(2026, 9, 18), "deaths": 1, "liability": True}
    return life.record(lambda recorder: recorder.add_event("acc-1", "accident", "ent", fields))


def amend(life: Life, fields: Mapping[str, Value]) -> Life:
    return life.record(lambda recorder: recorder.amend_event("acc-1", fields))


def told_by_mail(channel: MemoryChannel) -> list[tuple[str, ...]]:
    """What the post of one reader was told, message by message."""
    to_him = [each for each in channel.attempts if each.address == "chu@example.com"]
    return [tuple(key.split("/")[3] for key in each.notices) for each in to_him]


@pytest.mark.parametrize(("fields", "told"), [(LATER, "moved-1"), (NOBODY_DEAD, "withdrawn-0")])
def test_who_is_just_being_told_when_the_task_changes_is_told_of_the_change(
    fields: Mapping[str, Value], told: str
) -> None:
    channel = Interrupted("email", AddressKind.EMAIL)
    life = with_accident(channel)
    channel.meanwhile = lambda: amend(life, fields)
    life.wake()
    life.go_to("2026-09-18T18:00")
    assert told_by_mail(channel) == [("start",), (told,)]


@pytest.mark.parametrize(("fields", "told"), [(LATER, "moved-1"), (NOBODY_DEAD, "withdrawn-0")])
def test_who_may_have_been_told_before_the_task_changed_is_told_of_the_change_and_nothing_twice(
    fields: Mapping[str, Value], told: str
) -> None:
    channel = MemoryChannel("email", AddressKind.EMAIL, [Unknown("lost"), Unknown("lost")])
    life = with_accident(channel)
    life.wake()
    amend(life, fields).go_to("2026-09-18T18:00")
    assert told_by_mail(channel) == [("start",), (told,)]


def test_who_may_have_been_told_before_the_task_went_and_came_back_in_one_night_is_told_nothing_twice() -> None:
    channel = MemoryChannel("email", AddressKind.EMAIL, [Unknown("lost"), Unknown("lost")])
    life = with_accident(channel)
    life.clock.set(life.moment("2026-09-18T17:29"))
    life.wake()
    life.clock.set(life.moment("2026-09-18T17:40"))
    amend(amend(life, NOBODY_DEAD), {"deaths": 1}).go_to("2026-09-19T12:00")
    assert told_by_mail(channel) == [("start",)]
