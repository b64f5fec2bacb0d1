"""Derivations: why a deadline falls on its day, ground by ground, as a lawyer would ask.

Grounds are facts, not sentences: `notifiers.derivations` puts them into words.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

from obligations.deadlines import Deadline, Roll, add_months
from obligations.limits import Unit
from obligations.working_days import Departure, WorkingCalendar


class Rule(Enum):
    """What a ground says. Each comes with the values that its name suggests."""

    ANCHOR_DAY = "anchor_day"
    """The day the limit runs from; it is not counted (Civil Code art. 201)."""
    ANCHOR_ITSELF = "anchor_itself"
    """A limit of zero: the anchor's own day."""
    ANCHOR_MOMENT = "anchor_moment"
    """The moment hours run from (Civil Code art. 201), through nights and holidays."""
    COUNT = "count"
    """What was counted, and the first day of the count."""
    EXCLUDED = "excluded"
    """Days that do not count (decree 493 art. 27)."""
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
    FINAL = "final"
    """Every day it depends on is published."""

    __hash__ = object.__hash__  # members are single; Enum hashes their names in Python, and derivations are hot


class Ground(NamedTuple):
    """One ground of a derivation: its rule and the values in it (days, counts, names of festivals and papers)."""

    rule: Rule
    values: tuple[object, ...] = ()


def derive(deadline: Deadline, calendar: WorkingCalendar) -> Iterator[Ground]:
    """The grounds of a deadline, in the order in which it is computed."""
    limit = deadline.limit
    if limit.unit is Unit.HOURS:
        yield Ground(Rule.ANCHOR_MOMENT, (deadline.start, limit.amount))
        yield Ground(Rule.ENDS_MOMENT, (deadline.ends_at,))
    elif limit.amount == 0 and not deadline.exclude:
        yield Ground(Rule.ANCHOR_ITSELF, (deadline.day_zero,))
        yield from _end(deadline)
    else:
        yield Ground(Rule.ANCHOR_DAY, (deadline.day_zero,))
        yield from _count(deadline, calendar)
        yield from _end(deadline)
    yield Ground(
        Rule.PROVISIONAL if deadline.provisional else Rule.FINAL, (calendar.version, calendar.provisional_from)
    )


def _count(deadline: Deadline, calendar: WorkingCalendar) -> Iterator[Ground]:
    limit = deadline.limit
    step = 1 if limit.amount >= 0 else -1
    yield Ground(Rule.COUNT, (limit, deadline.day_zero + timedelta(days=step)))
    if deadline.exclude:
        yield Ground(Rule.EXCLUDED, (deadline.exclude, limit))
    if limit.unit is Unit.WORKING_DAYS:
        yield from _passed_days(deadline, calendar)
    elif limit.unit in {Unit.MONTHS, Unit.YEARS}:
        yield from _corresponding(deadline)


def _passed_days(deadline: Deadline, calendar: WorkingCalendar) -> Iterator[Ground]:
    """The weekends that were passed over, then each day that differs from its weekday, with its paper."""
    if deadline.limit.amount >= 0:
        first, last = deadline.day_zero + timedelta(days=1), deadline.literal
    else:
        first, last = deadline.literal, deadline.day_zero - timedelta(days=1)
    departures = calendar.departures_between(first, last)
    made_up = sum(each.works for each in departures)
    weekends = _weekend_days(first, last) - made_up
    if weekends:
        yield Ground(Rule.WEEKENDS, (weekends,))
    yield from map(_departure, departures)


def _departure(departure: Departure) -> Ground:
    rule = Rule.MAKE_UP if departure.works else Rule.HOLIDAY
    return Ground(rule, (departure.day, departure.name, departure.source))


def _weekend_days(first: date, last: date) -> int:
    """How many Saturdays and Sundays lie from `first` to `last`, both included."""

    def until(day: date) -> int:
        weeks, rest = divmod(day.toordinal(), 7)  # ordinal 1 is a Monday, 6 and 7 are the weekend
        return 2 * weeks + (rest == 6)

    return until(last) - until(first - timedelta(days=1))


def _corresponding(deadline: Deadline) -> Iterator[Ground]:
    months = deadline.limit.amount * (12 if deadline.limit.unit is Unit.YEARS else 1)
    day = add_months(deadline.day_zero, months)
    rule = Rule.CORRESPONDING_DAY if day.day == deadline.day_zero.day else Rule.MONTH_END
    yield Ground(rule, (day,))


def _end(deadline: Deadline) -> Iterator[Ground]:
    if deadline.literal != deadline.due:
        rule = Rule.ROLLED_ON if deadline.roll is Roll.NEXT else Rule.ROLLED_BACK
        yield Ground(rule, (deadline.literal, deadline.due))
    elif deadline.rolled != deadline.due:
        yield Ground(Rule.NOT_WORKED, (deadline.due, deadline.rolled))
    yield Ground(Rule.ENDS_DAY, (deadline.due,))
