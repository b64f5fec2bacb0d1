"""Receipts that providers push: what arrived is delivered, what did not goes on another way."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from config.channels import AliyunSettings, MasSettings, TencentSettings
from config.loader import Config
from config.settings import ReceiptsSettings
from daemon.receipts import ReceiptsEndpoint
from notifiers.channel import Sent
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.daemon.test_one_voice import AT, city, first_step, living, regulator, rows, told
from tests.stories.telling import Life

pytestmark = pytest.mark.usefixtures("either_database")
TOKEN = "long-and-secret"
SECRET = {"env": "X"}
TEMPLATES = {"default": {"code": "1"}}
COMMON = {"secret": SECRET, "signature": "x", "templates": TEMPLATES}
KINDS = {
    "aliyun": AliyunSettings.model_validate({"kind": "aliyun", "access_key": "x", **COMMON}),
    "tencent": TencentSettings.model_validate({"kind": "tencent", "secret_id": "x", "app_id": "1", **COMMON}),
    "mas": MasSettings.model_validate(
        {"kind": "mas", "url": "http://x", "enterprise": "x", "account": "x", "secret": SECRET, "sign_code": "x"}
    ),
}
ANSWERS = {"aliyun": {"code": 0, "msg": "成功"}, "tencent": {"result": 0, "errmsg": "OK"}, "mas": {"success": True}}


class Provider(MemoryChannel):
    """Names each message by a number of its own."""

    async def send(self, message: Any) -> Any:
        await super().send(message)
        return Sent(f"ref-{len(self.attempts)}")


def with_receipts(kind: str) -> Config:
    config = first_step(city(), "sms")
    receipts = ReceiptsSettings.model_validate({"token": SECRET})
    channels = {**config.settings.channels, "sms": KINDS[kind]}
    return replace(config, settings=config.settings.model_copy(update={"channels": channels, "receipts": receipts}))


def lived(kind: str) -> Life:
    return living(with_receipts(kind), sms=Provider("sms", AddressKind.MOBILE)).go_to(AT)


def pushed(life: Life, kind: str, body: object, *, path: str = f"/receipts/sms/{TOKEN}") -> tuple[int, Any]:
    """The status and the answer to what a provider pushes to the endpoint."""

    async def push() -> tuple[int, Any]:
        endpoint = ReceiptsEndpoint(
            {"sms": kind, "email": "smtp"}, TOKEN, life.database, lambda: life.engine.situation, life.clock.now
        )
        runner = await endpoint.listen("127.0.0.1", 0)
        try:
            (address, *_) = runner.addresses
            async with aiohttp.ClientSession() as session:
                text = body if isinstance(body, str) else json.dumps(body)
                async with session.post(f"http://127.0.0.1:{address[1]}{path}", data=text) as response:
                    return response.status, await response.json() if response.status == 200 else None
        finally:
            await runner.cleanup()

    return asyncio.run(push())


def receipt(life: Life, kind: str, *, arrived: bool) -> dict[str, Any]:
    """What the provider says about the message to the regulator."""
    number = regulator(life.config).mobile
    messages = life.channels["sms"].attempts
    place = next(place for place, each in enumerate(messages, 1) if each.address == number)
    if kind == "aliyun":
        return {
            "phone_number": number,
            "success": arrived,
            "err_code": "DELIVERED",
            "err_msg": "用户接收成功",
            "biz_id": "b",
            "out_id": f"ref-{place}",
        }
    if kind == "tencent":
        status = "SUCCESS" if arrived else "FAIL"
        return {"mobile": number, "nationcode": "86", "report_status": status, "errmsg": "x", "sid": f"ref-{place}"}
    status, code = ("CM:0000", "DELIVRD") if arrived else ("MK:0001", "UNDELIV")
    return {"mobile": number, "reportStatus": status, "errorCode": code, "msgGroup": f"ref-{place}"}


def states(life: Life) -> list[tuple[object, ...]]:
    number = regulator(life.config).mobile
    return [row[1:] for row in rows(life, "SELECT address, state FROM deliveries ORDER BY id") if row[0] == number]


@pytest.mark.parametrize("kind", KINDS)
def test_what_arrived_is_delivered_and_the_provider_hears_what_it_wants(kind: str) -> None:
    life = lived(kind)
    body = receipt(life, kind, arrived=True)
    assert pushed(life, kind, body if kind == "mas" else [body]) == (200, ANSWERS[kind])
    assert states(life) == [("delivered",)]
    assert pushed(life, kind, [body]) == (200, ANSWERS[kind])  # it comes again where our answer was lost
    assert len(rows(life, "SELECT 1 FROM ledger WHERE kind = 'receipt'")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_did_not_arrive_goes_by_another_channel(kind: str) -> None:
    life = lived(kind)
    pushed(life, kind, [receipt(life, kind, arrived=False)])
    assert states(life) == [("failed",)]
    life.wake()
    assert regulator(life.config).email in told(life, "email")


@pytest.mark.parametrize("kind", KINDS)
def test_a_receipt_that_names_nothing_of_ours_changes_nothing(kind: str) -> None:
    life = lived(kind)
    other = receipt(life, kind, arrived=True) | {"sid": "ref-999", "msgGroup": "ref-999", "out_id": "ref-999"}
    elsewhere = receipt(life, kind, arrived=True) | {"mobile": "13999999999", "phone_number": "13999999999"}
    assert pushed(life, kind, [other, elsewhere])[0] == 200
    assert states(life) == [("accepted",)]


@pytest.mark.parametrize(
    "path",
    ["/receipts/sms/wrong", "/receipts/nothing/" + TOKEN, "/receipts/email/" + TOKEN, "/receipts/sms/" + TOKEN[:-1]],
)
def test_whoever_does_not_know_the_secret_or_names_another_channel_finds_nothing(path: str) -> None:
    life = lived("mas")
    assert pushed(life, "mas", receipt(life, "mas", arrived=False), path=path) == (404, None)
    assert states(life) == [("accepted",)]


@pytest.mark.parametrize("body", ["", "[]", "hello", "[1, 2]", "[" * 100_000])
def test_what_is_no_receipt_is_refused(body: str) -> None:
    life = lived("mas")
    assert pushed(life, "mas", body) == (400, None)
