"""Dispatch: what waits in the outbox is claimed, checked once more, sent and recorded. Only the dispatcher retries."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, repeat
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from daemon.clock import Clock
from daemon.composing import Composer, Draft, Letter
from daemon.keeping_back import kept_back
from daemon.masking import masked
from daemon.outcomes import HALT, Attempt, judge, put_off, write_outcomes
from daemon.situation import Situation
from daemon.steadiness import Reading, Steadiness
from daemon.store import deliveries, pacing
from daemon.store.bulk import batched
from daemon.store.database import Database, why_unusable
from daemon.store.deliveries import StoredDelivery
from daemon.store.errors import is_away, is_damaged
from daemon.store.pacing import Budgets
from notifiers.channel import Channel, Message, Outcome, Stopped, Temporary
from obligations.states import DeliveryAction

MOST_FAULTS = 50
"""How many faults are kept for the administrator."""
LEASE = timedelta(seconds=20)
"""How long a worker may hold a delivery without a word; whoever still sends it then has renewed the lease."""
RENEWAL = timedelta(seconds=5)
"""How often leases are renewed."""
FRESH = 1.0
"""Seconds for which what was looked at holds: after that, tasks are looked at once more before their message leaves."""
IN_ONE_GO = 8
"""How many messages are put into words before what is under way goes on."""
PAUSES = (1, 1, 2, 4, 8, 15)
"""Seconds to wait before what was claimed is read or written down once more, while the database cannot do it; the last
one again and again."""

OVER_BUDGET = "its reader had as many messages lately as he may get"
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
        self._over: dict[int, datetime] = {}
        """Of these, those to people who had as much as they may get, and from when on they may get more."""
        self._counted: dict[int, int] = {}
        """Of these, those that count towards a person's budget, and the numbers of their counts."""
        self.faults: deque[str] = deque(maxlen=MOST_FAULTS)
        """What a fault of ours kept from being written down as it should be."""
        self.halts: dict[str, Halt] = {}
        """The channels whose other side takes nothing from us at present."""
        self._random = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.stopping = False
        self.steadiness = Steadiness()
        """Whether the clock can be believed; while it is in doubt, nothing more leaves."""

    def adopt(self, situation: Situation) -> None:
        """Go on under another config."""
        self._composer = Composer(situation)  # this may fail, and then all stays as it was
        self._situation = situation

    async def dispatch(self) -> int:
        """Send everything that is due now; gives how many messages were attempted."""
        return sum(await asyncio.gather(*(self.drain(channel) for channel in self._channels.values())))

    async def drain(self, channel: Channel) -> int:
        """Send everything that is due now on one channel; gives how many messages were attempted.

        As many are under way as the channel has connections. What became of a message is written down before another
        leaves in its place: so no more is sent again after a crash than was under way. Meanwhile as many again are
        claimed and put into words, so that no connection waits for that.
        """
        attempted, ended, under_way = 0, list[Attempt](), set[asyncio.Task[Attempt]]()
        ready = deque[Prepared]()
        try:
            while True:
                if ready and not self._may_send(channel):
                    ended += [self._given_back(each) for each in ready]
                    ready.clear()
                wanted = _wanted(channel, len(under_way), len(ready))
                batch = await self._insist(partial(self._exchange, channel, ended, wanted))
                attempted += await self._start(channel, ready, under_way)
                for some in batched(await self._insist(partial(self._look, batch)), IN_ONE_GO):
                    ready.extend(self._written(channel, draft) for draft in some)
                    attempted += await self._start(channel, ready, under_way)
                    await asyncio.sleep(0)  # what is under way goes on meanwhile
                if not under_way:
                    return attempted
                ended = await _some(under_way)
        except BaseException:
            for row in self._taken[channel.name]:
                self._counted.pop(row, None)
            self._taken[channel.name].clear()  # their leases end, and they are taken again
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            raise

    async def _start(self, channel: Channel, ready: deque["Prepared"], under_way: set[asyncio.Task[Attempt]]) -> int:
        """Let as many leave as there are free connections; gives how many. What is stale is looked at anew."""
        leaving = [ready.popleft() for _ in range(min(len(ready), channel.connections - len(under_way)))]
        if leaving and asyncio.get_running_loop().time() - leaving[0].at > FRESH:
            drafts = await self._insist(partial(self._look_again, channel, [each.delivery for each in leaving]))
            leaving = [self._written(channel, draft) for draft in drafts]
        under_way |= {asyncio.create_task(self._attempt(channel, each.delivery, each.letter)) for each in leaving}
        return len(leaving)

    def _may_send(self, channel: Channel) -> bool:
        """Whether anything may leave now: not while the daemon stops, its clock is in doubt, or the channel stands."""
        reading, halt = self._reading(), self.halts.get(channel.name)
        stands = halt is not None and reading.wall < halt.until
        return not (stands or self.stopping or self.steadiness.doubts(reading))

    def _reading(self) -> Reading:
        return Reading(self._clock.now(), self._clock.running())

    def _now(self) -> datetime:
        """The present moment: never one that is in doubt, since it is written down."""
        return self.steadiness.believed(self._reading())

    def _note_halt(self, channel: Channel, outcome: Outcome, now: datetime) -> None:
        """A channel stands once its other side takes nothing from us, until one message has been answered otherwise."""
        if isinstance(outcome, Stopped):
            self.halts[channel.name] = Halt(now + HALT, outcome.reason)
        else:
            self.halts.pop(channel.name, None)

    def _given_back(self, prepared: "Prepared") -> Attempt:
        """It waits as before it was claimed, and not from now: this may be the moment of a wrong clock."""
        since = prepared.delivery.created_at
        return Attempt(prepared.delivery, prepared.letter, put_off("waits for the daemon", since), since)

    def _exchange(self, channel: Channel, ended: Sequence[Attempt], free: int) -> list[StoredDelivery]:
        """Write down what has ended, and claim what may leave in its place, in one transaction.

        If a fault of ours, or damage, is in the way of that, each is written down by itself: the others would be sent
        again.
        """
        taken = self._taken[channel.name]
        ended = [each for each in ended if each.delivery.row in taken]  # the others were, before it could not be used
        try:
            return self._exchanged(channel, ended, free)
        except Exception as error:
            if is_away(error) or not ended:
                raise
            fault = str(error).partition("\n")[0]
            logger.warning("what became of %d messages is written down one by one: %s", len(ended), fault)
        damage = [each for attempt in ended if (each := self._write_alone(channel, attempt)) is not None]
        if damage:
            raise damage[0]
        return self._exchanged(channel, (), free)

    def _write_alone(self, channel: Channel, attempt: Attempt) -> Exception | None:
        """Write down what became of one message; if all that it means cannot be, then no more than its state.

        Gives the damage that is in the way; then it is still to be written down.
        """
        try:
            self._exchanged(channel, [attempt], 0)
        except Exception as error:
            if is_away(error):
                raise
            if is_damaged(error):
                return error
            row, fault = attempt.delivery.row, f"{type(error).__name__}: {error}".partition("\n")[0]
            logger.exception("what became of delivery %d cannot be written down whole", row)
            self.faults.append(f"delivery {row}: {fault}")
            self._exchanged(channel, [attempt.spoilt_by(fault)], 0)
        return None

    def _exchanged(self, channel: Channel, ended: Sequence[Attempt], free: int) -> list[StoredDelivery]:
        if not ended and channel.rate is None and not self._situation.budget(channel.name):
            with self._database.claim() as connection:
                batch, counted = self._claim(connection, channel, free), dict[int, int]()
        else:
            with self._database.exchange() as connection:  # node after node, so that no two use up the rest of a rate
                lost = self._write_down(connection, ended)
                self._settle(connection, channel, ended)
                if (halt := self.halts.get(channel.name)) is not None:
                    deliveries.put_off(connection, channel.name, halt.until)
                batch = self._claim(connection, channel, free)
                counted = self._count(connection, channel, batch)
            self._report(ended, lost)
        taken = self._taken[channel.name]
        for attempt in ended:
            taken.discard(attempt.delivery.row)
            self._counted.pop(attempt.delivery.row, None)
        taken.update(delivery.row for delivery in batch)
        self._counted |= counted
        return batch

    def _settle(self, connection: Connection, channel: Channel, ended: Sequence[Attempt]) -> None:
        """Let what left count from the moment at which it did, and the rest not: attempts do not count."""
        counted = [(each, self._counted[each.delivery.row]) for each in ended if each.delivery.row in self._counted]
        stayed = [(each, number) for each, number in counted if not each.may_have_left]
        pacing.counts_at(connection, [(number, each.at) for each, number in counted if each.may_have_left])
        if stayed:
            pacing.give_back(connection, [number for _, number in stayed])
            addresses, now = {each.delivery.address for each, _ in stayed}, self._now()
            deliveries.wake(connection, channel.name, addresses, OVER_BUDGET, now)
            self._over |= dict.fromkeys(self._over.keys() & self._taken[channel.name], now)  # there may be room again

    def _claim(self, connection: Connection, channel: Channel, free: int) -> list[StoredDelivery]:
        """Take no more than there is room for, and than the channel bears."""
        now, rate = self._now(), channel.rate
        if not self._may_send(channel):
            return []
        if channel.name in self.halts:  # it may be well again: one message finds out
            free = min(free, 1 - len(self._taken[channel.name]))
        if rate is not None:
            free = min(free, rate.messages - pacing.taken(connection, channel.name, rate.span, now))
        if free <= 0:
            return []
        taken = self._taken[channel.name]
        batch = deliveries.claim(connection, channel.name, now, now + LEASE, self._owner, free, taken)
        if batch and rate is not None:
            pacing.take(connection, channel.name, len(batch), rate.span, now)
        return batch

    def _count(self, connection: Connection, channel: Channel, batch: Sequence[StoredDelivery]) -> dict[int, int]:
        """Note which of some deliveries have to wait, because their readers had as much as they may get; gives the rows
        of the others, with the numbers of their counts."""
        budget = self._situation.budget(channel.name)
        if not batch or not budget:
            return {}
        budgets = Budgets(connection, channel.name, {each.address for each in batch}, budget, self._now())
        going = list[int]()
        for each in batch:
            until = budgets.take(each.address, anyway=each.urgent)
            if until is None:
                self._over.pop(each.row, None)
                going.append(each.row)
            else:
                self._over[each.row] = until
        return dict(zip(going, budgets.write(), strict=True))

    def _look(self, batch: Sequence[StoredDelivery]) -> list[Draft]:
        """Look at the tasks of what was claimed once more."""
        if not batch:
            return []
        with self._database.read() as connection:
            return self._composer.look(connection, batch, self._now())

    def _look_again(self, channel: Channel, ready: Sequence[StoredDelivery]) -> list[Draft]:
        """Look once more at what is still ours; what another worker took over while this one stood still is its own."""
        rows = {each.row for each in ready}
        with self._database.claim() as connection:
            held = deliveries.still_held(connection, rows, self._owner)
            deliveries.renew(connection, held, self._owner, self._now() + LEASE)
            if counts := [self._counted[row] for row in rows - held if row in self._counted]:
                pacing.give_back(connection, counts)
        for row in rows - held:
            self._taken[channel.name].discard(row)
            self._counted.pop(row, None)
            self._over.pop(row, None)
        return self._look([each for each in ready if each.row in held])

    def _written(self, channel: Channel, draft: Draft) -> "Prepared":
        at = asyncio.get_running_loop().time()
        return Prepared(draft.delivery, self._composer.write(draft, channel.address, self._now()), at)

    async def _insist(self, work: Callable[[], T]) -> T:
        """Read or write something of the outbox, however long the database is locked, full, read-only, away or damaged.

        What became of a message must be written down: otherwise it is sent again. Meanwhile its channel sends nothing.
        """
        pauses = chain(PAUSES, repeat(PAUSES[-1]))
        while True:
            try:
                return await self._done(work)
            except SQLAlchemyError as error:
                if self.stopping or not (is_away(error) or is_damaged(error)):
                    raise
                pause, why = next(pauses), why_unusable(error) or error
                logger.warning("the database cannot be used, tried again in %d s: %s", pause, why)
            await asyncio.sleep(pause)

    async def _done(self, work: Callable[[], T]) -> T:
        """SQLite answers at once; while PostgreSQL is waited for, what is under way goes on."""
        if not self._database.is_shared:
            return work()
        working = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            await asyncio.wait([working])  # what it claims is to be let go of
            raise

    def renew_leases(self) -> None:
        """Hold on to what is being sent; may be called from another thread."""
        rows, counted = set().union(*self._taken.values()), list(self._counted.values())
        if rows:
            now = self._now()
            with self._database.claim() as connection:
                deliveries.renew(connection, rows, self._owner, now + LEASE)
                pacing.counts_at(connection, [(number, now) for number in counted])

    async def _attempt(self, channel: Channel, delivery: StoredDelivery, letter: Letter) -> Attempt:
        """Send one message, if it may leave and says anything."""
        now, over = self._now(), self._over.pop(delivery.row, None)
        situation = self._situation
        stays = put_off(OVER_BUDGET, over) if over else kept_back(situation, channel.name, delivery, letter, now)
        if stays is not None:
            return Attempt(delivery, letter, stays, now)
        outcome = await _send(channel, letter.message) if letter.message is not None else Temporary(letter.fault or "")
        now = self._now()
        if letter.message is not None:
            self._note_halt(channel, outcome, now)
        verdict = judge(outcome, delivery, now, self._random.random(), letter.gravest)
        return Attempt(delivery, letter, verdict, now)

    def _write_down(self, connection: Connection, attempts: Sequence[Attempt]) -> set[int]:
        """Write down what became of attempts; gives the rows of those whose lease was lost to another worker."""
        rows = {each.delivery.row for each in attempts}
        held = deliveries.still_held(connection, rows, self._owner)
        ours = [each for each in attempts if each.delivery.row in held]
        deliveries.finish(connection, [each.ending for each in ours])
        write_outcomes(connection, self._situation, [each for each in ours if each.verdict.counts])
        return rows - held

    def _report(self, attempts: Sequence[Attempt], lost: Collection[int]) -> None:
        for each in attempts:
            delivery = each.delivery
            if delivery.row in lost:
                logger.warning("lost the lease on delivery %d; another worker has it", delivery.row)
            elif each.verdict.action in {DeliveryAction.REFUSE, DeliveryAction.EXHAUST}:
                logger.error("%s to %s: %s", delivery.channel, masked(delivery.address), each.verdict.reason)


@dataclass(frozen=True, slots=True)
class Halt:
    """Why nothing is sent on a channel, until an instant (UTC)."""

    until: datetime
    reason: str


class Prepared(NamedTuple):
    """A claimed delivery and its message, as things were at a moment (seconds of the event loop's clock)."""

    delivery: StoredDelivery
    letter: Letter
    at: float


def _wanted(channel: Channel, under_way: int, ready: int) -> int:
    """How many messages to claim: as many may be ready as there are connections, none where there is a rate, which is
    kept as they leave. Not before half of these will have left, since a claim costs much the same for one as for many.
    """
    most = channel.connections if channel.rate is None else 0
    free = channel.connections - under_way
    left = max(0, ready - free)
    return free + most - ready if 2 * left <= most else 0


async def _some(under_way: set[asyncio.Task[Attempt]]) -> list[Attempt]:
    """Wait until some have ended, and take them out; those that end while the outbox is at work come together, and so
    do those whose answers are here already: one turn of the loop after the other, as long as each brings more."""
    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    ended, before = set[asyncio.Task[Attempt]](), -1
    while before < len(ended) < len(under_way):
        before = len(ended)
        await asyncio.sleep(0)
        ended = {task for task in under_way if task.done()}
    under_way -= ended
    return [task.result() for task in ended]


async def _send(channel: Channel, message: Message) -> Outcome:
    try:
        return await channel.send(message)
    except Exception as error:
        logger.exception("channel %s failed in a way it should not", channel.name)
        return Temporary(f"internal error in channel {channel.name}: {error}")
