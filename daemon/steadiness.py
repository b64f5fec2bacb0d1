"""Steadiness of the wall clock: a jump of more than an hour is believed when a second reading shows it too.

The wall clock is compared with the time since the machine was started, which nobody can set and which goes on while the
machine sleeps. Somebody may set a clock right, or a broken source of time may set it wrong for a moment; a daemon that
believed the latter would tell people of things that are not due for years.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

BELIEVED = timedelta(hours=1)
"""A jump up to this is an adjustment, and needs no second reading."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""By how much the clocks of nodes may differ; what is noted of a moment further ahead was noted under a wrong one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What both clocks showed: the wall clock (UTC), and the time since the machine was started."""

    wall: datetime
    running: timedelta

    def jump_since(self, before: "Reading") -> timedelta:
        """By how much the wall clock went on more than time did; negative if it was put back."""
        return (self.wall - before.wall) - (self.running - before.running)


class Steadiness:
    """Looks at every reading of the clocks."""

    def __init__(self) -> None:
        self._believed: Reading | None = None
        self._doubted: Reading | None = None

    def doubts(self, now: Reading) -> bool:
        """Whether the wall clock shows a leap that no two readings have agreed on yet; nothing is learned from this."""
        return self._believed is not None and abs(now.jump_since(self._believed)) > BELIEVED

    def believed(self, now: Reading) -> datetime:
        """What the wall clock shows; while that is in doubt, what it would show had it gone on as time did."""
        if self._believed is None or not self.doubts(now):
            return now.wall
        return self._believed.wall + (now.running - self._believed.running)

    def look(self, now: Reading) -> timedelta | None:
        """By how much the wall clock jumped, if two readings agree on it; None while that is in doubt, zero mostly.

        What goes on by up to an hour too much is no jump; what was put back is one, since moments come once more.
        """
        if self._believed is None or not self.doubts(now):
            jump = now.jump_since(self._believed) if self._believed is not None else timedelta(0)
            self._believed, self._doubted = now, None
            return jump if jump < -CLOCKS_DIFFER else timedelta(0)
        jump = now.jump_since(self._believed)
        if self._doubted is not None and abs(now.jump_since(self._doubted)) <= BELIEVED:
            self._believed, self._doubted = now, None
            return jump
        self._doubted = now
        return None
