"""SMS through Tencent Cloud (version 2021-01-11), signed as TC3-HMAC-SHA256."""

import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from notifiers.aliyun import out_id
from notifiers.batching import Answer, Batches
from notifiers.channel import Message, Outcome, Permanent, Sent, Stopped, Unknown
from notifiers.error_classes import ErrorClasses
from notifiers.http_channel import HttpChannel
from notifiers.http_client import AnswerLostError, NotSentError, Reply, outcome_of
from notifiers.one_line import one_line
from notifiers.receipts import Awaited, PullError, Receipt
from notifiers.sms_templates import SmsTemplates
from obligations.mobile_numbers import domestic
from obligations.organizations import AddressKind

LONGEST_PARAMETER = 6
"""Characters that a variable takes, on accounts opened since 2024-01-25."""
MOST_NUMBERS = 200
"""Numbers that one request takes."""
_ONE_PULL, _MOST_PULLS = 100, 20
"""Receipts that one request gives, and requests of one round."""
_KEPT = timedelta(days=7)
"""How long the provider can be asked about a message."""
_CONTENT_TYPE = "application/json"
CODES = ErrorClasses(
    permanent=(
        "FailedOperation.PhoneNumberInBlacklist", "FailedOperation.ContainSensitiveWord",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "InvalidParameterValue.IncorrectPhoneNumber",
        "InvalidParameterValue.TemplateParameter*", "InvalidParameterValue.ContentLengthLimit",
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "FailedOperation.ForbidAddMarketingTemplates",
    ),
    stops=(
        "AuthFailure*", "UnauthorizedOperation*", "FailedOperation.InsufficientBalance*",
        "FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateUnapprovedOrNotExist", "InvalidParameterValue.SdkAppIdNotExist",
        "UnsupportedOperation*", "UnsupportedRegion", "NoSuchVersion", "InvalidAction",
    ),
    delays=("LimitExceeded*",),
    doubtful=("InternalError.Timeout", "InternalError.SendAndRecvFail"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Content:
    """What is the same in all SMS of one request."""

    code: str
    parameters: tuple[str, ...]
    session: str


@dataclass(eq=False, kw_only=True)
class TencentChannel(HttpChannel):
    """Sends SMS by SendSms requests, each with all numbers that are sent the same at the same moment.

    A message that may have been taken before is asked for first (PullSmsSendStatusByPhoneNumber), and then goes alone.
    That finds it only where Tencent gives the session context back, which it does on request.

    Args:
        secret_id: the key's id, and `secret` the key itself.
        app_id: SmsSdkAppId.
        signature: the registered signature's text, without brackets.
        now: the present moment, aware; requests carry it.
    """

    secret_id: str
    secret: str = field(repr=False)
    app_id: str
    signature: str
    templates: SmsTemplates
    now: Callable[[], datetime]
    region: str = "ap-guangzhou"
    url: str = "https://sms.tencentcloudapi.com/"
    connections: int = 4
    address: AddressKind = field(default=AddressKind.MOBILE, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._batches = Batches(self._send_sms, MOST_NUMBERS)

    async def probe(self) -> Outcome:
        """Ask about an SMS that was never sent: it shows whether the key is good."""
        return await outcome_of(self._probe())

    async def _send(self, message: Message) -> Outcome:
        filled = self.templates.fill(message)
        content = _Content(filled.code, tuple(filled.parameters), out_id(message))
        if message.attempt == 1:
            return await self._batches.send(content, _number(message))
        known = await self._known(message)
        return known if known is not None else await self._batches.alone(content, _number(message))

    async def _send_sms(self, content: _Content, numbers: Sequence[str]) -> Answer:
        """One request, which is answered number by number."""
        reply = await self._call(
            "SendSms",
            {
                "PhoneNumberSet": list(numbers),
                "SmsSdkAppId": self.app_id,
                "SignName": self.signature,
                "TemplateId": content.code,
                "TemplateParamSet": list(content.parameters),
                "SessionContext": content.session,
            },
        )
        statuses = _objects(_response(reply).get("SendStatusSet"))
        if not statuses:
            return _verdict(reply)
        if len(numbers) == 1:
            return _status_verdict(statuses[0])
        return {str(each.get("PhoneNumber", "")): _status_verdict(each) for each in statuses}

    async def _known(self, message: Message) -> Outcome | None:
        """What the provider knows of a message; None if it does not say that it has seen it."""
        reply = await self._statuses(_number(message), message.composed_at)
        if "Error" in _response(reply):
            verdict = _verdict(reply)
            return verdict if isinstance(verdict, Stopped) else Unknown(f"cannot be asked for: {reply.shown}")
        found = _objects(_response(reply).get("PullSmsSendStatusSet"))
        mine = [each for each in found if each.get("SessionContext") == out_id(message)]
        if not mine:
            return None
        if mine[0].get("ReportStatus") == "FAIL":
            return Permanent(f"{mine[0].get('Description', '')}: sent before, and did not arrive")
        return Sent(str(mine[0].get("SerialNo", "")))

    async def pull(self, due: Sequence[Awaited]) -> AsyncIterator[Sequence[Receipt]]:  # noqa: ARG002 - of any message
        """Take receipts out of the account's queue (PullSmsSendStatus), which Tencent opens on request."""
        for _ in range(_MOST_PULLS):
            try:
                reply = await self._call("PullSmsSendStatus", {"Limit": _ONE_PULL, "SmsSdkAppId": self.app_id})
            except (NotSentError, AnswerLostError) as fault:
                raise PullError(str(fault)) from fault
            if reply.status != 200 or "PullSmsSendStatusSet" not in _response(reply):
                raise PullError(f"HTTP {reply.status} {reply.shown}")
            found = _objects(_response(reply)["PullSmsSendStatusSet"])
            yield [_receipt(each) for each in found if each.get("ReportStatus") in ("SUCCESS", "FAIL")]
            if len(found) < _ONE_PULL:
                return

    async def _statuses(self, number: str, since: datetime) -> Reply:
        now = self.now()
        begin = max(now - _KEPT, min(now - timedelta(days=1), since))
        return await self._call(
            "PullSmsSendStatusByPhoneNumber",
            {
                "BeginTime": int(begin.timestamp()),
                "EndTime": int(now.timestamp()),
                "Offset": 0,
                "Limit": 100,
                "PhoneNumber": number,
                "SmsSdkAppId": self.app_id,
            },
        )

    async def _probe(self) -> Outcome:
        reply = await self._statuses("+8613800000000", self.now())
        return _verdict(reply) if reply.status != 200 or "Error" in _response(reply) else Sent("the key is accepted")

    async def _call(self, action: str, fields: Mapping[str, Any]) -> Reply:
        body = json.dumps(fields, ensure_ascii=False).encode()
        headers = signed_headers(
            urlsplit(self.url).netloc, action, body, key=self.secret_id, secret=self.secret, region=self.region,
            now=self.now(),
        )  # fmt: skip
        return await self._client.ask("POST", self.url, body=body, headers=headers)


def signed_headers(
    host: str, action: str, body: bytes, *, key: str, secret: str, region: str, now: datetime
) -> dict[str, str]:
    """The headers of a request, its signature among them (TC3-HMAC-SHA256); its day is the one in UTC."""
    moment = now.astimezone(UTC)
    scope = f"{moment:%Y-%m-%d}/sms/tc3_request"
    request = f"POST\n/\n\ncontent-type:{_CONTENT_TYPE}\nhost:{host}\n\ncontent-type;host\n{sha256(body).hexdigest()}"
    timestamp = int(moment.timestamp())
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    day = _hmac(f"TC3{secret}".encode(), f"{moment:%Y-%m-%d}")
    signature = _hmac(_hmac(_hmac(day, "sms"), "tc3_request"), text).hex()
    return {
        "Authorization": f"TC3-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders=content-type;host, "
        f"Signature={signature}",
        "Content-Type": _CONTENT_TYPE,
        "Host": host,
        "X-TC-Action": action,
        "X-TC-Region": region,
        "X-TC-Timestamp": str(timestamp),
        "X-TC-Version": "2021-01-11",
    }


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), sha256).digest()


def _number(message: Message) -> str:
    number = domestic(one_line(message.address, 32))
    return number if number.startswith("+") else f"+86{number}"


def _response(reply: Reply) -> Mapping[str, Any]:
    found = reply.fields().get("Response")
    return found if isinstance(found, dict) else {}


def _objects(found: object) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _receipt(status: Mapping[str, Any]) -> Receipt:
    number = domestic(one_line(str(status.get("PhoneNumber", "")), 32))
    reason = one_line(str(status.get("Description", "")), 200)
    return Receipt(str(status.get("SerialNo", "")), number, status.get("ReportStatus") == "SUCCESS", reason)


def _status_verdict(status: Mapping[str, Any]) -> Outcome:
    """What the status of one number means."""
    code = str(status.get("Code", ""))
    if code == "Ok":
        return Sent(str(status.get("SerialNo", "")))
    return CODES.outcome(code, one_line(f"{code}: {status.get('Message', '')}", 200))


def _verdict(reply: Reply) -> Outcome:
    error = _response(reply).get("Error")
    if isinstance(error, dict):
        code = str(error.get("Code", ""))
        return CODES.outcome(code, one_line(f"{code}: {error.get('Message', '')}", 200))
    return Unknown(f"the answer cannot be read: HTTP {reply.status} {reply.shown}")
