"""The only module that reads the clock."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class SystemClock:
    """The machine's wall clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place


class VirtualClock:
    """A clock that stands still until it is set: for simulations and tests."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """The moment it was last set to, in UTC."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Move the clock, forward or back."""
        self._moment = moment.astimezone(UTC)
