"""Deadlines: an anchor, a limit and a calendar give one due day.

Rules and their sources:
- Gregorian units; the day of the anchor is not counted; hours run from the moment (Civil Code arts. 200-201).
- A month or year ends on the corresponding day, or on the month's last where there is none (art. 202).
- Where the rule says so, a last day that is not worked moves to the next working day (art. 203); it is the rule's
  property, not the engine's, because the policy's limits protect safety and there the earlier day counts.
- A due day ends at 24:00 in the configured time zone (art. 203).
- Days of technical appraisal do not count (State Council decree 493, art. 27).
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from obligations.limits import Limit, LimitError, Unit
from obligations.windows import Window
from obligations.working_days import CalendarError, WorkingCalendar

UNCOUNTABLE = (CalendarError, LimitError, OverflowError)
"""What is raised of days that lie where nothing can be counted, and of limits that need a moment and have a day."""


class Roll(Enum):
    """What happens to a last day that is not worked."""

    NONE = "none"
    NEXT = "next"
    PREVIOUS = "previous"


class Deadline(NamedTuple):
    """One due day and what it was computed from."""

    start: date | datetime
    """The anchor: a day, or an aware moment."""
    day_zero: date
    """The anchor's day in the configured zone; it is not counted."""
    limit: Limit
    roll: Roll
    exclude: int
    """Days that did not count, in the limit's own kind of day."""
    literal: date
    """The last day before any rolling."""
    due: date
    """The day that counts: `literal`, rolled when `roll` asks for it."""
    rolled: date
    """What rolling to the next working day gives, for comparison."""
    ends_at: datetime
    """The instant (UTC) at which the due day ends; for hours, the instant itself."""
    provisional: bool
    """Whether a day it depends on lies where no holiday notice has been published yet."""


def compute_deadline(
    start: date | datetime,
    limit: Limit,
    calendar: WorkingCalendar,
    zone: ZoneInfo,
    *,
    roll: Roll = Roll.NONE,
    exclude: int = 0,
) -> Deadline:
    """Compute the deadline that `limit` sets from `start`.

    Args:
        start: a day, or an aware moment; a moment's day is taken in `zone`. Hours need a moment.
        limit: how long; negative counts back.
        calendar: which days are worked.
        zone: the time zone in which days begin and end.
        roll: what happens to a last day that is not worked. Hours never roll: they run through holidays.
        exclude: days that do not count, e.g. of technical appraisal; working days when the limit counts those.

    Raises:
        LimitError: hours without a moment, or days excluded from a limit that counts back.
        CalendarError: a day that the computation needs lies outside the calendar.
    """
    if exclude < 0 or (exclude and limit.amount < 0):
        raise LimitError(f"cannot exclude {exclude} days from {limit}; only a limit that counts on can leave days out")
    day_zero = local_day(start, zone)
    calendar.require(day_zero)
    if limit.unit is Unit.HOURS:
        return _exact_deadline(start, day_zero, limit, zone, exclude)
    literal = shift_day(day_zero, limit, calendar, exclude=exclude)
    rolled = calendar.on_or_after(literal)
    due = _rolled_by(roll, literal, rolled, calendar)
    latest = max(rolled, day_zero) if limit.unit is Unit.WORKING_DAYS else rolled
    return Deadline(
        start,
        day_zero,
        limit,
        roll,
        exclude,
        literal,
        due,
        rolled,
        end_of_day(due, zone),
        calendar.is_provisional(latest),
    )


class WindowDeadline(NamedTuple):
    """The due day of a recurring duty in one window."""

    literal: date
    """The window's last day, or the city's own earlier one, before any rolling."""
    due: date
    """The day that counts."""
    provisional: bool
    """Whether a day it depends on lies where no holiday notice has been published yet."""


def compute_window_deadline(
    window: Window, by: Limit | None, calendar: WorkingCalendar, roll: Roll = Roll.NONE
) -> WindowDeadline:
    """Compute when a recurring duty is due: always within the window, whatever the calendar.

    Args:
        by: moves the day forward from the window's end (negative); not by hours.
        roll: what happens to a last day that is not worked; a window never rolls into the next, so `NEXT` does nothing.

    Raises:
        CalendarError: a day that the computation needs lies outside the calendar.
    """
    literal = window.last if by is None else max(window.first, shift_day(window.last, by, calendar))
    due = max(window.first, calendar.on_or_before(literal)) if roll is Roll.PREVIOUS else literal
    counted = by is not None and by.unit is Unit.WORKING_DAYS
    return WindowDeadline(literal, due, calendar.is_provisional(window.last if counted else literal))


def _rolled_by(roll: Roll, literal: date, rolled: date, calendar: WorkingCalendar) -> date:
    match roll:
        case Roll.NONE:
            return literal
        case Roll.NEXT:
            return rolled
        case Roll.PREVIOUS:
            return calendar.on_or_before(literal)


def shift_day(day: date, limit: Limit, calendar: WorkingCalendar, *, exclude: int = 0) -> date:
    """The day that lies `limit` after `day` (before it, if negative); `day` itself is not counted.

    Raises:
        LimitError: the limit is in hours, which need a moment.
        CalendarError: the result lies outside what can be counted.
    """
    try:
        match limit.unit:
            case Unit.WORKING_DAYS:
                return calendar.shift(day, limit.amount + exclude)
            case Unit.DAYS:
                return day + timedelta(days=limit.amount + exclude)
            case Unit.WEEKS:
                return day + timedelta(weeks=limit.amount, days=exclude)
            case Unit.MONTHS:
                return add_months(day, limit.amount) + timedelta(days=exclude)
            case Unit.YEARS:
                return add_months(day, 12 * limit.amount) + timedelta(days=exclude)
            case Unit.HOURS:
                raise LimitError(f"{limit} runs from a moment; give the time of day too, as in 2026-09-18T14:20")
    except (OverflowError, ValueError) as error:
        if isinstance(error, LimitError | CalendarError):
            raise
        raise CalendarError(f"{limit} from {day} lies outside the years 1 to 9999") from error


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later, or that month's last day where there is none (Civil Code art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def local_day(moment: date | datetime, zone: ZoneInfo) -> date:
    """The day of `moment` in `zone`; a plain day is itself, a moment without a zone is taken to be in `zone`."""
    if not isinstance(moment, datetime):
        return moment
    return moment.date() if moment.tzinfo is None else moment.astimezone(zone).date()


def local_moment(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """`moment` as an instant in UTC; a plain day begins at midnight in `zone`."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min, zone)
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)


@lru_cache(maxsize=20_000)
def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which `day` ends in `zone`: its 24:00."""
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def _exact_deadline(start: date | datetime, day_zero: date, limit: Limit, zone: ZoneInfo, exclude: int) -> Deadline:
    if not isinstance(start, datetime):
        raise LimitError(f"{limit} runs from a moment; give the time of day too, as in {start}T14:20")
    if exclude:
        raise LimitError(f"cannot exclude days from {limit}, which is counted in hours")
    ends_at = local_moment(start, zone) + timedelta(hours=limit.amount)
    due = local_day(ends_at, zone)
    return Deadline(start, day_zero, limit, Roll.NONE, 0, due, due, due, ends_at, provisional=False)
