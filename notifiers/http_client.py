"""One HTTP request at a time, so that it is always known whether it may have been taken."""

import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
)
from jinja2 import TemplateError
from yarl import URL

from notifiers.channel import Outcome, Permanent, Sent, Temporary, Unknown
from notifiers.charsets import decoded
from notifiers.gateway_replies import retry_after
from notifiers.one_line import one_line

_LONGEST_REPLY = 65_536
_OURS_OR_LATER = (401, 403, 407, 408, 429)  # our credentials, or a gateway that is busy: not the recipient's fault
_NO_ANSWER_IN_TIME = 504  # a proxy handed the request on; of 502 a server that is down is the usual cause

T = TypeVar("T")


class NotSentError(Exception):
    """The request certainly did not reach anybody."""


class AnswerLostError(Exception):
    """The request may have been taken, and no answer can be read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered: its status, headers and the beginning of its body, as text."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def shown(self) -> str:
        """The body as a record may hold it."""
        return one_line(self.text, 200)

    def fields(self) -> Mapping[str, Any]:
        """The fields of a JSON object; none if the body is something else."""
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


async def outcome_of(exchange: Awaitable[T]) -> T | Outcome:
    """What an exchange came to; where it did not come about or broke off, what that means."""
    try:
        return await exchange
    except NotSentError as fault:
        return Temporary(str(fault))
    except AnswerLostError as fault:
        return Unknown(str(fault))
    except TemplateError as fault:
        return Temporary(one_line(f"a template of the channel fails: {fault}", 300))


def without_asking(outcome: Outcome) -> Outcome:
    """An outcome of a gateway that can be asked about nothing, and sends on whatever it is given."""
    return replace(outcome, repeats=True) if isinstance(outcome, Unknown) else outcome


class HttpClient:
    """Asks a server; redirects are not followed, and no connection is used twice.

    (On a kept connection that drops, nobody can tell whether the request was taken; a fresh one costs little.)

    Args:
        timeout: seconds for the whole exchange; connecting may take half of it.
        connections: how many requests may be under way at once.
    """

    def __init__(self, timeout: float, connections: int) -> None:
        self._timeout = timeout
        self._connections = connections
        self._session: ClientSession | None = None

    async def ask(
        self, method: str, url: str | URL, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request and read the answer.

        Args:
            url: as text, which is put into its usual form; a signed one must be an `URL` that stays as it is.

        Raises:
            NotSentError: no connection came about.
            AnswerLostError: it broke off or stayed silent afterwards.
        """
        request = self._opened().request(method, url, data=body or None, headers=headers, allow_redirects=False)
        try:
            async with request as response:
                text = decoded(await _beginning(response), response.charset)
                return Reply(response.status, text, response.headers, response.reason or "")
        except (ClientConnectorError, ConnectionTimeoutError) as fault:
            raise NotSentError(one_line(f"cannot connect: {fault}", 300)) from fault
        except InvalidURL as fault:
            raise NotSentError(one_line(f"the gateway's address is wrong: {fault}", 300)) from fault
        except (ClientError, OSError) as fault:
            what = str(fault) or type(fault).__name__
            raise AnswerLostError(one_line(f"no answer after sending: {what}", 300)) from fault

    async def reach(self, url: str) -> Outcome:
        """Open a connection and ask for the headers of the address; whatever it says, somebody is there."""
        try:
            reply = await self.ask("HEAD", url)
        except (NotSentError, AnswerLostError) as fault:
            return Temporary(str(fault))
        return Sent(f"answers with HTTP {reply.status}")

    async def close(self) -> None:
        """Drop what is open."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> ClientSession:
        """The session, opened on first use because it belongs to the running event loop."""
        if self._session is None or self._session.closed:
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections, force_close=True),
                timeout=ClientTimeout(total=self._timeout, connect=self._timeout / 2),
                cookie_jar=DummyCookieJar(),
            )
        return self._session


def refusal(reply: Reply) -> Outcome:
    """What a status other than success means (RFC 9110, 15): only 4xx speaks about this message.

    Where a proxy gave up waiting for the server, nobody knows whether that took it.
    """
    reason = one_line(f"HTTP {reply.status} {reply.reason}", 300)
    if reply.status == _NO_ANSWER_IN_TIME:
        return Unknown(reason)
    if 400 <= reply.status < 500 and reply.status not in _OURS_OR_LATER:
        return Permanent(reason)
    return Temporary(reason, retry_after(reply.headers))


async def _beginning(response: ClientResponse) -> bytes:
    """The reply, as far as anybody needs it."""
    reply = b""
    while len(reply) < _LONGEST_REPLY and (part := await response.content.read(_LONGEST_REPLY)):
        reply += part
    return reply[:_LONGEST_REPLY]
