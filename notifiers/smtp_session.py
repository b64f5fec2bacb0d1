"""An opened SMTP session: mail after mail on one connection, whose commands travel together where the server lets them.

aiosmtplib opens the connection (greeting, TLS, login); then this protocol takes it over, because sending needs only
three commands, and to wait for the answer to each costs three round trips. With PIPELINING (RFC 2920) they are one.
"""

import asyncio
from contextlib import suppress
from enum import Enum
from typing import NamedTuple, cast

from aiosmtplib import SMTP

from notifiers.charsets import decoded

_LONGEST_REPLY = 32_768
_SERVICE_CLOSES = 421


class Phase(Enum):
    """How far a session has come; it decides what a failure means."""

    OPENING = "opening the session"
    """Connecting, TLS, login, sender: whatever fails here, the recipient is not at fault."""
    RECIPIENT = "naming the recipient"
    CONTENT = "handing over the message"
    """A connection lost here leaves open whether the message was taken."""


_CONTENT_WANTED = (354,)
_GO_ON = ((Phase.OPENING, (250,)), (Phase.RECIPIENT, (250, 251)), (Phase.CONTENT, _CONTENT_WANTED))
"""The replies to MAIL, RCPT and DATA with which the server goes on (RFC 5321, 4.3.2)."""


class Reply(NamedTuple):
    """What the server says to one command; the text of several lines is joined by line breaks."""

    code: int
    text: str


class Refusal(NamedTuple):
    """A reply that ended a transaction before its content was handed over."""

    phase: Phase
    code: int
    text: str


class SessionLostError(Exception):
    """The connection broke, or what came over it was no SMTP."""


class SmtpSession(asyncio.Protocol):
    """One connection, which carries one message at a time.

    Args:
        client: it has opened the session, and is not to be used any more.
        pipelining: whether the server takes several commands at once (RFC 2920).
        utf8: whether it carries addresses beyond ASCII (SMTPUTF8, RFC 6531).
    """

    def __init__(self, client: SMTP, *, pipelining: bool, utf8: bool) -> None:
        if client.transport is None or client.transport.is_closing():
            raise SessionLostError("the connection was lost as soon as it was open")
        transport = cast(asyncio.Transport, client.transport)  # not by class: event loops have their own
        self.utf8 = utf8
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._pipelining = pipelining
        self._unread = b""
        self._lines: list[bytes] = []
        self._replies: list[Reply] = []
        self._wanted = 0
        self._answered: asyncio.Future[None] | None = None
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._lost: str | None = None
        self._is_clean = True
        """Whether the server waits for a new message; after one that was refused halfway it must be told to."""
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether another message may be tried on it."""
        return self._lost is None and not self._transport.is_closing()

    async def address(self, sender: str, recipient: str, until: float) -> Refusal | None:
        """Name sender and recipient, and ask to hand over the content; None if the server waits for it.

        Args:
            sender, recipient: addresses without line breaks; beyond ASCII only where the session is `utf8`.
            until: when the server must have answered (seconds of the event loop's clock).

        Raises:
            SessionLostError: the connection broke; nothing was handed over.
            TimeoutError: the server stays silent; nothing was handed over, and the session is good for nothing more.
        """
        option = "" if recipient.isascii() else " SMTPUTF8"
        commands = [f"MAIL FROM:<{sender}>{option}", f"RCPT TO:<{recipient}>", "DATA"]
        if not self._is_clean:
            await self._ask(until, "RSET")
        self._is_clean = False
        replies: list[Reply] = []
        for (phase, fine), command in zip(_GO_ON, commands, strict=True):
            if not replies:
                replies = await self._ask(until, *(commands if self._pipelining else [command]))
            reply = replies.pop(0)
            if reply.code not in fine:
                if replies and replies[-1].code in _CONTENT_WANTED:
                    with suppress(SessionLostError):  # it waits for a message to nobody (RFC 2920, 3.1)
                        await self._ask(until, ".")
                return Refusal(phase, *reply)
        return None

    async def hand_over(self, content: bytes, until: float) -> Reply:
        """Hand over the content to whom `address` named; 250 takes it.

        Args:
            content: in lines that end with CRLF.
            until: as above.

        Raises:
            SessionLostError, TimeoutError: as above, but whether the message was taken nobody knows.
        """
        (reply,) = await self._write(_stuffed(content) + b".\r\n", 1, until)
        self._is_clean = True
        return reply

    async def quit(self, until: float) -> None:
        """Say goodbye; quiet if the server has gone, or says nothing."""
        if self.is_open:
            with suppress(SessionLostError, TimeoutError):
                await self._ask(until, "QUIT")
        self.close()

    def close(self) -> None:
        """Break the connection off."""
        self._fail("closed")
        self._transport.abort()

    async def _ask(self, until: float, *commands: str) -> list[Reply]:
        return await self._write("\r\n".join([*commands, ""]).encode(), len(commands), until)

    async def _write(self, data: bytes, replies: int, until: float) -> list[Reply]:
        if self._lost is not None:
            raise SessionLostError(self._lost)
        self._wanted, self._replies = replies, []
        self._answered = self._loop.create_future()
        self._transport.write(data)
        self._until = until
        if self._timer is None or until < self._timer.when():
            self._set_timer()
        await self._answered
        if any(reply.code == _SERVICE_CLOSES for reply in self._replies):
            self._fail("the server closes the session")
        return self._replies

    def _set_timer(self) -> None:
        """Let the wait end in time. One timer serves many waits, since nearly all of them end long before: it is set
        anew when it goes off."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._until, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        if self._answered is None or self._answered.done():
            return
        if self._loop.time() < self._until:
            self._set_timer()
        else:
            self._answered.set_exception(TimeoutError())

    def data_received(self, data: bytes) -> None:
        """Read replies; what comes unasked is the server's goodbye."""
        lines = (self._unread + data).split(b"\n")
        self._unread = lines.pop()
        for line in lines:
            self._lines.append(line)
            if line[3:4] != b"-":
                self._take_reply()
        if len(self._unread) + sum(map(len, self._lines)) > _LONGEST_REPLY:
            self._fail("a reply of the server has no end")

    def _take_reply(self) -> None:
        code = self._lines[-1][:3]
        said = b"\n".join(line[4:].strip() for line in self._lines)
        text = said.decode("ascii") if said.isascii() else decoded(said, None)
        self._lines = []
        if not code.isdigit() or len(code) != 3:
            return self._fail(f"the server says what is no reply: {code.decode('utf-8', 'replace')} {text}")
        if len(self._replies) == self._wanted:
            return self._fail(f"the server said unasked: {code.decode()} {text}")
        self._replies.append(Reply(int(code), text))
        if len(self._replies) == self._wanted and self._answered is not None and not self._answered.done():
            self._answered.set_result(None)
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._fail(f"the connection was lost: {exc}" if exc else "the server closed the connection")

    def _fail(self, why: str) -> None:
        if self._lost is None:
            self._lost = why
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(SessionLostError(self._lost))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._transport.close()


def _stuffed(content: bytes) -> bytes:
    """With one more dot before every line that begins with one (RFC 5321, 4.5.2).

    Base64 holds no dots: the few that there are are found quicker than line breaks.
    """
    dot = content.find(b".")
    while dot >= 0 and not content.endswith(b"\r\n", 0, dot):
        dot = content.find(b".", dot + 1)
    return content if dot < 0 else content.replace(b"\r\n.", b"\r\n..")
