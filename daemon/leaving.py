"""When a message may leave: in the hours of its ladder, not in its reader's quiet hours, spread over the first minutes.

Urgent messages ask nothing of this.
"""

from datetime import datetime, timedelta
from zlib import crc32

from daemon.situation import Situation
from obligations.policies import Speaking

OFFICE_HOURS, QUIET_HOURS = "waits for office hours", "waits for the reader's quiet hours to end"
_LOOKS = 30
"""Days to look ahead for a moment that both a ladder and a reader allow; where there is none, the ladder's counts."""


def forbidden(situation: Situation, address: str, speaking: Speaking, now: datetime) -> str | None:
    """Why a message may not leave now; None if it may."""
    if not situation.speaking(speaking).allows(now):
        return OFFICE_HOURS
    quiet = situation.quiet.get(address)
    return QUIET_HOURS if quiet is not None and quiet.holds(situation.local(now).time()) else None


def leaves_at(situation: Situation, channel: str, address: str, speaking: Speaking, now: datetime) -> datetime:
    """The first instant (UTC) from now on at which a message may leave."""
    times, quiet = situation.speaking(speaking), situation.quiet.get(address)
    first = moment = _spread(situation, channel, address, speaking, times.next_from(now))
    for _ in range(_LOOKS if quiet is not None else 0):
        local = situation.local(moment)
        if quiet is None or not quiet.holds(local.time()):
            return moment
        over = datetime.combine(local.date(), quiet.last, local.tzinfo)
        over += timedelta(days=over <= local)
        moment = times.next_from(over.astimezone(now.tzinfo))
    return first


def _spread(situation: Situation, channel: str, address: str, speaking: Speaking, moment: datetime) -> datetime:
    """Put off what would leave at the opening by a part of the channel's spread: the same for one address each day."""
    spread = situation.spread.get(channel)
    if spread is None:
        return moment
    times = situation.speaking(speaking)
    opening = times.opening(situation.local(moment).date())
    return max(moment, opening + spread * (crc32(address.encode(errors="replace")) / 2**32))
