"""Windows: the calendar periods in which a recurring duty must be done.

A window is a month, quarter, half-year, year or run of N years on the calendar. It never rolls into the next one:
"at least monthly" is not "thirty days after the last one".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_YEARS = re.compile(r"([1-9][0-9]?) years?")


class WindowError(ValueError):
    """The text names no window; the message says which there are."""


@dataclass(frozen=True, slots=True)
class Window:
    """One period: its key in task ids (`2026-01`, `2026-Q1`, `2026-H1`, `2026`, `2025-2027`) and its days."""

    key: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Every:
    """How often a duty recurs.

    Args:
        text: as written: `month`, `quarter`, `half_year`, `year` or `N years`.
        months: the length of a window.
        cycle_start: the year in which a run of N years begins; 2000 unless the rule says otherwise.
    """

    text: str
    months: int
    cycle_start: int = 2000

    def windows(self, first: date, last: date) -> Iterator[Window]:
        """The windows that touch the days `first` to `last`, both included, in order."""
        origin = self.cycle_start * 12
        index = (first.year * 12 + first.month - 1 - origin) // self.months
        while True:
            start = origin + index * self.months
            window = self._window(start)
            if window.first > last:
                return
            yield window
            index += 1

    def _window(self, start: int) -> Window:
        first, following = _first_of(start), _first_of(start + self.months)
        year, month = first.year, first.month
        match self.months:
            case 1:
                key = f"{year}-{month:02}"
            case 3:
                key = f"{year}-Q{(month + 2) // 3}"
            case 6:
                key = f"{year}-H{(month + 5) // 6}"
            case 12:
                key = str(year)
            case _:
                key = f"{year}-{following.year - 1}"
        return Window(key, first, following - timedelta(days=1))


def parse_every(text: str, cycle_start: int = 2000) -> Every:
    """Read `month`, `quarter`, `half_year`, `year` or `N years`.

    Raises:
        WindowError: the text is none of these.
    """
    if text in _MONTHS:
        return Every(text, _MONTHS[text], cycle_start)
    found = _YEARS.fullmatch(text)
    if found is None:
        raise WindowError(f"{text!r} is not a period; write month, quarter, half_year, year or, say, 3 years")
    return Every(text, 12 * int(found[1]), cycle_start)


def _first_of(month_index: int) -> date:
    year, month = divmod(month_index, 12)
    return date(year, month + 1, 1)
