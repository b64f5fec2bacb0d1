"""The calendar part of an email: the due day in the reader's calendar (RFC 5545), kept up to date (iTIP, RFC 5546).

Written by hand, since the library that reads it back in the tests takes as long as everything else in a message.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from notifiers.mailbox import Mailbox
from notifiers.one_line import one_line
from notifiers.views import NoticeView
from obligations.changes import NOTHING_TO_DO, Change

_ESCAPES = (("\\", r"\\"), (";", r"\;"), (",", r"\,"))
"""In this order: what escapes comes first."""
_UNQUOTABLE = re.compile(r'["\x00-\x1f]')
_LINE = 75
"""Bytes in a line of a calendar (RFC 5545, 3.1)."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One entry of a calendar.

    Args:
        task: the entry stays the same for one task and reader.
        sequence: grows with every change of the day.
        day: the due day, in the city's time zone.
        moment: the instant it ends, for limits in hours; None for a whole day.
        title: what it is called.
        text: what stands in it, several lines.
        cancelled: it is to be taken out again.
    """

    task: str
    sequence: int
    day: date
    moment: datetime | None
    title: str
    text: str
    cancelled: bool = False

    @property
    def method(self) -> str:
        """What the reader's program is asked to do with it; the mail part says the same, or Outlook refuses it."""
        return "CANCEL" if self.cancelled else "REQUEST"


def invitation_of(views: Sequence[NoticeView], subject: str, text: str) -> Invitation | None:
    """What a message puts into its reader's calendar: the due day of the one duty that is his own; else nothing.

    Several days in one message would ask for several answers; and whoever sees to it that others do their duty has no
    day of his own.
    """
    if len(views) != 1:
        return None
    view = views[0]
    if not view.own or view.approval or view.change is Change.REPORTED:
        return None
    moment = view.ends_at if view.due_time is not None else None
    cancelled = view.change in NOTHING_TO_DO
    sequence = view.revision * 2 + cancelled  # a cancellation comes after what it cancels
    return Invitation(view.task, sequence, view.due, moment, subject, text, cancelled=cancelled)


def write_calendar(invitation: Invitation, organizer: Mailbox, attendee: Mailbox, stamp: datetime) -> bytes:
    """A calendar with the entry, in CRLF lines of UTF-8.

    Nobody is asked for an answer (RSVP=FALSE), and it does not make the day look busy.

    Args:
        stamp: when it was made, aware.
    """
    beginning, end = _frame(
        invitation.method, invitation.sequence, invitation.day, invitation.moment, organizer, stamp,
        cancelled=invitation.cancelled,
    )  # fmt: skip
    own = [
        f"UID:{_uid(invitation, attendee, organizer)}",
        f"SUMMARY:{_text(one_line(invitation.title, 200))}",
        f"DESCRIPTION:{_text(invitation.text)}",
        f"ATTENDEE{_named(attendee)};ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{attendee.address}",
    ]
    return beginning + _lines(own) + end


@lru_cache(maxsize=256)
def _frame(
    method: str, sequence: int, day: date, moment: datetime | None, organizer: Mailbox, stamp: datetime,
    *, cancelled: bool,
) -> tuple[bytes, bytes]:  # fmt: skip
    """What the entries of all readers of a duty say alike: what comes before their own lines, and what after."""
    before = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Duban//Duban//EN", f"METHOD:{method}", "BEGIN:VEVENT",
        f"SEQUENCE:{sequence}", f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}", *_when(day, moment),
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}", "TRANSP:TRANSPARENT",
        f"ORGANIZER{_named(organizer)}:mailto:{organizer.address}",
    ]  # fmt: skip
    return _lines(before), _lines(["END:VEVENT", "END:VCALENDAR"])


def _uid(invitation: Invitation, attendee: Mailbox, organizer: Mailbox) -> str:
    digest = sha256(f"{invitation.task}\n{attendee.address}".encode(errors="replace")).hexdigest()
    return f"{digest[:32]}@{organizer.address.rpartition('@')[2]}"


def _when(day: date, moment: datetime | None) -> Iterator[str]:
    """The whole due day; for a limit in hours the hour before it ends, in UTC, which needs no time zone's rules."""
    if moment is None:
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    else:
        ends = moment.astimezone(UTC)
        yield f"DTSTART:{ends - timedelta(hours=1):%Y%m%dT%H%M%SZ}"
        yield f"DTEND:{ends:%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A value of type TEXT (RFC 5545, 3.3.11)."""
    return "\\n".join(map(_escaped, text.split("\n")))


@lru_cache(maxsize=1024)  # most lines are a duty's, and stand in thousands of entries
def _escaped(line: str) -> str:
    line = one_line(line, 2_000)
    for each, escaped in _ESCAPES:
        line = line.replace(each, escaped)
    return line


def _named(box: Mailbox) -> str:
    return f';CN="{_UNQUOTABLE.sub(" ", box.name)}"' if box.name else ""


def _lines(lines: Iterable[str]) -> bytes:
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _folded(line: str) -> bytes:
    """The line cut into pieces, each on a line of its own behind a space, between characters."""
    raw = line.encode(errors="replace")
    if len(raw) <= _LINE:
        return raw
    pieces, most = [], _LINE
    while len(raw) > most:
        cut = most
        while raw[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(raw[:cut])
        raw, most = raw[cut:], _LINE - 1
    return b"\r\n ".join([*pieces, raw])
