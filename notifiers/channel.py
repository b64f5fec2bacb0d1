"""What a channel is, what it is given, and what it may answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from notifiers.invitations import Invitation
from obligations.organizations import AddressKind


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has taken the message over.

    Args:
        reference: what it said, for the record.
        receipt: by which name its receipt will speak of the message, where that is not the reference.
    """

    reference: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Temporary:
    """It was certainly not sent, and may succeed later; not before `retry_after`, if the other side named a time."""

    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Permanent:
    """It was certainly not sent, and this message to this address never will be.

    Args:
        bad_address: nor any other message to this address.
    """

    reason: str
    bad_address: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been sent: the answer was lost.

    Args:
        repeats: whether sending it again would tell its reader twice, and nobody can be asked whether it would.
    """

    reason: str
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """It was certainly not sent, and nothing will be until the operator acts: credentials, permissions, balance."""

    reason: str


Outcome = Sent | Temporary | Permanent | Unknown | Stopped


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person on one channel.

    Args:
        message_id: `<…@…>`, the same on every retry (RFC 5322, 3.6.4).
        address: as the channel's `address` says: an email address, a mobile number, a WeCom id.
        name: of the person addressed.
        html: in UTF-8; None where the channel carries plain text only.
        notices: the keys of the notices in it.
        thread: the Message-ID of the first message about the task; None if this is the first.
        composed_at: aware; the same on every retry.
        stage: of the gravest notice in it (`urge`); empty where it carries none.
        facts: what a template of a channel's own may say, all of it on one line; see `Content.facts`.
        attempt: 1 for the first; where it is more, one before may have been taken.
        occasion: names what it is about and when it was put into the outbox: the same on every retry, and for all who
            are told of the same at the same moment; with the address it names one message of a channel. Empty where
            it is about nothing of the kind.
        invitation: what it puts into the reader's calendar.
    """

    message_id: str
    address: str
    name: str
    subject: str
    text: str
    html: bytes | None
    notices: tuple[str, ...]
    thread: str | None
    composed_at: datetime
    stage: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 1
    invitation: Invitation | None = None
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many messages in any span of time of this length."""

    messages: int
    span: timedelta


SPANS = {
    "second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)
}  # fmt: skip
"""The spans that a rate is written with."""


def parse_rate(text: str) -> Rate:
    """A rate written as `100/minute`."""
    messages, _, span = text.partition("/")
    return Rate(int(messages), SPANS[span])


class Channel(Protocol):
    """One way to reach people. It never raises for a failed delivery, and never retries: the dispatcher does.

    Attributes:
        name: as configured.
        address: the kind of address it sends to.
        connections: how many sends it bears at once.
        rate: how many it bears in a time, all nodes together; None if as many as can be sent.
    """

    name: str
    address: AddressKind
    connections: int
    rate: Rate | None

    async def send(self, message: Message) -> Outcome:
        """Send once and say what became of it."""
        ...

    async def probe(self) -> Outcome:
        """Reach the other side as far as one can without sending: Sent says how far, anything else what is wrong."""
        ...

    async def close(self) -> None:
        """Let go of connections; nothing is sent afterwards."""
        ...
