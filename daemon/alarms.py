"""Alarms: what the administrator must know, by log and e-mail, each told once and then again only after a while."""

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.calendars import first_missing_notice
from daemon import left_out
from daemon.situation import Situation
from daemon.steadiness import CLOCKS_DIFFER
from daemon.store import facts, ledger, notices
from daemon.store.database import Database
from daemon.store.ledger import Entry
from notifiers import alarms as words
from notifiers.alarms import AlarmText
from notifiers.channel import Channel, Message, Sent
from obligations.organizations import AddressKind

AGAIN_AFTER = timedelta(days=7)
"""How long a standing alarm keeps quiet after it was told."""

AFTER_FAILURE = timedelta(hours=1)
"""How long it keeps quiet when the e-mail could not be sent."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing the administrator must know; the same key is the same thing.

    Args:
        stands: the channel that it must not go by.
    """

    key: str
    text: AlarmText
    stands: str | None = None


def standing_alarms(connection: Connection, situation: Situation, now: datetime) -> Iterator[Alarm]:
    """What is wrong at present."""
    language = situation.config.settings.language
    missing = first_missing_notice(situation.config.calendar_notices, situation.local(now).date())
    if missing is not None:
        yield Alarm(f"missing-notice-{missing}", words.missing_notice(language, missing))
    uncounted = left_out.known(connection)
    if uncounted:
        yield Alarm(f"left-out-{_digest(sorted(uncounted))}", words.left_out(language, _lines(uncounted)))
    lost = notices.count_undeliverable(connection)
    if lost:
        last = [f"{task} {each.step} {each.holder}: {each.reason}"
                for task, each in notices.undeliverable(connection, 50)]  # fmt: skip
        yield Alarm(f"reached-nobody-{lost}", words.reached_nobody(language, lost, last))


def broken_config(situation: Situation, faults: list[str]) -> Alarm:
    """An edited config that is not taken over."""
    return Alarm(f"broken-config-{_digest(faults)}", words.broken_config(situation.config.settings.language, faults))


def no_backup(situation: Situation, fault: str, now: datetime) -> Alarm:
    """Last night's backup was not made."""
    return Alarm(f"no-backup-{situation.local(now).date()}", words.no_backup(situation.config.settings.language, fault))


def replaced(situation: Situation, file: str, now: datetime) -> Alarm:
    """The file of the database is another than the one that was opened."""
    return Alarm(f"replaced-{now.isoformat()}", words.replaced(situation.config.settings.language, file))


def damaged(situation: Situation, fault: str) -> Alarm:
    """The database cannot be read or written where it is damaged."""
    return Alarm(f"damaged-{_digest([fault])}", words.damaged(situation.config.settings.language, fault))


def channel_stopped(situation: Situation, channel: str, fault: str) -> Alarm:
    """Nothing is sent on a channel."""
    language = situation.config.settings.language
    return Alarm(f"channel-stopped-{channel}", words.channel_stopped(language, channel, fault), stands=channel)


def no_receipts(situation: Situation, channel: str, fault: str) -> Alarm:
    """Nothing can be pulled on a channel."""
    language = situation.config.settings.language
    return Alarm(f"no-receipts-{channel}", words.no_receipts(language, channel, fault))


def undecided(situation: Situation, faults: Mapping[str, str]) -> Alarm:
    """Tasks that could not be decided."""
    text = words.undecided(situation.config.settings.language, _lines(faults)[-50:])
    return Alarm(f"undecided-{_digest(sorted(faults))}", text)


def faulty(situation: Situation, faults: Sequence[str]) -> Alarm:
    """Faults of the program that keep something from being done or written down."""
    return Alarm(f"faults-{_digest(faults)}", words.faults(situation.config.settings.language, faults))


def _lines(faults: Mapping[str, str]) -> list[str]:
    return [f"{task}: {fault}" for task, fault in sorted(faults.items())]


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


class AlarmBell:
    """Tells alarms to the administrator who is named in duban.yaml; the log has them in any case."""

    def __init__(self, database: Database, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._channels = channels

    async def ring(self, situation: Situation, alarms: list[Alarm], now: datetime) -> None:
        """Tell every alarm that has not been told lately."""
        for alarm in alarms:  # the database in a thread: a command may keep it waiting, and messages go on meanwhile
            if not await asyncio.to_thread(self._take, alarm, now):
                continue
            told, quiet_for = await self.tell(situation, alarm, now)
            await asyncio.to_thread(self._keep_quiet, alarm, told, now, now + quiet_for)

    def _take(self, alarm: Alarm, now: datetime) -> bool:
        """Keep the other nodes quiet, which see the same; False if one of them was faster, or it is to be quiet."""
        with self._database.read() as connection:  # mostly it is, and then nobody who writes need be waited for
            if _is_to_be_quiet(connection, alarm, now):
                return False
        with self._database.write() as connection:
            if _is_to_be_quiet(connection, alarm, now):
                return False
            facts.remember(connection, _name(alarm), (now + AFTER_FAILURE).isoformat())
        return True

    def _keep_quiet(self, alarm: Alarm, told: str, now: datetime, until: datetime) -> None:
        with self._database.write() as connection:
            facts.remember(connection, _name(alarm), until.isoformat())
            ledger.append(connection, now, [Entry("alarm", alarm.key, {"subject": alarm.text.subject, "told": told})])

    async def tell(self, situation: Situation, alarm: Alarm, now: datetime) -> tuple[str, timedelta]:
        """Tell one alarm, without the database; gives what became of it, and for how long it is to keep quiet now."""
        logger.error("%s", alarm.text.text.strip())
        return await self._send(situation, alarm, now)

    async def _send(self, situation: Situation, alarm: Alarm, now: datetime) -> tuple[str, timedelta]:
        """Send by the first e-mail channel."""
        admin = situation.config.settings.admin
        mail = [each for each in self._channels.values() if each.address is AddressKind.EMAIL]
        channel = next((each for each in mail if each.name != alarm.stands), None)
        if admin is None or channel is None:
            return "by log only: duban.yaml names no admin, or no e-mail channel", AGAIN_AFTER
        digest = hashlib.sha256(f"{alarm.key} {now.date()}".encode()).hexdigest()[:32]
        message = Message(
            message_id=f"<{digest}@{situation.message_domain}>", address=admin.email, name=admin.name,
            subject=alarm.text.subject, text=alarm.text.text, html=None, notices=(), thread=None, composed_at=now,
        )  # fmt: skip
        outcome = await channel.send(message)
        if isinstance(outcome, Sent):
            return "by e-mail", AGAIN_AFTER
        return f"by log only: {outcome.reason}", AFTER_FAILURE


def _is_to_be_quiet(connection: Connection, alarm: Alarm, now: datetime) -> bool:
    said = facts.recall(connection, _name(alarm))
    if said is None:
        return False
    until = datetime.fromisoformat(said)
    return now < until <= now + AGAIN_AFTER + CLOCKS_DIFFER  # a later moment was written under a wrong clock


def _name(alarm: Alarm) -> str:
    return f"alarm {alarm.key}"
