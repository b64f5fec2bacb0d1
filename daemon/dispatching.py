"""Dispatch: what waits in the outbox is claimed, checked once more, sent and recorded. Only the dispatcher retries."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain, repeat
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from daemon.clock import Clock
from daemon.composing import Composer, Letter
from daemon.outcomes import Attempt, Verdict, judge, put_off, write_outcomes
from daemon.situation import Situation
from daemon.steadiness import Reading, Steadiness
from daemon.store import deliveries, pacing
from daemon.store.database import Database
from daemon.store.deliveries import StoredDelivery
from daemon.ticking import LOOK_AGAIN
from notifiers.channel import Channel, Message, Outcome, Temporary
from obligations.decisions import Reason
from obligations.states import DeliveryAction

LEASE = timedelta(seconds=20)
"""How long a worker may hold a delivery without a word; whoever still sends it then has renewed the lease."""
RENEWAL = timedelta(seconds=5)
"""How often leases are renewed."""
PAUSES = (1, 1, 2, 4, 8, 15)
"""Seconds to wait before what was claimed is read or written down once more, while the database cannot do it; the last
one again and again."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


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
        self._taken: dict[str, set[int]] = {name: set() for name in channels}
        """The rows of the deliveries of each channel that were claimed, and of which nothing is written down yet."""
        self._random = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.stopping = False
        self.steadiness = Steadiness()
        """Whether the clock can be believed; while it is in doubt, nothing more leaves."""

    def adopt(self, situation: Situation) -> None:
        """Go on under another config."""
        self._situation = situation
        self._composer = Composer(situation)

    async def dispatch(self) -> int:
        """Send everything that is due now; gives how many messages were attempted."""
        return sum(await asyncio.gather(*(self.drain(channel) for channel in self._channels.values())))

    async def drain(self, channel: Channel) -> int:
        """Send everything that is due now on one channel; gives how many messages were attempted.

        As many are under way as the channel has connections. What became of a message is written down before another is
        taken in its place, together with what else has ended by then: so no more is sent again after a crash than was
        under way, and a fast server costs few commits.
        """
        attempted, under_way = 0, set[asyncio.Task[Attempt]]()
        try:
            while True:
                batch = await self._insist(partial(self._claim, channel, channel.connections - len(under_way)))
                letters = await self._insist(partial(self._compose, channel, batch)) if batch else []
                under_way |= {
                    asyncio.create_task(self._attempt(channel, delivery, letter))
                    for delivery, letter in zip(batch, letters, strict=True)
                }
                attempted += len(batch)
                if not under_way:
                    return attempted
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.sleep(0)  # others that have their answer end too
                ended = [task for task in under_way if task.done()]
                under_way.difference_update(ended)
                await self._insist(partial(self._write_down, [task.result() for task in ended]))
        except BaseException:
            self._taken[channel.name].clear()  # their leases end, and they are taken again
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            raise

    def _claim(self, channel: Channel, free: int) -> list[StoredDelivery]:
        """Take no more than can leave at once, so that each is checked as it leaves, and than the channel bears."""
        now, rate = self._clock.now(), channel.rate
        if self.stopping or self.steadiness.doubts(Reading(now, self._clock.running())):
            return []
        taken = self._taken[channel.name]
        if rate is None:
            with self._database.claim() as connection:
                batch = deliveries.claim(connection, channel.name, now, now + LEASE, self._owner, free, taken)
        else:
            with self._database.write() as connection:  # node after node, so that no two use up the same rest
                rest = rate.messages - pacing.taken(connection, channel.name, rate.span, now)
                if rest <= 0:
                    return []
                most = min(free, rest)
                batch = deliveries.claim(connection, channel.name, now, now + LEASE, self._owner, most, taken)
                if batch:
                    pacing.take(connection, channel.name, len(batch), rate.span, now)
        taken.update(delivery.row for delivery in batch)
        return batch

    def _compose(self, channel: Channel, batch: Sequence[StoredDelivery]) -> list[Letter]:
        with self._database.read() as connection:
            return self._composer.compose(connection, batch, channel.address, self._clock.now())

    async def _insist(self, work: Callable[[], T]) -> T:
        """Read or write something of the outbox, however long the database is locked, full or away.

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
        rows = set().union(*self._taken.values())
        if rows:
            with self._database.claim() as connection:
                deliveries.renew(connection, rows, self._owner, self._clock.now() + LEASE)

    async def _attempt(self, channel: Channel, delivery: StoredDelivery, letter: Letter) -> Attempt:
        """Send one message, if it may leave and says anything."""
        now = self._clock.now()
        speaking = self._situation.speaking(delivery.days)
        if not delivery.urgent and not speaking.allows(now):
            return Attempt(delivery, letter, put_off("waits for office hours", speaking.next_from(now)), now)
        if letter.waits:
            return Attempt(delivery, letter, put_off("waits for the config of its duty", now + LOOK_AGAIN), now)
        if letter.fault is None and letter.message is None:
            return Attempt(delivery, letter, Verdict(DeliveryAction.CANCEL, Reason.NO_LONGER_OPEN.value), now)
        outcome = await _send(channel, letter.message) if letter.message is not None else Temporary(letter.fault or "")
        now = self._clock.now()
        return Attempt(delivery, letter, judge(outcome, delivery, now, self._random.random()), now)

    def _write_down(self, attempts: Sequence[Attempt]) -> None:
        """Write down what became of attempts, in one transaction."""
        with self._database.write() as connection:
            held = [each for each in attempts if self._finish(connection, each)]
            write_outcomes(connection, [each for each in held if each.verdict.counts])
        for each in attempts:
            self._taken[each.delivery.channel].discard(each.delivery.row)
        for each in held:
            if each.verdict.action in {DeliveryAction.REFUSE, DeliveryAction.EXHAUST}:
                delivery = each.delivery
                logger.error("%s to %s: %s", delivery.channel, masked(delivery.address), each.verdict.reason)

    def _finish(self, connection: Connection, attempt: Attempt) -> bool:
        verdict = attempt.verdict
        held = deliveries.finish(
            connection, attempt.delivery, self._owner, verdict.action, verdict.reason,
            next_attempt_at=verdict.next_attempt_at, reference=verdict.reference, counts=verdict.counts,
            sent_at=attempt.at if verdict.action is DeliveryAction.ACCEPT else None,
        )  # fmt: skip
        if not held:
            logger.warning("lost the lease on delivery %d; another worker has it", attempt.delivery.row)
        return held


async def _send(channel: Channel, message: Message) -> Outcome:
    try:
        return await channel.send(message)
    except Exception as error:
        logger.exception("channel %s failed in a way it should not", channel.name)
        return Temporary(f"internal error in channel {channel.name}: {error}")


def masked(address: str) -> str:
    """An address as logs may show it: 138****5678, w***@example.com."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 8 else "****"
