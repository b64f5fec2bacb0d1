"""What the codes of a provider mean for a message."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from notifiers.channel import Outcome, Permanent, Stopped, Temporary, Unknown

LATER = timedelta(hours=1)
"""How long a recipient who was sent too much is left alone."""


@dataclass(frozen=True, slots=True)
class ErrorClasses:
    """Codes by what they mean, each a pattern as of a shell (`LimitExceeded.*`). Any other code is tried again.

    Args:
        permanent: it is this recipient or this text; trying again will not help.
        stops: it is us; nothing more can be sent until the operator acts.
        delays: too much lately; wait for `LATER`.
        doubtful: the provider itself does not know whether it was sent.
    """

    permanent: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    delays: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()

    def outcome(self, code: str, reason: str) -> Outcome:
        """What a code other than success means."""
        if _matches(code, self.permanent):
            return Permanent(reason)
        if _matches(code, self.stops):
            return Stopped(reason)
        if _matches(code, self.doubtful):
            return Unknown(reason)
        return Temporary(reason, LATER if _matches(code, self.delays) else None)


def _matches(code: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(code, pattern) for pattern in patterns)
