"""Bounces: mail that comes back, told by its return address and by the report in it (RFC 3464).

The return address carries the message's digest and a signature (`duban-bounce+DIGEST-SIGNATURE@…`), so that a bounce
is known whatever the other side puts into it, and nobody can make one up for a message that was not sent to him.
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser, HeaderParser
from hashlib import sha256

from notifiers.charsets import decoded
from notifiers.mailbox import mailbox
from notifiers.one_line import one_line
from notifiers.smtp_replies import BAD_ADDRESS

_SIGNATURE = 16
"""Hexadecimal digits of the signature: 64 bits, guessed only by sending very many mails."""
_STATUS = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?!\d|\.\d)")
"""An enhanced status code (RFC 3463), and no part of an IP address."""
_REPORT_TYPE = re.compile(rb"message/(?:global-)?delivery-status", re.IGNORECASE)
_AS_IT_CAME = b"text/x-delivery-status"
"""What the type of a report (RFC 3464, RFC 6533) is called while it is read: Python's parser takes a report for
messages, and then does not decode it."""
_COMMENT = re.compile(r"\([^()]*\)")
_AROUND_ADDRESSES = re.compile(r"[\s<>,;:\"]+")
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
        """The return address of a message, by its Message-ID; its domain is in ASCII form (IDNA)."""
        local, _, domain = mailbox("", self.address).address.rpartition("@")
        digest = _digest(message_id)
        return f"{local}+{digest}-{self._signature(digest)}@{domain}"

    def digest_in(self, address: str) -> str | None:
        """The digest of the message that a return address belongs to; None if it is not one of ours."""
        local, _, domain = mailbox("", self.address).address.rpartition("@")
        domains = "|".join(map(re.escape, (domain, self.address.rpartition("@")[2])))  # servers may show it decoded
        form = rf"{re.escape(local)}\+([0-9a-f]{{32}})-([0-9a-f]{{{_SIGNATURE}}})@(?:{domains})"
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
        bad_address: nor will it take any other mail to this address.
    """

    recipients: tuple[str, ...]
    for_good: bool
    reason: str
    bad_address: bool = False


def read_bounce(raw: bytes, recipient: str | None = None) -> Bounce:
    """Read a mail that came to a return address.

    A report says what became of the mail (RFC 3464). Without one it counts as final where an enhanced status code of
    class 5 stands in its text, and as a note (an absence, a delay) otherwise.

    Args:
        recipient: whom it was for, as the server says; None to look for it in the headers.
    """
    mail = _parsed(_REPORT_TYPE.sub(_AS_IT_CAME, raw))
    recipients = (recipient,) if recipient else tuple(dict.fromkeys(_recipients(mail)))
    reports = list(_reports(mail))
    if reports:
        action, reason = next((each for each in reports if each[0] == "failed"), reports[0])
        failed = action == "failed"
        return Bounce(recipients, failed, reason, bad_address=failed and _blames_address(reason))
    text = _text(mail)
    is_reply = _first_word(mail.get("Auto-Submitted", "")) == "auto-replied"
    is_final = not is_reply and any(found[1] == "5" for found in _STATUS.finditer(text))
    return Bounce(recipients, is_final, one_line(text, 200), bad_address=is_final and _blames_address(text))


def _blames_address(said: str) -> bool:
    """Whether all codes in it that say anything (5.0.0 does not) are those by which a refused recipient is marked."""
    codes = {found[0] for found in _STATUS.finditer(said) if found[1] != "2" and not found[0].endswith(".0.0")}
    return bool(codes) and codes <= BAD_ADDRESS


def _parsed(raw: bytes) -> Message:
    """The mail; only its headers where parts are within parts without end."""
    try:
        return message_from_bytes(raw)
    except RecursionError:
        return BytesHeaderParser().parsebytes(raw)


def _recipients(mail: Message) -> Iterator[str]:
    for name in _ENVELOPE:
        for value in mail.get_all(name, []):
            yield from (word for word in _AROUND_ADDRESSES.split(str(value)) if "@" in word)


def _reports(mail: Message) -> Iterator[tuple[str, str]]:
    """The action and the reason for each recipient that a report names."""
    for part in mail.walk():
        if part.get_content_type() != _AS_IT_CAME.decode():
            continue
        for block in re.split(r"\n\s*\n", _decoded(part)):
            fields = HeaderParser().parsestr(block.lstrip())
            action = _first_word(fields.get("Action", ""))
            if action:
                said = f"{fields.get('Status', '')} {fields.get('Diagnostic-Code', '')}"
                yield action, one_line(said, 200)


def _first_word(value: object) -> str:
    """The word that a field consists of, in lower case, without comments (RFC 5322, 3.2.2) and parameters."""
    return next(iter(re.findall(r"[\w-]+", _COMMENT.sub(" ", str(value)))), "").lower()


def _text(mail: Message) -> str:
    """What stands in it for people to read, as plain text where there is such."""
    found = list(_readable(mail))
    plain = (each for each in found if each.get_content_subtype() == "plain")
    return _decoded(next(plain, found[0])) if found else ""


def _readable(part: Message) -> Iterator[Message]:
    """The parts in plain text or HTML; not those of the mail that came back, and no attachments."""
    inner = part.get_payload()
    if part.get_content_maintype() == "multipart" and isinstance(inner, list):
        for each in inner:
            if isinstance(each, Message):
                yield from _readable(each)
    elif part.get_content_type() in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
        yield part


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    return decoded(content, part.get_content_charset()) if isinstance(content, bytes) else ""


def _digest(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0]
