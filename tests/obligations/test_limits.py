"""Limits: what is one, what is none, and that each is written as it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.limits import LARGEST, Limit, LimitError, Unit, parse_limit
from tests.obligations.building import unhurried

CHINESE = {
    Unit.HOURS: ("{}小时", "{}个小时"),
    Unit.DAYS: ("{}天", "{}日"),
    Unit.WORKING_DAYS: ("{}个工作日", "{}工作日"),
    Unit.WEEKS: ("{}周", "{}个周"),
    Unit.MONTHS: ("{}个月", "{}月"),
    Unit.YEARS: ("{}年",),
}
NOT_A_LIMIT = {
    "nothing at all": "",
    "blanks only": "  ",
    "no unit": "10",
    "no amount": "wd",
    "half a working day": "0.5wd",
    "a decimal comma": "1,5m",
    "one and a half months": "1.5m",
    "an unknown unit": "3q",
    "a unit in capitals": "10WD",
    "two units": "1m10d",
    "two signs": "--1d",
    "a space between amount and unit": "10 wd",
    "a sign alone": "-d",
    "a word before": "about 10wd",
    "a word after": "10wd.",
    "a Chinese numeral": "十天",
    "full-width digits": "１０d",
    "digits of another script": "١d",
    "an exponent": "1e1d",
    "more digits than any amount has": "0000000010d",
    "a second line": "10d\n10d",
}
BEYOND_SENSE = {
    "four hundred years": ("400y", "50y"),
    "more than a year of hours": ("8761h", "8760h"),
    "more than fifty years of days": ("18251d", "18250d"),
    "too many working days": ("5001wd", "5000wd"),
    "too many weeks, counted back": ("-2601w", "2600w"),
    "too many months in Chinese": ("601个月", "600m"),
}


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    unit = draw(st.sampled_from(Unit))
    return Limit(draw(st.integers(-LARGEST[unit], LARGEST[unit])), unit)


@pytest.mark.parametrize("text", [pytest.param(text, id=fault) for fault, text in NOT_A_LIMIT.items()])
def test_what_is_no_limit_is_refused_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(LimitError, match="is not a time limit; write a whole number and a unit") as refusal:
        parse_limit(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize(("text", "most"), [pytest.param(*case, id=fault) for fault, case in BEYOND_SENSE.items()])
def test_an_amount_beyond_sense_is_refused_with_the_most_that_is_allowed(text: str, most: str) -> None:
    with pytest.raises(LimitError, match=f"beyond sense; at most {most} is allowed"):
        parse_limit(text)


@pytest.mark.parametrize("text", ["-0d", "-0wd", "-0h", "-0个月"])
def test_minus_zero_is_refused_because_it_counts_nothing(text: str) -> None:
    with pytest.raises(LimitError, match="counts nothing; write 0"):
        parse_limit(text)


@given(limits())
@unhurried
def test_a_limit_is_read_back_as_it_is_written(one: Limit) -> None:
    assert parse_limit(str(one)) == one


@given(limits())
@unhurried
def test_a_plus_sign_and_blanks_around_it_make_no_difference(one: Limit) -> None:
    sign = "+" if one.amount >= 0 else ""
    assert parse_limit(f"  {sign}{one}\n") == one


@given(limits())
@unhurried
def test_each_chinese_form_means_the_same_as_the_code(one: Limit) -> None:
    for form in CHINESE[one.unit]:
        assert parse_limit(form.format(one.amount)) == one


@given(st.sampled_from(Unit), st.integers(1, 10**8))
@unhurried
def test_an_amount_is_allowed_up_to_the_largest_of_its_unit_and_not_beyond(unit: Unit, amount: int) -> None:
    for text in (f"{amount}{unit.value}", f"-{amount}{unit.value}"):
        if amount <= LARGEST[unit]:
            assert abs(parse_limit(text).amount) == amount
        else:
            with pytest.raises(LimitError):
                parse_limit(text)


@given(st.text(alphabet="0123456789+-. hdwmy个工作日天周月年小时十", max_size=8) | st.text(max_size=8))
@unhurried
def test_any_text_is_a_limit_within_sense_or_refused(text: str) -> None:
    try:
        found = parse_limit(text)
    except LimitError:
        return
    assert abs(found.amount) <= LARGEST[found.unit]
    assert parse_limit(str(found)) == found


@pytest.mark.parametrize("unit", Unit)
def test_only_hours_end_at_a_moment(unit: Unit) -> None:
    assert Limit(2, unit).is_exact is (unit is Unit.HOURS)
