"""Group robots of WeCom, DingTalk and Feishu: a message in a group that mentions the person it is for.

Each answers HTTP 200 whatever became of a message; what counts is the code in the answer.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from notifiers.channel import Message, Outcome, Rate, Sent, Unknown
from notifiers.error_classes import ErrorClasses
from notifiers.http_channel import HttpChannel
from notifiers.http_client import Reply, refusal
from notifiers.one_line import one_line
from obligations.mobile_numbers import domestic
from obligations.organizations import AddressKind

Request = Callable[[Message, str, str | None, datetime], tuple[str, dict[str, Any]]]
"""From a message, the robot's token, its secret and the present moment: the path with its query, and the body."""


@dataclass(frozen=True, slots=True)
class Robot:
    """What the robots of one platform differ in.

    Args:
        base: where the platform is.
        code: the fields of an answer that may hold its code, 0 being success.
        codes: what other codes mean.
        rate: how many messages the platform takes from one robot; over it, it blocks the robot for a while.
    """

    base: str
    code: tuple[str, ...]
    codes: ErrorClasses
    rate: Rate
    request: Request


def _wecom(
    message: Message,
    token: str,
    secret: str | None,  # noqa: ARG001 - this platform signs nothing
    now: datetime,  # noqa: ARG001 - nor dates anything
) -> tuple[str, dict[str, Any]]:
    """企业微信: text of at most 2,048 bytes, mentions by mobile number."""
    text = {"content": _within(message.text, 2048), "mentioned_mobile_list": [_number(message)]}
    return f"/cgi-bin/webhook/send?key={quote(token, safe='')}", {"msgtype": "text", "text": text}


def _dingtalk(message: Message, token: str, secret: str | None, now: datetime) -> tuple[str, dict[str, Any]]:
    """钉钉: a mention must stand in the text, too; signed where the robot has a secret."""
    query = f"access_token={quote(token, safe='')}"
    if secret is not None:
        timestamp = int(now.timestamp() * 1000)
        signature = sign(secret.encode(), f"{timestamp}\n{secret}".encode())
        query += f"&timestamp={timestamp}&sign={quote(signature, safe='')}"
    content = f"{_within(message.text, 18_000)} @{_number(message)}"
    at = {"atMobiles": [_number(message)], "isAtAll": False}
    return f"/robot/send?{query}", {"msgtype": "text", "text": {"content": content}, "at": at}


def _feishu(message: Message, token: str, secret: str | None, now: datetime) -> tuple[str, dict[str, Any]]:
    """飞书: it mentions nobody by mobile number, so the name stands in the text. Signed where the robot has a secret.

    The key of the signature is what others sign, and what it signs is empty.
    """
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": _within(message.text, 18_000)}}
    if secret is not None:
        timestamp = int(now.timestamp())
        body = {"timestamp": str(timestamp), "sign": sign(f"{timestamp}\n{secret}".encode(), b""), **body}
    return f"/open-apis/bot/v2/hook/{quote(token, safe='')}", body


_A_MINUTE = timedelta(minutes=1)
PLATFORMS: Mapping[str, Robot] = {
    "wecom-robot": Robot(
        "https://qyapi.weixin.qq.com",
        ("errcode",),
        ErrorClasses(
            permanent=("40058", "44004", "45002"),
            stops=("40001", "40014", "60020", "93000", "93004", "93008"),
            delays=("45009", "45033"),
        ),
        Rate(20, _A_MINUTE),
        _wecom,
    ),
    "dingtalk-robot": Robot(
        "https://oapi.dingtalk.com",
        ("errcode",),
        ErrorClasses(
            permanent=("40035", "400105", "430101", "430102", "430103", "430104", "460101"),
            stops=("300001", "300005", "310000", "400013", "400101", "400102", "400106", "40014", "43004"),
            delays=("130101", "410100"),
        ),
        Rate(20, _A_MINUTE),
        _dingtalk,
    ),
    "feishu-robot": Robot(
        "https://open.feishu.cn",
        ("code", "StatusCode"),
        ErrorClasses(permanent=("9499",), stops=("19001", "19021", "19022", "19024"), delays=("11232",)),
        Rate(100, _A_MINUTE),
        _feishu,
    ),
}
"""By the kind of channel."""


@dataclass(eq=False, kw_only=True)
class RobotChannel(HttpChannel):
    """Sends each message into the group that a robot is in.

    Args:
        token: what tells the robot from others; it stands at the end of the address that the platform shows.
        secret: with which it signs; None where the platform does not ask for it.
        now: the present moment, aware; signatures carry it.
        url: where the platform is; empty for its public address.
    """

    robot: Robot
    token: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    now: Callable[[], datetime]
    url: str = ""
    connections: int = 1
    address: AddressKind = field(default=AddressKind.MOBILE, init=False)

    def __post_init__(self) -> None:
        self.rate = self.rate or self.robot.rate
        self.url = (self.url or self.robot.base).rstrip("/")
        super().__post_init__()

    async def _send(self, message: Message) -> Outcome:
        path, body = self.robot.request(message, self.token, self.secret, self.now())
        headers = {"Content-Type": "application/json; charset=utf-8"}
        content = json.dumps(body, ensure_ascii=False).encode()
        return self._verdict(await self._client.ask("POST", self.url + path, body=content, headers=headers))

    def _verdict(self, reply: Reply) -> Outcome:
        fields = reply.fields()
        code = next((str(fields[name]) for name in self.robot.code if name in fields), "")
        if code == "0":
            return Sent(reply.shown)
        if code:
            return self.robot.codes.outcome(code, one_line(f"{code}: {reply.shown}", 200))
        if reply.status == 200:
            return Unknown(f"the answer cannot be read: {reply.shown}")
        return refusal(reply)


def sign(key: bytes, text: bytes) -> str:
    """HMAC-SHA256 in base64."""
    return b64encode(hmac.new(key, text, sha256).digest()).decode()


def _within(text: str, most: int) -> str:
    """The text on one line, cut so that its UTF-8 has at most so many bytes; cut between characters."""
    line = one_line(text, 20_000).encode()
    return line.decode() if len(line) <= most else line[: most - 3].decode(errors="ignore") + "…"


def _number(message: Message) -> str:
    return domestic(one_line(message.address, 32))
