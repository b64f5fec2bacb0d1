"""Occasions: what a message is about and when it was put into the outbox, as providers of SMS are told it.

A provider that is asked what became of a message knows it by its number and this name. Everyone who is told of the same
things at the same moment has the same one, so that one request may carry them all.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime


def occasion(channel: str, told: Iterable[str], created_at: datetime) -> str:
    """The name of an occasion: 32 hexadecimal digits.

    Nothing in it changes from one attempt to the next: not what is left to say, not its words, not how they are sent.
    A notice that joins a message later makes another occasion of it, since what was sent before did not tell it.

    Args:
        told: `task/step` of every notice that was put into the message, in any order; also of those no longer said.
        created_at: when the message was put into the outbox.
    """
    text = "\n".join([channel, created_at.isoformat(), *sorted(set(told))])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
