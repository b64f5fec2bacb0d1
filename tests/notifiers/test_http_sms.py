"""SMS over HTTP: what became of a message, whatever the gateway does. The gateway is a real server on loopback."""

import asyncio
import encodings.aliases
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateSyntaxError

from notifiers.channel import Message, Outcome, Permanent, Sent, Temporary, Unknown
from notifiers.charsets import decoded
from notifiers.http_sms import HttpSmsChannel
from tests.notifiers.letters import sms
from tests.notifiers.smtp_peers import bare_server, free_port, silence

BODY = '{"to": {{ mobile | tojson }}, "content": {{ text | tojson }}}'
DATE_OF_NO_CALENDAR = "Wed, 21 Oct 99999999999999999999 07:28:00 GMT"
TLS_PORT_SPEAKING_PLAIN = "https://127.0.0.1:{0}/send"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answering(status: int = 200, body: Any = None, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        shown = {key.replace("_", "-"): value for key, value in headers.items()}
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, headers=shown)

    return answer


def sent_through(answer: Answer, message: Message | None = None, **changes: Any) -> Outcome:
    async def exchange() -> Outcome:
        app = web.Application()
        app.router.add_route("*", "/send", answer)
        async with TestServer(app) as gateway:
            channel = HttpSmsChannel("sms", url=str(gateway.make_url("/send")), **({"body": BODY} | changes))
            try:
                return await channel.send(message or sms())
            finally:
                await channel.close()

    return asyncio.run(exchange())


def sent_to(url: str, **changes: Any) -> Outcome:
    async def exchange() -> Outcome:
        channel = HttpSmsChannel("sms", url=url, body=BODY, **changes)
        try:
            return await channel.send(sms())
        finally:
            await channel.close()

    return asyncio.run(exchange())


def test_the_gateway_gets_the_body_that_the_template_writes_with_the_configured_headers() -> None:
    seen: list[tuple[str, str | None, Any]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append((request.method, request.headers.get("Authorization"), await request.json()))
        return web.json_response({"code": "OK"})

    hostile = sms(text='他说"逾期"\r\nBcc: x\x07')
    assert sent_through(answer, hostile, method="PUT", headers={"Authorization": "Bearer t"}) == Sent('{"code": "OK"}')
    assert seen == [("PUT", "Bearer t", {"to": "13800000002", "content": '他说"逾期" Bcc: x'})]


def test_the_expected_code_in_the_answer_is_sent() -> None:
    answer = answering(body={"data": [{"code": 0}]})
    assert isinstance(sent_through(answer, success=("data.0.code", "0")), Sent)


def test_another_code_in_the_answer_is_permanent_though_the_status_is_200() -> None:
    answer = answering(body={"code": "MOBILE_NUMBER_ILLEGAL"})
    assert isinstance(sent_through(answer, success=("code", "OK")), Permanent)


def test_a_code_listed_for_retry_is_temporary() -> None:
    answer = answering(body={"code": "BUSY"})
    outcome = sent_through(answer, success=("code", "OK"), retry_codes=frozenset({"BUSY"}))
    assert isinstance(outcome, Temporary)


@pytest.mark.parametrize("body", ["<html>portal</html>", {"other": 1}, [], "[" * 50_000])
def test_an_answer_of_200_that_cannot_be_read_is_unknown(body: Any) -> None:
    assert isinstance(sent_through(answering(body=body), success=("code", "OK")), Unknown)


def in_bytes(body: bytes, content_type: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, headers={"Content-Type": content_type})

    return answer


SAYS = '{"code": "%s", "msg": "账户余额不足，请联系客服"}'
CHARSETS = [
    ("application/json;charset=GBK", "gbk"),
    ('application/json; charset="gb2312"', "gbk"),
    ("application/json", "gb18030"),
    ("text/html; charset=nonesuch", "gbk"),
    ("application/json; charset=base64", "gbk"),
    ("application/json; charset=utf-8", "gbk"),
    ("application/json; charset=utf-8", "utf-8-sig"),
    ("application/json", "utf-8-sig"),
    ("application/json; charset=GBK", "utf-8"),
    ("application/json; charset=utf-16", "utf-16"),
]


@pytest.mark.parametrize(("content_type", "encoding"), CHARSETS)
def test_an_answer_is_read_in_its_charset_whether_that_is_declared_or_not(content_type: str, encoding: str) -> None:
    taken = in_bytes((SAYS % "0").encode(encoding), content_type)
    refused = in_bytes((SAYS % "-3").encode(encoding), content_type)
    assert sent_through(taken, success=("code", "0")) == Sent(SAYS % "0")
    assert sent_through(refused, success=("code", "0")) == Permanent(SAYS % "-3")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("more", ["", "x"])
def test_an_answer_that_is_too_long_is_shown_from_its_beginning_in_its_charset(encoding: str, more: str) -> None:
    outcome = sent_through(in_bytes(f"{more}{'督办' * 50_000}".encode(encoding), "text/plain"))
    assert isinstance(outcome, Sent)
    assert outcome.reference.startswith(f"{more}督办督办")


@given(st.binary(max_size=200), st.none() | st.sampled_from([*encodings.aliases.aliases, "\0", "督"]))
def test_whatever_bytes_come_in_whatever_charset_are_text(body: bytes, charset: str | None) -> None:
    assert isinstance(decoded(body, charset), str)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_status_that_blames_the_request_is_permanent(status: int) -> None:
    assert isinstance(sent_through(answering(status)), Permanent)


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 502, 503])
def test_a_status_that_blames_the_gateway_or_our_credentials_is_temporary(status: int) -> None:
    assert isinstance(sent_through(answering(status)), Temporary)


def test_where_a_proxy_gave_up_waiting_for_the_gateway_nobody_knows_whether_that_took_it() -> None:
    assert sent_through(answering(504)) == Unknown("HTTP 504 Gateway Timeout", repeats=True)


def test_a_status_of_a_proxy_that_means_success_here_is_sent() -> None:
    assert isinstance(sent_through(answering(504, "taken"), success_status=frozenset({504})), Sent)


def test_a_redirect_is_not_followed() -> None:
    visits: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        visits.append(request.path_qs)
        return web.Response(status=307, headers={"Location": "/send?again"})

    assert isinstance(sent_through(answer), Temporary)
    assert visits == ["/send"]


def test_the_wait_that_the_gateway_asks_for_in_seconds_is_passed_on() -> None:
    outcome = sent_through(answering(429, Retry_After="120"))
    assert outcome == Temporary("HTTP 429 Too Many Requests", timedelta(seconds=120))


def test_the_wait_that_the_gateway_asks_for_as_a_date_is_measured_by_its_own_clock() -> None:
    headers = {"Date": "Fri, 18 Sep 2026 06:20:00 GMT", "Retry_After": "Fri, 18 Sep 2026 06:25:00 GMT"}
    outcome = sent_through(answering(503, **headers))
    assert outcome == Temporary("HTTP 503 Service Unavailable", timedelta(minutes=5))


@pytest.mark.parametrize("text", ["soon", "-5", "²", "Fri, 32 Foo 2026", DATE_OF_NO_CALENDAR])
def test_a_wait_that_makes_no_sense_is_ignored(text: str) -> None:
    assert sent_through(answering(503, Retry_After=text)) == Temporary("HTTP 503 Service Unavailable", None)


def test_an_endless_wait_is_cut_to_a_day() -> None:
    outcome = sent_through(answering(503, Retry_After="9" * 40))
    assert outcome == Temporary("HTTP 503 Service Unavailable", timedelta(days=1))


def test_a_gateway_that_is_down_is_temporary() -> None:
    assert isinstance(sent_to(f"http://127.0.0.1:{free_port()}/send"), Temporary)


def test_a_gateway_whose_name_does_not_exist_is_temporary() -> None:
    assert isinstance(sent_to("http://sms.invalid/send"), Temporary)


def test_a_malformed_gateway_address_is_temporary_because_no_recipient_is_at_fault() -> None:
    assert isinstance(sent_to("http://"), Temporary)


def test_a_gateway_that_does_not_answer_tls_is_temporary_and_costs_no_more_than_the_timeout() -> None:
    async def exchange() -> Outcome:
        async with bare_server(silence) as port:
            channel = HttpSmsChannel("sms", url=TLS_PORT_SPEAKING_PLAIN.format(port), body=BODY, timeout=0.2)
            outcome = await channel.send(sms())
            await channel.close()
            return outcome

    assert isinstance(asyncio.run(exchange()), Temporary)


def test_a_gateway_that_takes_the_request_and_drops_the_connection_is_unknown() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        await request.read()
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    assert isinstance(sent_through(answer), Unknown)


def test_a_gateway_that_takes_the_request_and_falls_silent_is_unknown() -> None:
    async def exchange() -> Outcome:
        async with bare_server(silence) as port:
            channel = HttpSmsChannel("sms", url=f"http://127.0.0.1:{port}/send", body=BODY, timeout=0.2)
            outcome = await channel.send(sms())
            await channel.close()
            return outcome

    assert isinstance(asyncio.run(exchange()), Unknown)


def test_a_body_template_that_uses_an_unknown_name_is_temporary_because_no_recipient_is_at_fault() -> None:
    outcome = sent_through(answering(), body="{{ phone }}")
    assert isinstance(outcome, Temporary)
    assert "phone" in outcome.reason


def test_a_body_template_with_a_syntax_error_is_refused_at_the_start() -> None:
    with pytest.raises(TemplateSyntaxError):
        HttpSmsChannel("sms", url="http://127.0.0.1/send", body="{{ mobile")


def test_tokens_in_headers_do_not_appear_when_the_channel_is_printed() -> None:
    assert "secret" not in repr(HttpSmsChannel("sms", url="http://x/", body="", headers={"X-Token": "secret"}))
