"""Messages as signed JSON, for a platform of the city's own. Signed much as Standard Webhooks has it.

The secret is taken as the text that it is (there it is base64), and the id is a Message-ID (there it has no dot).
The receiver checks `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 of `ID.TIMESTAMP.BODY`, by the secret that
both know; it refuses what is older than a few minutes, and takes a `webhook-id` that it has seen for a repetition.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from notifiers.channel import Message, Outcome, Sent
from notifiers.http_channel import HttpChannel
from notifiers.http_client import refusal
from notifiers.robots import sign
from obligations.organizations import AddressKind


@dataclass(eq=False, kw_only=True)
class WebhookChannel(HttpChannel):
    """Posts each message; any status from 200 to 299 means that it was taken.

    Args:
        secret: with which it signs.
        address: which address of a person the platform is told.
        now: the present moment, aware; signatures carry it.
    """

    secret: str = field(repr=False)
    address: AddressKind
    now: Callable[[], datetime]
    connections: int = 4

    async def _send(self, message: Message) -> Outcome:
        body = json.dumps(payload(message), ensure_ascii=False).encode()
        timestamp = int(self.now().timestamp())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "webhook-id": message.message_id.strip("<>"),
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self.secret, message.message_id.strip("<>"), timestamp, body),
        }
        reply = await self._client.ask("POST", self.url, body=body, headers=headers)
        return Sent(reply.shown) if 200 <= reply.status < 300 else refusal(reply)


def payload(message: Message) -> dict[str, object]:
    """What the platform is told."""
    return {
        "id": message.message_id.strip("<>"),
        "to": {"name": message.name, "address": message.address},
        "stage": message.stage,
        "subject": message.subject,
        "text": message.text,
        "html": message.html.decode() if message.html is not None else None,
        "notices": list(message.notices),
        "composed_at": message.composed_at.isoformat(),
    }


def signature(secret: str, identifier: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`.

    Args:
        timestamp: seconds since 1970 in UTC.
    """
    return f"v1,{sign(secret.encode(), f'{identifier}.{timestamp}.'.encode() + body)}"
