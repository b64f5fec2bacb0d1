"""When a message may leave: in the hours of its ladder, not in its reader's quiet hours, spread over the first minutes.

Urgent messages ask nothing of this.
"""

from datetime import datetime, timedelta
from zlib import crc32

from daemon.situation import Situation
from obligations.ladders import SpeakingTime
from obligations.policies import Speaking

OFFICE_HOURS, QUIET_HOURS = "waits for office hours", "waits for the reader's quiet hours to end"
_LOOKS = 30
"""Days to look ahead for a moment that both a ladder and a reader allow; where there is none, the ladder's counts."""


def forbidden(situation: Situation, address: str, speaking: Speaking, now: datetime) -> str | None:
    """Why a message may not leave now; None if it may."""
    times = situation.speaking(speaking)
    if not times.allows(now):
        return OFFICE_HOURS
    return QUIET_HOURS if _after_quiet(situation, address, times, now) > now else None


def leaves_at(situation: Situation, channel: str, address: str, speaking: Speaking, now: datetime) -> datetime:
    """The first instant (UTC) from now on at which a message may leave; it is not `forbidden` then."""
    times = situation.speaking(speaking)
    return _after_quiet(situation, address, times, _spread(situation, channel, address, times, times.next_from(now)))


def _after_quiet(situation: Situation, address: str, times: SpeakingTime, first: datetime) -> datetime:
    """The first instant from one on that lies in the hours of a ladder, and not in its reader's quiet hours.

    Where these leave none of those, they count for nothing: else he would never be told.
    """
    quiet, moment = situation.quiet.get(address), first
    for _ in range(_LOOKS if quiet is not None else 0):
        local = situation.local(moment)
        if quiet is None or not quiet.holds(local.time()):
            return moment
        over = datetime.combine(local.date(), quiet.last, local.tzinfo)
        over += timedelta(days=over <= local)
        moment = times.next_from(over.astimezone(first.tzinfo))
    return first


def _spread(situation: Situation, channel: str, address: str, times: SpeakingTime, moment: datetime) -> datetime:
    """Put off what would leave at the opening by a part of the channel's spread: the same for one address each day.

    However long the spread, what is told in short hours is told within them.
    """
    spread = situation.spread.get(channel)
    if spread is None:
        return moment
    opening = times.opening(situation.local(moment).date())
    part = crc32(address.encode(errors="replace")) / 2**32
    return max(moment, opening + min(spread, times.hours.length) * part)
