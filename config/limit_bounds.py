"""Bounds of time limits: what is certain of them, whatever the day that they run from."""

from typing import NamedTuple

from obligations.limits import Limit, Unit
from obligations.windows import Every


class Shortest(NamedTuple):
    """How many days at least lie in a window before its last day, and how many working days."""

    days: int
    working_days: int


_SHORTEST = {1: Shortest(27, 15), 3: Shortest(89, 58), 6: Shortest(180, 119)}
"""Of months, by their number; working days as the shipped calendar has them, with which a test compares them."""
_LONGEST_BREAK = 14
"""Days off in a row of which there are never so many."""


def room_in(every: Every) -> Shortest:
    """How far the due day can be moved forward in every window of a period without leaving it."""
    years = every.months // 12
    return Shortest(365 * years - 1, 247 * years - 1) if years else _SHORTEST[every.months]


def fits_into(by: Limit, every: Every) -> bool:
    """Whether a due day that is moved back by `by` (negative) lies in its window, whichever that is."""
    room, by = room_in(every), _plain(by)
    match by.unit:
        case Unit.MONTHS:
            return -by.amount < every.months
        case Unit.WORKING_DAYS:
            return -by.amount <= room.working_days
        case _:
            return -by.amount <= room.days


def ends_later(one: Limit, other: Limit, *, rolled_on: bool = False) -> bool:
    """Whether one limit certainly ends on a later day than another that runs from the same day or moment.

    Args:
        rolled_on: the other one's last day moves to the next working day, if it is none.
    """
    one, other = _plain(one), _plain(other)
    if one.unit is other.unit and not rolled_on:
        return one.amount > other.amount
    earliest, _ = _days(one)
    _, latest = _days(other)
    return earliest > latest + (_LONGEST_BREAK if rolled_on else 0)


def _plain(limit: Limit) -> Limit:
    """The same limit in months for years, in days for weeks."""
    match limit.unit:
        case Unit.YEARS:
            return Limit(12 * limit.amount, Unit.MONTHS)
        case Unit.WEEKS:
            return Limit(7 * limit.amount, Unit.DAYS)
        case _:
            return limit


def _days(limit: Limit) -> tuple[int, int]:
    """After how many days at least, and at most, a plain limit ends; negative before the day that it runs from."""
    least, most = _length(abs(limit.amount), limit.unit)
    return (least, most) if limit.amount >= 0 else (-most, -least)


def _length(amount: int, unit: Unit) -> tuple[int, int]:
    match unit:
        case Unit.HOURS:
            return amount // 24, amount // 24 + 1
        case Unit.WORKING_DAYS if amount:
            return amount, 2 * amount + _LONGEST_BREAK
        case Unit.MONTHS if amount:
            return 30 * amount - 3, 31 * amount
        case _:
            return amount, amount
