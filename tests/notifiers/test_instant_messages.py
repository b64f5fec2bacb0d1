"""Instant messages and webhooks: HTTP 200 means nothing, what counts is the code in the answer."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from notifiers.channel import Channel, Outcome, Permanent, Rate, Sent, Stopped, Temporary, Unknown
from notifiers.robots import PLATFORMS, RobotChannel
from notifiers.webhook import WebhookChannel
from notifiers.wecom_app import WecomAppChannel
from obligations.organizations import AddressKind
from tests.notifiers import gateways
from tests.notifiers.gateways import Answer, Drop, Provider, probed, sent
from tests.notifiers.letters import letter, sms

SECRET = "SEC123"
MOMENT = datetime(2026, 6, 30, 1, 2, 3, tzinfo=UTC)
MESSAGE = sms(text="李敏：【催办】应急预案演练，请抓紧办理。")
TOKEN = {"errcode": 0, "errmsg": "ok", "access_token": "t1", "expires_in": 7200}


def robot(kind: str, secret: str | None = SECRET) -> Any:
    def build(url: str) -> Channel:
        return RobotChannel("group", robot=PLATFORMS[kind], token="tok", secret=secret, url=url, now=lambda: MOMENT)

    return build


def through(kind: str, answer: Answer, message: Any = MESSAGE) -> tuple[Outcome, Provider]:
    provider = Provider([answer])
    handlers = {
        "wecom-robot": gateways.plain(provider),
        "dingtalk-robot": gateways.dingtalk(provider, SECRET),
        "feishu-robot": gateways.feishu(provider, SECRET),
    }
    (outcome,) = sent(handlers[kind], robot(kind), message)
    return outcome, provider


def test_a_wecom_robot_mentions_the_reader() -> None:
    outcome, provider = through("wecom-robot", {"errcode": 0, "errmsg": "ok"})
    assert isinstance(outcome, Sent)
    asked = provider.asked[0]
    assert (asked["path"], asked["query"]) == ("/cgi-bin/webhook/send", {"key": "tok"})
    assert asked["text"] == {"content": MESSAGE.text, "mentioned_mobile_list": ["13800000002"]}


def test_a_wecom_robot_takes_at_most_2048_bytes_cut_between_characters() -> None:
    _, provider = through("wecom-robot", {"errcode": 0}, sms(text="督办" * 2000))
    content = provider.asked[0]["text"]["content"]
    assert content.endswith(("督…", "办…"))
    assert 2040 <= len(content.encode()) <= 2048


def test_a_dingtalk_robot_signs_and_mentions_in_the_text_too() -> None:
    outcome, provider = through("dingtalk-robot", {"errcode": 0, "errmsg": "ok"})
    assert isinstance(outcome, Sent)
    asked = provider.asked[0]
    assert asked["text"]["content"] == f"{MESSAGE.text} @13800000002"
    assert asked["at"] == {"atMobiles": ["13800000002"], "isAtAll": False}


def test_a_feishu_robot_signs() -> None:
    outcome, provider = through("feishu-robot", {"code": 0, "msg": "success", "data": {}})
    assert isinstance(outcome, Sent)
    assert (provider.asked[0]["path"], provider.asked[0]["content"]) == (
        "/open-apis/bot/v2/hook/tok",
        {"text": MESSAGE.text},
    )


CODES = [
    ("wecom-robot", 93000, Stopped), ("wecom-robot", 45009, Temporary), ("wecom-robot", 40058, Permanent),
    ("wecom-robot", 99999, Temporary), ("dingtalk-robot", 130101, Temporary), ("dingtalk-robot", 310000, Stopped),
    ("dingtalk-robot", 300001, Stopped), ("feishu-robot", 19021, Stopped), ("feishu-robot", 19022, Stopped),
    ("dingtalk-robot", 400101, Stopped), ("dingtalk-robot", 400106, Stopped), ("dingtalk-robot", 430102, Permanent),
    ("feishu-robot", 19001, Stopped), ("feishu-robot", 19024, Stopped),
    ("feishu-robot", 11232, Temporary), ("feishu-robot", 9499, Permanent),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "code", "outcome"), CODES)
def test_a_code_other_than_0_is_a_failure_though_the_status_is_200(
    kind: str, code: int, outcome: type[Outcome]
) -> None:
    field = "code" if kind == "feishu-robot" else "errcode"
    found, _ = through(kind, {field: code, "errmsg": "说明"})
    assert type(found) is outcome


@pytest.mark.parametrize("kind", ["dingtalk-robot", "feishu-robot"])
def test_a_wrong_secret_stops_the_robot(kind: str) -> None:
    handlers = {"dingtalk-robot": gateways.dingtalk, "feishu-robot": gateways.feishu}
    (outcome,) = sent(handlers[kind](Provider([{}]), "other"), robot(kind), MESSAGE)
    assert isinstance(outcome, Stopped)


@pytest.mark.parametrize("kind", PLATFORMS)
def test_an_answer_that_is_no_json_is_doubtful_and_an_outage_temporary(kind: str) -> None:
    assert isinstance(through(kind, web.Response(text="<html>"))[0], Unknown)
    assert isinstance(through(kind, web.Response(status=503))[0], Temporary)


@pytest.mark.parametrize("kind", PLATFORMS)
def test_where_a_proxy_gave_up_waiting_for_a_platform_nobody_knows_whether_that_took_it(kind: str) -> None:
    assert isinstance(through(kind, web.Response(status=504, text="<html>"))[0], Unknown)


def test_a_robot_keeps_to_what_its_platform_takes_unless_told_otherwise() -> None:
    assert robot("wecom-robot")("http://x").rate == Rate(20, timedelta(minutes=1))
    assert robot("feishu-robot")("http://x").rate == Rate(100, timedelta(minutes=1))


@pytest.mark.parametrize("kind", PLATFORMS)
def test_the_token_stands_in_no_description_and_no_failure(kind: str) -> None:
    channel = robot(kind)("http://127.0.0.1:9")
    assert "tok" not in repr(channel).replace("token", "")
    (found,) = sent(gateways.plain(Provider([{}])), lambda _: channel, MESSAGE)
    assert isinstance(found, Temporary)
    assert "tok" not in found.reason


def app(url: str) -> Channel:
    return WecomAppChannel("wecom", corp_id="ww1", secret=SECRET, agent_id=1000002, url=url)


def through_app(*answers: Answer, count: int = 1) -> tuple[list[Outcome], Provider]:
    provider = Provider(list(answers))
    message = letter(address="wangjg", text="正文", html=None)
    return sent(gateways.plain(provider), app, *[message] * count), provider


def test_a_member_gets_a_message_that_the_platform_drops_if_it_comes_twice() -> None:
    (outcome,), provider = through_app(TOKEN, {"errcode": 0, "errmsg": "ok", "msgid": "m1"})
    assert outcome == Sent("m1")
    got, posted = provider.asked
    assert (got["path"], got["query"]) == ("/cgi-bin/gettoken", {"corpid": "ww1", "corpsecret": SECRET})
    assert (posted["path"], posted["query"]) == ("/cgi-bin/message/send", {"access_token": "t1"})
    assert (posted["touser"], posted["agentid"], posted["enable_duplicate_check"]) == ("wangjg", 1000002, 1)


def test_a_token_is_kept_and_renewed_when_it_is_too_old() -> None:
    ok, fresh = {"errcode": 0, "msgid": "m"}, TOKEN | {"access_token": "t2"}
    outcomes, provider = through_app(TOKEN, ok, {"errcode": 42001, "errmsg": "expired"}, fresh, ok, count=2)
    assert [type(each) for each in outcomes] == [Sent, Sent]
    tokens = [each["query"].get("access_token") for each in provider.asked]
    assert tokens == [None, "t1", "t1", None, "t2"]


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([{"errcode": 40001, "errmsg": "invalid secret"}], Stopped),
        ([{"errcode": 60020, "errmsg": "not allow to access from your ip"}], Stopped),
        ([web.Response(status=502, text="")], Temporary),
        ([Drop()], Temporary),
        ([TOKEN, Drop()], Unknown),
        ([TOKEN, {"errcode": 42001, "errmsg": "expired"}, Drop()], Temporary),
        ([TOKEN, {"errcode": 0, "invaliduser": "wangjg", "msgid": "m"}], Permanent),
        ([TOKEN, {"errcode": 81013, "errmsg": "user & party & tag all invalid"}], Permanent),
        ([TOKEN, {"errcode": 45009, "errmsg": "freq out of limit"}], Temporary),
        ([TOKEN, {"errcode": 60011, "errmsg": "no privilege for this member"}], Permanent),
        ([TOKEN, {"errcode": 50003, "errmsg": "the application is disabled"}], Stopped),
        ([TOKEN, {"errcode": 60020, "errmsg": "not allow to access from your ip"}], Stopped),
        ([TOKEN, web.Response(text="?")], Unknown),
        ([TOKEN, web.Response(status=504, text="")], Unknown),
        ([TOKEN, web.Response(status=503, text="")], Temporary),
    ],
)
def test_what_wecom_answers_to_an_application(answers: list[Answer], outcome: type[Outcome]) -> None:
    (found,), _ = through_app(*answers)
    assert type(found) is outcome


def test_a_bar_in_a_members_id_adds_no_recipient() -> None:
    provider = Provider([TOKEN, {"errcode": 0}])
    sent(gateways.plain(provider), app, letter(address="wang|@all"))
    assert provider.asked[-1]["touser"] == "wang@all"


def test_the_probe_of_an_application_tries_its_secret_and_sends_nothing() -> None:
    provider = Provider([TOKEN])
    assert isinstance(probed(gateways.plain(provider), app), Sent)
    assert [each["path"] for each in provider.asked] == ["/cgi-bin/gettoken"]
    assert isinstance(probed(gateways.plain(Provider([{"errcode": 40001}])), app), Stopped)


def test_a_webhook_is_signed_so_that_the_platform_can_check_it() -> None:
    seen: list[tuple[Any, bytes]] = []

    async def platform(request: web.Request) -> web.StreamResponse:
        seen.append((request.headers, await request.read()))
        return web.Response(status=202)

    def build(url: str) -> Channel:
        return WebhookChannel("city", url=url, secret=SECRET, address=AddressKind.EMAIL, now=lambda: MOMENT)

    assert isinstance(sent(platform, build, letter(stage="urge"))[0], Sent)
    headers, body = seen[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET.encode(), signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int(MOMENT.timestamp()))
    told = json.loads(body)
    assert (told["id"], told["to"], told["stage"]) == (
        "d-1@duban.example",
        {"name": "李敏", "address": "li@example.com"},
        "urge",
    )


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, Sent), (400, Permanent), (401, Temporary), (500, Temporary), (302, Temporary)]
)
def test_what_a_status_of_the_platform_means(status: int, outcome: type[Outcome]) -> None:
    def build(url: str) -> Channel:
        return WebhookChannel("city", url=url, secret=SECRET, address=AddressKind.EMAIL, now=lambda: MOMENT)

    (found,) = sent(gateways.plain(Provider([web.Response(status=status)])), build, letter())
    assert type(found) is outcome
