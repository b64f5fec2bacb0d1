"""SMS of which nobody can find out whether they were taken: who is told again, and what is on record of the others."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.explaining import explain_task
from daemon.outcomes import AMBIGUOUS_ATTEMPTS, judge
from daemon.store.deliveries import StoredDelivery
from notifiers.channel import Outcome, Temporary, Unknown
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from obligations.policies import Speaking, SpeakingDays, Stage
from obligations.states import DeliveryAction, DeliveryState
from tests.daemon.test_occasions import MOMENT
from tests.daemon.test_one_voice import AT, DUTY, city, first_step, living, rows
from tests.stories.telling import Life

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
