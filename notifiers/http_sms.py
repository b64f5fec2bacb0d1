"""SMS through any gateway that takes one HTTP request a message."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from notifiers.channel import Message, Outcome, Permanent, Sent, Temporary, Unknown
from notifiers.gateway_replies import code_at
from notifiers.http_channel import HttpChannel
from notifiers.http_client import Reply, refusal, without_asking
from notifiers.one_line import one_line
from notifiers.sandbox import TemplateEnvironment
from obligations.organizations import AddressKind


@dataclass(eq=False, kw_only=True)
class HttpSmsChannel(HttpChannel):
    """Sends each SMS as one request.

    Args:
        headers: sent with each request; this is where tokens and the content type stand.
        body: a Jinja2 template of the request's body; it knows `mobile`, `text`, `name`, `message_id` and, among
            others, the filters `tojson` and `urlencode`.
        success_status: the HTTP statuses that mean success.
        success: where the JSON answer holds its code (`data.code`) and the code that means success, as text; None if
            the status is enough.
        retry_codes: of the codes that are no success, those for which trying again may help.

    Raises:
        jinja2.TemplateSyntaxError: the body is not a valid template.
    """

    body: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    success_status: Container[int] = range(200, 300)
    success: tuple[str, str] | None = None
    retry_codes: Container[str] = ()
    timeout: float = 30.0
    address: AddressKind = field(default=AddressKind.MOBILE, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._body = TemplateEnvironment().from_string(self.body)

    async def send(self, message: Message) -> Outcome:
        """Send once. Unknown only if the request may have been taken and no answer can be read."""
        return without_asking(await super().send(message))

    async def _send(self, message: Message) -> Outcome:
        body = self._request_body(message)
        return self._verdict(await self._client.ask(self.method, self.url, body=body, headers=self.headers))

    def _request_body(self, message: Message) -> bytes:
        return self._body.render(
            mobile=one_line(message.address, 32),
            text=one_line(message.text),
            name=one_line(message.name, 80),
            message_id=message.message_id,
        ).encode()

    def _verdict(self, reply: Reply) -> Outcome:
        """What a reply means."""
        if reply.status not in self.success_status:
            return refusal(reply)
        if self.success is None:
            return Sent(reply.shown)
        json_path, expected = self.success
        code = code_at(json_path, reply.text)
        if code is None:
            return Unknown(f"the gateway's answer cannot be read: {reply.shown}")
        if code == expected:
            return Sent(reply.shown)
        return Temporary(reply.shown) if code in self.retry_codes else Permanent(reply.shown)
