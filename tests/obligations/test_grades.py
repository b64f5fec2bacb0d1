"""Grades of accidents: decree 493, art. 3, against the decree's own table, and what follows from its wording."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.grades import Grade, grade_of, is_measured
from obligations.selectors import AnyOf, Value
from tests.obligations.building import event, unhurried

MILLION = 1_000_000
TABLE: tuple[tuple[str, tuple[int, int], tuple[int, int], tuple[int, int]], ...] = (
    ("extraordinary", (30, 10**9), (100, 10**9), (100 * MILLION, 10**15)),
    ("major", (10, 29), (50, 99), (50 * MILLION, 100 * MILLION - 1)),
    ("larger", (3, 9), (10, 49), (10 * MILLION, 50 * MILLION - 1)),
)
"""The decree's table, gravest first: grade, deaths from–to, badly hurt from–to, yuan of loss from–to, all inclusive."""

deaths, injuries = st.integers(0, 40), st.integers(0, 130)
losses = st.integers(0, 130 * MILLION)
accidents = st.fixed_dictionaries({}, optional={"deaths": deaths, "injuries": injuries, "loss": losses})


def by_the_table(fields: dict[str, int]) -> str:
    """The first row, from the gravest down, in which any measure lies."""
    for grade, *ranges in TABLE:
        measures = (fields.get(name, 0) for name in ("deaths", "injuries", "loss"))
        if any(least <= measure <= most for measure, (least, most) in zip(measures, ranges, strict=True)):
            return grade
    return "ordinary"


def rank(fields: dict[str, int]) -> int:
    return list(Grade).index(grade_of(fields))


@given(accidents)
@unhurried
def test_a_grade_is_what_the_table_of_the_decree_says(fields: dict[str, int]) -> None:
    assert grade_of(fields).value == by_the_table(fields)


def test_every_combination_of_measures_about_the_bounds_is_graded_by_the_table() -> None:
    about = [
        [bound + offset for bound in bounds for offset in (-1, 0, 1)]
        for bounds in ((3, 10, 30), (10, 50, 100), (10 * MILLION, 50 * MILLION, 100 * MILLION))
    ]
    for dead, hurt, loss in product(*([0, *each] for each in about)):
        fields = {"deaths": dead, "injuries": hurt, "loss": loss}
        assert grade_of(fields).value == by_the_table(fields), fields


@pytest.mark.parametrize(
    ("measure", "bounds"),
    [("deaths", (3, 10, 30)), ("injuries", (10, 50, 100)), ("loss", (10 * MILLION, 50 * MILLION, 100 * MILLION))],
)
def test_a_grade_begins_at_its_bound_and_not_one_before(measure: str, bounds: tuple[int, int, int]) -> None:
    lesser = Grade.ORDINARY
    for bound, graver in zip(bounds, (Grade.LARGER, Grade.MAJOR, Grade.EXTRAORDINARY), strict=True):
        assert (grade_of({measure: bound - 1}), grade_of({measure: bound})) == (lesser, graver)
        lesser = graver


def test_a_fraction_of_a_yuan_below_a_bound_is_below_it() -> None:
    assert grade_of({"loss": 10 * MILLION - 0.01}) is Grade.ORDINARY
    assert grade_of({"loss": 10.0 * MILLION}) is Grade.LARGER


@given(accidents, st.sampled_from(("deaths", "injuries", "loss")), st.integers(0, 60 * MILLION))
@unhurried
def test_more_harm_never_makes_an_accident_less_grave(fields: dict[str, int], measure: str, more: int) -> None:
    assert rank(fields | {measure: fields.get(measure, 0) + more}) >= rank(fields)


@given(accidents)
@unhurried
def test_the_gravest_of_the_measures_decides(fields: dict[str, int]) -> None:
    assert rank(fields) == max([rank({name: value}) for name, value in fields.items()], default=0)


@given(accidents)
@unhurried
def test_a_measure_that_is_not_known_counts_as_none(fields: dict[str, int]) -> None:
    assert grade_of(fields) is grade_of({"deaths": 0, "injuries": 0, "loss": 0} | fields)
    assert is_measured(fields) is bool(fields)


@pytest.mark.parametrize("value", [True, "30", None, ["30"], float("nan")], ids=repr)
def test_what_is_no_number_measures_nothing(value: Value) -> None:
    assert grade_of({"deaths": value}) is Grade.ORDINARY


def test_an_accident_has_the_grade_that_an_authority_states_before_the_one_that_follows_from_its_measures() -> None:
    assert event(deaths=3).fact("grade") == "larger"
    assert event(deaths=3, grade="major").fact("grade") == "major"
    assert event(deaths=3, grade=None).fact("grade") == "larger"


def test_only_accidents_are_graded() -> None:
    assert event(kind="hazard", deaths=30).fact("grade") is None


def test_a_condition_on_the_grade_sees_the_computed_one() -> None:
    grave = AnyOf("grade", frozenset({"major", "extraordinary"}))
    assert not grave.matches(event(deaths=9))
    assert grave.matches(event(deaths=9, injuries=50))
