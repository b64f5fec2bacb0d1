"""Events: what they hold, and when they became known."""

from datetime import date

import pytest

from obligations.events import Event
from obligations.selectors import Value
from tests.obligations.building import SHANGHAI, event, moment

RECORDED = "2026-09-20T08:00"


@pytest.mark.parametrize(
    ("says", "fields", "known"),
    [
        ("when it was recorded", {}, RECORDED),
        ("when it was recorded, if it happened before", {"occurred_at": moment("2026-09-18T14:20")}, RECORDED),
        ("when it happened, if it was recorded ahead", {"occurred_at": moment("2026-10-03T14:20")}, "2026-10-03T14:20"),
        (
            "at the first of the moments at which it happened",
            {"reported_at": moment("2026-10-05T09:00"), "occurred_at": moment("2026-10-03T14:20")},
            "2026-10-03T14:20",
        ),
        ("a day on which it happened begins at midnight", {"found_at": date(2026, 10, 3)}, "2026-10-03T00:00"),
        ("a day to come on which something is due is no reason to wait", {"due_on": date(2026, 12, 1)}, RECORDED),
        ("when it is said to have become known", {"known_at": moment("2026-09-19T07:00")}, "2026-09-19T07:00"),
        ("the first moment of the day on which it did", {"known_at": date(2026, 9, 21)}, "2026-09-21T00:00"),
        ("whatever is not a day or a moment says nothing", {"held_at": "滨海县"}, RECORDED),
    ],
)  # fmt: skip
def test_an_event_is_known(says: str, fields: dict[str, Value], known: str) -> None:
    assert Event("e", "accident", "ent", fields, moment(RECORDED)).known_at(SHANGHAI) == moment(known), says


def test_a_field_holds_a_day_a_moment_or_nothing_that_a_clock_could_start_at() -> None:
    at = moment("2026-09-18T14:20")
    found = event(occurred_at=at, closed_on=date(2026, 11, 1), deaths=1, grade="major")
    assert (found.moment("occurred_at"), found.moment("closed_on")) == (at, date(2026, 11, 1))
    assert [found.moment(name) for name in ("deaths", "grade", "decided_on")] == [None, None, None]
