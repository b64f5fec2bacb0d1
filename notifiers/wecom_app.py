"""企业微信应用: a message to one member, through an application of the enterprise's own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from notifiers.channel import Message, Outcome, Permanent, Sent, Temporary, Unknown
from notifiers.error_classes import ErrorClasses
from notifiers.http_channel import HttpChannel
from notifiers.http_client import AnswerLostError, Reply, outcome_of, refusal
from notifiers.one_line import one_line
from obligations.organizations import AddressKind

_NO_TOKEN = frozenset({"40014", "42001", "41001"})
"""The token is wrong, too old or missing: a fresh one helps."""
CODES = ErrorClasses(
    permanent=(
        "40003", "40031", "40032", "41054", "43004", "44004", "45002", "46004", "50002", "60011", "60021", "60111",
        "81013", "82001",
    ),
    stops=(
        "40001", "40013", "40056", "40091", "41002", "41004", "48002", "48004", "48005", "48006", "50003", "60020",
        "301002",
    ),
    delays=("45009", "45033"),
)  # fmt: skip
DUPLICATES_CHECKED = 1800
"""Seconds for which the platform drops a message that it has seen: what may have been taken is safe to repeat."""


@dataclass(eq=False, kw_only=True)
class WecomAppChannel(HttpChannel):
    """Sends each message to one member, by the member's id.

    Args:
        corp_id: the enterprise's id, and `secret` the application's secret.
        agent_id: the application's id.
    """

    corp_id: str
    secret: str = field(repr=False)
    agent_id: int
    url: str = "https://qyapi.weixin.qq.com"
    address: AddressKind = field(default=AddressKind.WECOM, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._token: str | None = None

    async def probe(self) -> Outcome:
        """Ask for a token, as before sending."""
        return await outcome_of(self._probe())

    async def _send(self, message: Message) -> Outcome:
        if self._token is None and (failed := await self._renew_token()) is not None:
            return failed
        reply = await self._post(message)
        if _code(reply) in _NO_TOKEN:  # it was valid for two hours when we got it, and may be withdrawn before
            if (failed := await self._renew_token()) is not None:
                return failed
            reply = await self._post(message)
        return self._verdict(reply)

    async def _probe(self) -> Outcome:
        failed = await self._renew_token()
        return failed if failed is not None else Sent("the secret is accepted")

    async def _renew_token(self) -> Outcome | None:
        """Get a fresh token; what became of the message if there is none."""
        self._token = None
        query = urlencode({"corpid": self.corp_id, "corpsecret": self.secret})
        try:
            reply = await self._client.ask("GET", f"{self.url.rstrip('/')}/cgi-bin/gettoken?{query}")
        except AnswerLostError as fault:  # what was lost is a token; the message did not leave
            return Temporary(one_line(f"no token: {fault}", 200))
        code, token = _code(reply), reply.fields().get("access_token")
        if code == "0" and isinstance(token, str):
            self._token = token
            return None
        if code:
            return CODES.outcome(code, one_line(f"no token: {code} {reply.fields().get('errmsg', '')}", 200))
        return Temporary(one_line(f"no token: HTTP {reply.status} {reply.shown}", 200))

    async def _post(self, message: Message) -> Reply:
        body = json.dumps(_body(message, self.agent_id), ensure_ascii=False).encode()
        query = urlencode({"access_token": self._token or ""})
        return await self._client.ask("POST", f"{self.url.rstrip('/')}/cgi-bin/message/send?{query}", body=body)

    def _verdict(self, reply: Reply) -> Outcome:
        fields, code = reply.fields(), _code(reply)
        if code == "0":
            if fields.get("invaliduser") or fields.get("unlicenseduser"):
                return Permanent(one_line(f"there is no such member: {reply.shown}", 200))
            return Sent(str(fields.get("msgid", "")))
        if code:
            return CODES.outcome(code, one_line(f"{code}: {fields.get('errmsg', '')}", 200))
        if reply.status == 200:
            return Unknown(f"the answer cannot be read: {reply.shown}")
        return refusal(reply)


def _body(message: Message, agent_id: int) -> Mapping[str, Any]:
    return {
        "touser": one_line(message.address, 64).replace("|", ""),  # a bar would add a second recipient
        "msgtype": "text",
        "agentid": agent_id,
        "text": {"content": one_line(message.text, 600)},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": DUPLICATES_CHECKED,
    }


def _code(reply: Reply) -> str:
    return str(reply.fields().get("errcode", ""))
