"""Working days, compiled: every question is answered from two arrays, whatever the span.

A calendar is a run of days with the status of each (worked or off) and the papers that made it so. It is compiled once
per version; after that "is it worked", "the tenth working day after" and "how many between" cost the same for a week
and for ten years.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from obligations.festivals import Festival


class CalendarError(ValueError):
    """A day lies outside what the calendar covers. Weekends too: nothing is guessed."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A day whose status differs from plain "Monday to Friday work, Saturday and Sunday rest"."""

    day: date
    works: bool
    name: str
    """The festival the day belongs to, in Chinese."""
    source: str
    """The paper that decides the day (文号), or the rule that a provisional day was computed by."""


class WorkingCalendar:
    """Which days are worked between `first` and `last`, both included.

    Args:
        version: names this state of the data; stored with every task that is computed from it.
        is_working: asked once for each covered day.
        departures: the days that differ from their weekday, for explanations.
        provisional_from: the first day that no published notice has fixed yet.
        festivals: the first day off of each festival of each year.
    """

    def __init__(
        self,
        version: str,
        first: date,
        last: date,
        is_working: Callable[[date], bool],
        departures: Iterable[Departure] = (),
        provisional_from: date = date.max,
        festivals: Mapping[tuple[Festival, int], date] | None = None,
    ) -> None:
        self.version = version
        self.first = first
        self.last = last
        self.provisional_from = provisional_from
        self.festivals: Mapping[tuple[Festival, int], date] = festivals or {}
        self._departures = sorted(departures, key=lambda each: each.day)
        self._departure_days = [each.day for each in self._departures]
        self.departures: Mapping[date, Departure] = {each.day: each for each in self._departures}
        self._origin = first.toordinal()
        flags = [is_working(first + timedelta(days=offset)) for offset in range((last - first).days + 1)]
        self._count = array("i", accumulate(flags))
        self._worked = array("i", (self._origin + offset for offset, flag in enumerate(flags) if flag))

    def is_working(self, day: date) -> bool:
        """Whether `day` is worked."""
        offset = self._offset(day)
        return self._count[offset] != (self._count[offset - 1] if offset else 0)

    def require(self, day: date) -> None:
        """Refuse a day that the calendar does not cover.

        Raises:
            CalendarError: it lies before the first or after the last day.
        """
        self._offset(day)

    def shift(self, day: date, amount: int) -> date:
        """The `amount`-th working day after `day` (before it, if negative); `day` itself is not counted.

        Zero gives `day` back, worked or not.
        """
        if amount == 0:
            self.require(day)
            return day
        offset = self._offset(day)
        worked_before = self._count[offset - 1] if offset else 0
        index = self._count[offset] + amount - 1 if amount > 0 else worked_before + amount
        if not 0 <= index < len(self._worked):
            raise self._outside(f"{amount:+d} working days from {day}")
        return date.fromordinal(self._worked[index])

    def count(self, after: date, until: date) -> int:
        """How many working days lie after `after`, up to and including `until`; negative if `until` is earlier."""
        return self._count[self._offset(until)] - self._count[self._offset(after)]

    def on_or_after(self, day: date) -> date:
        """`day` if it is worked, else the next working day."""
        return day if self.is_working(day) else self.shift(day, 1)

    def on_or_before(self, day: date) -> date:
        """`day` if it is worked, else the working day before it."""
        return day if self.is_working(day) else self.shift(day, -1)

    def is_provisional(self, day: date) -> bool:
        """Whether no published notice has fixed the status of `day` yet."""
        return day >= self.provisional_from

    def departures_between(self, first: date, last: date) -> Sequence[Departure]:
        """The departures from `first` to `last`, both included, in order."""
        return self._departures[bisect_left(self._departure_days, first) : bisect_right(self._departure_days, last)]

    def _offset(self, day: date) -> int:
        offset = day.toordinal() - self._origin
        if not 0 <= offset < len(self._count):
            raise self._outside(str(day))
        return offset

    def _outside(self, what: str) -> CalendarError:
        return CalendarError(f"{what} lies outside the calendar, which covers {self.first} to {self.last}")
