"""The service: APScheduler wakes the engine, channels send by themselves, signals end it in good order.

APScheduler knows the wall clock only: where that is put back it sleeps until the old time comes again, and where it
leaps ahead an interval is counted through one by one. So it is given single moments, no intervals; and a heartbeat on
the running clock, which nobody can set, gives it the present one every few seconds.
"""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import TypeVar

from aiohttp.web import AppRunner
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError

from config.kept_rosters import KeptRosters
from config.loader import Config
from daemon.alarms import (
    Alarm,
    AlarmBell,
    broken_config,
    channel_stopped,
    damaged,
    faulty,
    no_backup,
    no_receipts,
    replaced,
    standing_alarms,
    undecided,
)
from daemon.channels import open_channels
from daemon.clock import Clock
from daemon.clock_set import look_anew, set_back_since_last_run
from daemon.database_file import DatabaseFile, sole_user
from daemon.dispatching import RENEWAL
from daemon.engine import Engine
from daemon.ledger_heads import DailyHeads
from daemon.memory import settle
from daemon.nightly import NightlyBackups
from daemon.pulling import PULL_EVERY, puller_of
from daemon.receipts import endpoint_of
from daemon.reloading import ConfigWatch
from daemon.service_manager import tell_systemd
from daemon.situation import Situation
from daemon.steadiness import Reading
from daemon.store import deliveries, ledger
from daemon.store.database import Database
from daemon.store.errors import DatabaseError, is_away, is_damaged
from daemon.store.ledger import Entry
from notifiers.channel import Channel

HEARTBEAT = timedelta(seconds=5)
"""The time between two wake-ups: what was recorded by command is seen by then, and wall clocks jump."""
BREATH = timedelta(seconds=1)
"""The least time between two wake-ups."""
HAND_OUT = timedelta(minutes=10)
"""The time in which an edit reaches every node; one that has it not by then is told to the administrator."""
SENDING_STARTS = timedelta(milliseconds=500)
"""How often the senders look, while very many tasks are being decided."""
LOOK_FOR_BACKUP = timedelta(minutes=1)
"""How often is looked whether a backup is due."""
OVERTAKEN = "the tasks follow other files, read since by another node or a command; give all of them the same files"
DRAIN = 25
"""Seconds that a stopping daemon gives the messages that are on their way."""

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Service:
    """The daemon on one database."""

    def __init__(self, config: Config, database: Database, clock: Clock, kept: KeptRosters | None = None) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._channels = open_channels(config, clock)
        self._node = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
        """Names this node in leases; unlike every other, in containers too."""
        self._engine = Engine(config, database, self._channels, clock, owner=self._node)
        self._watch = ConfigWatch(config, kept)
        self._leapt = timedelta(0)
        """By how much the clock was set since that was last written down."""
        self._bell = AlarmBell(database, self._channels)
        self._heads = DailyHeads(database, config.directory)
        self._nightly = NightlyBackups(config, database)
        self._puller = puller_of(config, self._channels, database, lambda: self._engine.situation, clock.now)
        self._fault: str | None = None
        """Why nothing could be decided at the last wake-up, where a fault of ours is in its way."""
        self._damage_told_until = datetime.min.replace(tzinfo=UTC)
        """Until when nothing more is told of damage to the database, which cannot keep it itself."""
        self._ringing: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._file = DatabaseFile(database)
        self._replaced: DatabaseError | None = None
        """Why the daemon must end: the file that it opened is no longer where it was."""
        self._stopping = asyncio.Event()
        self._ended = threading.Event()
        self._work = {name: asyncio.Event() for name in self._engine.channels}

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT.

        Raises:
            DatabaseError: the file of the database was removed or replaced meanwhile.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._look_now)
        self._begin()
        for work in (self._renew_leases, self._back_up):
            threading.Thread(target=work, name=work.__name__, daemon=True).start()
        senders = [asyncio.create_task(self._send(channel)) for channel in self._engine.channels.values()]
        self._scheduler.start()
        listening = await self._listen()
        heart = asyncio.create_task(self._beat())
        pulling = asyncio.create_task(self._pull_receipts())
        tell_systemd("READY=1")
        logger.info("running on %s with channels %s", self._config.directory, ", ".join(self._channels))
        await self._stopping.wait()
        heart.cancel()
        pulling.cancel()
        if listening is not None:
            await listening.cleanup()
        await self._end(senders)
        self._ended.set()
        if self._replaced is not None:
            raise self._replaced

    async def _listen(self) -> AppRunner | None:
        """Listen for receipts, where duban.yaml says so."""
        settings = self._config.settings.receipts
        endpoint = endpoint_of(self._config, self._database, lambda: self._engine.situation, self._clock.now)
        if endpoint is None or settings is None:
            return None
        host, _, port = settings.listen.rpartition(":")
        try:
            runner = await endpoint.listen(host.strip("[]"), int(port))
        except OSError as error:  # what is to be sent goes out all the same
            logger.error("receipts cannot be taken on %s: %s", settings.listen, error.strerror)  # noqa: TRY400 - told whole
            return None
        logger.info("listening for receipts on %s", settings.listen)
        return runner

    async def _beat(self) -> None:
        while True:
            self._wake_at(self._clock.now())
            await asyncio.sleep(HEARTBEAT.total_seconds())

    async def _pull_receipts(self) -> None:
        while self._puller.channels:
            if not self._doubts_the_clock():
                await self._puller.pull()
            await asyncio.sleep(PULL_EVERY.total_seconds())

    def _wake_at(self, moment: datetime) -> None:
        """Have the scheduler wake us at a moment, in place of any that was set before."""
        self._scheduler.add_job(
            self.wake, "date", run_date=moment, id="wake", replace_existing=True, misfire_grace_time=None
        )

    def _look_now(self) -> None:
        """SIGHUP: the edited files are ready."""
        self._watch.look_now()
        self._wake_at(self._clock.now())

    def _begin(self) -> None:
        now = self._clock.now()
        with self._database.write() as connection:
            put_back = set_back_since_last_run(connection, now)
            if put_back is not None:
                logger.warning("the clock was put back by %s since the last run", -put_back)
                look_anew(connection, now, put_back)
            orphans = 0 if self._database.is_shared else deliveries.release_orphans(connection, now)
            body = {"node": self._node, "config": self._config.version,
                    "calendar": self._config.calendar.version, "orphans": orphans}  # fmt: skip
            ledger.append(connection, now, [Entry("daemon started", "daemon", body)])
        if orphans:
            logger.warning("messages on their way when the daemon last stopped, sent again now: %d", orphans)

    async def _end(self, senders: list[asyncio.Task[None]]) -> None:
        tell_systemd("STOPPING=1")
        self._scheduler.shutdown(wait=False)
        self._engine.dispatcher.stopping = True
        for work in self._work.values():
            work.set()
        _, late = await asyncio.wait(senders, timeout=DRAIN)
        for sender in late:
            sender.cancel()
        await asyncio.gather(*(channel.close() for channel in self._channels.values()), return_exceptions=True)
        try:
            if self._replaced is None:
                self._say_goodbye(len(late))
        except SQLAlchemyError as error:
            logger.error("the ledger does not say that the daemon stopped: %s", error)  # noqa: TRY400 - told whole
        logger.info("stopped")

    def _say_goodbye(self, late: int) -> None:
        now = self._clock.now()
        with self._database.write() as connection:
            body = {"node": self._node, "cut off": late}
            ledger.append(connection, now, [Entry("daemon stopped", "daemon", body)])
            self._heads.write(connection, now, self._engine.situation.local(now).date(), last=True)

    async def wake(self) -> None:
        """Decide what is due, set the senders to work, and ask to be woken at the next moment."""
        try:
            await self._wake()
        except asyncio.CancelledError:
            if not self._stopping.is_set():  # the scheduler cuts off what runs when it ends, and calls that an error
                raise

    async def _wake(self) -> None:
        now = self._clock.now()
        if not self._is_steady(now):
            return
        try:
            if self._file.is_replaced():
                await self._give_up(now)
                return
            following = await self._decide(now)
        except Exception as error:
            if is_away(error) or isinstance(error, OSError):
                logger.error("nothing could be decided, will try again in %s: %s", HEARTBEAT, error)  # noqa: TRY400 - told whole
                return
            following = None
            if is_damaged(error):
                logger.error("nothing could be decided, will try again in %s: %s", HEARTBEAT, self._database.damage)  # noqa: TRY400 - told whole
            else:  # a fault of ours: told below
                logger.exception("nothing could be decided, will try again in %s", HEARTBEAT)
                self._fault = f"{type(error).__name__}: {error}".partition("\n")[0]
        else:
            self._fault = None
        finally:  # what is written already goes out, whatever became of the rest
            self._set_to_work()
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.create_task(self._ring(now))
        if following is not None and following - self._clock.now() < HEARTBEAT and not self._stopping.is_set():
            self._wake_at(max(following, self._clock.now() + BREATH))  # by then this wake-up has ended

    async def _decide(self, now: datetime) -> datetime:
        """Take edited files over and decide what is due; gives the next moment at which something is."""
        self._note_leap(now)
        follow = await self._while_sending(asyncio.to_thread(self._watch.refresh, self._engine))
        decided = await self._while_sending(asyncio.to_thread(self._engine.decide, now, follow=follow))
        following = await asyncio.to_thread(self._engine.next_wake, now)
        await asyncio.to_thread(self._note_head, now)
        if decided:
            logger.info("tasks decided: %d", decided)
        return following

    async def _give_up(self, now: datetime) -> None:
        """Tell the administrator, and stop; whoever starts the daemon again gives it the file that is there then."""
        if self._replaced is not None:
            return
        said = f"{self._database.path} was removed or replaced while the daemon ran; stop it before you do so"
        self._replaced = DatabaseError(said)
        logger.error("%s", said)
        situation = self._engine.situation
        try:
            await self._bell.ring(situation, [replaced(situation, str(self._database.path), now)], now)
        except (SQLAlchemyError, OSError) as error:
            logger.error("the administrator could not be told: %s", error)  # noqa: TRY400 - told whole
        self._stopping.set()

    def _set_to_work(self) -> None:
        for work in self._work.values():
            work.set()
        tell_systemd("WATCHDOG=1")

    async def _while_sending(self, work: Coroutine[None, None, T]) -> T:
        """Wait for what may take long, to read great files or to decide; what is written already goes out meanwhile."""
        task = asyncio.create_task(work)
        while not (await asyncio.wait({task}, timeout=SENDING_STARTS.total_seconds()))[0]:
            self._set_to_work()
        return task.result()

    def _is_steady(self, now: datetime) -> bool:
        """Whether the clock can be believed; while it cannot, nothing is decided and nothing is sent."""
        jump = self._engine.dispatcher.steadiness.look(Reading(now, self._clock.running()))
        if jump is None:
            logger.warning("the clock jumped to %s; nothing is sent until it shows that once more", now)
            tell_systemd("WATCHDOG=1")
        elif jump:
            logger.warning("the clock was set by %s, and is believed now", jump)
            self._leapt += jump
        return jump is not None

    def _doubts_the_clock(self) -> bool:
        return self._engine.dispatcher.steadiness.doubts(Reading(self._clock.now(), self._clock.running()))

    def _note_leap(self, now: datetime) -> None:
        """What was to be tried at moments of the old clock is looked at anew."""
        if self._leapt:
            with self._database.write() as connection:
                look_anew(connection, now, self._leapt)
            self._leapt = timedelta(0)

    def _note_head(self, now: datetime) -> None:
        with self._database.read() as connection:
            self._heads.write(connection, now, self._engine.situation.local(now).date())

    async def _ring(self, now: datetime) -> None:
        """Tell the administrator what is wrong; beside the wake-ups, since a mail server may be slow."""
        situation, damage = self._engine.situation, self._database.damage
        if damage is not None and now >= self._damage_told_until:
            _, quiet_for = await self._bell.tell(situation, damaged(situation, damage), now)
            self._damage_told_until = now + quiet_for
        try:
            alarms = await asyncio.to_thread(lambda: list(self._alarms(situation, now)))
            await self._bell.ring(situation, alarms, now)
        except (SQLAlchemyError, OSError) as error:
            logger.error("the administrator could not be told: %s", error)  # noqa: TRY400 - told whole

    def _alarms(self, situation: Situation, now: datetime) -> Iterator[Alarm]:
        with self._database.read() as connection:
            yield from standing_alarms(connection, situation, now)
        overtaken_at = self._engine.turn.overtaken_at
        if overtaken_at is not None and now - overtaken_at > HAND_OUT:
            yield broken_config(situation, [f"{self._config.directory}: {OVERTAKEN}"])
        if self._watch.faults:
            yield broken_config(situation, [str(fault) for fault in self._watch.faults])
        if self._engine.undecided:
            yield undecided(situation, dict(self._engine.undecided))
        if faults := [*filter(None, [self._fault]), *self._engine.dispatcher.faults]:
            yield faulty(situation, faults)
        for channel, halt in dict(self._engine.dispatcher.halts).items():
            yield channel_stopped(situation, channel, halt.reason)
        for channel, fault in self._puller.lasting().items():
            yield no_receipts(situation, channel, fault)
        if self._nightly.fault is not None:
            yield no_backup(situation, self._nightly.fault, now)

    def _renew_leases(self) -> None:
        """Show the other nodes that what this one is sending is still being sent.

        In a thread of its own: the senders may wait for another node to finish with the database.
        """
        while not self._ended.wait(RENEWAL.total_seconds()):
            try:
                self._engine.dispatcher.renew_leases()
            except (SQLAlchemyError, OSError) as error:
                logger.error("the leases could not be renewed: %s", error)  # noqa: TRY400 - told whole

    def _back_up(self) -> None:
        """Keep the nightly backups, in a thread of its own: one may take minutes, and stopping waits for none."""
        while True:
            if not self._doubts_the_clock():
                self._nightly.keep_up(self._clock.now())
            if self._ended.wait(LOOK_FOR_BACKUP.total_seconds()):
                return

    async def _send(self, channel: Channel) -> None:
        """Send on one channel whenever there may be something to send, until the daemon stops."""
        work = self._work[channel.name]
        while not self._stopping.is_set():
            await work.wait()
            work.clear()
            try:
                await self._engine.dispatcher.drain(channel)
            except (SQLAlchemyError, OSError) as error:
                logger.error("nothing could be sent by %s: %s", channel.name, error)  # noqa: TRY400 - told whole
            except Exception:  # a sender that died would be silence; what it held comes back when its lease ends
                logger.exception("nothing could be sent by %s", channel.name)


def serve(config: Config, database: Database, clock: Clock, kept: KeptRosters) -> None:
    """Run the daemon until it is told to stop; `kept` is what was read with the config."""
    with closing(database), sole_user(database):
        database.migrate()
        settle()
        asyncio.run(_serve(config, database, clock, kept))


async def _serve(config: Config, database: Database, clock: Clock, kept: KeptRosters) -> None:
    await Service(config, database, clock, kept).run()
