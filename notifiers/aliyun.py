"""SMS through Aliyun (Dysmsapi, version 2017-05-25), signed as ACS3-HMAC-SHA256."""

import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from secrets import token_hex
from urllib.parse import quote, urlsplit

from yarl import URL

from notifiers.batching import Batches
from notifiers.channel import Message, Outcome, Permanent, Sent, Stopped, Temporary, Unknown
from notifiers.error_classes import ErrorClasses
from notifiers.http_channel import HttpChannel
from notifiers.http_client import AnswerLostError, NotSentError, Reply, outcome_of, refusal
from notifiers.one_line import one_line
from notifiers.receipts import Awaited, PullError, Receipt
from notifiers.sms_templates import SmsTemplates
from obligations.mobile_numbers import domestic
from obligations.organizations import AddressKind

LONGEST_PARAMETER = 35
"""Characters that a variable of a template takes."""
MOST_NUMBERS = 1000
"""Numbers that one request takes."""
_BEIJING = timezone(timedelta(hours=8))
_EMPTY = sha256(b"").hexdigest()
_MOST_DAYS = 4
"""How far back a message is asked for: none is tried for longer."""
CODES = ErrorClasses(
    permanent=(
        "isv.MOBILE_NUMBER_ILLEGAL", "isv.SMS_CONTENT_ILLEGAL", "isv.PARAM_LENGTH_LIMIT",
        "isv.TEMPLATE_MISSING_PARAMETERS", "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.PARAM_NOT_SUPPORT_URL",
        "isv.INVALID_JSON_PARAM", "isv.BLACK_KEY_CONTROL_LIMIT",
    ),
    stops=(
        "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isp.RAM_PERMISSION_DENY", "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.DENY_IP_RANGE", "isv.DAY_LIMIT_CONTROL",
        "isv.PRODUCT_UN*", "isv.ACCOUNT_*", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidAccessKeyId*",
        "InvalidTimeStamp*", "Forbidden*", "NoPermission",
    ),
    delays=("isv.BUSINESS_LIMIT_CONTROL",),
    doubtful=("InternalError.Timeout",),
)  # fmt: skip
_WAITS, _FAILED, _ARRIVED = 1, 2, 3
"""SendStatus of QuerySendDetails."""


@dataclass(frozen=True, slots=True)
class _Content:
    """What is the same in all SMS of one request."""

    code: str
    parameters: str
    out_id: str


@dataclass(eq=False, kw_only=True)
class AliyunChannel(HttpChannel):
    """Sends SMS by SendSms requests, each with all numbers that are sent the same at the same moment.

    A message that may have been taken before is asked for first (QuerySendDetails, by number and OutId), and then goes
    alone: Aliyun would send it twice.

    Args:
        access_key: the AccessKey's id, and `secret` its secret.
        signature: the registered signature's text, without brackets.
        now: the present moment, aware; requests carry it.
    """

    access_key: str
    secret: str = field(repr=False)
    signature: str
    templates: SmsTemplates
    now: Callable[[], datetime]
    url: str = "https://dysmsapi.aliyuncs.com/"
    connections: int = 4
    address: AddressKind = field(default=AddressKind.MOBILE, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._batches = Batches(self._send_sms, MOST_NUMBERS)

    async def probe(self) -> Outcome:
        """Ask about an SMS that was never sent: it shows whether the AccessKey is good."""
        return await outcome_of(self._probe())

    async def _send(self, message: Message) -> Outcome:
        filled = self.templates.fill(message)
        content = _Content(filled.code, json.dumps(filled.parameters, ensure_ascii=False), out_id(message))
        if message.attempt == 1:
            return await self._batches.send(content, _number(message))
        known = await self._known(message)
        return known if known is not None else await self._batches.alone(content, _number(message))

    async def _send_sms(self, content: _Content, numbers: Sequence[str]) -> Outcome:
        """One request, which is taken for all numbers or for none."""
        reply = await self._call(
            "SendSms",
            {
                "PhoneNumbers": ",".join(numbers),
                "SignName": self.signature,
                "TemplateCode": content.code,
                "TemplateParam": content.parameters,
                "OutId": content.out_id,
            },
        )
        code = _code(reply)
        if code == "OK":
            return Sent(str(reply.fields().get("BizId", "")), receipt=content.out_id)
        return _verdict(reply, code)

    async def _known(self, message: Message) -> Outcome | None:
        """What the provider knows of a message; None if it has not seen it."""
        try:
            found = await self._search(_number(message), out_id(message), message.composed_at, self.now())
        except _UnaskableError as fault:
            return fault.verdict if isinstance(fault.verdict, Stopped) else Unknown(f"cannot be asked for: {fault}")
        if found is None:
            return None
        if found.get("SendStatus") == _FAILED:
            return Permanent(f"{found.get('ErrCode', '')}: sent before, and did not arrive")
        return Sent("sent before, as the provider says", receipt=out_id(message))

    async def pull(self, due: Sequence[Awaited]) -> AsyncIterator[Sequence[Receipt]]:
        """Ask about each message; one that cannot be asked about keeps no other up."""
        faults: list[str] = []
        for each in due:
            try:
                found = await self._search(each.address, each.reference, each.since, each.at)
            except _UnaskableError as fault:
                if isinstance(fault.verdict, Stopped):
                    raise PullError(str(fault)) from fault
                faults.append(str(fault))
            except (NotSentError, AnswerLostError) as fault:
                raise PullError(str(fault)) from fault
            else:
                if found is not None and found.get("SendStatus") in (_FAILED, _ARRIVED):
                    arrived = found["SendStatus"] == _ARRIVED
                    yield [Receipt(each.reference, each.address, arrived, one_line(str(found.get("ErrCode", "")), 200))]
        if faults:
            raise PullError(faults[0])

    async def _search(self, number: str, name: str, since: datetime, until: datetime) -> Mapping[str, object] | None:
        """What the provider knows of the message of a name, sent within some time; None if it has not seen it.

        Raises:
            _UnaskableError: it does not say.
        """
        for day in _days(since, until):
            reply = await self._details(number, day)
            code = _code(reply)
            if code != "OK":
                raise _UnaskableError(_verdict(reply, code), reply.shown)
            for each in _all_details(reply):
                if each.get("OutId") == name:
                    return each
        return None

    async def _details(self, number: str, day: date) -> Reply:
        return await self._call(
            "QuerySendDetails",
            {"PhoneNumber": number, "SendDate": f"{day:%Y%m%d}", "PageSize": "50", "CurrentPage": "1"},
        )

    async def _probe(self) -> Outcome:
        reply = await self._details("13800000000", self.now().astimezone(_BEIJING).date())
        code = _code(reply)
        return Sent("the AccessKey is accepted") if code == "OK" else _verdict(reply, code)

    async def _call(self, action: str, query: Mapping[str, str]) -> Reply:
        headers = signed_headers(
            urlsplit(self.url).netloc, action, query, key=self.access_key, secret=self.secret,
            now=self.now(), nonce=token_hex(16),
        )  # fmt: skip
        url = URL(f"{self.url.rstrip('/')}/?{canonical_query(query)}", encoded=True)
        return await self._client.ask("POST", url, headers=headers)


def out_id(message: Message) -> str:
    """What a message is called towards the provider, together with its number: its occasion, or else its Message-ID."""
    return message.occasion or message.message_id.strip("<>").partition("@")[0]


def canonical_query(query: Mapping[str, str]) -> str:
    """A query sorted by name, in the encoding of RFC 3986."""
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(query.items()))


def signed_headers(
    host: str, action: str, query: Mapping[str, str], *, key: str, secret: str, now: datetime, nonce: str
) -> dict[str, str]:
    """The headers of a request without a body, its signature among them (ACS3-HMAC-SHA256)."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": _EMPTY,
        "x-acs-date": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": "2017-05-25",
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"POST\n/\n{canonical_query(query)}\n{lines}\n{names}\n{_EMPTY}"
    text = f"ACS3-HMAC-SHA256\n{sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), sha256).hexdigest()
    headers["Authorization"] = f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={signature}"
    return headers


class _UnaskableError(Exception):
    """The provider refused to say what it knows; and what that means for a message."""

    def __init__(self, verdict: Outcome, shown: str) -> None:
        super().__init__(shown)
        self.verdict = verdict


def _days(since: datetime, until: datetime) -> list[date]:
    """The days in Beijing, by which the provider keeps what it sent, from the last of some time to the first."""
    last, first = until.astimezone(_BEIJING).date(), since.astimezone(_BEIJING).date()
    return [last - timedelta(days=back) for back in range(min(max((last - first).days, 0), _MOST_DAYS) + 1)]


def _number(message: Message) -> str:
    return domestic(one_line(message.address, 32))


def _code(reply: Reply) -> str:
    return str(reply.fields().get("Code", ""))


def _all_details(reply: Reply) -> list[Mapping[str, object]]:
    found = reply.fields().get("SmsSendDetailDTOs")
    listed = found.get("SmsSendDetailDTO") if isinstance(found, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _verdict(reply: Reply, code: str) -> Outcome:
    if code:
        return CODES.outcome(code, one_line(f"{code}: {reply.fields().get('Message', '')}", 200))
    if reply.status == 200 or reply.status >= 500:  # something on the way answered, and may have handed it on
        return Unknown(f"the answer cannot be read: HTTP {reply.status} {reply.shown}")
    verdict = refusal(reply)
    return Temporary(verdict.reason) if isinstance(verdict, Permanent) else verdict
