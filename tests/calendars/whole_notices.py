"""Notices for a whole year out of the festivals that a test is about."""

import re
from datetime import date

from config.statutory import first_statutory_days


def whole(text: str) -> str:
    """A notice's text that ends with its festivals, with those that it does not name on the first day the law gives."""
    (year,) = re.findall("^year: ([0-9]+)$", text, re.MULTILINE)
    by_day: dict[date, list[str]] = {}
    for name, day in first_statutory_days(int(year)):
        if name not in text:
            by_day.setdefault(day, []).append(name)
    return text + "".join(f"  - {{name: {'、'.join(names)}, off: {day}}}\n" for day, names in by_day.items())
