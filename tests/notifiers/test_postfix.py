"""SMTP with a real mail server, Postfix: what it took has arrived once and whole, what it refused has not."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from icalendar import Calendar

from notifiers.channel import Message, Outcome, Permanent, Sent, Stopped, Temporary, Unknown
from notifiers.invitations import Invitation
from notifiers.mail import parse_notice_keys
from notifiers.smtp import SmtpChannel, Tls
from tests.notifiers.letters import letter
from tests.notifiers.smtp_peers import CERTIFICATE, EXPIRED
from tests.notifiers.test_smtp import channel
from tests.passwords import PASSWORD, USERNAME
from tests.postfix import DOMAIN, LARGEST, Postfix

MANY = 200


def written(number: int, mailbox: str = "all") -> Message:
    """A letter that is told from others by every part of it."""
    due = Invitation(f"task-{number}", 0, date(2026, 10, 1), None, f"应急预案演练 {number}", "第一行\n第二行")
    return letter(
        message_id=f"<{mailbox}-{number}@{DOMAIN}>",
        address=f"{mailbox}+{number}@{DOMAIN}",
        name=f"李敏{number}",
        subject=f"【督办】事故联席会议 逾期{number}个工作日 · 滨海化工有限公司",
        text=f"第{number}封\n.\n..一行",
        notices=(f"reg-15a/ent-{number}/supervise/principal", f"企业-{number}/x"),
        invitation=due,
    )


def exchanged(port: int, exchange: Callable[[SmtpChannel], Awaitable[list[Outcome]]], **ours: Any) -> list[Outcome]:
    """What a channel's sendings came to."""

    async def run() -> list[Outcome]:
        email = channel(port, timeout=20.0, **ours)
        try:
            return await exchange(email)
        finally:
            await email.close()

    return asyncio.run(run())


def sent(port: int, *letters: Message, **ours: Any) -> list[Outcome]:
    """Send as many at once as there are connections."""

    async def exchange(email: SmtpChannel) -> list[Outcome]:
        return await asyncio.gather(*[email.send(each) for each in letters])

    return exchanged(port, exchange, **ours)


def test_many_messages_over_kept_connections_arrive_once_each_and_whole(postfix: Postfix) -> None:
    letters = [written(number) for number in range(MANY)]
    before = postfix.log().count(" connect from ")
    outcomes = sent(postfix.port, *letters, connections=4, tls=Tls.STARTTLS, authorities=CERTIFICATE)
    assert {type(each) for each in outcomes} == {Sent}
    assert postfix.log().count(" connect from ") - before == 4
    mails = postfix.arrived("all")
    assert len(mails) == MANY
    arrived = {str(mail["Message-ID"]): mail for mail in mails}
    for each in letters:
        mail = arrived[each.message_id]
        assert mail["Subject"] == each.subject
        (to,) = mail["To"].addresses
        assert (to.display_name, to.addr_spec) == (each.name, each.address)
        assert parse_notice_keys(str(mail["X-Duban-Notice"])) == each.notices
        assert mail["Delivered-To"] == each.address
        plain, _, calendar = mail.iter_parts()
        assert plain.get_content().split() == each.text.split()
        assert calendar.get_content_type() == "text/calendar"
        (entry,) = Calendar.from_ical(calendar.get_content()).walk("VEVENT")
        assert each.invitation is not None
        assert str(entry["SUMMARY"]) == each.invitation.title


def test_commands_that_travel_together_are_told_apart_by_a_real_server(postfix: Postfix) -> None:
    nobody = written(1, "li").address.replace("li", "nobody")
    outcomes = sent(
        postfix.port,
        written(1, "li"), letter(address=nobody), written(2, "li"), letter(address=f"later@{DOMAIN}"), written(3, "li"),
        connections=1,
    )  # fmt: skip
    assert [type(each) for each in outcomes] == [Sent, Permanent, Sent, Temporary, Sent]
    assert "550 5.1.1" in getattr(outcomes[1], "reason", "")
    assert getattr(outcomes[1], "bad_address", False)
    assert "450 4.2.1" in getattr(outcomes[3], "reason", "")
    arrived = {str(mail["Message-ID"]) for mail in postfix.arrived("li")}
    assert {written(number, "li").message_id for number in (1, 2, 3)} <= arrived


def test_a_message_that_is_too_large_is_permanent_and_the_connection_goes_on(postfix: Postfix) -> None:
    large = letter(message_id=f"<large@{DOMAIN}>", address=f"li@{DOMAIN}", text="大" * LARGEST)
    outcomes = sent(postfix.port, large, written(4, "li"), connections=1)
    assert [type(each) for each in outcomes] == [Permanent, Sent]
    assert "552 5.3.4" in getattr(outcomes[0], "reason", "")
    assert not getattr(outcomes[0], "bad_address", True)


def test_a_chinese_local_part_arrives(postfix: Postfix) -> None:
    (outcome,) = sent(postfix.port, letter(message_id=f"<utf8@{DOMAIN}>", address=f"李敏@{DOMAIN}"))
    assert isinstance(outcome, Sent)
    (mail,) = postfix.arrived("李敏")
    assert (mail["Message-ID"], mail["Delivered-To"]) == (f"<utf8@{DOMAIN}>", f"李敏@{DOMAIN}")


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_session_that_must_be_encrypted_is(postfix: Postfix, tls: Tls) -> None:
    port = postfix.port if tls is Tls.STARTTLS else postfix.tls_port
    sign = f"<encrypted-{tls.value}@{DOMAIN}>"
    (outcome,) = sent(port, letter(message_id=sign, address=f"li@{DOMAIN}"), tls=tls, authorities=CERTIFICATE)
    assert isinstance(outcome, Sent)
    (mail,) = [each for each in postfix.arrived("li") if each["Message-ID"] == sign]
    assert "with ESMTPS" in str(mail["Received"])


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
@pytest.mark.parametrize(
    ("ours", "says"),
    [({"authorities": CERTIFICATE, "host": "127.0.0.1"}, "IP address mismatch"), ({}, "certificate")],
)
def test_a_server_that_may_be_another_is_told_nothing(
    postfix: Postfix, tls: Tls, ours: dict[str, Any], says: str
) -> None:
    port = postfix.port if tls is Tls.STARTTLS else postfix.tls_port
    (outcome,) = sent(port, letter(address=f"li@{DOMAIN}"), tls=tls, **ours)
    assert isinstance(outcome, Temporary)
    assert says in outcome.reason


def test_a_server_whose_certificate_has_expired_is_told_nothing(postfix: Postfix) -> None:
    (outcome,) = sent(postfix.expired_port, letter(address=f"li@{DOMAIN}"), tls=Tls.STARTTLS, authorities=EXPIRED)
    assert isinstance(outcome, Temporary)
    assert "expired" in outcome.reason


def test_nothing_is_lost_or_doubled_when_the_server_stops_and_is_started_again_in_between(postfix: Postfix) -> None:
    letters = [written(number, "steady") for number in range(30)]

    async def exchange(email: SmtpChannel) -> list[Outcome]:
        first = [await email.send(each) for each in letters[:10]]
        await asyncio.to_thread(postfix.stop)
        down = [await email.send(each) for each in letters[10:20]]
        await asyncio.to_thread(postfix.start)
        again = [await email.send(each) for each in letters[10:]]
        return [*first, *down, *again]

    outcomes = exchanged(postfix.port, exchange)
    assert [type(each) for each in outcomes] == [Sent] * 10 + [Temporary] * 10 + [Sent] * 20
    found = Counter(str(mail["Message-ID"]) for mail in postfix.arrived("steady"))
    assert found == {each.message_id: 1 for each in letters}


def test_who_logs_in_may_send_and_who_does_not_may_not(postfix: Postfix) -> None:
    login = {"tls": Tls.STARTTLS, "authorities": CERTIFICATE, "username": USERNAME}
    (right,) = sent(postfix.login_port, written(2000), **login, password=PASSWORD)
    (wrong,) = sent(postfix.login_port, written(2001), **login, password="another")
    (none,) = sent(postfix.login_port, written(2002), tls=Tls.STARTTLS, authorities=CERTIFICATE)
    assert isinstance(right, Sent)
    assert isinstance(wrong, Stopped)
    assert isinstance(none, Permanent | Stopped)
    found = {str(mail["Message-ID"]) for mail in postfix.arrived("all")}
    assert {f"<all-{number}@{DOMAIN}>" for number in range(2000, 2003)} & found == {f"<all-2000@{DOMAIN}>"}


def test_when_the_server_breaks_off_in_the_middle_what_it_took_has_arrived_and_what_it_did_not_has_not(
    postfix: Postfix,
) -> None:
    letters = [written(number, "steady") for number in range(1000, 1100)]
    outcomes: dict[str, Outcome] = {}

    async def exchange(email: SmtpChannel) -> list[Outcome]:
        broken, line = asyncio.Event(), asyncio.Semaphore(4)

        async def send(each: Message) -> None:
            async with line:
                if len(outcomes) >= 75:  # however quick it is, some come too late
                    await broken.wait()
                outcomes[each.message_id] = await email.send(each)

        under_way = asyncio.gather(*[send(each) for each in letters])
        while len(outcomes) < 25:
            await asyncio.sleep(0.005)
        await asyncio.to_thread(postfix.break_off)
        broken.set()
        await under_way
        return list(outcomes.values())

    try:
        exchanged(postfix.port, exchange, connections=4)
    finally:
        with suppress(Exception):
            postfix.start()
    found = Counter(str(mail["Message-ID"]) for mail in postfix.arrived("steady"))
    assert {type(each) for each in outcomes.values()} <= {Sent, Temporary, Unknown}
    assert any(isinstance(each, Temporary) for each in outcomes.values())
    for message_id, outcome in outcomes.items():
        most = 0 if isinstance(outcome, Temporary) else 1
        least = 1 if isinstance(outcome, Sent) else 0
        assert least <= found[message_id] <= most, outcome
