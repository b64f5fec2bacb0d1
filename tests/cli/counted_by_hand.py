"""Tasks counted by hand: from the YAML of a catalogue and a city alone, in another way than the engine's."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.calendars.verified_table import DAY, step

Entry = Mapping[str, Any]
FIRST_MONTHS: Mapping[str, Iterable[int]] = {
    "month": range(1, 13),
    "quarter": (1, 4, 7, 10),
    "half_year": (1, 7),
    "year": (1,),
}
"""In which months a period begins."""
FESTIVALS = {"spring_festival": date(2026, 2, 15), "national_day": date(2026, 10, 1)}
"""The first days off of 2026, as 国办发明电〔2025〕7号 has them."""
WEIGHTS = {"deaths": (3, 10, 30), "injuries": (10, 50, 100), "loss": (10_000_000, 50_000_000, 100_000_000)}
GRADES = ("ordinary", "larger", "major", "extraordinary")


def entries(directory: Path) -> list[Entry]:
    """Everything that stands in the files of a directory."""
    return [each for file in sorted(directory.glob("*.yaml")) for each in yaml.safe_load(file.read_text("utf-8"))]


@dataclass(frozen=True)
class Year:
    """A year of a city; `first` is also the day on which the city starts."""

    first: date
    last: date
    organizations: list[Entry]
    events: list[Entry]

    def count(self, duties: Iterable[Entry]) -> Counter[str]:
        """How many tasks of each duty are due within the year."""
        return Counter(
            duty["id"]
            for duty in duties
            for organization in self.organizations
            if meets(duty["applies_to"], organization)
            for _ in self._due_days(duty, organization)
        )

    def _due_days(self, duty: Entry, organization: Entry) -> Iterator[date]:
        days = self._recurring if "every" in duty else self._started
        since = organization.get("since", self.first)
        for due in days(duty, organization, since):
            if max(self.first, since) <= due <= self.last:
                yield due

    def _recurring(self, duty: Entry, _: Entry, since: date) -> Iterator[date]:
        """Every day of the year is looked at: is it the last of a period, or so long before one?"""
        ends = last_days(duty["every"], duty.get("cycle_start", 2000), self.first)
        if "by" in duty:
            ends = tuple(after(day, duty["by"]) for day in ends)
        yield from (day for day in ends if day >= since)

    def _started(self, duty: Entry, organization: Entry, since: date) -> Iterator[date]:
        anchor, limit = duty["anchor"], duty["limit"]
        if "event" in anchor:
            for event in self._events(anchor, organization):
                yield stated(duty, event) or after(event[anchor.get("date", "occurred_at")], limit)
        elif "organization" in anchor:
            dates = organization.get("dates", {}).get(anchor["organization"], {})
            yield from (after(day, limit) for day in (dates.values() if isinstance(dates, dict) else [dates]))
        elif "holiday" in anchor:
            yield from (after(FESTIVALS[each], limit) for each in anchor["holiday"])
        elif "roster" in anchor:
            yield after(since, limit)

    def _events(self, anchor: Entry, organization: Entry) -> list[Entry]:
        """The events at an organization that start a duty."""
        name, about = anchor.get("date", "occurred_at"), (anchor["event"], organization["id"])
        mine = [each for each in self.events if (each["kind"], each["organization"]) == about and name in each]
        found = [each for each in mine if meets(anchor.get("where", {}), graded(each))]
        return [each for each in found if self._is_the_nth(each, found, name, anchor)]

    @staticmethod
    def _is_the_nth(event: Entry, found: list[Entry], name: str, anchor: Entry) -> bool:
        if "count" not in anchor:
            return True
        day = day_of(event[name])
        earlier = [day_of(each[name]) for each in found if day_of(each[name]) <= day]
        return sum(after(each, anchor["in"]) >= day for each in earlier) == int(anchor["count"])


def meets(condition: Entry, entry: Entry) -> bool:
    """Whether an organization or event is as a condition of the catalogue says."""
    return all(_meets(name, wanted, entry) for name, wanted in condition.items())


def _meets(name: str, wanted: Any, entry: Entry) -> bool:
    if name == "not":
        return not meets(wanted, entry)
    if name == "any":
        return any(meets(each, entry) for each in wanted)
    if name == "lacks":
        return str(wanted) not in entry["posts"]
    found = entry.get(name)
    if isinstance(wanted, dict):
        return found is not None and bool(wanted.get("min", found) <= found <= wanted.get("max", found))
    return any(each in as_list(found) for each in as_list(wanted))


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def graded(event: Entry) -> Entry:
    """The event; an accident with its grade."""
    if event["kind"] != "accident":
        return event
    measures = [sum(event.get(name, 0) >= bound for bound in bounds) for name, bounds in WEIGHTS.items()]
    return {"grade": GRADES[max(measures)], **event}


def stated(duty: Entry, event: Entry) -> date | None:
    """The due day that the event names itself, where the duty looks for one."""
    found = event.get(duty.get("until", ""))
    return None if found is None else day_of(found)


@cache
def last_days(every: str, cycle_start: int, first: date) -> tuple[date, ...]:
    """The last days of periods, in the two years from a day on."""
    days = (first + n * DAY for n in range(731))
    return tuple(day for day in days if begins(every, cycle_start)(day + DAY))


def begins(every: str, cycle_start: int) -> Callable[[date], bool]:
    """Whether a period begins on a day."""
    number, _, years = every.partition(" ")
    if years:
        return lambda day: (day.month, day.day) == (1, 1) and (day.year - cycle_start) % int(number) == 0
    return lambda day: day.day == 1 and day.month in FIRST_MONTHS[every]


def after(start: date, limit: str) -> date:
    """The day that lies a limit after a day or moment, found by walking."""
    number = int(limit.rstrip("hwdmy"))
    match limit.removeprefix(str(number)).lstrip("+"):
        case "h":
            return day_of(start + timedelta(hours=number))
        case "wd":
            return step(day_of(start), number)
        case "d":
            return day_of(start) + number * DAY
        case "w":
            return day_of(start) + 7 * number * DAY
        case "m":
            return months_after(day_of(start), number)
        case "y":
            return months_after(day_of(start), 12 * number)
        case unit:
            raise ValueError(unit)


def months_after(start: date, number: int) -> date:
    """The same day of another month, or that month's last: walking over the month's first days, then back."""
    first = start.replace(day=1)
    for _ in range(abs(number)):
        first = (first + 31 * DAY if number > 0 else first - DAY).replace(day=1)
    day = first + (start.day - 1) * DAY
    while day.month != first.month:
        day -= DAY
    return day


def day_of(value: date) -> date:
    """The day of a day or moment; the moments of the sample are written in the city's own time."""
    return value.date() if isinstance(value, datetime) else value
