"""Opening an SMTP session: greetings and logins that fail, and that no connection is left behind by any."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from notifiers.channel import Outcome, Sent, Stopped, Temporary
from notifiers.smtp import SmtpChannel, Tls
from tests.notifiers.letters import SENDER, letter
from tests.notifiers.smtp_peers import CERTIFICATE, bare_server, server_tls

WRONG = "535 5.7.8 wrong password"
LOGIN: dict[str, Any] = {"username": "duban", "password": "p"}


class Server:
    """A server that answers by a script, and counts its connections.

    Args:
        methods: how one may log in, as EHLO says.
        replies: the reply to a command, by its beginning; None for silence.
        closes_after: a command, by its beginning, after whose reply it hangs up.
        starttls: whether it encrypts when it is asked to.
        charset: in which it speaks.
    """

    def __init__(
        self,
        methods: str = "PLAIN LOGIN CRAM-MD5",
        replies: Mapping[str, str | None] | None = None,
        closes_after: str = "never",
        *,
        starttls: bool = False,
        charset: str = "utf-8",
    ) -> None:
        self.charset = charset
        ehlo = f"250-here\r\n{'250-STARTTLS' if starttls else '250-SIZE'}\r\n250 AUTH {methods}".rstrip()
        usual = {"EHLO": ehlo, "DATA": "354 go on", "AUTH PLAIN": "235 in", "AUTH LOGIN": "334 VXNlcg=="}
        told = dict(replies or {})
        self.replies: dict[str, str | None] = told | {key: each for key, each in usual.items() if key not in told}
        self.closes_after = closes_after
        self.greeted = 0
        self.logins: list[str] = []
        self.opened = 0
        self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        self.open += 1
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode().strip("\r\n"):
            if line == "STARTTLS":
                writer.write(b"220 go on\r\n")
                await writer.start_tls(server_tls())
                continue
            self.greeted += line.startswith("EHLO")
            if line.startswith("AUTH"):
                self.logins.append(line)
            reply = next((reply for start, reply in self.replies.items() if line.startswith(start)), "250 ok")
            if reply is not None:
                writer.write(f"{reply}\r\n".encode(self.charset))
            if line.startswith(self.closes_after):
                return
            if line == "DATA":
                while (await reader.readline()) != b".\r\n":
                    pass
                writer.write(b"250 taken\r\n")


def outcomes(server: Server, times: int = 1, **changes: Any) -> list[Outcome]:
    """What becomes of some messages, one after the other; then every connection must be closed."""

    async def exchange() -> list[Outcome]:
        async with bare_server(server.serve) as port:
            settings: dict[str, Any] = {"host": "localhost", "tls": Tls.NONE, "sender": SENDER, "timeout": 5.0}
            email = SmtpChannel("email", port=port, connections=1, **(settings | changes))
            found = [await email.send(letter()) for _ in range(times)]
            found += [await email.probe()]
            await email.close()
            while server.open:  # until the server has noticed
                await asyncio.sleep(0.01)
            return found

    return asyncio.run(asyncio.wait_for(exchange(), 30))


def reasons(found: Sequence[Outcome]) -> set[str]:
    return {"" if isinstance(each, Sent) else each.reason for each in found}


@pytest.mark.parametrize("login", [{}, LOGIN], ids=["without login", "with login"])
@pytest.mark.parametrize(
    "replies",
    [{"EHLO": None}, {"EHLO": "550 go away", "HELO": "550 go away"}, {"EHLO": "nonsense"}, {"EHLO": "421 busy"}],
    ids=["silence", "a refusal", "nonsense", "421"],
)
def test_no_connection_stays_open_where_the_greeting_fails(replies: dict[str, Any], login: dict[str, Any]) -> None:
    server = Server(replies=replies)
    found = outcomes(server, 3, timeout=0.3, **login)
    assert {type(each) for each in found} == {Temporary}
    assert (server.opened, server.open) == (4, 0)


def test_no_connection_stays_open_where_a_send_is_cancelled_during_the_greeting() -> None:
    server = Server(replies={"EHLO": None})

    async def exchange() -> None:
        async with bare_server(server.serve) as port:
            email = SmtpChannel("email", host="localhost", port=port, tls=Tls.NONE, sender=SENDER)
            sending = asyncio.create_task(email.send(letter()))
            while not server.greeted:  # while it connects, `asyncio.wait_for` of Python 3.11 may swallow the cancelling
                await asyncio.sleep(0.01)
            sending.cancel()
            await asyncio.wait([sending])
            while server.open:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(exchange(), 30))


@pytest.mark.parametrize("login", [{}, LOGIN], ids=["without login", "with login"])
@pytest.mark.parametrize("closes_after", ["never", "EHLO"])
def test_a_server_that_is_too_busy_for_a_greeting_is_quoted(closes_after: str, login: dict[str, Any]) -> None:
    found = outcomes(Server(replies={"EHLO": "421 too many connections"}, closes_after=closes_after), **login)
    assert reasons(found) == {"opening the session: 421 too many connections"}


def test_a_server_that_knows_no_ehlo_is_greeted_by_helo() -> None:
    assert isinstance(outcomes(Server(replies={"EHLO": "502 what?"}))[0], Sent)


@pytest.mark.parametrize("methods", ["PLAIN", "LOGIN", "CRAM-MD5", "PLAIN LOGIN CRAM-MD5", "LOGIN PLAIN XOAUTH2"])
@pytest.mark.parametrize("closes_after", ["never", "AUTH"])
def test_a_wrong_password_stops_the_channel_also_where_the_server_hangs_up(methods: str, closes_after: str) -> None:
    found = outcomes(Server(methods, {"AUTH": WRONG}, closes_after), 2, **LOGIN)
    assert {type(each) for each in found} == {Stopped}
    assert reasons(found) == {f"opening the session: {WRONG}"}


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_a_refused_login_is_quoted_as_the_server_says_it_in_chinese(charset: str) -> None:
    found = outcomes(Server("PLAIN", {"AUTH": "535 认证失败，请检查授权码"}, charset=charset), **LOGIN)
    assert reasons(found) == {"opening the session: 535 认证失败，请检查授权码"}


def test_a_wrong_password_is_tried_once_where_nobody_can_overhear_it() -> None:
    server = Server(replies={"AUTH": WRONG}, starttls=True)
    found = outcomes(server, tls=Tls.STARTTLS, authorities=CERTIFICATE, **LOGIN)
    assert {type(each) for each in found} == {Stopped}
    assert [each.split()[1] for each in server.logins] == ["PLAIN", "PLAIN"]


@pytest.mark.parametrize("reply", ["504 not this one", "534 too weak", "503 not now", "538 only when encrypted"])
def test_a_method_that_the_server_does_not_take_after_all_gives_way_to_another(reply: str) -> None:
    server = Server(replies={"AUTH CRAM-MD5": reply, "AUTH PLAIN": reply, "cA==": "235 in"})
    assert {type(each) for each in outcomes(server, **LOGIN)} == {Sent}
    assert [each.split()[1] for each in server.logins] == ["CRAM-MD5", "PLAIN", "LOGIN"] * 2


def test_a_server_that_cannot_check_a_digest_is_told_the_password() -> None:
    server = Server(replies={"AUTH CRAM-MD5": WRONG})
    assert {type(each) for each in outcomes(server, **LOGIN)} == {Sent}


def test_a_password_may_be_chinese() -> None:
    server = Server("PLAIN")
    assert {type(each) for each in outcomes(server, username="督办", password="密码")} == {Sent}
    assert b64decode(server.logins[0].split()[2]).decode() == "\0督办\0密码"


def test_a_digest_is_preferred_where_others_could_overhear_the_password() -> None:
    challenge = b64encode(b"<1@here>").decode()
    server = Server(replies={"AUTH CRAM-MD5": f"334 {challenge}", "ZHVi": "235 in"})
    assert {type(each) for each in outcomes(server, **LOGIN)} == {Sent}
    assert server.logins == ["AUTH CRAM-MD5"] * 2


@pytest.mark.parametrize("methods", ["", "GSSAPI NTLM"])
def test_a_server_that_offers_no_login_that_is_known_here_says_so(methods: str) -> None:
    found = outcomes(Server(methods), **LOGIN)
    assert {type(each) for each in found} == {Temporary}
    (reason,) = reasons(found)
    assert "the server offers no login that is known here (AUTH); it may over an encrypted connection" in reason


def test_a_login_that_fails_for_now_is_temporary() -> None:
    found = outcomes(Server("PLAIN LOGIN", {"AUTH": "454 4.7.0 the directory is away"}), **LOGIN)
    assert {type(each) for each in found} == {Temporary}
