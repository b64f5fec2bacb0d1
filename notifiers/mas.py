"""SMS through China Mobile's 云MAS, which most authorities have a contract for."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import md5

from notifiers.batching import Batches
from notifiers.channel import Message, Outcome, Sent, Unknown
from notifiers.error_classes import ErrorClasses
from notifiers.http_channel import HttpChannel
from notifiers.http_client import Reply, without_asking
from notifiers.one_line import one_line
from notifiers.sms_templates import SmsTemplates
from obligations.mobile_numbers import domestic
from obligations.organizations import AddressKind

MOST_NUMBERS = 5000
"""Numbers that one request takes."""
CODES = ErrorClasses(
    permanent=("InvalidMessage", "TooManyMobiles", "InvalidMobile*"),
    stops=("IllegalMac", "IllegalSignId", "InvalidUsrOrPwd", "NoSignId", "IllegalTemplateId"),
)


@dataclass(frozen=True, slots=True)
class _Content:
    """What is the same in all SMS of one request: free text, or the parameters of a registered template."""

    text: str
    template: str | None = None


@dataclass(eq=False, kw_only=True)
class MasChannel(HttpChannel):
    """Sends SMS as free text (norsubmit), or by registered templates where there are any (tmpsubmit).

    One request goes to all numbers that are sent the same at the same moment.

    云MAS can be asked about nothing and takes the same message twice.

    Args:
        url: the customer's address of the service, without `/sms/…`.
        enterprise: the customer's name (ecName), and `account` the interface's (apId).
        secret: the account's password (secretKey).
        sign_code: the code of the signature, not its text.
        extension: digits appended to the sender's number (addSerial).
        templates: None to send free text.
    """

    enterprise: str
    account: str
    secret: str = field(repr=False)
    sign_code: str
    extension: str = ""
    templates: SmsTemplates | None = None
    connections: int = 4
    address: AddressKind = field(default=AddressKind.MOBILE, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._batches = Batches(self._submit, MOST_NUMBERS)

    async def send(self, message: Message) -> Outcome:
        """Send once."""
        return without_asking(await super().send(message))

    async def _send(self, message: Message) -> Outcome:
        return await self._batches.send(self._content(message), domestic(one_line(message.address, 32)))

    async def _submit(self, content: _Content, numbers: Sequence[str]) -> Outcome:
        """One request, which is taken for all numbers or for none."""
        path, fields = self._request(content, ",".join(numbers))
        fields["mac"] = mac(self.enterprise, self.account, self.secret, fields)
        body = b64encode(json.dumps(fields, ensure_ascii=False).encode())
        return _verdict(await self._client.ask("POST", f"{self.url.rstrip('/')}/sms/{path}", body=body))

    def _content(self, message: Message) -> _Content:
        if self.templates is None:
            return _Content(one_line(message.text))
        filled = self.templates.fill(message)
        values = list(filled.parameters.values() if isinstance(filled.parameters, dict) else filled.parameters)
        return _Content(json.dumps(values, ensure_ascii=False), filled.code)

    def _request(self, content: _Content, mobiles: str) -> tuple[str, dict[str, str]]:
        """Where a request goes, and its fields in the order in which they are signed."""
        known = {"ecName": self.enterprise, "apId": self.account}
        tail = {"sign": self.sign_code, "addSerial": self.extension}
        if content.template is None:
            return "norsubmit", {**known, "mobiles": mobiles, "content": content.text, **tail}
        of_template = {"templateId": content.template, "mobiles": mobiles, "params": content.text}
        return "tmpsubmit", {**known, **of_template, **tail}


def mac(enterprise: str, account: str, secret: str, fields: dict[str, str]) -> str:
    """The signature: MD5, as the service demands, of names, password and the fields of a request in their order."""
    signed = "".join(value for name, value in fields.items() if name not in {"ecName", "apId"})
    text = f"{enterprise}{account}{secret}{signed}"
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _verdict(reply: Reply) -> Outcome:
    fields = reply.fields()
    code = str(fields.get("rspcod", ""))
    if fields.get("success") in (True, "true"):
        return Sent(str(fields.get("msgGroup", "")))
    if not code:
        return Unknown(f"the answer cannot be read: HTTP {reply.status} {reply.shown}")
    return CODES.outcome(code, one_line(f"{code}: {reply.shown}", 200))
