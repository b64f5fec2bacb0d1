"""A channel that writes each message into a Maildir, where any mail reader, or `ls`, shows it."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from pathlib import Path

from notifiers.channel import Message, Outcome, Permanent, Rate, Sent, Temporary
from notifiers.mail import compose_mail
from notifiers.mailbox import AddressError, parse_mailbox
from obligations.organizations import AddressKind


class MaildirChannel:
    """Writes `DIRECTORY/new/20260918T062000-HASH.eml`: when it was composed (UTC) and which message it is.

    The name follows from the message, so a message that is sent again replaces itself.

    Args:
        address: for `AddressKind.MOBILE` the recipient becomes `NUMBER@sms.invalid`.
        durable: whether Sent means that the file survives a power cut; a simulation need not wait for the disk.

    Raises:
        AddressError: `sender` holds no address.
    """

    def __init__(self, name: str, directory: Path, sender: str, address: AddressKind, *, durable: bool = True) -> None:
        parse_mailbox(sender)
        self.name = name
        self.address = address
        self.connections = 1 if durable else 100
        self.rate: Rate | None = None
        self._directory = directory
        self._sender = sender
        self._durable = durable
        for part in ("tmp", "new", "cur"):
            (directory / part).mkdir(mode=0o700, parents=True, exist_ok=True)

    async def send(self, message: Message) -> Outcome:
        """Write one file; a full or failing disk is Temporary, a malformed address Permanent."""
        try:
            content = compose_mail(self._addressed(message), self._sender)
            if self._durable:
                await asyncio.to_thread(self._write, file_name(message), content)
            else:
                self._write(file_name(message), content)
        except AddressError as fault:
            return Permanent(str(fault))
        except OSError as fault:
            return Temporary(f"cannot write to {self._directory}: {fault.strerror}")
        return Sent(file_name(message))

    async def probe(self) -> Outcome:
        """Where it writes; the folders were made when it was opened."""
        return Sent(str(self._directory))

    async def close(self) -> None:
        """Nothing to let go of."""

    def _addressed(self, message: Message) -> Message:
        if self.address is AddressKind.EMAIL:
            return message
        return replace(message, address=f"{message.address}@sms.invalid")

    def _write(self, name: str, content: bytes) -> None:
        """Readers see the whole file or none: it is written under `tmp` and renamed."""
        unfinished = self._directory / "tmp" / name
        with unfinished.open("wb") as file:
            file.write(content)
            if self._durable:
                file.flush()
                os.fsync(file.fileno())
        unfinished.replace(self._directory / "new" / name)
        if self._durable:
            _sync_directory(self._directory / "new")


def file_name(message: Message) -> str:
    """The name of the message's file, in the order of composition."""
    composed = message.composed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    return f"{composed}-{sha256(message.message_id.encode()).hexdigest()[:16]}.eml"


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
