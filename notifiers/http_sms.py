"""SMS through any gateway that takes one HTTP request a message."""

from collections.abc import Container, Mapping
from dataclasses import KW_ONLY, dataclass, field

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

from notifiers.channel import Message, Outcome, Permanent, Rate, Sent, Temporary, Unknown
from notifiers.gateway_replies import code_at, retry_after
from notifiers.one_line import one_line
from notifiers.sandbox import TemplateEnvironment
from obligations.organizations import AddressKind

_LONGEST_REPLY = 65_536
_OURS_OR_LATER = (401, 403, 407, 408, 429)  # our credentials, or a gateway that is busy: not the recipient's fault


@dataclass(eq=False)
class HttpSmsChannel:
    """Sends each SMS as one request; redirects are not followed, and no connection is used twice.

    (On a kept connection that drops, nobody can tell whether the request was taken; a fresh one costs little.)

    Args:
        headers: sent with each request; this is where tokens and the content type stand.
        body: a Jinja2 template of the request's body; it knows `mobile`, `text`, `name`, `message_id` and, among
            others, the filters `tojson` and `urlencode`.
        success_status: the HTTP statuses that mean success.
        success: where the JSON answer holds its code (`data.code`) and the code that means success, as text; None if
            the status is enough.
        retry_codes: of the codes that are no success, those for which trying again may help.
        timeout: seconds for the whole exchange; connecting may take half of it.

    Raises:
        jinja2.TemplateSyntaxError: the body is not a valid template.
    """

    name: str
    _: KW_ONLY
    url: str
    body: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    success_status: Container[int] = range(200, 300)
    success: tuple[str, str] | None = None
    retry_codes: Container[str] = ()
    timeout: float = 30.0
    connections: int = 2
    rate: Rate | None = None
    address: AddressKind = field(default=AddressKind.MOBILE, init=False)

    def __post_init__(self) -> None:
        self._body = TemplateEnvironment().from_string(self.body)
        self._session: ClientSession | None = None

    async def send(self, message: Message) -> Outcome:
        """Send once. Unknown only if the request may have been taken and no answer can be read."""
        try:
            return await self._exchange(self._request_body(message))
        except (ClientConnectorError, ConnectionTimeoutError) as fault:
            return Temporary(one_line(f"cannot connect: {fault}", 300))
        except InvalidURL as fault:
            return Temporary(one_line(f"the gateway's address is wrong: {fault}", 300))
        except TemplateError as fault:
            return Temporary(one_line(f"the body's template fails: {fault}", 300))
        except (ClientError, OSError) as fault:
            return Unknown(one_line(f"no answer after sending: {str(fault) or type(fault).__name__}", 300))

    async def close(self) -> None:
        """Drop what is open."""
        if self._session is not None:
            await self._session.close()

    def _request_body(self, message: Message) -> bytes:
        return self._body.render(
            mobile=one_line(message.address, 32),
            text=one_line(message.text),
            name=one_line(message.name, 80),
            message_id=message.message_id,
        ).encode()

    async def _exchange(self, body: bytes) -> Outcome:
        request = self._opened().request(self.method, self.url, data=body, headers=self.headers, allow_redirects=False)
        async with request as response:
            if response.status not in self.success_status:
                return refusal(response)
            return self._verdict(await _beginning(response))

    def _verdict(self, reply: bytes) -> Outcome:
        """What a reply of a successful status means."""
        shown = one_line(reply.decode(errors="replace"), 200)
        if self.success is None:
            return Sent(shown)
        json_path, expected = self.success
        code = code_at(json_path, reply)
        if code is None:
            return Unknown(f"the gateway's answer cannot be read: {shown}")
        if code == expected:
            return Sent(shown)
        return Temporary(shown) if code in self.retry_codes else Permanent(shown)

    def _opened(self) -> ClientSession:
        """The session, opened on first use because it belongs to the running event loop."""
        if self._session is None or self._session.closed:
            self._session = ClientSession(
                connector=TCPConnector(limit=self.connections, force_close=True),
                timeout=ClientTimeout(total=self.timeout, connect=self.timeout / 2),
                cookie_jar=DummyCookieJar(),
            )
        return self._session


def refusal(response: ClientResponse) -> Outcome:
    """What a status other than success means (RFC 9110, 15): only 4xx speaks about this message."""
    reason = one_line(f"HTTP {response.status} {response.reason or ''}", 300)
    if 400 <= response.status < 500 and response.status not in _OURS_OR_LATER:
        return Permanent(reason)
    return Temporary(reason, retry_after(response.headers))


async def _beginning(response: ClientResponse) -> bytes:
    """The reply, as far as anybody needs it."""
    reply = b""
    while len(reply) < _LONGEST_REPLY and (part := await response.content.read(_LONGEST_REPLY)):
        reply += part
    return reply[:_LONGEST_REPLY]
