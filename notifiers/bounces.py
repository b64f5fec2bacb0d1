"""Bounces: mail that comes back, told by its return address and by the report in it (RFC 3464).

The return address carries the message's digest and a signature (`duban-bounce+DIGEST-SIGNATURE@…`), so that a bounce
is known whatever the other side puts into it, and nobody can make one up for a message that was not sent to him.
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from hashlib import sha256

from notifiers.one_line import one_line

_SIGNATURE = 16
"""Hexadecimal digits of the signature: 64 bits, guessed only by sending very many mails."""
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_ENVELOPE = ("X-Original-To", "Delivered-To", "Envelope-To", "To")
"""Where a server writes whom a mail was for, the surest first."""


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Makes return addresses, and knows its own again.

    Args:
        address: where they lead; what follows a `+` in the local part must arrive there, too.
        secret: what signs them.
    """

    address: str
    secret: str = field(repr=False)

    def of(self, message_id: str) -> str:
        """The return address of a message, by its Message-ID."""
        local, _, domain = self.address.rpartition("@")
        digest = _digest(message_id)
        return f"{local}+{digest}-{self._signature(digest)}@{domain}"

    def digest_in(self, address: str) -> str | None:
        """The digest of the message that a return address belongs to; None if it is not one of ours."""
        local, _, domain = self.address.rpartition("@")
        form = rf"{re.escape(local)}\+([0-9a-f]{{32}})-([0-9a-f]{{{_SIGNATURE}}})@{re.escape(domain)}"
        found = re.fullmatch(form, address.strip(), re.IGNORECASE)
        if found is None or not hmac.compare_digest(self._signature(found[1].lower()), found[2].lower()):
            return None
        return found[1].lower()

    def _signature(self, digest: str) -> str:
        return hmac.new(self.secret.encode(), digest.encode(), sha256).hexdigest()[:_SIGNATURE]


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that came back.

    Args:
        recipients: whom it may have been for: the return addresses that stand in it.
        for_good: the other side will not take it; otherwise it only says that it is late.
        reason: what it says, on one line.
    """

    recipients: tuple[str, ...]
    for_good: bool
    reason: str


def read_bounce(raw: bytes, recipient: str | None = None) -> Bounce:
    """Read a mail that came to a return address.

    A report says what became of the mail (RFC 3464). Without one it counts as final where an enhanced status code of
    class 5 stands in its text, and as a note (an absence, a delay) otherwise.

    Args:
        recipient: whom it was for, as the server says; None to look for it in the headers.
    """
    mail = message_from_bytes(raw, policy=policy.default)
    recipients = (recipient,) if recipient else tuple(dict.fromkeys(_recipients(mail)))
    reports = list(_reports(mail))
    if reports:
        failed = next((each for each in reports if each[0] == "failed"), None)
        _, reason = failed or reports[0]
        return Bounce(recipients, failed is not None, reason)
    text = _text(mail)
    found = _STATUS.search(text)
    is_reply = str(mail.get("Auto-Submitted", "")).startswith("auto-replied")
    return Bounce(recipients, found is not None and found[1] == "5" and not is_reply, one_line(text, 200))


def _recipients(mail: EmailMessage) -> Iterator[str]:
    for name in _ENVELOPE:
        for value in mail.get_all(name, []):
            yield from re.findall(r"[^\s<>,;\"]+@[^\s<>,;\"]+", str(value))


def _reports(mail: EmailMessage) -> Iterator[tuple[str, str]]:
    """The action and the reason for each recipient that a report names."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            if not isinstance(block, Message):
                continue
            action = str(block.get("Action", "")).strip().lower()
            if action:
                said = f"{block.get('Status', '')} {block.get('Diagnostic-Code', '')}"
                yield action, one_line(said, 200)


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    try:
        return str(body.get_content()) if body is not None else ""
    except (LookupError, ValueError):
        return ""


def _digest(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0]
