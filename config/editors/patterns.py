"""Patterns: the forms of text that a schema cannot name, as regular expressions that editors read as Python does.

Each form is a `format` in the schema of the files; editors know none of ours, so a pattern with a message stands for
it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.columns import OF_A_POST, PLAIN
from obligations.limits import CHINESE_UNITS, LARGEST, Unit

_YEAR = "(?!0000)[0-9]{4}"
_LEAP = "(?!0000)(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_LONG = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_SHORT = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_FEBRUARY = "02-(?:0[1-9]|1[0-9]|2[0-8])"
DAY = f"(?:{_YEAR}-(?:{_LONG}|{_SHORT}|{_FEBRUARY})|{_LEAP}-02-29)"
"""A day that the calendar has."""
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
MOMENT = f"{DAY}(?:[T ]{_TIME}(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?"
"""A day or a moment."""
VALUE = f"^(?:(?![0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})|{MOMENT}$)"
"""Text that is a day or moment, or does not look like one."""
_BACK, _ON = "(?=-|[+]?0+[^0-9])", "(?!-|[+]?0+[^0-9])"
_HOW_LONG = "write a whole number and a unit: 7d (days), 10wd (working days), 1w, 6m, 1y, 2h (hours), or 10个工作日"


def limit_pattern(units: Iterable[Unit] = Unit, condition: str = "") -> str:
    """What `obligations.limits.parse_limit` accepts, of some units only.

    Args:
        condition: a lookahead that the amount with its sign must meet.
    """
    amounts = "|".join(f"0*(?:{_up_to(LARGEST[unit])})(?:{'|'.join(_words(unit))})" for unit in units)
    at_most_nine_digits, no_minus_zero = "(?=[+-]?[0-9]{1,9}[^0-9])", "(?!-0+[^0-9])"
    return rf"\s*{condition}{at_most_nine_digits}{no_minus_zero}[+-]?(?:{amounts})\s*"


def _words(unit: Unit) -> Iterator[str]:
    yield unit.value
    yield from (f"个?{word}" for word, each in CHINESE_UNITS.items() if each is unit)


def _up_to(largest: int) -> str:
    """The numbers from 0 to `largest`, without leading zeros."""
    digits = str(largest)
    shorter = [f"[0-9]{{1,{len(digits) - 1}}}"] if len(digits) > 1 else []
    below = []
    for place, digit in enumerate(digits):
        lowest = 1 if place == 0 and len(digits) > 1 else 0
        if int(digit) > lowest:
            below.append(f"{digits[:place]}[{lowest}-{int(digit) - 1}][0-9]{{{len(digits) - place - 1}}}")
    return "|".join([*shorter, *below, digits])


def whole_pattern(least: int, most: int | None) -> str:
    """Whole numbers in quotes, from `least` on, which is not negative, up to `most`."""
    too_small = rf"(?!0*(?:{_up_to(least - 1)})(?:\.0*)?\s*$)" if least else ""
    digits = "[0-9]+" if most is None else f"0*(?:{_up_to(most)})"
    return rf"^\s*[+]?{too_small}{digits}(?:\.0*)?\s*$"


def number_pattern(most: int) -> str:
    """Numbers in quotes, larger than 0, up to `most`."""
    return rf"^\s*[+]?(?![0.]*\s*$)(?:0*(?:{_up_to(most - 1)})(?:\.[0-9]*)?|\.[0-9]+|0*{most}(?:\.0*)?)\s*$"


class Form(NamedTuple):
    """A form of text: what matches, and what an editor says of text that does not."""

    pattern: str
    message: str


_IN_DAYS = [unit for unit in Unit if unit is not Unit.HOURS]
FORMS: Mapping[str, Form] = {
    "date": Form(f"^{DAY}$", "write a day of the calendar, as 2026-09-18"),
    "first-day": Form(
        f"^(?=200[4-9]|20[1-8]|2090){DAY}$", "write a day of the calendar, as 2026-09-18, from 2004 to 2090"
    ),
    "moment": Form(f"^{MOMENT}$", "write a day or moment, as 2026-09-18 or 2026-09-18T14:20:00+08:00"),
    "days": Form(
        rf"^\s*{DAY}\s*(?:\.\.\s*(?:{DAY})?\s*)?$", "write a day or a span of days, as 2026-02-15..2026-02-23"
    ),
    "limit": Form(f"^{limit_pattern()}$", _HOW_LONG),
    "limit-in-days": Form(
        f"^{limit_pattern(_IN_DAYS)}$", "write a number of days or longer: 7d, 10wd (working days), 1w, 6m, 1y"
    ),
    "limit-back": Form(
        f"^{limit_pattern(_IN_DAYS, _BACK)}$", "counts back from the window's end, in days or longer; write, say, -1m"
    ),
    "span": Form(
        f"^{limit_pattern(_IN_DAYS, _ON)}$", "is a span of a day or longer that counts on; write, say, 5wd or 1y"
    ),
    "step-at": Form(
        f"^(?:start|{limit_pattern()})$", "write `start`, or a limit from the due day: -7wd, 0d, +5wd, -1h"
    ),
    "period": Form(
        "^(?:month|quarter|half_year|year|[1-9][0-9]? years?)$",
        "write month, quarter, half_year, year or, say, 3 years",
    ),
    "column": Form(
        rf"^(?:{'|'.join(PLAIN)}|dates\..+|[A-Za-z0-9][A-Za-z0-9._-]*\.(?:{'|'.join(OF_A_POST)}))$",
        "write a field of organizations, as name, principal.mobile or dates.permit",
    ),
    "person": Form(
        r"^(?:[0-9A-Za-z_.·-]|[^\x00-\xbf\s\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65])+$",
        "write a person in letters, digits, dots, hyphens and underscores, as 李敏",
    ),
}
"""What stands for each `format` of our own."""
