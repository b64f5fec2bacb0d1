"""Receipts that are asked for: where a network lets no provider in, the daemon asks what became of messages."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from config.channels import AliyunSettings, TencentSettings
from config.loader import Config, load
from daemon.clock import SystemClock
from daemon.pulling import LASTS, MOST_AT_ONCE, ReceiptsPuller, puller_of
from daemon.service import Service
from daemon.store.database import open_database
from notifiers.aliyun import AliyunChannel
from notifiers.tencent import TencentChannel
from tests.cli.shell import TOWN, lay_out
from tests.daemon.test_one_voice import AT, city, first_step, living, regulator, rows, told
from tests.daemon.test_receipts import KINDS
from tests.notifiers import gateways
from tests.notifiers.gateways import Drop, Provider, serving
from tests.notifiers.test_sms_providers import SECRET, aliyun_says, details, ordered, templates
from tests.stories.telling import Life

Asked = Mapping[str, Any]
MINUTE = timedelta(minutes=1)


def pulling(kind: str) -> Config:
    """The first step by SMS, of a kind whose receipts are pulled."""
    config = city()
    ladder = config.policies["urgent"]
    steps = (replace(ladder.steps[0], channels=("sms",)), *ladder.steps[1:])
    config = replace(config, policies={**config.policies, "urgent": replace(ladder, steps=steps)})
    settings = KINDS[kind].model_copy(update={"receipts": "pull"})
    channels = {**config.settings.channels, "sms": settings}
    return replace(config, settings=config.settings.model_copy(update={"channels": channels}))


@dataclass
class Scene:
    """A city whose SMS were taken by a provider, and what asks it for receipts."""

    life: Life
    provider: Provider
    puller: ReceiptsPuller

    @property
    def states(self) -> set[object]:
        return {state for (state,) in rows(self.life, "SELECT DISTINCT state FROM deliveries WHERE channel = 'sms'")}

    def asked(self, action: str) -> list[Asked]:
        return [each for each in self.provider.asked if each["action"] == action]

    async def after(self, passed: timedelta) -> None:
        self.life.clock.set(self.life.clock.now() + passed)
        await self.puller.pull()


def lived(kind: str, answer: Callable[[Asked], Any], story: Callable[[Scene], Awaitable[None]]) -> Scene:
    """What becomes of the city in a story that begins with SMS just taken."""
    life = living(pulling(kind))
    life.clock.set(life.moment(AT))
    provider = Provider([answer])
    scenes: list[Scene] = []

    async def live(url: str) -> None:
        channel: AliyunChannel | TencentChannel
        if kind == "aliyun":
            channel = AliyunChannel("sms", access_key="x", secret=SECRET, signature="x", templates=templates(),
                                    now=life.clock.now, url=url)  # fmt: skip
        else:
            channel = TencentChannel("sms", secret_id="x", secret=SECRET, app_id="1", signature="x",
                                     templates=ordered(), now=life.clock.now, url=url)  # fmt: skip
        life.engine.decide(life.clock.now())
        await life.engine.dispatcher.drain(channel)
        scene = Scene(life, provider, puller_of(life.config, {"sms": channel}, life.database,
                                                lambda: life.engine.situation, life.clock.now))  # fmt: skip
        scenes.append(scene)
        try:
            await story(scene)
        finally:
            await channel.close()

    handler = gateways.aliyun if kind == "aliyun" else gateways.tencent
    serving(handler(provider, SECRET), live)
    return scenes[0]


def aliyun_of(status: int) -> Callable[[Asked], Any]:
    """Aliyun, which takes everything, and to whom everything has come to the same."""
    taken: list[Asked] = []

    def answer(asked: Asked) -> Any:
        if asked["action"] == "SendSms":
            taken.append(asked)
            return aliyun_says("OK")
        names = [each["OutId"] for each in taken if asked["PhoneNumber"] in each["PhoneNumbers"].split(",")]
        return details(*({"OutId": name, "SendStatus": status, "ErrCode": "DELIVERED"} for name in names))

    return answer


def tencent_of(says: Callable[[int], Any]) -> Callable[[Asked], Any]:
    """Tencent, which takes everything, and what it says to each question for receipts."""
    pulls: list[Asked] = []

    def answer(asked: Asked) -> Any:
        if asked["action"] == "SendSms":
            return {"Response": {"SendStatusSet": [
                {"PhoneNumber": each, "SerialNo": f"s-{each}", "Code": "Ok"} for each in asked["PhoneNumberSet"]
            ]}}  # fmt: skip
        pulls.append(asked)
        return says(len(pulls))

    return answer


def statuses(*found: dict[str, str]) -> Any:
    return {"Response": {"PullSmsSendStatusSet": list(found)}}


def status(number: str, report: str) -> dict[str, str]:
    return {"PhoneNumber": f"+86{number}", "SerialNo": f"s-+86{number}", "ReportStatus": report, "Description": "x"}


@pytest.mark.usefixtures("either_database")
@pytest.mark.parametrize(("said", "becomes"), [(3, {"delivered"}), (2, {"failed"}), (1, {"accepted"})])
def test_aliyun_is_asked_about_what_was_taken_and_it_becomes_what_it_says(said: int, becomes: set[str]) -> None:
    async def story(scene: Scene) -> None:
        await scene.after(MINUTE)
        assert scene.asked("QuerySendDetails") == []
        await scene.after(4 * MINUTE)
        assert scene.asked("QuerySendDetails") != []
        await scene.after(MINUTE)

    scene = lived("aliyun", aliyun_of(said), story)
    assert scene.states == becomes
    assert scene.puller.faults == {}
    messages = len(rows(scene.life, "SELECT 1 FROM deliveries WHERE channel = 'sms'"))
    assert len(scene.asked("QuerySendDetails")) == messages
    assert len(rows(scene.life, "SELECT 1 FROM ledger WHERE kind = 'receipt'")) == (0 if said == 1 else messages)


def test_what_aliyun_says_did_not_arrive_goes_by_another_channel() -> None:
    async def story(scene: Scene) -> None:
        await scene.after(5 * MINUTE)

    scene = lived("aliyun", aliyun_of(2), story)
    scene.life.wake()
    assert regulator(scene.life.config).email in told(scene.life, "email")


def test_aliyun_is_asked_ever_more_seldom_and_after_two_days_no_more() -> None:
    async def story(scene: Scene) -> None:
        number = rows(scene.life, "SELECT address FROM deliveries WHERE channel = 'sms'")[0][0]
        asked_at: list[int] = []
        before = 0
        for minute in range(0, 4 * 24 * 60, 5):
            await scene.after(timedelta(0) if minute == 0 else 5 * MINUTE)
            asked = [each for each in scene.asked("QuerySendDetails") if each["PhoneNumber"] == number]
            if len({each["SendDate"] for each in asked[before:]}) > 0:
                asked_at.append(minute)
            before = len(asked)
        assert asked_at[:4] == [5, 10, 20, 40]
        assert all(after - before <= 6 * 60 for before, after in pairwise(asked_at))
        assert 42 * 60 <= asked_at[-1] <= 48 * 60

    lived("aliyun", aliyun_of(1), story)


def test_a_message_that_was_sent_after_midnight_is_looked_for_on_that_day_first_and_then_on_the_day_before() -> None:
    async def story(scene: Scene) -> None:
        with scene.life.database.write() as connection:
            connection.exec_driver_sql("UPDATE awaited SET at = at + 43200000000, ask_at = ask_at + 43200000000")
        await scene.after(timedelta(hours=12, minutes=5))

    scene = lived("aliyun", lambda asked: aliyun_says("OK") if asked["action"] == "SendSms" else details(), story)
    assert [each["SendDate"] for each in scene.asked("QuerySendDetails")][:2] == ["20260919", "20260918"]


def test_no_round_asks_about_more_than_so_many_and_the_next_goes_on_with_the_others() -> None:
    async def story(scene: Scene) -> None:
        with scene.life.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM awaited WHERE id > 1")
            for place in range(2, MOST_AT_ONCE + 11):
                connection.exec_driver_sql(
                    f"INSERT INTO awaited SELECT {place}, channel, 'r-{place}', address, delivery_id, at, ask_at "  # noqa: S608
                    "FROM awaited WHERE id = 1"
                )
        await scene.after(5 * MINUTE)
        assert len(scene.asked("QuerySendDetails")) == MOST_AT_ONCE
        await scene.after(MINUTE)
        assert len(scene.asked("QuerySendDetails")) == MOST_AT_ONCE + 10

    lived("aliyun", lambda asked: aliyun_says("OK") if asked["action"] == "SendSms" else details(), story)


def test_one_number_that_cannot_be_asked_about_keeps_no_other_up() -> None:
    arrived = aliyun_of(3)
    asked_for: list[str] = []

    def answer(asked: Asked) -> Any:
        if asked["action"] == "QuerySendDetails":
            asked_for.append(asked["PhoneNumber"])
            if len(set(asked_for)) == 1:
                return aliyun_says("isv.MOBILE_NUMBER_ILLEGAL")
        return arrived(asked)

    async def story(scene: Scene) -> None:
        await scene.after(5 * MINUTE)
        assert "MOBILE_NUMBER_ILLEGAL" in scene.puller.faults["sms"].reason

    assert lived("aliyun", answer, story).states == {"accepted", "delivered"}


def test_a_wrong_key_is_tried_once_a_round_told_after_a_while_and_forgotten_when_it_is_well_again() -> None:
    arrived, well = aliyun_of(3), [False]

    def answer(asked: Asked) -> Any:
        refused = asked["action"] == "QuerySendDetails" and not well[0]
        return aliyun_says("InvalidAccessKeyId.NotFound") if refused else arrived(asked)

    async def story(scene: Scene) -> None:
        await scene.after(5 * MINUTE)
        assert len(scene.asked("QuerySendDetails")) == 1
        assert scene.puller.lasting() == {}
        await scene.after(LASTS)
        assert "InvalidAccessKeyId" in scene.puller.lasting()["sms"]
        well[0] = True
        await scene.after(timedelta(hours=1))
        assert scene.puller.faults == {}

    assert lived("aliyun", answer, story).states == {"delivered"}


@pytest.mark.usefixtures("either_database")
def test_tencents_queue_is_emptied_page_by_page_and_what_is_not_ours_changes_nothing() -> None:
    foreign = [status(f"166{place:08d}", "SUCCESS") for place in range(99)]
    mine: list[str] = []

    def says(pull: int) -> Any:
        pages: Sequence[list[dict[str, str]]] = (
            [status(mine[0], "SUCCESS"), *foreign], [status(mine[0], "SUCCESS"), status(mine[1], "FAIL")]
        )  # fmt: skip
        return statuses(*pages[pull - 1]) if pull <= 2 else statuses()

    async def story(scene: Scene) -> None:
        found = rows(scene.life, "SELECT address FROM deliveries WHERE channel = 'sms' ORDER BY id")
        mine.extend(str(address) for (address,) in found)
        await scene.after(MINUTE)
        assert [each["Limit"] for each in scene.asked("PullSmsSendStatus")] == [100, 100]

    scene = lived("tencent", tencent_of(says), story)
    states = rows(scene.life, "SELECT state FROM deliveries WHERE channel = 'sms' ORDER BY id")
    assert states[:2] == [("delivered",), ("failed",)]
    assert len(rows(scene.life, "SELECT 1 FROM ledger WHERE kind = 'receipt'")) == 2


@pytest.mark.parametrize(
    "says",
    [
        {"Response": {"Error": {"Code": "UnsupportedOperation", "Message": "not opened"}}},
        Drop(),
        {"Response": {}},
    ],
    ids=["not opened", "no answer", "no queue"],
)
def test_a_queue_that_cannot_be_read_is_a_fault_and_read_in_a_later_round(says: Any) -> None:
    async def story(scene: Scene) -> None:
        await scene.after(MINUTE)
        assert set(scene.puller.faults) == {"sms"}
        await scene.after(MINUTE)

    scene = lived("tencent", tencent_of(lambda pull: says if pull == 1 else statuses()), story)
    assert scene.puller.faults == {}
    assert scene.states == {"accepted"}


def test_what_was_pulled_while_the_database_cannot_be_written_is_written_in_the_next_round() -> None:
    mine: list[str] = []

    def says(pull: int) -> Any:
        return statuses(*(status(each, "SUCCESS") for each in mine)) if pull == 1 else statuses()

    async def story(scene: Scene) -> None:
        mine.extend(
            str(address) for (address,) in rows(scene.life, "SELECT address FROM deliveries WHERE channel = 'sms'")
        )
        with scene.life.database.write() as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER away BEFORE DELETE ON awaited BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        await scene.after(MINUTE)
        assert "disk full" in scene.puller.faults["sms"].reason
        with scene.life.database.write() as connection:
            connection.exec_driver_sql("DROP TRIGGER away")
        await scene.after(MINUTE)

    scene = lived("tencent", tencent_of(says), story)
    assert scene.puller.faults == {}
    assert scene.states == {"delivered"}


def test_channels_that_are_not_to_be_asked_are_not_asked() -> None:
    life = living(first_step(city(), "sms"))
    assert (
        puller_of(life.config, life.channels, life.database, lambda: life.engine.situation, life.clock.now).channels
        == {}
    )
    assert AliyunSettings.model_fields["receipts"].default is TencentSettings.model_fields["receipts"].default is None


def test_the_daemon_asks_as_soon_as_it_runs_and_stops_in_good_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_SECRET", SECRET)
    provider = Provider([tencent_of(lambda _: statuses())])

    def pulled() -> list[dict[str, Any]]:
        return [each for each in provider.asked if each["action"] == "PullSmsSendStatus"]

    async def live(url: str) -> None:
        sms = {"kind": "tencent", "secret_id": "x", "secret": {"env": "SMS_SECRET"}, "app_id": "1", "signature": "x",
               "templates": {"default": {"code": "1"}}, "url": url, "receipts": "pull"}  # fmt: skip
        settings = f"start: 2024-01-01\nchannels: {json.dumps({'sms': sms})}\n"
        config = load(lay_out(tmp_path, {**TOWN, "duban.yaml": settings}))
        with closing(open_database(config)) as database:
            database.migrate()
            service = Service(config, database, SystemClock())
            running = asyncio.create_task(service.run())
            while not pulled():
                await asyncio.sleep(0.01)
            service._stopping.set()
            await running
            assert service._puller.faults == {}

    serving(gateways.tencent(provider, SECRET), live)
    assert pulled() == [{"action": "PullSmsSendStatus", "Limit": 100, "SmsSdkAppId": "1"}]
