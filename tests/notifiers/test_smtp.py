"""SMTP: what became of a message, whatever the server does. The peers are real servers on loopback."""

import asyncio
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from notifiers.channel import Outcome, Permanent, Sent, Stopped, Temporary, Unknown
from notifiers.mail import compose_mail
from notifiers.mailbox import AddressError
from notifiers.smtp import SmtpChannel, Tls
from tests.notifiers.letters import SENDER, letter
from tests.notifiers.smtp_peers import (
    CERTIFICATE,
    EXPIRED,
    Behaviour,
    Inbox,
    bare_server,
    free_port,
    mail_server,
    server_tls,
    silence,
    silence_after_content,
)


def channel(port: int, **changes: Any) -> SmtpChannel:
    settings: dict[str, Any] = {"host": "localhost", "tls": Tls.NONE, "sender": SENDER, "timeout": 5.0} | changes
    return SmtpChannel("email", port=port, **settings)


def sent_to(
    inbox: Inbox, server: dict[str, Any] | None = None, address: str = "li@example.com", **ours: Any
) -> Outcome:
    """Send one message to a server that answers as `inbox` does."""

    async def exchange() -> Outcome:
        async with mail_server(inbox, **(server or {})) as port:
            email = channel(port, **ours)
            outcome = await email.send(letter(address=address))
            await email.close()
            return outcome

    return asyncio.run(exchange())


def sent_to_bare(behaviour: Behaviour, timeout: float) -> Outcome:
    async def exchange() -> Outcome:
        async with bare_server(behaviour) as port:
            return await channel(port, timeout=timeout).send(letter())

    return asyncio.run(exchange())


def test_an_accepted_message_arrives_as_composed_at_exactly_one_recipient_and_the_servers_reply_is_kept() -> None:
    inbox = Inbox()
    assert sent_to(inbox) == Sent("OK queued as 4F2A")
    assert inbox.contents == [compose_mail(letter(), SENDER)]
    assert inbox.recipients == [["li@example.com"]]


def test_a_recipient_refused_with_4xx_is_temporary() -> None:
    assert sent_to(Inbox(rcpt="450 4.2.0 greylisted")) == Temporary("naming the recipient: 450 4.2.0 greylisted")


def test_a_recipient_refused_with_5xx_is_permanent() -> None:
    refused = Permanent("naming the recipient: 550 5.1.1 no such user", bad_address=True)
    assert sent_to(Inbox(rcpt="550 5.1.1 no such user")) == refused


def test_a_recipient_refused_because_the_server_wants_a_login_stops_the_channel() -> None:
    assert isinstance(sent_to(Inbox(rcpt="530 5.7.0 authentication required")), Stopped)


def test_a_message_refused_with_5xx_is_permanent() -> None:
    assert isinstance(sent_to(Inbox(data="554 5.7.1 content refused")), Permanent)


def test_a_message_refused_with_4xx_is_temporary() -> None:
    assert isinstance(sent_to(Inbox(data="452 4.3.1 disk full")), Temporary)


def test_an_answer_to_the_message_that_is_neither_yes_nor_no_is_unknown() -> None:
    assert isinstance(sent_to(Inbox(data="299 perhaps")), Unknown)


def test_an_answer_to_the_recipient_that_is_neither_yes_nor_no_is_temporary() -> None:
    assert isinstance(sent_to(Inbox(rcpt="299 perhaps")), Temporary)


def test_a_server_that_closes_with_421_after_the_recipient_is_temporary() -> None:
    assert isinstance(sent_to(Inbox(rcpt="421 4.3.2 shutting down")), Temporary)


def test_a_refused_sender_is_temporary_because_no_recipient_is_at_fault() -> None:
    assert isinstance(sent_to(Inbox(mail="553 5.7.1 sender not allowed")), Temporary)


def test_a_connection_lost_while_the_message_is_handed_over_is_unknown() -> None:
    assert isinstance(sent_to(Inbox(drop_at="DATA")), Unknown)


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT"])
def test_a_connection_lost_before_the_message_is_handed_over_is_temporary(command: str) -> None:
    assert isinstance(sent_to(Inbox(drop_at=command)), Temporary)


def test_a_server_that_is_down_is_temporary() -> None:
    outcome = asyncio.run(channel(free_port()).send(letter()))
    assert isinstance(outcome, Temporary)
    assert "opening the session" in outcome.reason


def test_a_host_that_does_not_exist_is_temporary() -> None:
    assert isinstance(asyncio.run(channel(25, host="mail.invalid").send(letter())), Temporary)


def test_a_silent_server_is_temporary_and_costs_no_more_than_the_timeout() -> None:
    assert isinstance(sent_to_bare(silence, timeout=0.2), Temporary)


def test_a_server_that_takes_the_message_and_falls_silent_is_unknown() -> None:
    assert isinstance(sent_to_bare(silence_after_content, timeout=0.5), Unknown)


def test_a_server_without_starttls_gets_nothing_in_plain() -> None:
    inbox = Inbox()
    outcome = sent_to(inbox, tls=Tls.STARTTLS, username="duban", password="secret")
    assert isinstance(outcome, Temporary)
    assert "STARTTLS" in outcome.reason
    assert inbox.commands == ["EHLO"]


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_certificate_of_unknown_origin_is_temporary_and_nothing_is_sent(tls: Tls) -> None:
    inbox = Inbox()
    outcome = sent_to(inbox, tls_server(tls), tls=tls)
    assert isinstance(outcome, Temporary)
    assert "certificate" in outcome.reason.lower()
    assert "MAIL" not in inbox.commands


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_certificate_of_the_operators_own_authority_is_trusted(tls: Tls) -> None:
    inbox = Inbox()
    assert isinstance(sent_to(inbox, tls_server(tls), tls=tls, authorities=CERTIFICATE), Sent)
    assert len(inbox.contents) == 1


def test_a_certificate_for_another_host_is_temporary() -> None:
    outcome = sent_to(Inbox(), tls_server(Tls.IMPLICIT), tls=Tls.IMPLICIT, authorities=CERTIFICATE, host="127.0.0.1")
    assert isinstance(outcome, Temporary)


def test_a_certificate_that_has_expired_is_temporary_and_said_to_be_so() -> None:
    server = {"tls_context": server_tls(EXPIRED)}
    outcome = sent_to(Inbox(), server, tls=Tls.STARTTLS, authorities=EXPIRED)
    assert isinstance(outcome, Temporary)
    assert "expired" in outcome.reason


def tls_server(tls: Tls) -> dict[str, Any]:
    return {"implicit_tls": True} if tls is Tls.IMPLICIT else {"tls_context": server_tls()}


def test_a_wrong_password_stops_the_channel_and_names_the_refusal() -> None:
    outcome = sent_to(Inbox(), login_server(), **login("wrong"))
    assert isinstance(outcome, Stopped)
    assert "535" in outcome.reason


def test_a_right_password_sends() -> None:
    assert isinstance(sent_to(Inbox(), login_server(), **login("right")), Sent)


def login_server() -> dict[str, Any]:
    def authenticate(*attempt: Any) -> Any:
        return AuthResult(success=attempt[-1].password == b"right", handled=False)

    return {"authenticator": authenticate, "auth_required": True} | tls_server(Tls.STARTTLS)


def login(password: str) -> dict[str, Any]:
    return {"username": "duban", "password": password, "tls": Tls.STARTTLS, "authorities": CERTIFICATE}


def test_a_malformed_address_is_permanent_and_the_server_is_not_troubled() -> None:
    inbox = Inbox()
    assert isinstance(sent_to(inbox, address="li@example.com>, evil@example.com"), Permanent)
    assert inbox.commands == []


def test_a_chinese_domain_is_named_in_its_ascii_form() -> None:
    inbox = Inbox()
    assert isinstance(sent_to(inbox, address="li@安委办.中国"), Sent)
    assert inbox.recipients == [["li@xn--wfrr1opnb.xn--fiqs8s"]]


def test_a_chinese_local_part_goes_to_a_server_that_can_carry_it() -> None:
    inbox = Inbox()
    assert isinstance(sent_to(inbox, {"enable_SMTPUTF8": True}, address="李敏@example.com"), Sent)
    assert inbox.recipients == [["李敏@example.com"]]


def test_a_chinese_local_part_is_permanent_where_the_server_cannot_carry_it() -> None:
    inbox = Inbox()
    assert isinstance(sent_to(inbox, address="李敏@example.com"), Permanent)
    assert "MAIL" not in inbox.commands


def test_a_chinese_local_part_is_permanent_on_a_kept_connection_too_which_goes_on_to_serve() -> None:
    inbox = Inbox()

    async def exchange() -> list[Outcome]:
        async with mail_server(inbox) as port:
            email = channel(port, connections=1)
            outcomes = [await email.send(letter(address=each)) for each in ("a@b.cn", "李敏@b.cn", "c@b.cn")]
            await email.close()
            return outcomes

    assert [type(each) for each in asyncio.run(exchange())] == [Sent, Permanent, Sent]
    assert len(inbox.sessions) == 1


def test_closing_a_channel_whose_server_has_gone_is_quiet() -> None:
    async def exchange() -> None:
        inbox = Inbox()
        async with mail_server(inbox) as port:
            email = channel(port)
            await email.send(letter())
            inbox.drop_at = "QUIT"
            await email.close()

    asyncio.run(exchange())


def test_a_sender_that_not_every_server_can_carry_is_refused_at_the_start() -> None:
    with pytest.raises(AddressError):
        channel(25, sender="安委办@example.gov.cn")


def test_the_password_does_not_appear_when_the_channel_is_printed() -> None:
    assert "secret" not in repr(channel(25, username="duban", password="secret"))


def test_messages_one_after_another_share_one_connection() -> None:
    inbox = Inbox()
    outcomes = asyncio.run(_several(inbox, at_once=False))
    assert outcomes == [Sent("OK queued as 4F2A")] * 6
    assert len(inbox.sessions) == 1


def test_messages_at_once_share_as_many_connections_as_allowed() -> None:
    inbox = Inbox()
    outcomes = asyncio.run(_several(inbox, at_once=True))
    assert outcomes == [Sent("OK queued as 4F2A")] * 6
    assert len(inbox.sessions) == 2


async def _several(inbox: Inbox, *, at_once: bool) -> list[Outcome]:
    async with mail_server(inbox) as port:
        email = channel(port, connections=2)
        letters = [letter(message_id=f"<d-{number}@duban.example>") for number in range(6)]
        if at_once:
            outcomes = await asyncio.gather(*[email.send(each) for each in letters])
        else:
            outcomes = [await email.send(each) for each in letters]
        await email.close()
        return outcomes


def test_a_refused_recipient_does_not_spoil_the_connection_for_the_next() -> None:
    inbox = Inbox(rcpt="550 5.1.1 no such user")

    async def exchange() -> list[Outcome]:
        async with mail_server(inbox) as port:
            email = channel(port, connections=1)
            refused = await email.send(letter())
            inbox.rcpt = ""
            accepted = await email.send(letter(message_id="<d-2@duban.example>"))
            await email.close()
            return [refused, accepted]

    refused, accepted = asyncio.run(exchange())
    assert isinstance(refused, Permanent)
    assert isinstance(accepted, Sent)
    assert len(inbox.sessions) == 1


def test_a_kept_connection_that_the_server_has_dropped_meanwhile_loses_no_message() -> None:
    inbox = Inbox()

    async def exchange() -> Outcome:
        async with mail_server(inbox, timeout=0.1) as port:
            email = channel(port, connections=1)
            await email.send(letter())
            await asyncio.sleep(0.3)
            second = await email.send(letter(message_id="<d-2@duban.example>"))
            await email.close()
            return second

    assert isinstance(asyncio.run(exchange()), Sent)
    assert len(inbox.contents) == 2


def test_a_kept_connection_that_breaks_at_the_sender_gives_way_to_a_fresh_one() -> None:
    inbox = Inbox()

    async def exchange() -> Outcome:
        async with mail_server(inbox) as port:
            email = channel(port, connections=1)
            await email.send(letter())
            inbox.mail = "421 4.4.2 idle too long"
            first_mail = inbox.commands.count("MAIL")
            task = asyncio.create_task(email.send(letter(message_id="<d-2@duban.example>")))
            while inbox.commands.count("MAIL") == first_mail:
                await asyncio.sleep(0)
            inbox.mail = ""
            second = await task
            await email.close()
            return second

    assert isinstance(asyncio.run(exchange()), Sent)
    assert len(inbox.sessions) == 2


def test_a_send_that_is_cancelled_gives_its_connection_back() -> None:
    async def exchange() -> Outcome:
        async with bare_server(silence) as port:
            email = channel(port, connections=1)
            task = asyncio.create_task(email.send(letter()))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            email.timeout = 0.1
            return await email.send(letter())

    assert isinstance(asyncio.run(exchange()), Temporary)
