"""Providers as they are from outside: each checks a request's signature byte for byte and answers as the real one does.

They are written from the providers' rules, not from our signing, so that both cannot be wrong in the same way.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.test_utils import TestServer

from notifiers.channel import Channel, Message, Outcome

Said = Mapping[str, Any] | web.Response
Answer = Said | Callable[[Mapping[str, Any]], Said]


class Drop(web.Response):
    """No answer: the connection ends."""

    async def prepare(self, request: web.BaseRequest) -> None:
        assert request.transport is not None
        request.transport.close()
        raise ConnectionResetError


@dataclass
class Provider:
    """What was asked of a provider, and what it answers; the last answer again and again."""

    answers: list[Answer]
    asked: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def answer(self, asked: dict[str, Any]) -> web.StreamResponse:
        self.asked.append(asked)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        said = found if isinstance(found, web.Response) or not callable(found) else found(asked)
        return said if isinstance(said, web.Response) else web.json_response(said)

    def refuse(self, body: Mapping[str, Any], status: int = 200) -> web.StreamResponse:
        self.refused += 1
        return web.json_response(body, status=status)


Handler = Callable[[web.Request], Any]
T = TypeVar("T")


def serving(handler: Handler, exchange: Callable[[str], Awaitable[T]]) -> T:
    """What an exchange with a provider, at an address of its own on this machine, gives."""

    async def run() -> T:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        async with TestServer(app) as server:
            return await exchange(str(server.make_url("/")))

    return asyncio.run(run())


def aliyun(provider: Provider, secret: str) -> Handler:
    """ACS3-HMAC-SHA256 over the raw query as it came."""

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        parts = dict(
            part.strip().split("=", 1) for part in request.headers["Authorization"].split(" ", 1)[1].split(",")
        )
        query = "&".join(sorted(request.raw_path.partition("?")[2].split("&")))
        signed = parts["SignedHeaders"].split(";")
        lines = "".join(f"{name}:{request.headers[name].strip()}\n" for name in signed)
        digest = hashlib.sha256(body).hexdigest()
        canonical = f"{request.method}\n/\n{query}\n{lines}\n{parts['SignedHeaders']}\n{digest}"
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        expected = hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
        must = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}
        if (
            expected != parts["Signature"]
            or not must <= set(signed)
            or digest != request.headers["x-acs-content-sha256"]
        ):
            return provider.refuse({"Code": "SignatureDoesNotMatch", "Message": "Specified signature differs"}, 400)
        return provider.answer(
            {"action": request.headers["x-acs-action"], **dict(parse_qsl(query, strict_parsing=True))}
        )

    return handle


def tencent(provider: Provider, secret: str) -> Handler:
    """TC3-HMAC-SHA256 over content type, host and body."""

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        _, credential, signed, signature = request.headers["Authorization"].replace(",", "").split(" ")
        _, day, service, end = credential.removeprefix("Credential=").split("/")
        names = signed.removeprefix("SignedHeaders=")
        lines = "".join(f"{name}:{request.headers[name].lower()}\n" for name in names.split(";"))
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"TC3-HMAC-SHA256\n{request.headers['X-TC-Timestamp']}\n{day}/{service}/{end}\n{digest}"
        key = f"TC3{secret}".encode()
        for part in (day, service, end):
            key = hmac.digest(key, part.encode(), "sha256")
        if hmac.new(key, text.encode(), "sha256").hexdigest() != signature.removeprefix("Signature="):
            error = {
                "Code": "AuthFailure.SignatureFailure",
                "Message": "The provided credentials could not be validated",
            }
            return provider.refuse({"Response": {"Error": error, "RequestId": "r"}})
        return provider.answer({"action": request.headers["X-TC-Action"], **json.loads(body)})

    return handle


def mas(provider: Provider, secret: str) -> Handler:
    """MD5 over the fields in the order of the service's documents."""
    order = {
        "/sms/norsubmit": ("mobiles", "content", "sign", "addSerial"),
        "/sms/tmpsubmit": ("templateId", "mobiles", "params", "sign", "addSerial"),
    }

    async def handle(request: web.Request) -> web.StreamResponse:
        fields = json.loads(base64.b64decode(await request.read(), validate=True))
        signed = fields["ecName"] + fields["apId"] + secret + "".join(fields[name] for name in order[request.path])
        if hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest() != fields["mac"]:
            return provider.refuse({"success": False, "rspcod": "IllegalMac", "msgGroup": ""})
        return provider.answer({"path": request.path, **fields})

    return handle


def dingtalk(provider: Provider, secret: str) -> Handler:
    """A timestamp in milliseconds, signed by the robot's secret."""

    async def handle(request: web.Request) -> web.StreamResponse:
        query = dict(part.split("=", 1) for part in request.raw_path.partition("?")[2].split("&"))
        text = f"{query['timestamp']}\n{secret}"
        expected = base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode()
        if unquote(query["sign"]) != expected or len(query["timestamp"]) != 13:
            return provider.refuse({"errcode": 310000, "errmsg": "description:签名不匹配"})
        return provider.answer({"token": query["access_token"], **await request.json()})

    return handle


def feishu(provider: Provider, secret: str) -> Handler:
    """The signature's key is the text, and what it signs is empty."""

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        expected = base64.b64encode(hmac.digest(f"{body['timestamp']}\n{secret}".encode(), b"", "sha256")).decode()
        if body["sign"] != expected or len(body["timestamp"]) != 10:
            return provider.refuse({"code": 19021, "msg": "sign match fail or timestamp is not within one hour"})
        return provider.answer({"path": request.path, **body})

    return handle


def plain(provider: Provider) -> Handler:
    """Whatever is asked, with its path, query, headers and JSON body."""

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else {}
        return provider.answer({"path": request.path, "query": dict(request.query), "headers": request.headers, **body})

    return handle


def sent(handler: Handler, build: Callable[[str], Channel], *messages: Message) -> list[Outcome]:
    """What becomes of messages, one after the other, through a channel that a provider's address is given to."""

    async def exchange(url: str) -> list[Outcome]:
        channel = build(url)
        try:
            return [await channel.send(message) for message in messages]
        finally:
            await channel.close()

    return serving(handler, exchange)


def sent_at_once(handler: Handler, build: Callable[[str], Channel], messages: Iterable[Message]) -> list[Outcome]:
    """What becomes of messages that are under way at the same moment."""

    async def exchange(url: str) -> list[Outcome]:
        channel = build(url)
        try:
            return await asyncio.gather(*map(channel.send, messages))
        finally:
            await channel.close()

    return serving(handler, exchange)


def probed(handler: Handler, build: Callable[[str], Channel]) -> Outcome:
    """What a channel says of a provider without sending."""

    async def exchange(url: str) -> Outcome:
        channel = build(url)
        try:
            return await channel.probe()
        finally:
            await channel.close()

    return serving(handler, exchange)


def each_case(cases: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Pairs of an outcome and a code that means it."""
    return [(outcome, code) for outcome, codes in cases.items() for code in codes]
