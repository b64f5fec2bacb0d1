"""Batches: the same SMS to many goes in one request, and each hears what became of its own."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.batching import Answer, Batches
from notifiers.channel import Outcome, Permanent, Sent, Stopped, Temporary, Unknown
from notifiers.error_classes import LATER
from tests.notifiers import gateways
from tests.notifiers.gateways import Drop, Provider, sent_at_once
from tests.notifiers.test_sms_providers import (
    MESSAGE,
    SECRET,
    aliyun,
    aliyun_says,
    details,
    mas,
    tencent,
    tencent_fails,
    tencent_says,
)

NUMBERS = [f"138000{place:05d}" for place in range(40)]
GROUP = [replace(MESSAGE, address=each, message_id=f"<{each}@x>", occasion="0c0c") for each in NUMBERS]
AGAIN = [replace(each, attempt=2) for each in GROUP]
FREE = [replace(each, text="【督办】请办理") for each in GROUP]
TAKEN = {"success": True, "rspcod": "success", "msgGroup": "0725"}


def numbers_in(asked: Mapping[str, Any]) -> list[str]:
    """The numbers that one request goes to, without their country."""
    found = asked.get("PhoneNumberSet") or str(asked.get("PhoneNumbers") or asked.get("mobiles")).split(",")
    return [each.removeprefix("+86") for each in found]


def of_each(says: Callable[[str], str]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """What Tencent answers: a code for each number."""

    def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"Response": {"SendStatusSet": [
            {"PhoneNumber": f"+86{each}", "SerialNo": f"s-{each}", "Code": says(each), "Message": "说明"}
            for each in reversed(numbers_in(asked))
        ]}}  # fmt: skip

    return answer


def of_all(bad: str, refused: Any, taken: Any) -> Callable[[Mapping[str, Any]], Any]:
    """What Aliyun and 云MAS answer: one word for all, a refusal if a bad number is among them."""
    return lambda asked: refused if bad in numbers_in(asked) else taken


def everyone_once(provider: Provider) -> bool:
    return Counter(each for asked in provider.asked for each in numbers_in(asked)) == Counter(NUMBERS)


@pytest.mark.parametrize(
    ("gateway", "build", "messages", "says"),
    [
        (gateways.aliyun, aliyun, GROUP, aliyun_says("OK")),
        (gateways.tencent, tencent, GROUP, of_each(lambda _: "Ok")),
        (gateways.mas, mas, FREE, TAKEN),
    ],
    ids=["aliyun", "tencent", "mas"],
)
def test_what_many_are_told_at_once_goes_in_one_request(gateway: Any, build: Any, messages: Any, says: Any) -> None:
    provider = Provider([says])
    outcomes = sent_at_once(gateway(provider, SECRET), build, messages)
    assert all(isinstance(each, Sent) for each in outcomes)
    assert len(provider.asked) == 1
    assert everyone_once(provider)


def test_a_batch_of_aliyun_bears_the_name_of_the_occasion_by_which_receipts_come() -> None:
    provider = Provider([aliyun_says("OK")])
    outcomes = sent_at_once(gateways.aliyun(provider, SECRET), aliyun, GROUP)
    assert provider.asked[0]["OutId"] == "0c0c"
    assert set(outcomes) == {Sent("900619746936498440^0", receipt="0c0c")}


def test_other_words_or_another_occasion_go_in_requests_of_their_own() -> None:
    provider = Provider([aliyun_says("OK")])
    other = [replace(each, occasion="0d0d") for each in GROUP[:20]]
    words = [replace(each, facts={**each.facts, "due_day": "7月1日"}) for each in GROUP[20:30]]
    sent_at_once(gateways.aliyun(provider, SECRET), aliyun, [*other, *words, *GROUP[30:]])
    assert sorted(len(numbers_in(each)) for each in provider.asked) == [10, 10, 20]
    assert everyone_once(provider)


def test_tencent_refuses_one_number_and_takes_the_others() -> None:
    bad = NUMBERS[7]
    code = "FailedOperation.PhoneNumberInBlacklist"
    provider = Provider([of_each(lambda each: code if each == bad else "Ok")])
    outcomes = sent_at_once(gateways.tencent(provider, SECRET), tencent, GROUP)
    assert [type(each) for each in outcomes] == [Permanent if each == bad else Sent for each in NUMBERS]
    assert [each.reference for each in outcomes if isinstance(each, Sent)] == [
        f"s-{each}" for each in NUMBERS if each != bad
    ]
    assert len(provider.asked) == 1


def test_a_number_that_tencent_says_nothing_about_is_doubtful() -> None:
    provider = Provider([tencent_says("Ok")])  # about a number that is nobody's here
    outcomes = sent_at_once(gateways.tencent(provider, SECRET), tencent, GROUP[5:9])
    assert {type(each) for each in outcomes} == {Unknown}


@pytest.mark.parametrize(
    ("gateway", "build", "messages", "refused", "taken", "outcome"),
    [
        (gateways.aliyun, aliyun, GROUP, aliyun_says("isv.MOBILE_NUMBER_ILLEGAL"), aliyun_says("OK"), Permanent),
        (gateways.aliyun, aliyun, GROUP, aliyun_says("isv.BUSINESS_LIMIT_CONTROL"), aliyun_says("OK"), Temporary),
        (gateways.mas, mas, FREE, {"success": False, "rspcod": "InvalidMobile"}, TAKEN, Permanent),
        (
            gateways.tencent, tencent, GROUP, tencent_fails("InvalidParameterValue.IncorrectPhoneNumber"),
            of_each(lambda _: "Ok"), Permanent,
        ),
    ],
    ids=["aliyun: a bad number", "aliyun: a number that had too many", "mas", "tencent"],
)  # fmt: skip
def test_one_number_that_spoils_a_batch_keeps_nobody_else_from_being_told(
    gateway: Any, build: Any, messages: Any, refused: Any, taken: Any, outcome: type[Outcome]
) -> None:
    bad = NUMBERS[7]
    answer = of_all(bad, refused, taken)
    if callable(taken):
        answer = lambda asked: refused if bad in numbers_in(asked) else taken(asked)  # noqa: E731 - as above
    provider = Provider([answer])
    outcomes = sent_at_once(gateway(provider, SECRET), build, messages)
    assert [type(each) for each in outcomes] == [outcome if each == bad else Sent for each in NUMBERS]
    assert [len(numbers_in(each)) for each in provider.asked] == [40] + [1] * 40


@pytest.mark.parametrize(
    ("says", "outcome"),
    [("isv.AMOUNT_NOT_ENOUGH", Stopped), ("isp.SYSTEM_ERROR", Temporary), ("InternalError.Timeout", Unknown)],
)
def test_a_refusal_that_is_no_numbers_fault_holds_for_all(says: str, outcome: type[Outcome]) -> None:
    provider = Provider([aliyun_says(says)])
    outcomes = sent_at_once(gateways.aliyun(provider, SECRET), aliyun, GROUP)
    assert {type(each) for each in outcomes} == {outcome}
    assert len(provider.asked) == 1


def test_after_a_lost_answer_aliyun_is_asked_about_each_number_and_nothing_is_sent_twice() -> None:
    taken = [details({"OutId": "0c0c", "SendStatus": 3})]
    provider = Provider([Drop(), *taken])
    handler = gateways.aliyun(provider, SECRET)
    assert {type(each) for each in sent_at_once(handler, aliyun, GROUP)} == {Unknown}
    outcomes = sent_at_once(handler, aliyun, AGAIN)
    assert {each.receipt for each in outcomes if isinstance(each, Sent)} == {"0c0c"}
    assert [each["action"] for each in provider.asked] == ["SendSms"] + ["QuerySendDetails"] * 40
    assert sorted(each["PhoneNumber"] for each in provider.asked[1:]) == NUMBERS


def test_after_a_lost_answer_tencent_is_asked_about_each_number_and_only_what_it_does_not_know_is_sent() -> None:
    known, unknown = AGAIN[:3], AGAIN[3]

    def answer(asked: Mapping[str, Any]) -> Any:
        if asked["action"] == "SendSms":
            return Drop() if len(asked["PhoneNumberSet"]) > 1 else of_each(lambda _: "Ok")(asked)
        mine = [] if asked["PhoneNumber"].endswith(unknown.address) else [{"SessionContext": "0c0c"}]
        return {"Response": {"PullSmsSendStatusSet": mine}}

    provider = Provider([answer])
    handler = gateways.tencent(provider, SECRET)
    assert {type(each) for each in sent_at_once(handler, tencent, GROUP[:4])} == {Unknown}
    assert all(isinstance(each, Sent) for each in sent_at_once(handler, tencent, [*known, unknown]))
    sendings = [numbers_in(each) for each in provider.asked if each["action"] == "SendSms"]
    assert sendings == [NUMBERS[:4], [unknown.address]]


NAMES = st.sampled_from("abc")
PLACES = st.integers(0, 5)
SPOILS = (Permanent("p"), Temporary("l", LATER))
OUTCOMES = st.sampled_from([Sent("r"), *SPOILS, Temporary("t"), Unknown("u"), Stopped("s")])


@given(
    messages=st.lists(st.tuples(NAMES, PLACES), max_size=30),
    fate=st.dictionaries(st.tuples(NAMES, PLACES), OUTCOMES),
    number_by_number=st.booleans(),
    largest=st.integers(1, 7),
)
def test_whatever_is_sent_each_hears_of_its_own_number_and_no_request_names_one_twice(
    messages: Sequence[tuple[str, int]],
    fate: Mapping[tuple[str, int], Outcome],
    number_by_number: bool,
    largest: int,
) -> None:
    requests: list[Sequence[str]] = []
    taken: Counter[tuple[str, int]] = Counter()

    def fate_of(content: str, number: str) -> Outcome:
        return fate.get((content, int(number)), Sent(f"{content}{number}"))

    async def ask(content: str, numbers: Sequence[str]) -> Answer:
        requests.append(numbers)
        await asyncio.sleep(0)
        fates = {each: fate_of(content, each) for each in numbers}
        spoilt = next((each for each in fates.values() if each in SPOILS), None)
        if spoilt is not None and not number_by_number:
            return spoilt
        taken.update((content, int(each)) for each, become in fates.items() if isinstance(become, Sent | Unknown))
        return fates if number_by_number or len(set(fates.values())) > 1 else next(iter(fates.values()))

    async def run() -> list[Outcome]:
        batches = Batches(ask, largest, company=0)
        return await asyncio.gather(*(batches.send(content, str(number)) for content, number in messages))

    assert asyncio.run(run()) == [fate_of(content, str(number)) for content, number in messages]
    assert all(len(numbers) == len(set(numbers)) <= largest for numbers in requests)
    assert taken == Counter(each for each in messages if isinstance(fate.get(each, Sent()), Sent | Unknown))


def test_a_sender_who_is_cancelled_is_left_out_and_takes_nobody_along() -> None:
    asked: list[Sequence[str]] = []

    async def ask(_: str, numbers: Sequence[str]) -> Answer:
        asked.append(numbers)
        return Sent()

    async def run() -> Sequence[object]:
        batches = Batches(ask, 10)
        senders = [asyncio.create_task(batches.send("text", each)) for each in ("1", "2", "3")]
        alone = asyncio.create_task(batches.send("another", "4"))
        await asyncio.sleep(0)
        for each in (senders[1], alone):
            each.cancel()
        return await asyncio.gather(*senders, alone, return_exceptions=True)

    outcomes = asyncio.run(run())
    assert [type(each) for each in outcomes] == [Sent, asyncio.CancelledError, Sent, asyncio.CancelledError]
    assert asked == [("1", "3")]


def test_one_who_comes_while_a_request_is_under_way_is_told_by_another() -> None:
    asked: list[Sequence[str]] = []
    begun = asyncio.Event()

    async def ask(_: str, numbers: Sequence[str]) -> Answer:
        asked.append(numbers)
        begun.set()
        await asyncio.sleep(0.02)
        return Sent()

    async def run() -> None:
        batches = Batches(ask, 10)
        first = asyncio.create_task(batches.send("text", "1"))
        await begun.wait()
        await asyncio.gather(first, batches.send("text", "2"))

    asyncio.run(run())
    assert asked == [("1",), ("2",)]
