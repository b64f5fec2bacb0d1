"""The bytes of an email: RFC 5322 headers, RFC 2047 encoded words, RFC 2045 bodies in base64.

Assembled directly, because `EmailMessage` costs a millisecond each and has let header lines through (CVE-2024-6923).
It stays small because text meets only two forms: plain ASCII words as they are, and everything else in base64.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from struct import unpack
from urllib.parse import quote, unquote

from notifiers.channel import Message
from notifiers.invitations import write_calendar
from notifiers.mailbox import Mailbox, mailbox, parse_mailbox
from notifiers.one_line import one_line
from obligations.addresses import domain_in_ascii

_PLAIN_WORDS = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,900}>")
_KEY_SAFE = "/.:+-_@=()"
_FOLD = re.compile(r".{1,900}(?:,|$)|.{900}")
_WORD_BYTES = 39  # 52 characters of base64: with its frame and `Subject: ` within a line of 76 (RFC 2047, 2)

_parse_sender = lru_cache(maxsize=16)(parse_mailbox)
_date = lru_cache(maxsize=64)(format_datetime)


def compose_mail(message: Message, sender: str) -> bytes:
    """The message as it goes over the wire, in CRLF lines; the same bytes for the same message.

    ASCII throughout, unless the recipient's local part is not (then the To line is UTF-8, RFC 6532).

    Args:
        sender: `市安委办 <duban@example.gov.cn>`.

    Raises:
        AddressError: the recipient's or the sender's address is not one address.
        ValueError: a Message-ID is malformed.
    """
    reader = mailbox(message.name, message.address)
    headers = [
        f"From: {_named_sender(sender)}",
        f"To: {_named(reader)}",
        f"Subject: {_words(one_line(message.subject, 200))}",
        f"Date: {_date(message.composed_at)}",
        f"Message-ID: {_message_id(message.message_id)}",
        *_threading(message),
        *_notice_keys(message.notices),
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
    ]
    return "\r\n".join([*headers, ""]).encode() + _body(message, _calendar(message, reader, sender))


def parse_notice_keys(header: str) -> tuple[str, ...]:
    """The notice keys in the value of an X-Duban-Notice header, folded or not."""
    return tuple(unquote(key) for key in "".join(header.split()).split(",") if key)


def _threading(message: Message) -> Iterator[str]:
    if message.thread is not None and message.thread != message.message_id:
        thread = _message_id(message.thread)
        yield f"In-Reply-To: {thread}"
        yield f"References: {thread}"


def _notice_keys(keys: Iterable[str]) -> Iterator[str]:
    """Keys in percent encoding hold neither commas nor spaces, so a fold is no more than a fold."""
    joined = ",".join(quote(key, safe=_KEY_SAFE, errors="replace") for key in keys)
    if joined:
        yield "X-Duban-Notice: " + "\r\n ".join(_FOLD.findall(joined))


def _named(box: Mailbox) -> str:
    return f"{_words(box.name)}\r\n <{box.address}>" if box.name else f"<{box.address}>"


@lru_cache(maxsize=16)
def _named_sender(sender: str) -> str:
    return _named(_parse_sender(sender))


def _words(text: str) -> str:
    """Text as header words; brackets, commas, quotes and `=?` never appear outside base64.

    Nothing stays nothing: an encoded word holds at least one character (RFC 2047, 2).
    """
    if not text or (len(text) <= 60 and _PLAIN_WORDS.fullmatch(text)):
        return text
    return "\r\n ".join(
        f"=?utf-8?b?{b64encode(part).decode()}?=" for part in _parts(text.replace("=?", "= ?").encode())
    )


def _parts(raw: bytes) -> Iterator[bytes]:
    """Cut UTF-8 between characters, since each encoded word must stand alone (RFC 2047, 5)."""
    while len(raw) > _WORD_BYTES:
        cut = _WORD_BYTES
        while raw[cut] & 0xC0 == 0x80:
            cut -= 1
        yield raw[:cut]
        raw = raw[cut:]
    yield raw


def _message_id(value: str) -> str:
    if not value.isascii():  # rows of former versions have the sender's domain as it is written
        left, _, domain = value.rpartition("@")
        value = f"{left}@{domain_in_ascii(domain.removesuffix('>'))}>"
    if not _MESSAGE_ID.fullmatch(value):
        raise ValueError(f"not a Message-ID: {value!r}")
    return value


def _calendar(message: Message, reader: Mailbox, sender: str) -> tuple[str, bytes] | None:
    """The calendar part's method and content."""
    if message.invitation is None:
        return None
    return message.invitation.method, write_calendar(
        message.invitation, _parse_sender(sender), reader, message.composed_at
    )


def _body(message: Message, calendar: tuple[str, bytes] | None) -> bytes:
    plain = _part(b"plain", message.text.encode(errors="replace"))
    if message.html is None:
        return plain
    # `_` does not occur in base64, so no body can hold the boundary.
    boundary = f"_{sha256(message.message_id.encode()).hexdigest()[:32]}".encode()
    return b"".join([
        b'Content-Type: multipart/alternative; boundary="', boundary, b'"\r\n\r\n',
        b"--", boundary, b"\r\n", plain,
        b"--", boundary, b"\r\n", _part(b"html", message.html),
        *([b"--", boundary, b"\r\n", _calendar_part(*calendar)] if calendar else []),
        b"--", boundary, b"--\r\n",
    ])  # fmt: skip


def _part(subtype: bytes, text: bytes) -> bytes:
    raw = text.rstrip() + b"\n"
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _encoded(b"text/" + subtype + b"; charset=utf-8", raw.replace(b"\n", b"\r\n"))


def _calendar_part(method: str, calendar: bytes) -> bytes:
    return _encoded(f"text/calendar; charset=utf-8; method={method}".encode(), calendar)


def _encoded(content_type: bytes, content: bytes) -> bytes:
    encoded = b64encode(content)
    whole, rest = divmod(len(encoded), 76)  # characters in a line (RFC 2045, 6.8); struct cuts them in one go
    lines = unpack(f"{'76s' * whole}{rest}s", encoded)
    return b"".join([
        b"Content-Type: ", content_type, b"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        b"\r\n".join(lines), b"\r\n" if rest else b"",
    ])  # fmt: skip
