# ruff: noqa: N802 — aiosmtpd names its hooks after SMTP commands
"""Mail servers for tests: aiosmtpd in the test's own event loop, and peers that misbehave below SMTP."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

CERTIFICATE = Path(__file__).parent / "certificates" / "localhost-with-key.pem"
"""Self-signed for `localhost`, valid until 2126, with its key: worth nothing outside these tests."""
EXPIRED = CERTIFICATE.with_name("expired-with-key.pem")
"""The same, but only until 2021."""


class Inbox:
    """A handler that keeps what arrives and answers as told.

    Args:
        mail, rcpt, data: the reply to that command; empty to accept.
        drop_at: the command during which the connection breaks.
    """

    def __init__(self, *, mail: str = "", rcpt: str = "", data: str = "", drop_at: str = "") -> None:
        self.mail, self.rcpt, self.data, self.drop_at = mail, rcpt, data, drop_at
        self.contents: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.sessions: list[Session] = []
        self.commands: list[str] = []

    async def handle_EHLO(
        self, server: SMTP, session: Session, _: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self._hears("EHLO", server)
        session.host_name = hostname
        if session not in self.sessions:
            self.sessions.append(session)
        return responses

    async def handle_MAIL(self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        self._hears("MAIL", server)
        if self.mail:
            return self.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]) -> str:
        self._hears("RCPT", server)
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:
        self._hears("DATA", server)
        if self.data:
            return self.data
        assert isinstance(envelope.content, bytes)
        self.contents.append(envelope.content)
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK queued as 4F2A"

    async def handle_QUIT(self, server: SMTP, _: Session, __: Envelope) -> str:
        self._hears("QUIT", server)
        return "221 Bye"

    def _hears(self, command: str, server: SMTP) -> None:
        self.commands.append(command)
        if command == self.drop_at:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()


@asynccontextmanager
async def mail_server(inbox: Inbox, *, implicit_tls: bool = False, **options: Any) -> AsyncIterator[int]:
    """An aiosmtpd server for `inbox`; gives its port."""
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(inbox, hostname="localhost", **options),
        "127.0.0.1",
        0,
        ssl=server_tls() if implicit_tls else None,
    )
    async with server:
        yield server.sockets[0].getsockname()[1]


Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def bare_server(behaviour: Behaviour) -> AsyncIterator[int]:
    """A peer that does what `behaviour` does with each connection; gives its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await behaviour(reader, writer)
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Accepts the connection and never says a word."""
    await reader.read()


async def silence_after_content(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the whole message and never answers."""
    writer.write(b"220 ready\r\n")
    while line := await reader.readline():
        if line.startswith(b"DATA"):
            writer.write(b"354 go on\r\n")
            await reader.read()
            return
        writer.write(b"250 OK\r\n")


def server_tls(certificate: Path = CERTIFICATE) -> ssl.SSLContext:
    """The TLS context of a server that shows a test certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PipeliningPeer:
    """A server that takes several commands at once (RFC 2920), and answers each as told.

    Args:
        mail, rcpt, data, content: the reply to MAIL, RCPT, DATA and to the message; `drop` breaks the connection.
        charset: in which it speaks.
    """

    def __init__(
        self,
        *,
        mail: str = "250 ok",
        rcpt: str = "250 ok",
        data: str = "354 go on",
        content: str = "250 taken",
        charset: str = "utf-8",
    ) -> None:
        self.charset = charset
        self.replies = {"MAIL": mail, "RCPT": rcpt, "DATA": data, ".": content}
        self.commands: list[str] = []
        """What was asked, and after each reading of the network a bar: what stands between two came in one write."""
        self.contents: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The behaviour of the server towards one connection."""
        writer.write(b"220 ready\r\n")
        unread, content = b"", False
        while data := await reader.read(65_536):
            unread += data
            while (end := unread.find(b"\r\n")) >= 0:
                line, unread = unread[:end], unread[end + 2 :]
                if content and line != b".":
                    self.contents[-1] += line + b"\r\n"
                    continue
                verb = line.decode().split(" ")[0]
                self.commands.append(verb)
                reply = self.replies.get(verb, "250-here\r\n250 PIPELINING" if verb == "EHLO" else "250 ok")
                if reply == "drop":
                    writer.transport.abort()
                    return
                content = verb == "DATA" and reply.startswith("354")
                if content:
                    self.contents.append(b"")
                writer.write(reply.encode(self.charset) + b"\r\n")
            self.commands.append("|")
