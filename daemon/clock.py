"""The only module that reads the clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...

    def running(self) -> timedelta:
        """The time since the machine was started, asleep or not; nobody can set it."""
        ...


class SystemClock:
    """The machine's wall clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place

    def running(self) -> timedelta:
        """The time since the machine was started, asleep or not."""
        return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))


class VirtualClock:
    """A clock that stands still until it is set: for simulations and tests."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """The moment it was last set to, in UTC."""
        return self._moment

    def running(self) -> timedelta:
        """Goes with the moment: a virtual clock never jumps, it only lives fast."""
        return self._moment - datetime(1970, 1, 1, tzinfo=UTC)

    def set(self, moment: datetime) -> None:
        """Move the clock, forward or back."""
        self._moment = moment.astimezone(UTC)
