"""Receipts: an endpoint to which providers of SMS push what became of messages; authenticated by a secret path."""

import asyncio
import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import web
from sqlalchemy import Connection

from config.loader import Config
from daemon.bouncing import fail_after_all
from daemon.credentials import secret_of
from daemon.situation import Situation
from daemon.store import awaited, deliveries, ledger
from daemon.store.database import Database
from daemon.store.deliveries import StoredDelivery
from daemon.store.ledger import Entry
from notifiers.one_line import one_line
from notifiers.receipts import FORMS, Receipt, read_receipts
from obligations.states import DELIVERY_TRANSITIONS, DeliveryAction

MOST_BYTES = 1_000_000

logger = logging.getLogger(__name__)


def take(connection: Connection, situation: Situation, channel: str, receipts: Sequence[Receipt], now: datetime) -> int:
    """Write down what receipts say; gives how many were about messages of ours that had none yet."""
    return sum(_take(connection, situation, channel, _on_one_line(each), now) for each in receipts)


def _on_one_line(receipt: Receipt) -> Receipt:
    """As `daemon.outcomes` keeps what providers write; what no database takes would stand in the way of all others."""
    return replace(receipt, reference=one_line(receipt.reference), reason=one_line(receipt.reason))


def _take(connection: Connection, situation: Situation, channel: str, receipt: Receipt, now: datetime) -> bool:
    delivery = _find(connection, channel, receipt)
    if delivery is None or delivery.channel != channel:
        return False
    awaited.forget(connection, delivery.row)
    action = DeliveryAction.CONFIRM if receipt.arrived else DeliveryAction.RETURN
    if (delivery.state, action) not in DELIVERY_TRANSITIONS:
        return False
    body = {"message_id": delivery.message_id, "channel": channel, "arrived": receipt.arrived, "reason": receipt.reason}
    ledger.append(connection, now, [Entry("receipt", f"delivery {delivery.row}", body)])
    if receipt.arrived:
        deliveries.take_step(connection, delivery, action, f"arrived: {receipt.reason}")
    else:
        fail_after_all(connection, situation, delivery, f"did not arrive: {receipt.reason}", now)
    return True


def _find(connection: Connection, channel: str, receipt: Receipt) -> StoredDelivery | None:
    row = awaited.find(connection, channel, receipt.reference, receipt.address)
    return deliveries.find(connection, row) if row is not None else None


@dataclass
class ReceiptsEndpoint:
    """Listens for receipts: POST /receipts/CHANNEL/TOKEN.

    Args:
        kinds: the kind of each channel, by name.
        token: the secret in the path, since providers can send no header of our own.
        situation: the one in force.
        now: the present moment, in UTC.
    """

    kinds: Mapping[str, str]
    token: str
    database: Database
    situation: Callable[[], Situation]
    now: Callable[[], datetime]

    async def listen(self, host: str, port: int) -> web.AppRunner:
        """Begin to listen; `cleanup()` of what it gives ends it."""
        application = web.Application(client_max_size=MOST_BYTES)
        application.router.add_post("/receipts/{channel}/{token}", self._handle)
        runner = web.AppRunner(application, access_log=None)  # a log of paths would show the token
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        return runner

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        channel, token = request.match_info["channel"], request.match_info["token"]
        form = FORMS.get(self.kinds.get(channel, ""))
        if not hmac.compare_digest(token.encode(), self.token.encode()) or form is None:
            return web.Response(status=404)
        receipts = read_receipts(form, await request.read())
        if receipts is None:
            return web.Response(status=400)
        taken = await asyncio.to_thread(self._take, channel, receipts)
        logger.info("receipts of %s: %d, %d of them news", channel, len(receipts), taken)
        return web.json_response(form.answer)

    def _take(self, channel: str, receipts: Sequence[Receipt]) -> int:
        with self.database.write() as connection:
            return take(connection, self.situation(), channel, receipts, self.now())


def endpoint_of(
    config: Config, database: Database, situation: Callable[[], Situation], now: Callable[[], datetime]
) -> ReceiptsEndpoint | None:
    """The endpoint that duban.yaml asks for, if it does."""
    settings = config.settings.receipts
    if settings is None:
        return None
    kinds = {name: each.kind for name, each in config.settings.channels.items()}
    return ReceiptsEndpoint(kinds, secret_of(settings.token), database, situation, now)
