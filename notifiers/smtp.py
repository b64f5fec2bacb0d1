"""Email over SMTP (RFC 5321), on a few kept connections."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from pathlib import Path

from aiosmtplib import SMTP, SMTPException, SMTPNotSupported, SMTPResponseException

from notifiers.channel import Message, Outcome, Permanent, Rate, Sent, Temporary, Unknown
from notifiers.mail import compose_mail
from notifiers.mailbox import AddressError, Mailbox, mailbox, parse_mailbox
from notifiers.one_line import one_line
from obligations.organizations import AddressKind

_PROBE_SECONDS = 10.0
_NEEDS_LOGIN = (530, 534, 535, 538)  # RFC 4954, 6: our credentials are at fault, not the recipient


class Tls(Enum):
    """How the connection is encrypted; never less than what is asked for."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class Phase(Enum):
    """How far a session has come; it decides what a failure means."""

    OPENING = "opening the session"
    """Connecting, TLS, login, sender: whatever fails here, the recipient is not at fault."""
    RECIPIENT = "naming the recipient"
    CONTENT = "handing over the message"
    """A connection lost here leaves open whether the message was taken."""


@dataclass(eq=False)
class SmtpChannel:
    """Sends through one mail server.

    Args:
        sender: `市安委办 <duban@example.gov.cn>`.
        timeout: seconds for the whole session of one message, whatever the server does.
        connections: how many are kept open; each carries one message at a time.
        authorities: a file of certificates (PEM) trusted beside the system's, for a server of one's own.

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
    address: AddressKind = field(default=AddressKind.EMAIL, init=False)

    def __post_init__(self) -> None:
        self._from = parse_mailbox(self.sender)
        if self._from.needs_utf8:
            raise AddressError(f"the sender's address must be ASCII before the @: {self.sender!r}")
        context = None if self.tls is Tls.NONE else _trust(self.authorities)
        self._clients = [self._client(context) for _ in range(self.connections)]
        self._free: asyncio.LifoQueue[SMTP] = asyncio.LifoQueue()
        for client in self._clients:
            self._free.put_nowait(client)

    async def send(self, message: Message) -> Outcome:
        """Send once. Temporary until the recipient is named; then as the server says; Unknown if it goes silent."""
        try:
            recipient, content = mailbox("", message.address), compose_mail(message, self.sender)
        except AddressError as fault:
            return Permanent(str(fault))
        async with self._borrowed() as client:
            return await self._converse(client, recipient, content)

    async def close(self) -> None:
        """Say goodbye on every connection; to be called when no send is under way."""
        for client in self._clients:
            try:
                if client.is_connected:
                    await client.quit(timeout=_PROBE_SECONDS)
            except (SMTPException, OSError):
                client.close()

    async def _converse(self, client: SMTP, recipient: Mailbox, content: bytes) -> Outcome:
        phase = Phase.OPENING
        try:
            async with asyncio.timeout(self.timeout):
                await self._open(client, recipient)
                phase = Phase.RECIPIENT
                await client.rcpt(recipient.address, encoding="utf-8")
                phase = Phase.CONTENT
                reply = await client.data(content)
            return Sent(one_line(reply.message, 200))
        except SMTPNotSupported as fault:
            return Permanent(one_line(str(fault), 300))
        except SMTPResponseException as fault:
            return refusal(phase, fault.code, fault.message)
        except (SMTPException, OSError) as fault:
            client.close()
            return failure(phase, fault)
        except BaseException:
            client.close()
            raise

    async def _open(self, client: SMTP, recipient: Mailbox) -> None:
        """Come as far as an accepted sender: on the kept connection if it still lives, else on a fresh one."""
        if client.is_connected:
            try:
                await client.rset(timeout=_PROBE_SECONDS)
                return await self._name_sender(client, recipient)
            except SMTPNotSupported:
                raise
            except (SMTPException, OSError):
                client.close()
        await client.connect()
        return await self._name_sender(client, recipient)

    async def _name_sender(self, client: SMTP, recipient: Mailbox) -> None:
        if not recipient.needs_utf8:
            await client.mail(self._from.address)
            return
        await client.ehlo()
        if not client.supports_extension("smtputf8"):
            raise SMTPNotSupported(f"the server cannot carry the address {recipient.address} (no SMTPUTF8)")
        await client.mail(self._from.address, options=["SMTPUTF8"])

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[SMTP]:
        client = await self._free.get()
        try:
            yield client
        finally:
            self._free.put_nowait(client)

    def _client(self, context: ssl.SSLContext | None) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            timeout=self.timeout,
            use_tls=self.tls is Tls.IMPLICIT,
            start_tls=self.tls is Tls.STARTTLS,  # never None, which falls back to plain text
            tls_context=context,
        )


def refusal(phase: Phase, code: int, text: str) -> Outcome:
    """What a reply other than success means (RFC 5321, 4.2.1): 4yz is temporary, 5yz permanent.

    Before the recipient is named every refusal is temporary: it is the operator who must act.
    """
    reason = one_line(f"{phase.value}: {code} {text}", 300)
    if phase is Phase.OPENING or code in _NEEDS_LOGIN or code // 100 == 4:
        return Temporary(reason)
    if code // 100 == 5:
        return Permanent(reason)
    return Unknown(reason) if phase is Phase.CONTENT else Temporary(reason)


def failure(phase: Phase, fault: Exception) -> Outcome:
    """What a lost or silent connection means."""
    what = str(fault) or "no answer in time"
    reason = one_line(f"{phase.value}: {what}", 300)
    return Unknown(reason) if phase is Phase.CONTENT else Temporary(reason)


def _trust(authorities: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context
