"""Derivations: the grounds of a deadline are complete, in order, and add up."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.deadlines import Roll, compute_deadline, local_moment
from obligations.derivations import Ground, Rule, derive
from obligations.limits import Limit, Unit
from tests.obligations.building import CALENDAR, DAY, SHANGHAI, day, due_days, limit, moment, unhurried

PAPER_2026 = CALENDAR.departures[day("2026-10-01")].source
amounts = st.integers(-120, 120).filter(bool)


def grounds(start: str, of: str, roll: Roll = Roll.NONE, exclude: int = 0) -> list[Ground]:
    anchor = moment(start) if "T" in start else day(start)
    return list(derive(compute_deadline(anchor, limit(of), CALENDAR, SHANGHAI, roll=roll, exclude=exclude), CALENDAR))


def values(found: list[Ground], rule: Rule) -> list[tuple[object, ...]]:
    return [each.values for each in found if each.rule is rule]


def rules(start: str, of: str, roll: Roll = Roll.NONE, exclude: int = 0) -> list[Rule]:
    return [each.rule for each in grounds(start, of, roll, exclude)]


def test_ten_working_days_over_national_day_are_told_day_by_day_with_the_paper() -> None:
    found = grounds("2026-09-18", "10wd")
    holidays = [day(f"2026-{each}") for each in ("09-25", "10-01", "10-02", "10-05", "10-06", "10-07")]
    assert found[0] == Ground(Rule.ANCHOR_DAY, (day("2026-09-18"),))
    assert found[1] == Ground(Rule.COUNT, (limit("10wd"), day("2026-09-19")))
    assert found[2] == Ground(Rule.WEEKENDS, (5,))
    assert values(found, Rule.MAKE_UP) == [(day("2026-09-20"), "国庆节", PAPER_2026)]
    assert [each[0] for each in values(found, Rule.HOLIDAY)] == holidays
    assert [each[1] for each in values(found, Rule.HOLIDAY)] == ["中秋节"] + ["国庆节"] * 5
    assert found[-2] == Ground(Rule.ENDS_DAY, (day("2026-10-09"),))
    assert found[-1] == Ground(Rule.FINAL, (CALENDAR.version, CALENDAR.provisional_from))


def test_days_off_and_days_made_up_stand_in_the_order_of_the_calendar() -> None:
    found = [each.values[0] for each in grounds("2026-02-10", "10wd") if each.rule in {Rule.HOLIDAY, Rule.MAKE_UP}]
    assert found == sorted(found, key=str)
    assert found[0] == day("2026-02-14")


def test_a_limit_of_zero_is_the_anchors_own_day() -> None:
    assert rules("2026-06-30", "0d") == [Rule.ANCHOR_ITSELF, Rule.ENDS_DAY, Rule.FINAL]


def test_zero_days_and_days_that_do_not_count_are_a_count_nevertheless() -> None:
    found = grounds("2026-06-30", "0d", exclude=3)
    assert [each.rule for each in found] == [Rule.ANCHOR_DAY, Rule.COUNT, Rule.EXCLUDED, Rule.ENDS_DAY, Rule.FINAL]
    assert values(found, Rule.EXCLUDED) == [(limit("3d"),)]


def test_hours_are_told_from_moment_to_moment() -> None:
    start = moment("2026-09-30T23:30")
    assert grounds("2026-09-30T23:30", "2h") == [
        Ground(Rule.ANCHOR_MOMENT, (start, limit("2h"))),
        Ground(Rule.ENDS_MOMENT, (start + timedelta(hours=2),)),
        Ground(Rule.FINAL, (CALENDAR.version, CALENDAR.provisional_from)),
    ]


@pytest.mark.parametrize(
    ("start", "of", "rule", "corresponding"),
    [
        ("2025-08-30", "1m", Rule.CORRESPONDING_DAY, "2025-09-30"),
        ("2025-08-31", "1m", Rule.MONTH_END, "2025-09-30"),
        ("2024-02-29", "1y", Rule.MONTH_END, "2025-02-28"),
        ("2024-02-29", "4y", Rule.CORRESPONDING_DAY, "2028-02-29"),
        ("2027-05-31", "-3m", Rule.MONTH_END, "2027-02-28"),
    ],
)
def test_months_and_years_name_the_corresponding_day_or_the_months_end(
    start: str, of: str, rule: Rule, corresponding: str
) -> None:
    found = grounds(start, of)
    assert found[2] == Ground(rule, (day(corresponding),))
    assert not values(found, Rule.WEEKENDS)


def test_the_corresponding_day_is_named_before_the_days_that_do_not_count_are_added() -> None:
    found = grounds("2026-03-10", "1m", exclude=5)
    assert values(found, Rule.CORRESPONDING_DAY) == [(day("2026-04-10"),)]
    assert values(found, Rule.ENDS_DAY) == [(day("2026-04-15"),)]


@pytest.mark.parametrize(
    ("roll", "expected"),
    [
        (Roll.NONE, Ground(Rule.NOT_WORKED, (day("2026-10-01"), day("2026-10-08")))),
        (Roll.NEXT, Ground(Rule.ROLLED_ON, (day("2026-10-01"), day("2026-10-08")))),
        (Roll.PREVIOUS, Ground(Rule.ROLLED_BACK, (day("2026-10-01"), day("2026-09-30")))),
    ],
)
def test_a_last_day_that_is_not_worked_says_what_became_of_it(roll: Roll, expected: Ground) -> None:
    assert grounds("2026-07-01", "3m", roll)[-3] == expected


@pytest.mark.parametrize("roll", Roll)
def test_a_worked_last_day_says_nothing_of_rolling(roll: Roll) -> None:
    assert rules("2026-09-18", "5d", roll) == [Rule.ANCHOR_DAY, Rule.COUNT, Rule.ENDS_DAY, Rule.FINAL]


def test_a_day_that_no_paper_has_fixed_is_told_to_be_provisional() -> None:
    assert rules("2026-12-23", "1wd")[-1] is Rule.FINAL
    assert rules("2026-12-23", "2wd")[-1] is Rule.PROVISIONAL


@given(due_days, amounts)
@unhurried
def test_working_days_and_the_days_passed_over_add_up_to_the_days_between(start: date, amount: int) -> None:
    of = compute_deadline(start, Limit(amount, Unit.WORKING_DAYS), CALENDAR, SHANGHAI)
    found = list(derive(of, CALENDAR))
    weekends = sum(int(str(each[0])) for each in values(found, Rule.WEEKENDS))
    passed = weekends + len(values(found, Rule.HOLIDAY))
    assert abs(amount) + passed == abs((of.due - start).days)


@given(due_days, amounts)
@unhurried
def test_each_day_that_is_named_lies_within_the_count_and_departs_from_its_weekday(start: date, amount: int) -> None:
    of = compute_deadline(start, Limit(amount, Unit.WORKING_DAYS), CALENDAR, SHANGHAI)
    first, last = (start + DAY, of.due) if amount > 0 else (of.due, start - DAY)
    for ground in derive(of, CALENDAR):
        if ground.rule in {Rule.HOLIDAY, Rule.MAKE_UP}:
            named = ground.values[0]
            assert isinstance(named, date)
            assert first <= named <= last
            assert CALENDAR.is_working(named) is (named.weekday() >= 5) is (ground.rule is Rule.MAKE_UP)


@given(due_days, st.builds(Limit, st.integers(-20, 20), st.sampled_from(Unit)), st.sampled_from(Roll))
@unhurried
def test_a_derivation_begins_with_the_anchor_and_ends_with_the_end_and_whether_it_is_final(
    start: date, of: Limit, roll: Roll
) -> None:
    anchor = local_moment(start, SHANGHAI) if of.is_exact else start
    found = compute_deadline(anchor, of, CALENDAR, SHANGHAI, roll=roll)
    first, *_, end, last = derive(found, CALENDAR)
    assert first.rule in {Rule.ANCHOR_DAY, Rule.ANCHOR_ITSELF, Rule.ANCHOR_MOMENT}
    assert first.values[0] == anchor
    assert end == (Ground(Rule.ENDS_MOMENT, (found.ends_at,)) if of.is_exact else Ground(Rule.ENDS_DAY, (found.due,)))
    assert (last.rule is Rule.PROVISIONAL) is found.provisional
