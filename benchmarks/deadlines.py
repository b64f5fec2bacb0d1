"""How fast working days are counted, as ratios to what others do, measured in one run.

The starts are spread over 2018 to 2021, which every peer covers; each peer must give our day for every start, except
where it is known to be wrong. Prints one table; the exit status is 1 if an aim is missed.

    .venv/bin/python benchmarks/deadlines.py
"""

import sys
import time
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

import chinese_calendar
import numpy as np
from workalendar.asia import China

from config.calendars import compile_calendar, load_notices, shipped_calendar_directory

FIRST, DAYS = date(2018, 1, 2), 1_200
DAY = timedelta(days=1)
ROUNDS = 5

Shift = Callable[[date, int], date]


class Peer(NamedTuple):
    name: str
    shift: Shift
    starts: int
    """Of how many starts a round consists; the slow ones get fewer."""
    aim: float


def main() -> int:
    warnings.simplefilter("ignore")
    notices, _ = load_notices([shipped_calendar_directory()])
    calendar = compile_calendar(notices)
    print(f"{'':34}{'ours ns':>10}{'peer ns':>13}{'ratio':>10}{'aim':>8}")
    missed = 0
    for amount in (10, 250):
        ours = measure(calendar.shift, amount, DAYS)
        for peer in peers():
            disagreements = differing(calendar.shift, peer, amount)
            theirs = measure(peer.shift, amount, peer.starts)
            missed += theirs / ours < peer.aim
            label = f"+{amount} working days, {peer.name}"
            print(
                f"{label:34}{ours:>10,.0f}{theirs:>13,.0f}{theirs / ours:>9,.1f}×{f'≥{peer.aim:g}×':>8}{disagreements}"
            )
    print_span_independence(calendar.shift)
    return missed > 0


def peers() -> list[Peer]:
    return [
        Peer("workalendar", China().add_working_days, 6, 100),
        Peer("chinesecalendar", stepped, 6, 500),
        Peer("numpy scalar", numpy_shift(), DAYS, 5),
    ]


def stepped(day: date, amount: int) -> date:
    while amount:
        day += DAY
        amount -= chinese_calendar.is_workday(day)
    return day


def numpy_shift() -> Shift:
    """Make-up weekends are given to numpy as a week of seven working days with every day off as a holiday."""
    covered = [FIRST + offset * DAY for offset in range(DAYS + 400)]
    off = [day for day in covered if not chinese_calendar.is_workday(day)]
    busy = np.busdaycalendar(weekmask="1111111", holidays=np.array(off, dtype="datetime64[D]"))

    def shift(day: date, amount: int) -> date:
        found: date = np.busday_offset(day, amount, roll="preceding", busdaycal=busy).item()  # type: ignore[assignment] # a datetime64[D] is a date
        return found

    return shift


def measure(shift: Shift, amount: int, count: int) -> float:
    """Nanoseconds a call, the best of several rounds over starts spread evenly."""
    starts = spread(count)
    return min(once(shift, amount, starts) for _ in range(ROUNDS)) / count * 1e9


def once(shift: Shift, amount: int, starts: list[date]) -> float:
    begun = time.perf_counter()
    for start in starts:
        shift(start, amount)
    return time.perf_counter() - begun


def spread(count: int) -> list[date]:
    return [FIRST + (DAYS * index // count) * DAY for index in range(count)]


def differing(ours: Shift, peer: Peer, amount: int) -> str:
    starts = spread(min(peer.starts, 60))
    wrong = sum(peer.shift(start, amount) != ours(start, amount) for start in starts)
    return f"  ({wrong} of {len(starts)} days differ)" if wrong else ""


def print_span_independence(shift: Shift) -> None:
    print("\nours by span: " + ", ".join(f"+{amount}: {measure(shift, amount, DAYS):,.0f} ns" for amount in SPANS))


SPANS = (1, 10, 100, 1_000, 4_000)

if __name__ == "__main__":
    sys.exit(main())
