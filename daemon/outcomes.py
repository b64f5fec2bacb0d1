"""Outcomes: what a channel's answer means for a delivery, for the notices in it and for the ledger."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from daemon.bouncing import mark_addresses
from daemon.composing import Letter
from daemon.outbox import send_otherwise, write_notices
from daemon.situation import Situation
from daemon.store import deliveries, ledger, notices
from daemon.store.awaited import await_receipts
from daemon.store.deliveries import Ending, StoredDelivery
from daemon.store.ledger import Entry
from daemon.store.notices import StoredNotice
from notifiers.channel import Outcome, Permanent, Sent, Stopped, Temporary, Unknown
from notifiers.one_line import one_line
from obligations.decisions import Reason
from obligations.policies import Stage
from obligations.states import DeliveryAction, NoticeAction, NoticeState

GIVE_UP_AFTER = timedelta(days=3)
"""The age at which a delivery that keeps failing is dead."""
LEAST_ATTEMPTS = 10
"""How often it must have failed by then: after an outage its age says little."""
AMBIGUOUS_ATTEMPTS = 5
"""How often a message is sent again when it may already have arrived."""
REPEATED_FROM = Stage.SUPERVISE
"""From which stage on a reader is rather told twice than perhaps not at all."""
HALT = timedelta(minutes=10)
"""How long nothing is sent on a channel whose other side takes nothing from us."""
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=1)


class Verdict(NamedTuple):
    """What an attempt's outcome means for the delivery.

    Args:
        receipt: by which name its receipt will speak of the message.
        counts: whether it was an attempt to send; one that was put off before that is none.
        bad_address: nothing will ever reach its address.
    """

    action: DeliveryAction
    reason: str
    next_attempt_at: datetime | None = None
    reference: str = ""
    receipt: str = ""
    counts: bool = True
    bad_address: bool = False


class Attempt(NamedTuple):
    """What became of a delivery that was taken from the outbox, at an instant (UTC).

    Args:
        fault: of ours, that keeps what follows from it from being written down.
    """

    delivery: StoredDelivery
    letter: Letter
    verdict: Verdict
    at: datetime
    fault: str | None = None

    def spoilt_by(self, fault: str) -> "Attempt":
        """The same, of which no more is written down than what became of it; nothing of what the other side wrote."""
        verdict = self.verdict._replace(reason=one_line(self.verdict.reason), reference="", receipt="")
        return self._replace(verdict=verdict, fault=fault)

    @property
    def may_have_left(self) -> bool:
        """Whether its reader may have got it."""
        return self.verdict.action in {DeliveryAction.ACCEPT, DeliveryAction.BREAK_OFF, DeliveryAction.EXHAUST}

    @property
    def ending(self) -> Ending:
        """What it makes of the delivery."""
        verdict = self.verdict
        return Ending(
            self.delivery, verdict.action, verdict.reason, next_attempt_at=verdict.next_attempt_at,
            sent_at=self.at if verdict.action is DeliveryAction.ACCEPT else None, reference=verdict.reference,
            counts=verdict.counts,
        )  # fmt: skip


def judge(
    outcome: Outcome, delivery: StoredDelivery, now: datetime, jitter: float, gravest: Stage = Stage.REMIND
) -> Verdict:
    """Turn a channel's answer into a transition.

    What may have arrived already, and would only be repeated, is sent again where it is urgent or as grave as 督办;
    else it counts as sent, and says that this is doubtful.

    Args:
        jitter: a random number from 0 to 1: full jitter spreads retries, so that a relay that recovers is not stormed.
        gravest: the gravest stage that the message speaks of.
    """
    match outcome:
        case Sent(reference, receipt):
            reference, receipt = one_line(reference), one_line(receipt or reference)  # as the other side wrote them
            return Verdict(DeliveryAction.ACCEPT, Reason.ACCEPTED.value, reference=reference, receipt=receipt)
        case Permanent(reason, bad_address):
            return Verdict(DeliveryAction.REFUSE, reason, bad_address=bad_address)
        case Stopped(reason):
            return judge(Temporary(reason, HALT), delivery, now, jitter)
        case Unknown(reason, repeats=True) if not delivery.urgent and gravest.gravity < REPEATED_FROM.gravity:
            return Verdict(DeliveryAction.ACCEPT, f"{Reason.DOUBTFUL.value} ({reason})")
        case Unknown(reason) if delivery.ambiguous + 1 < AMBIGUOUS_ATTEMPTS:
            return Verdict(DeliveryAction.BREAK_OFF, reason, now + _delay(delivery.attempts, jitter))
        case Temporary(reason, retry_after) if (
            now - delivery.created_at < GIVE_UP_AFTER or delivery.attempts < LEAST_ATTEMPTS
        ):
            wait = max(_delay(delivery.attempts, jitter), retry_after or timedelta(0))
            return Verdict(DeliveryAction.POSTPONE, reason, now + wait)
        case _:
            return Verdict(DeliveryAction.EXHAUST, f"given up after {delivery.attempts} attempts: {outcome.reason}")


def put_off(reason: str, until: datetime) -> Verdict:
    """It was not tried, and waits until an instant (UTC)."""
    return Verdict(DeliveryAction.POSTPONE, reason, until, counts=False)


def _delay(attempts: int, jitter: float) -> timedelta:
    doublings: int = 2 ** min(attempts - 1, 10)
    ceiling = min(LONGEST_DELAY, FIRST_DELAY * doublings)
    return max(timedelta(seconds=1), ceiling * jitter)


def write_outcomes(connection: Connection, situation: Situation, attempts: Sequence[Attempt]) -> None:
    """Write down what attempts mean for their notices and for the ledger, in the caller's transaction.

    A notice that no channel of its own can deliver goes another way, or to a stand-in; where a fault of ours is in the
    way of that, it is given up.
    """
    if not attempts:
        return
    sound = [each for each in attempts if each.fault is None]
    deliveries.mark_carried(
        connection,
        [
            (each.delivery.row, notice.row)
            for each in attempts
            if each.verdict.action is DeliveryAction.ACCEPT
            for notice in each.letter.carried
        ],
    )
    await_receipts(connection, list(_awaited(situation, sound)), max(each.at for each in attempts))
    notices.move_all(connection, [move for each in attempts for move in _moves(each)])
    mark_addresses(connection, [(each.delivery, each.verdict.reason) for each in sound if each.verdict.bad_address],
                   max(each.at for each in attempts))  # fmt: skip
    for each in attempts:
        _go_on(connection, situation, each)
    entries = [_entry(each, key) for each in attempts for key in each.letter.keys]
    ledger.append(connection, max(each.at for each in attempts), entries)


def _awaited(situation: Situation, attempts: Sequence[Attempt]) -> Iterator[tuple[str, str, str, int]]:
    """What was accepted and gets a receipt, which will name it as its provider does."""
    for each in attempts:
        delivery = each.delivery
        if each.verdict.action is DeliveryAction.ACCEPT and delivery.channel in situation.receipted:
            yield delivery.channel, each.verdict.receipt, delivery.address, delivery.row


def _moves(attempt: Attempt) -> Iterator[tuple[StoredNotice, NoticeAction, str]]:
    """What the attempt means for each notice in the message."""
    verdict = attempt.verdict
    for notice in attempt.letter.dropped:
        yield notice, NoticeAction.SUPERSEDE, Reason.NO_LONGER_OPEN.value
    for notice in attempt.letter.carried if verdict.action is DeliveryAction.ACCEPT else ():
        if notice.state is NoticeState.PENDING:
            yield notice, NoticeAction.SEND, verdict.reason


def _go_on(connection: Connection, situation: Situation, attempt: Attempt) -> None:
    """Let the notices of a message that failed for good go on, unless another message that carries them may arrive."""
    verdict = attempt.verdict
    if verdict.action is DeliveryAction.ACCEPT or verdict.next_attempt_at is not None:
        return
    lost = [
        notice
        for notice in notices.by_rows(connection, [each.row for each in attempt.letter.carried])  # as they are by now
        if notice.state is NoticeState.PENDING and not notices.has_hope(connection, notice.row)
    ]
    if attempt.fault is not None:
        why = f"{Reason.FAULT.value}: {attempt.fault}"
        notices.move_all(connection, [(notice, NoticeAction.GIVE_UP, why) for notice in lost])
        return
    instead = send_otherwise(connection, situation, [(each, verdict.reason) for each in lost], attempt.at)
    write_notices(connection, situation, instead, attempt.at)


def _entry(attempt: Attempt, key: str) -> Entry:
    task, _, _ = key.rpartition("/")[0].rpartition("/")
    delivery, verdict = attempt.delivery, attempt.verdict
    body = {
        "notice": key,
        "channel": delivery.channel,
        "address": delivery.address,
        "name": delivery.name,
        "message_id": delivery.message_id,
        "attempt": delivery.attempts,
        "result": verdict.action.value,
        "reason": verdict.reason,
    }
    return Entry("delivery", task, body)
