"""Email over SMTP (RFC 5321), on a few kept connections."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import Enum
from pathlib import Path

from aiosmtplib import SMTP, SMTPException, SMTPNotSupported, SMTPResponseException

from notifiers.bounces import ReturnAddress
from notifiers.channel import Message, Outcome, Permanent, Rate, Sent
from notifiers.mail import compose_mail
from notifiers.mailbox import AddressError, Mailbox, mailbox, parse_mailbox
from notifiers.one_line import one_line
from notifiers.smtp_opening import greet, log_in
from notifiers.smtp_replies import failure, refusal, refused_opening
from notifiers.smtp_session import Phase, Refusal, SessionLostError, SmtpSession
from obligations.organizations import AddressKind

_PROBE_SECONDS = 10.0
"""How long a kept connection may be silent before a fresh one is tried, and a goodbye may take."""
_TAKEN = 250


class Tls(Enum):
    """How the connection is encrypted; never less than what is asked for."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(eq=False)
class SmtpChannel:
    """Sends through one mail server.

    Args:
        sender: `市安委办 <duban@example.gov.cn>`.
        timeout: seconds for the whole session of one message, whatever the server does.
        connections: how many are kept open; each carries one message at a time.
        authorities: a file of certificates (PEM) trusted beside the system's, for a server of one's own.
        invitations: whether messages keep their calendar part.
        bounces: where what cannot be delivered comes back to; None for the sender.

    Raises:
        AddressError: the sender holds no address, or one that not every server can carry.
        OSError: the file of authorities cannot be read.
    """

    name: str
    _: KW_ONLY
    host: str
    port: int
    tls: Tls
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    connections: int = 2
    rate: Rate | None = None
    authorities: Path | None = None
    invitations: bool = True
    bounces: ReturnAddress | None = None
    address: AddressKind = field(default=AddressKind.EMAIL, init=False)

    def __post_init__(self) -> None:
        self._from = parse_mailbox(self.sender)
        if self._from.needs_utf8:
            raise AddressError(f"the sender's address must be ASCII before the @: {self.sender!r}")
        self._context = None if self.tls is Tls.NONE else _trust(self.authorities)
        self._free: asyncio.LifoQueue[_Line] = asyncio.LifoQueue()
        for _ in range(self.connections):
            self._free.put_nowait(_Line())

    async def send(self, message: Message) -> Outcome:
        """Send once. Temporary until the recipient is named; then as the server says; Unknown if it goes silent."""
        try:
            recipient = mailbox("", message.address)
            content = compose_mail(message if self.invitations else replace(message, invitation=None), self.sender)
        except AddressError as fault:
            return Permanent(str(fault))
        line = await self._free.get()
        try:
            return await self._converse(line, self._return_address(message), recipient, content)
        finally:
            self._free.put_nowait(line)

    async def probe(self) -> Outcome:
        """Connect, encrypt and log in on a connection of its own, and go."""
        line = _Line()
        try:
            async with asyncio.timeout(min(self.timeout, _PROBE_SECONDS * 2)):
                line.session = await self._open()
                await line.session.quit(_now() + _PROBE_SECONDS)
        except SMTPResponseException as fault:
            return refused_opening(fault)
        except (SMTPException, SessionLostError, OSError) as fault:
            return failure(Phase.OPENING, fault)
        finally:
            line.break_off()
        how = {Tls.NONE: "not encrypted", Tls.STARTTLS: "encrypted (STARTTLS)", Tls.IMPLICIT: "encrypted (TLS)"}
        return Sent(f"{how[self.tls]}, {'logged in' if self.username else 'without login'}")

    async def close(self) -> None:
        """Say goodbye on every connection; to be called when no send is under way."""
        for line in [self._free.get_nowait() for _ in range(self.connections)]:
            self._free.put_nowait(line)
            if line.session is not None:
                await line.session.quit(_now() + _PROBE_SECONDS)
            line.break_off()

    def _return_address(self, message: Message) -> str:
        return self._from.address if self.bounces is None else self.bounces.of(message.message_id)

    async def _converse(self, line: "_Line", sender: str, recipient: Mailbox, content: bytes) -> Outcome:
        line.phase, until = Phase.OPENING, _now() + self.timeout
        try:
            session, refused = await self._name_recipient(line, sender, recipient, until)
            if refused is not None:
                return refusal(*refused)
            if session.is_open:  # else nothing is written any more
                line.phase = Phase.CONTENT
            reply = await session.hand_over(content, until)
            return Sent(one_line(reply.text, 200)) if reply.code == _TAKEN else refusal(line.phase, *reply)
        except SMTPNotSupported as fault:
            return Permanent(one_line(str(fault), 300))
        except SMTPResponseException as fault:
            return refused_opening(fault)
        except (SMTPException, SessionLostError, OSError) as fault:
            line.break_off()
            return failure(line.phase, fault)
        except BaseException:
            line.break_off()
            raise

    async def _name_recipient(
        self, line: "_Line", sender: str, recipient: Mailbox, until: float
    ) -> tuple[SmtpSession, Refusal | None]:
        """Come as far as an accepted recipient: on the kept connection if it still lives, else on a fresh one."""
        kept = line.session
        if kept is not None and kept.is_open:
            with suppress(SessionLostError, TimeoutError):
                refused = await self._address(kept, sender, recipient, min(until, _now() + _PROBE_SECONDS))
                if kept.is_open:  # otherwise it was refused because the server closes what is idle
                    return kept, refused
        line.break_off()
        async with asyncio.timeout_at(until):
            line.session = await self._open()
        line.phase = Phase.RECIPIENT
        return line.session, await self._address(line.session, sender, recipient, until)

    async def _address(self, session: SmtpSession, sender: str, recipient: Mailbox, until: float) -> Refusal | None:
        if recipient.needs_utf8 and not session.utf8:
            raise SMTPNotSupported(f"the server cannot carry the address {recipient.address} (no SMTPUTF8)")
        return await session.address(sender, recipient.address, until)

    async def _open(self) -> SmtpSession:
        """Connect, encrypt and log in as configured, never less."""
        client = SMTP(
            hostname=self.host,
            port=self.port,
            timeout=self.timeout,
            use_tls=self.tls is Tls.IMPLICIT,
            start_tls=self.tls is Tls.STARTTLS,  # never None, which falls back to plain text
            tls_context=self._context,
        )
        try:
            await client.connect()
            await greet(client)
            if self.username is not None:
                await log_in(client, self.username, self.password or "")
            return SmtpSession(
                client, pipelining=client.supports_extension("pipelining"), utf8=client.supports_extension("smtputf8")
            )
        except BaseException:  # of a send that is cancelled, too
            client.close()
            raise


@dataclass(eq=False, slots=True)
class _Line:
    """One of a channel's connections, and how far the message on it has come."""

    session: SmtpSession | None = None
    phase: Phase = Phase.OPENING

    def break_off(self) -> None:
        """Let go of the connection, whatever it was doing; the next message opens another."""
        if self.session is not None:
            self.session.close()
        self.session = None


def _now() -> float:
    return asyncio.get_running_loop().time()


def _trust(authorities: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context
