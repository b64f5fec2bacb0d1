"""Dispatch: what waits in the outbox is claimed, checked once more, sent and recorded. Only the dispatcher retries."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, repeat
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from daemon.clock import Clock
from daemon.composing import Composer, Letter
from daemon.situation import Situation
from daemon.store import deliveries, ledger, notices, pacing
from daemon.store.database import Database
from daemon.store.deliveries import StoredDelivery
from daemon.store.ledger import Entry
from daemon.store.notices import StoredNotice
from daemon.ticking import LOOK_AGAIN
from notifiers.channel import Channel, Message, Outcome, Permanent, Sent, Temporary, Unknown
from obligations.decisions import Reason
from obligations.states import DeliveryAction, NoticeAction, NoticeState

LEASE = timedelta(seconds=20)
"""How long a worker may hold a delivery without a word; whoever still sends it then has renewed the lease."""
RENEWAL = timedelta(seconds=5)
"""How often leases are renewed."""
PAUSES = (1, 1, 2, 4, 8, 15)
"""Seconds to wait before what was claimed is read or written down once more, while the database cannot do it; the last
one again and again."""
GIVE_UP_AFTER = timedelta(days=3)
"""The age at which a delivery that keeps failing is dead."""
LEAST_ATTEMPTS = 10
"""How often it must have failed by then: after an outage its age says little."""
AMBIGUOUS_ATTEMPTS = 5
"""How often a message is sent again when it may already have arrived."""
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=1)

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt's outcome means for the delivery."""

    action: DeliveryAction
    reason: str
    next_attempt_at: datetime | None = None
    reference: str = ""


def judge(outcome: Outcome, delivery: StoredDelivery, now: datetime, jitter: float) -> Verdict:
    """Turn a channel's answer into a transition.

    Args:
        jitter: a random number from 0 to 1: full jitter spreads retries, so that a relay that recovers is not stormed.
    """
    match outcome:
        case Sent(reference):
            return Verdict(DeliveryAction.ACCEPT, Reason.ACCEPTED.value, reference=reference)
        case Permanent(reason):
            return Verdict(DeliveryAction.REFUSE, reason)
        case Unknown(reason) if delivery.attempts < AMBIGUOUS_ATTEMPTS:
            return Verdict(DeliveryAction.BREAK_OFF, reason, now + _delay(delivery.attempts, jitter))
        case Temporary(reason, retry_after) if (
            now - delivery.created_at < GIVE_UP_AFTER or delivery.attempts < LEAST_ATTEMPTS
        ):
            wait = max(_delay(delivery.attempts, jitter), retry_after or timedelta(0))
            return Verdict(DeliveryAction.POSTPONE, reason, now + wait)
        case _:
            return Verdict(DeliveryAction.EXHAUST, f"given up after {delivery.attempts} attempts: {outcome.reason}")


def _delay(attempts: int, jitter: float) -> timedelta:
    doublings: int = 2 ** min(attempts - 1, 10)
    ceiling = min(LONGEST_DELAY, FIRST_DELAY * doublings)
    return max(timedelta(seconds=1), ceiling * jitter)


class Dispatcher:
    """Sends what is due on every channel, each channel by itself, so that a slow one delays no other."""

    def __init__(
        self, database: Database, situation: Situation, channels: Mapping[str, Channel], clock: Clock, owner: str
    ) -> None:
        self._database = database
        self._situation = situation
        self._channels = channels
        self._clock = clock
        self._owner = owner
        self._composer = Composer(situation)
        self._in_flight: set[int] = set()
        """The rows of the deliveries that are being sent at this moment."""
        self._random = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.stopping = False
        self.holding = False
        """Whether the clock is in doubt; then nothing more leaves."""

    def adopt(self, situation: Situation) -> None:
        """Go on under another config."""
        self._situation = situation
        self._composer = Composer(situation)

    async def dispatch(self) -> int:
        """Send everything that is due now; gives how many messages were attempted."""
        return sum(await asyncio.gather(*(self.drain(channel) for channel in self._channels.values())))

    async def drain(self, channel: Channel) -> int:
        """Send everything that is due now on one channel; gives how many messages were attempted."""
        attempted = 0
        while not self.stopping and not self.holding:
            now = self._clock.now()
            batch = self._claim(channel, now)
            if not batch:
                break
            letters = await self._insist(partial(self._compose, channel, batch, now))
            await asyncio.gather(*map(partial(self._deliver, channel), batch, letters))
            attempted += len(batch)
        return attempted

    def _claim(self, channel: Channel, now: datetime) -> list[StoredDelivery]:
        """Take no more than can leave at once, so that each is checked as it leaves, and than the channel bears."""
        rate, most = channel.rate, channel.connections
        if rate is None:
            with self._database.claim() as connection:
                return deliveries.claim(connection, channel.name, now, now + LEASE, self._owner, most)
        with self._database.write() as connection:  # node after node, so that no two use up the same rest
            most = min(most, rate.messages - pacing.taken(connection, channel.name, rate.span, now))
            if most <= 0:
                return []
            batch = deliveries.claim(connection, channel.name, now, now + LEASE, self._owner, most)
            if batch:
                pacing.take(connection, channel.name, len(batch), rate.span, now)
            return batch

    def _compose(self, channel: Channel, batch: Sequence[StoredDelivery], now: datetime) -> list[Letter]:
        with self._database.read() as connection:
            return self._composer.compose(connection, batch, channel.address, now)

    async def _insist(self, work: Callable[[], T]) -> T:
        """Read or write something of what was claimed, however long the database is locked, full or away.

        What became of a message must be written down: otherwise it is sent again. Meanwhile its channel sends nothing.
        """
        pauses = chain(PAUSES, repeat(PAUSES[-1]))
        while True:
            try:
                return work()
            except (OperationalError, InterfaceError) as error:
                if self.stopping:
                    raise
                pause = next(pauses)
                logger.warning("the database cannot be used, tried again in %d s: %s", pause, error.orig)
            await asyncio.sleep(pause)

    def renew_leases(self) -> None:
        """Hold on to what is being sent; may be called from another thread."""
        rows = set(self._in_flight)
        if rows:
            with self._database.claim() as connection:
                deliveries.renew(connection, rows, self._owner, self._clock.now() + LEASE)

    async def _deliver(self, channel: Channel, delivery: StoredDelivery, letter: Letter) -> None:
        self._in_flight.add(delivery.row)
        try:
            await self._attempt(channel, delivery, letter)
        finally:
            self._in_flight.discard(delivery.row)

    async def _attempt(self, channel: Channel, delivery: StoredDelivery, letter: Letter) -> None:
        now = self._clock.now()
        speaking = self._situation.speaking(delivery.days)
        if not delivery.urgent and not speaking.allows(now):
            await self._postpone(delivery, "waits for office hours", speaking.next_from(now))
        elif letter.waits:
            await self._postpone(delivery, "waits for the config that its duty stands in", now + LOOK_AGAIN)
        elif letter.fault is not None:
            verdict = judge(Temporary(letter.fault), delivery, now, self._random.random())
            await self._record(delivery, letter, verdict, now)
        elif letter.message is None:
            await self._record(delivery, letter, Verdict(DeliveryAction.CANCEL, Reason.NO_LONGER_OPEN.value), now)
        else:
            outcome = await _send(channel, letter.message)
            now = self._clock.now()
            await self._record(delivery, letter, judge(outcome, delivery, now, self._random.random()), now)

    async def _postpone(self, delivery: StoredDelivery, reason: str, until: datetime) -> None:
        def put_off() -> None:
            with self._database.claim() as connection:
                deliveries.finish(
                    connection, delivery, self._owner, DeliveryAction.POSTPONE, reason,
                    next_attempt_at=until, counts=False,
                )  # fmt: skip

        await self._insist(put_off)

    async def _record(self, delivery: StoredDelivery, letter: Letter, verdict: Verdict, now: datetime) -> None:
        await self._insist(partial(self._write_down, delivery, letter, verdict, now))

    def _write_down(self, delivery: StoredDelivery, letter: Letter, verdict: Verdict, now: datetime) -> None:
        """Write down what became of an attempt, in one transaction."""
        with self._database.write() as connection:
            held = deliveries.finish(
                connection, delivery, self._owner, verdict.action, verdict.reason,
                next_attempt_at=verdict.next_attempt_at, reference=verdict.reference,
                sent_at=now if verdict.action is DeliveryAction.ACCEPT else None,
            )  # fmt: skip
            if not held:
                logger.warning("lost the lease on delivery %d; another worker has it", delivery.row)
                return
            if verdict.action is DeliveryAction.ACCEPT:
                deliveries.mark_carried(connection, delivery, [notice.row for notice in letter.carried])
            for notice in letter.dropped:
                notices.move(connection, notice, NoticeAction.SUPERSEDE, Reason.NO_LONGER_OPEN.value)
            for notice in letter.carried:
                _settle(connection, notice, verdict)
            ledger.append(connection, now, [_entry(delivery, key, verdict) for key in letter.keys])
        if verdict.action in {DeliveryAction.REFUSE, DeliveryAction.EXHAUST}:
            logger.error("%s to %s: %s", delivery.channel, masked(delivery.address), verdict.reason)


async def _send(channel: Channel, message: Message) -> Outcome:
    try:
        return await channel.send(message)
    except Exception as error:
        logger.exception("channel %s failed in a way it should not", channel.name)
        return Temporary(f"internal error in channel {channel.name}: {error}")


def _settle(connection: Connection, notice: StoredNotice, verdict: Verdict) -> None:
    """What the attempt means for one notice in the message."""
    if notice.state is not NoticeState.PENDING:
        return
    if verdict.action is DeliveryAction.ACCEPT:
        notices.move(connection, notice, NoticeAction.SEND, Reason.ACCEPTED.value)
    elif verdict.next_attempt_at is None and not notices.has_hope(connection, notice.row):
        notices.move(connection, notice, NoticeAction.GIVE_UP, f"{Reason.NO_CHANNEL_LEFT.value}: {verdict.reason}")
        logger.error("notice to %s (%s) reached nobody: %s", notice.holder, notice.step, verdict.reason)


def _entry(delivery: StoredDelivery, key: str, verdict: Verdict) -> Entry:
    task, _, _ = key.rpartition("/")[0].rpartition("/")
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


def masked(address: str) -> str:
    """An address as logs may show it: 138****5678, w***@example.com."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 8 else "****"
