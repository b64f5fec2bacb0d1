"""Commands that travel together (RFC 2920): what became of a message is the same as when each is answered alone."""

import asyncio
from typing import Any

import pytest
from aiosmtplib import SMTP
from hypothesis import given, settings
from hypothesis import strategies as st

from notifiers.channel import Outcome, Permanent, Sent, Temporary, Unknown
from notifiers.mail import compose_mail
from notifiers.smtp_session import SmtpSession
from tests.notifiers.letters import SENDER, letter
from tests.notifiers.smtp_peers import Behaviour, Inbox, PipeliningPeer, bare_server, mail_server
from tests.notifiers.test_smtp import channel


def exchange(behaviour: Behaviour, letters: int = 1, **ours: Any) -> list[Outcome]:
    """Send letters one after the other on one connection."""

    async def send() -> list[Outcome]:
        async with bare_server(behaviour) as port:
            email = channel(port, connections=1, **ours)
            outcomes = [await email.send(letter(message_id=f"<d-{number}@b.example>")) for number in range(letters)]
            await email.close()
            return outcomes

    return asyncio.run(send())


def test_sender_recipient_and_the_wish_to_hand_over_travel_in_one_write() -> None:
    peer = PipeliningPeer()
    assert exchange(peer.serve, 2) == [Sent("taken"), Sent("taken")]
    once = "MAIL RCPT DATA | . |"
    assert " ".join(peer.commands) == f"EHLO | {once} {once} QUIT |"
    assert peer.contents == [compose_mail(letter(message_id=f"<d-{number}@b.example>"), SENDER) for number in (0, 1)]


@pytest.mark.parametrize(
    ("peer", "outcome", "phase"),
    [
        (PipeliningPeer(mail="550 not you", rcpt="503 no", data="503 no"), Temporary, "opening the session: 550"),
        (PipeliningPeer(rcpt="550 nobody", data="503 no"), Permanent, "naming the recipient: 550"),
        (PipeliningPeer(rcpt="450 later", data="503 no"), Temporary, "naming the recipient: 450"),
        (PipeliningPeer(data="452 full"), Temporary, "handing over the message: 452"),
        (PipeliningPeer(content="554 spam"), Permanent, "handing over the message: 554"),
        (PipeliningPeer(content="299 perhaps"), Unknown, "handing over the message: 299"),
        (PipeliningPeer(mail="drop"), Temporary, "naming the recipient"),
        (PipeliningPeer(data="drop"), Temporary, "naming the recipient"),
        (PipeliningPeer(data="this is no SMTP"), Temporary, "naming the recipient"),
        (PipeliningPeer(data="354 go on\r\n421 closing"), Temporary, "421 closing"),
        (PipeliningPeer(data="250-" + "x" * 40_000), Temporary, "naming the recipient"),
        (PipeliningPeer(content="drop"), Unknown, "handing over the message"),
    ],
)  # fmt: skip
def test_the_first_refusal_of_a_group_decides_and_a_loss_is_ambiguous_only_once_the_content_has_left(
    peer: PipeliningPeer, outcome: type[Outcome], phase: str
) -> None:
    (found,) = exchange(peer.serve)
    assert isinstance(found, outcome)
    assert phase in getattr(found, "reason", "")
    handed_over = outcome is not Temporary and "recipient" not in phase
    assert len([each for each in peer.contents if each]) == handed_over


def test_a_server_that_waits_for_content_though_it_refused_the_recipient_gets_none() -> None:
    peer = PipeliningPeer(rcpt="550 nobody")
    assert [type(each) for each in exchange(peer.serve, 2)] == [Permanent, Permanent]
    assert peer.contents == [b"", b""]
    once = "MAIL RCPT DATA | . |"
    assert " ".join(peer.commands) == f"EHLO | {once} RSET | {once} QUIT |"


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_a_refusal_in_chinese_is_quoted_as_the_server_says_it(charset: str) -> None:
    (found,) = exchange(PipeliningPeer(rcpt="550-用户不存在\r\n550 请核对地址", data="503 no", charset=charset).serve)
    assert found == Permanent("naming the recipient: 550 用户不存在 请核对地址")


def test_replies_of_several_lines_that_arrive_in_pieces_are_each_one_reply() -> None:
    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        replies = {b"EHLO": b"250-here\r\n250 PIPELINING\r\n", b".\r\n": b"250-well\r\n250 taken\r\n"}
        content = False
        while line := await reader.readline():
            if content and line != b".\r\n":
                continue
            content = line.startswith(b"DATA")
            reply = b"354 go on\r\n" if content else replies.get(line[:4], b"250-two\r\n250 lines\r\n")
            for byte in reply:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0)

    assert exchange(dribble, 2) == [Sent("well taken"), Sent("well taken")]


def test_a_server_that_says_goodbye_unasked_is_left_for_a_fresh_connection() -> None:
    connections = 0

    async def impatient(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        peer = PipeliningPeer(content="250 taken\r\n421 closing")
        await peer.serve(reader, writer)

    assert exchange(impatient, 3) == [Sent("taken")] * 3
    assert connections == 3


@given(st.lists(st.text(". a", max_size=4), max_size=8))
@settings(max_examples=30)
def test_lines_that_begin_with_dots_arrive_as_they_were(lines: list[str]) -> None:
    content = "\r\n".join(["Subject: a.b", "", *lines, ""]).encode()

    async def hand_over() -> list[bytes]:
        inbox = Inbox()
        async with mail_server(inbox) as port:
            client = SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
            await client.connect()
            await client.ehlo()
            session, until = SmtpSession(client, pipelining=False, utf8=False), asyncio.get_running_loop().time() + 5
            assert await session.address("a@example.com", "b@example.com", until) is None
            assert (await session.hand_over(content, until)).code == 250
            await session.quit(until)
        return inbox.contents

    assert asyncio.run(hand_over()) == [content]


SOON, HESITATION, LATE = 0.4, 1.2, 5.0
"""Seconds: until a wait ends, that a server takes for its answers after the first, until a long wait ends."""


@pytest.mark.parametrize(
    ("waits", "answered"),
    [
        pytest.param([SOON, SOON], [True, False], id="an answer that comes too late"),
        pytest.param([LATE, SOON], [True, False], id="a wait that ends before the one before it would have"),
        pytest.param([SOON, 2 * SOON], [True, False], id="a wait that outlasts the one before it, and ends too soon"),
        pytest.param([SOON, LATE], [True, True], id="an answer after the wait before it would have ended"),
        pytest.param([SOON, LATE, SOON], [True, True, False], id="then one that comes too late"),
    ],
)
def test_each_wait_for_a_server_ends_at_its_own_time(waits: list[float], answered: list[bool]) -> None:
    async def hesitant(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        for number in range(len(waits)):
            for _ in ("MAIL", "RCPT", "DATA"):
                await reader.readline()
            await asyncio.sleep(HESITATION if number else 0)
            writer.write(b"250 ok\r\n250 ok\r\n550 no\r\n")
            await reader.readline()  # RSET
            writer.write(b"250 ok\r\n")

    async def ask() -> list[bool]:
        async with bare_server(hesitant) as port:
            client = SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
            await client.connect()
            session, found = SmtpSession(client, pipelining=True, utf8=False), list[bool]()
            for seconds in waits:
                try:
                    await session.address("a@example.com", "b@example.com", asyncio.get_running_loop().time() + seconds)
                    found.append(True)
                except TimeoutError:
                    found.append(False)
            session.close()
            return found

    assert asyncio.run(ask()) == answered
