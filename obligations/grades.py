"""Grades of accidents, by State Council decree 493, art. 3: the gravest of three measures decides.

Bounds are inclusive from below, as the decree's 以上 is: three deaths are no longer an ordinary accident.
"""

from collections.abc import Mapping
from enum import Enum

from obligations.selectors import Value


class Grade(Enum):
    """How grave an accident is, from the least to the gravest."""

    ORDINARY = "ordinary"
    """一般: fewer than 3 dead, 10 badly hurt, 10 million yuan of direct loss."""
    LARGER = "larger"
    """较大: from 3 dead, 10 badly hurt, or 10 million yuan on."""
    MAJOR = "major"
    """重大: from 10 dead, 50 badly hurt, or 50 million yuan on."""
    EXTRAORDINARY = "extraordinary"
    """特别重大: from 30 dead, 100 badly hurt, or 100 million yuan on."""


ACCIDENT = "accident"
"""The kind of event that is graded."""
MEASURES: Mapping[str, tuple[int, int, int]] = {
    "deaths": (3, 10, 30),
    "injuries": (10, 50, 100),
    "loss": (10_000_000, 50_000_000, 100_000_000),
}
"""Field of the event (people dead or missing, badly hurt, direct loss in yuan) to where each graver grade begins."""


def grade_of(fields: Mapping[str, Value]) -> Grade:
    """The grade that an accident's fields give; a measure that is not known yet counts as nothing."""
    grades = list(Grade)
    reached = (_reached(fields.get(name), bounds) for name, bounds in MEASURES.items())
    return grades[max(reached)]


def is_measured(fields: Mapping[str, Value]) -> bool:
    """Whether any of the measures is known."""
    return any(fields.get(name) is not None for name in MEASURES)


def _reached(measure: Value, bounds: tuple[int, int, int]) -> int:
    if isinstance(measure, bool) or not isinstance(measure, int | float):
        return 0
    return sum(measure >= bound for bound in bounds)
