"""Pulling receipts: where a network lets no provider in, the daemon asks what became of messages."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from config.loader import Config
from daemon.receipts import take
from daemon.situation import Situation
from daemon.store import awaited
from daemon.store.database import Database
from notifiers.channel import Channel
from notifiers.receipts import Awaited, PullError, Pulls, Receipt

PULL_EVERY = timedelta(minutes=1)
"""The time between two rounds."""
MOST_AT_ONCE = 100
"""How many messages a provider is asked about in one round."""
LASTS = timedelta(minutes=15)
"""How long nothing can be pulled before the administrator is told."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PullFault:
    """Why nothing can be pulled on a channel, and since when."""

    since: datetime
    reason: str


@dataclass
class ReceiptsPuller:
    """Asks each channel in turn; what a provider says is written down as if it had been pushed.

    Args:
        channels: those that are to be asked, by name.
        situation: the one in force.
        now: the present moment, in UTC.
    """

    channels: Mapping[str, Pulls]
    database: Database
    situation: Callable[[], Situation]
    now: Callable[[], datetime]
    faults: dict[str, PullFault] = field(default_factory=dict, init=False)
    _pulled: dict[str, list[Receipt]] = field(default_factory=dict, init=False)
    """What was pulled and could not be written down yet: a provider may say it only once."""

    async def pull(self) -> None:
        """One round. What goes wrong is logged, kept in `faults`, and tried again in the next."""
        for name in self.channels:
            try:
                await self._pull(name)
            except (PullError, SQLAlchemyError, OSError) as error:
                self._note(name, str(error))
            except Exception as error:  # a round that died would be silence
                logger.exception("receipts of %s could not be pulled", name)
                self._note(name, str(error))
            else:
                self.faults.pop(name, None)

    def lasting(self) -> dict[str, str]:
        """The channels on which nothing could be pulled for long, each with the reason."""
        return {name: each.reason for name, each in self.faults.items() if self.now() - each.since >= LASTS}

    async def _pull(self, name: str) -> None:
        await asyncio.to_thread(self._take, name)  # what is left of the last round
        async for receipts in self.channels[name].pull(await asyncio.to_thread(self._due, name)):
            self._pulled.setdefault(name, []).extend(receipts)
            await asyncio.to_thread(self._take, name)

    def _due(self, name: str) -> Sequence[Awaited]:
        with self.database.write() as connection:  # node after node, so that no two ask about the same
            return awaited.take_due(connection, name, self.now(), MOST_AT_ONCE)

    def _take(self, name: str) -> None:
        receipts = self._pulled.get(name)
        if not receipts:
            return
        with self.database.write() as connection:
            taken = take(connection, self.situation(), name, receipts, self.now())
        del self._pulled[name]
        logger.info("receipts pulled from %s: %d, %d of them news", name, len(receipts), taken)

    def _note(self, name: str, reason: str) -> None:
        if name not in self.faults:
            logger.error("receipts of %s cannot be pulled, tried again every %s: %s", name, PULL_EVERY, reason)
        since = self.faults[name].since if name in self.faults else self.now()
        self.faults[name] = PullFault(since, reason)


def puller_of(
    config: Config,
    channels: Mapping[str, Channel],
    database: Database,
    situation: Callable[[], Situation],
    now: Callable[[], datetime],
) -> ReceiptsPuller:
    """What asks the channels of which duban.yaml says `receipts: pull`."""
    pulled = config.settings.pulled
    found = {name: each for name, each in channels.items() if name in pulled and isinstance(each, Pulls)}
    return ReceiptsPuller(found, database, situation, now)
