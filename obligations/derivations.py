"""Derivations: why a deadline falls on its day, ground by ground, as a lawyer would ask.

Grounds are facts, not sentences: `notifiers.derivations` puts them into words.
"""

from datetime import date, timedelta
from typing import NamedTuple

from obligations.deadlines import Deadline, Roll, add_months
from obligations.limits import Limit, Unit
from obligations.single import Single
from obligations.working_days import Departure, WorkingCalendar


class Rule(Single):
    """What a ground says. Each comes with the values that its name suggests."""

    ANCHOR_DAY = "anchor_day"
    """The day the limit runs from; it is not counted (Civil Code art. 201)."""
    ANCHOR_ITSELF = "anchor_itself"
    """A limit of zero: the anchor's own day."""
    STATED = "stated"
    """The day that the event states."""
    ANCHOR_MOMENT = "anchor_moment"
    """The moment hours run from (Civil Code art. 201), through nights and holidays."""
    COUNT = "count"
    """What was counted, and the first day of the count."""
    EXCLUDED = "excluded"
    """How long does not count (decree 493 art. 27)."""
    WEEKENDS = "weekends"
    """How many ordinary weekend days were passed over."""
    HOLIDAY = "holiday"
    """A weekday that was passed over, and the paper that says so."""
    MAKE_UP = "make_up"
    """A weekend day that was counted, and the paper that says so."""
    CORRESPONDING_DAY = "corresponding_day"
    """The corresponding day of the month (Civil Code art. 202)."""
    MONTH_END = "month_end"
    """There is no corresponding day, so the month's last (Civil Code art. 202)."""
    NOT_WORKED = "not_worked"
    """The last day is not worked; the rule lets it stand, and this is where it would roll to (Civil Code art. 203)."""
    ROLLED_ON = "rolled_on"
    """The last day was not worked, so it rolled to the next working day (Civil Code art. 203)."""
    ROLLED_BACK = "rolled_back"
    """The last day was not worked, so it rolled to the working day before."""
    EXTENDED = "extended"
    """The due day was granted by an extension."""
    WINDOW = "window"
    """The due day is a calendar window's last; it never rolls into the next window."""
    MOVED_FORWARD = "moved_forward"
    """The city set its own earlier day within the window."""
    LAST_WORKING_DAY = "last_working_day"
    """The last working day before a due day that is not worked."""
    ENDS_DAY = "ends_day"
    """The due day, which ends at midnight (Civil Code art. 203)."""
    ENDS_MOMENT = "ends_moment"
    """The instant at which it ends."""
    PROVISIONAL = "provisional"
    """A day it depends on has no published notice yet."""
    STANDS = "stands"
    """No notice can move the due day; which days before it are worked has no published notice yet."""
    FINAL = "final"
    """Every day it depends on is published."""


_DAY = timedelta(days=1)


class Ground(NamedTuple):
    """One ground of a derivation: its rule and the values in it (days, counts, names of festivals and papers)."""

    rule: Rule
    values: tuple[object, ...] = ()


def derive(deadline: Deadline, calendar: WorkingCalendar) -> list[Ground]:
    """The grounds of a deadline, in the order in which it is computed; the last says how certain it is."""
    certainty = Rule.PROVISIONAL if deadline.provisional else Rule.FINAL
    return [*derive_day(deadline, calendar), Ground(certainty, (calendar.version, calendar.provisional_from))]


def derive_day(deadline: Deadline, calendar: WorkingCalendar) -> list[Ground]:
    """The same, without how certain it is."""
    limit = deadline.limit
    if limit.unit is Unit.HOURS:
        return [
            Ground(Rule.ANCHOR_MOMENT, (deadline.start, limit)),
            Ground(Rule.ENDS_MOMENT, (deadline.ends_at,)),
        ]
    if limit.amount == 0 and not deadline.exclude:
        return [Ground(Rule.ANCHOR_ITSELF, (deadline.day_zero,)), *_end(deadline)]
    return [Ground(Rule.ANCHOR_DAY, (deadline.day_zero,)), *_count(deadline, calendar), *_end(deadline)]


def _count(deadline: Deadline, calendar: WorkingCalendar) -> list[Ground]:
    limit = deadline.limit
    following = deadline.day_zero + (_DAY if limit.amount >= 0 else -_DAY)
    grounds = [Ground(Rule.COUNT, (limit, following))]
    if deadline.exclude:
        unit = Unit.WORKING_DAYS if limit.unit is Unit.WORKING_DAYS else Unit.DAYS
        grounds.append(Ground(Rule.EXCLUDED, (Limit(deadline.exclude, unit),)))
    if limit.unit is Unit.WORKING_DAYS:
        grounds += _passed_days(deadline, calendar)
    elif limit.unit is Unit.MONTHS or limit.unit is Unit.YEARS:
        grounds.append(_corresponding(deadline))
    return grounds


def _passed_days(deadline: Deadline, calendar: WorkingCalendar) -> list[Ground]:
    """The weekends that were passed over, then each day that differs from its weekday, with its paper."""
    if deadline.limit.amount >= 0:
        first, last = deadline.day_zero + _DAY, deadline.literal
    else:
        first, last = deadline.literal, deadline.day_zero - _DAY
    departures = calendar.departures_between(first, last)
    weekends = _weekend_days(first, last) - sum(each.works for each in departures)
    grounds = [_departure(each) for each in departures]
    return [Ground(Rule.WEEKENDS, (weekends,)), *grounds] if weekends else grounds


def _departure(departure: Departure) -> Ground:
    rule = Rule.MAKE_UP if departure.works else Rule.HOLIDAY
    return Ground(rule, (departure.day, departure.name, departure.source))


def _weekend_days(first: date, last: date) -> int:
    """How many Saturdays and Sundays lie from `first` to `last`, both included."""

    def until(day: date) -> int:
        weeks, rest = divmod(day.toordinal(), 7)  # ordinal 1 is a Monday, 6 and 7 are the weekend
        return 2 * weeks + (rest == 6)

    return until(last) - until(first - timedelta(days=1))


def _corresponding(deadline: Deadline) -> Ground:
    months = deadline.limit.amount * (12 if deadline.limit.unit is Unit.YEARS else 1)
    day = add_months(deadline.day_zero, months)
    rule = Rule.CORRESPONDING_DAY if day.day == deadline.day_zero.day else Rule.MONTH_END
    return Ground(rule, (day,))


def _end(deadline: Deadline) -> list[Ground]:
    end = Ground(Rule.ENDS_DAY, (deadline.due,))
    if deadline.literal != deadline.due:
        rule = Rule.ROLLED_ON if deadline.roll is Roll.NEXT else Rule.ROLLED_BACK
        return [Ground(rule, (deadline.literal, deadline.due)), end]
    if deadline.rolled != deadline.due:
        return [Ground(Rule.NOT_WORKED, (deadline.due, deadline.rolled)), end]
    return [end]
