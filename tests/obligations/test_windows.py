"""Windows: calendar periods that cover time without a gap, and keys that tell them apart."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.windows import Every, Window, WindowError, parse_every
from tests.obligations.building import DAY, day, unhurried

PERIODS = ("month", "quarter", "half_year", "year", "1 year", "2 years", "3 years", "5 years", "10 years", "99 years")
days = st.dates(date(1990, 1, 1), date(2080, 12, 31))
spans = st.integers(0, 1_500).map(timedelta)
recurrences = st.builds(parse_every, st.sampled_from(PERIODS), st.integers(1990, 2035))
NO_PERIOD = {
    "nothing": "",
    "another period": "week",
    "a capital": "Month",
    "no years": "0 years",
    "a leading zero": "03 years",
    "a hundred years": "100 years",
    "fewer than none": "-1 years",
    "years without a number": "years",
    "a number without years": "3",
    "months by number": "3 months",
    "no space": "3years",
    "part of a year": "1.5 years",
}


def parse_key(key: str) -> tuple[date, date]:
    """The first and the last day of the window that a key names, read independently of how keys are made."""
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", key):
        first, months = date(int(found[1]), 3 * int(found[2]) - 2, 1), 3
    elif found := re.fullmatch(r"(\d{4})-H([12])", key):
        first, months = date(int(found[1]), 6 * int(found[2]) - 5, 1), 6
    elif found := re.fullmatch(r"(\d{4})-(\d{2})", key):
        first, months = date(int(found[1]), int(found[2]), 1), 1
    elif found := re.fullmatch(r"(\d{4})", key):
        first, months = date(int(found[1]), 1, 1), 12
    else:
        found = re.fullmatch(r"(\d{4})-(\d{4})", key)
        assert found, key
        first, months = date(int(found[1]), 1, 1), 12 * (int(found[2]) - int(found[1]) + 1)
    following = first
    for _ in range(months):
        following = (following + timedelta(days=31)).replace(day=1)
    return first, following - DAY


def windows(every: str, first: str, last: str, cycle_start: int = 2000) -> list[Window]:
    return list(parse_every(every, cycle_start).windows(day(first), day(last)))


@given(recurrences, days, spans)
@unhurried
def test_windows_follow_each_other_without_gap_or_overlap(every: Every, first: date, span: timedelta) -> None:
    found = list(every.windows(first, first + span))
    assert all(later.first == earlier.last + DAY for earlier, later in pairwise(found))
    assert all(window.first <= window.last for window in found)


@given(recurrences, days, spans)
@unhurried
def test_windows_cover_all_days_asked_for_and_none_touches_other_days_only(
    every: Every, first: date, span: timedelta
) -> None:
    last = first + span
    found = list(every.windows(first, last))
    assert found[0].first <= first <= found[0].last
    assert found[-1].first <= last <= found[-1].last


@given(recurrences, days, spans)
@unhurried
def test_a_key_names_its_window_alone_and_is_read_back_to_its_days(every: Every, first: date, span: timedelta) -> None:
    found = list(every.windows(first, first + span))
    assert len({window.key for window in found}) == len(found)
    assert all(parse_key(window.key) == (window.first, window.last) for window in found)


@given(recurrences, days, days)
@unhurried
def test_the_same_day_lies_in_the_same_window_whatever_was_asked_for(every: Every, one: date, other: date) -> None:
    first, last = sorted((one, other))
    (alone,) = every.windows(last, last)
    *_, final = every.windows(first, last)
    assert alone == final


@given(st.integers(2, 99), st.integers(1990, 2035), days)
@unhurried
def test_a_run_of_years_is_counted_from_its_cycle_start_in_both_directions(years: int, start: int, at: date) -> None:
    (window,) = parse_every(f"{years} years", start).windows(at, at)
    assert (window.first.year - start) % years == 0
    assert window.last.year - window.first.year == years - 1
    assert (window.first.month, window.first.day, window.last.month, window.last.day) == (1, 1, 12, 31)


@pytest.mark.parametrize(
    ("every", "keys"),
    [
        ("month", ["2025-11", "2025-12", "2026-01", "2026-02"]),
        ("quarter", ["2025-Q4", "2026-Q1"]),
        ("half_year", ["2025-H2", "2026-H1"]),
        ("year", ["2025", "2026"]),
        ("1 year", ["2025", "2026"]),
        ("3 years", ["2023-2025", "2026-2028"]),
    ],
)
def test_keys_are_written_as_task_ids_have_them(every: str, keys: list[str]) -> None:
    assert [window.key for window in windows(every, "2025-11-20", "2026-02-01", cycle_start=2023)] == keys


def test_no_day_before_the_span_means_no_window_after_it() -> None:
    assert windows("month", "2026-02-01", "2025-12-31") == []


def test_without_a_cycle_start_runs_of_years_are_counted_from_2000() -> None:
    assert [each.key for each in parse_every("3 years").windows(day("2026-01-01"), day("2026-01-01"))] == ["2024-2026"]


@pytest.mark.parametrize("text", [pytest.param(text, id=fault) for fault, text in NO_PERIOD.items()])
def test_what_is_no_period_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(WindowError, match="is not a period; write month, quarter, half_year, year or, say, 3 years"):
        parse_every(text)
