"""Time limits as the law writes them: `10wd`, `1w`, `6个月`.

A limit is an amount and a unit. Negative limits count back from their anchor ("three months before expiry").
Counting follows the Civil Code of the PRC, arts. 200-204; see `obligations.deadlines`.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Unit(Enum):
    """What a limit counts."""

    HOURS = "h"
    DAYS = "d"
    WORKING_DAYS = "wd"
    WEEKS = "w"
    MONTHS = "m"
    YEARS = "y"


LARGEST: dict[Unit, int] = {
    Unit.HOURS: 8_760,
    Unit.DAYS: 18_250,
    Unit.WORKING_DAYS: 5_000,
    Unit.WEEKS: 2_600,
    Unit.MONTHS: 600,
    Unit.YEARS: 50,
}
"""The largest amount of each unit that makes sense for a legal duty; beyond it lies a typing error."""

CHINESE_UNITS = {
    "小时": Unit.HOURS,
    "日": Unit.DAYS,
    "天": Unit.DAYS,
    "工作日": Unit.WORKING_DAYS,
    "周": Unit.WEEKS,
    "月": Unit.MONTHS,
    "年": Unit.YEARS,
}
"""How Chinese writes the units; 个 may stand before each."""
_PATTERN = re.compile(
    r"(?P<sign>[+-]?)(?P<amount>[0-9]{1,9})(?:(?P<code>h|d|wd|w|m|y)|个?(?P<chinese>小时|工作日|月|日|天|周|年))"
)


class LimitError(ValueError):
    """The text is not a time limit; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of one unit; negative counts back from the anchor. Zero is the anchor's own day (or moment)."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount}{self.unit.value}"

    @property
    def is_exact(self) -> bool:
        """Whether the limit ends at a moment (hours) rather than at the end of a day."""
        return self.unit is Unit.HOURS


THE_DAY_ITSELF = Limit(0, Unit.DAYS)


@lru_cache(maxsize=4096)
def parse_limit(text: str) -> Limit:
    """Read `Nh Nd Nwd Nw Nm Ny` or the Chinese forms, optionally signed.

    Raises:
        LimitError: the text has another form, or an amount beyond `LARGEST`.
    """
    found = _PATTERN.fullmatch(text.strip())
    if found is None:
        raise LimitError(
            f"{text!r} is not a time limit; write a whole number and a unit: "
            "2h (hours), 7d (days), 10wd (working days), 1w (weeks), 6m (months), 1y (years), or 10个工作日, 6个月 …"
        )
    amount = int(found["amount"])
    unit = Unit(found["code"]) if found["code"] else CHINESE_UNITS[found["chinese"]]
    if found["sign"] == "-" and amount == 0:
        raise LimitError(f"{text!r} counts nothing; write 0{unit.value} for the day itself")
    if amount > LARGEST[unit]:
        raise LimitError(f"{text!r} is beyond sense; at most {LARGEST[unit]}{unit.value} is allowed")
    return Limit(-amount if found["sign"] == "-" else amount, unit)
