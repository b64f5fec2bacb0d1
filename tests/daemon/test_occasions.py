"""Occasions: everyone told of the same at once goes in one request, and is told once, also after a death."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from daemon.engine import Engine
from daemon.occasions import occasion
from daemon.store import deliveries
from notifiers.aliyun import AliyunChannel
from notifiers.channel import Message, Outcome, Temporary
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.daemon.test_one_voice import AT, city, living, rows
from tests.notifiers import gateways
from tests.notifiers.gateways import Provider, serving
from tests.notifiers.test_sms_providers import SECRET, aliyun_says, details, templates
from tests.stories.telling import Life, life_from, sample_city

MOMENT = datetime(2026, 9, 18, 6, 20, tzinfo=UTC)
TOLD = ["reg-15a/ent/acc-1/start", "ent-01a/ent/2026-09/-1wd"]


class DiedError(BaseException):
    """The process is gone."""


class Mortal(AliyunChannel):
    """Dies before it can say that messages were taken."""

    async def send(self, message: Message) -> Outcome:
        await super().send(message)
        if self.dead.locked():
            await asyncio.Event().wait()
        await self.dead.acquire()
        raise DiedError

    def __post_init__(self) -> None:
        super().__post_init__()
        self.dead = asyncio.Lock()


def test_an_occasion_is_what_is_told_and_when_whoever_is_told_and_in_whatever_order() -> None:
    first = occasion("sms", TOLD, MOMENT)
    assert first == occasion("sms", [*reversed(TOLD), TOLD[0]], MOMENT)
    others = [
        occasion("sms2", TOLD, MOMENT),
        occasion("sms", TOLD[:1], MOMENT),
        occasion("sms", TOLD, MOMENT.replace(microsecond=1)),
    ]
    assert len({first, *others}) == 4


def test_those_who_are_told_of_one_step_at_once_share_an_occasion_and_keep_it_on_every_retry() -> None:
    sms = MemoryChannel("sms", AddressKind.MOBILE, script=[Temporary("busy")] * 4)
    living(city(), sms=sms).go_to(AT).sleep_until("2026-09-18T15:30")
    first = [each for each in sms.attempts if each.notices[0].split("/")[3] == "start"]
    assert len({each.address for each in first}) > 1
    assert len({each.occasion for each in first}) == 1
    assert any(each.attempt > 1 for each in first)


def test_an_occasion_stays_the_same_where_a_part_of_what_was_to_be_said_is_done_before_a_retry() -> None:
    sms = MemoryChannel("sms", AddressKind.MOBILE, script=[Temporary("busy")] * 1000)
    life = life_from(sample_city("ent-01a", "ent-09a"), "2026-06-29T08:30")
    life = Life(
        life.config, life.clock, life.database, {"sms": sms, "email": MemoryChannel("email", AddressKind.EMAIL)}
    )
    life.sleep_until("2026-06-29T09:01")
    digest = next(each for each in sms.attempts if len(each.notices) > 1)
    life.done(digest.notices[0].rsplit("/", 2)[0]).sleep_until("2026-06-29T11:00")
    again = [each for each in sms.attempts if each.message_id == digest.message_id]
    assert min(len(each.notices) for each in again) < len(digest.notices)
    assert {each.occasion for each in again} == {digest.occasion}


@pytest.mark.usefixtures("either_database")
def test_what_was_taken_before_a_death_is_asked_about_number_by_number_and_not_sent_twice() -> None:
    life = living(city(), sms=MemoryChannel("sms", AddressKind.MOBILE))
    life.clock.set(life.moment(AT))
    taken: Counter[tuple[str, str]] = Counter()

    def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        if asked["action"] == "SendSms":
            taken.update((each, asked["OutId"]) for each in asked["PhoneNumbers"].split(","))
            return aliyun_says("OK")
        return details(*({"OutId": name, "SendStatus": 3} for to, name in taken if to == asked["PhoneNumber"]))

    provider = Provider([answer])

    def channels(url: str, kind: type[AliyunChannel]) -> dict[str, Any]:
        sms = kind(
            "sms", access_key="x", secret=SECRET, signature="x", templates=templates(), now=life.clock.now, url=url
        )
        return {**life.channels, "sms": sms}

    async def live(url: str) -> None:
        dying = channels(url, Mortal)
        engine = Engine(life.config, life.database, dying, life.clock)
        engine.decide(life.clock.now())
        with pytest.raises(DiedError):
            await engine.dispatcher.drain(dying["sms"])
        await dying["sms"].close()
        with life.database.write() as connection:
            deliveries.release_orphans(connection, life.clock.now())
        living_on = channels(url, AliyunChannel)
        await Engine(life.config, life.database, living_on, life.clock).dispatcher.drain(living_on["sms"])
        await living_on["sms"].close()

    serving(gateways.aliyun(provider, SECRET), live)
    assert [each["action"] for each in provider.asked[:2]] == ["SendSms", "QuerySendDetails"]
    assert len(provider.asked[0]["PhoneNumbers"].split(",")) > 1
    assert set(taken.values()) == {1}
    states = rows(life, "SELECT DISTINCT state FROM deliveries WHERE channel = 'sms'")
    assert states == [("accepted",)]
    assert len(rows(life, "SELECT 1 FROM deliveries WHERE channel = 'sms'")) == len(taken)
