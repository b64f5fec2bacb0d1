"""Mobile numbers: one number is one reader, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.mobile_numbers import domestic

MOBILES = st.from_regex(r"1[0-9]{10}", fullmatch=True)


@given(MOBILES, st.sampled_from(["", "+86", "86", "0086"]))
def test_a_mobile_number_is_the_same_with_the_country_before_it(number: str, country: str) -> None:
    assert domestic(country + number) == number


@given(st.from_regex(r"\+(?!86)[0-9]{6,15}", fullmatch=True))
def test_a_number_of_another_country_stays_as_it_stands(number: str) -> None:
    assert domestic(number) == number


@pytest.mark.parametrize("number", ["861380000000", "86138000000011", "8601012345678", "10086", ""])
def test_digits_that_only_begin_like_the_country_stay_as_they_stand(number: str) -> None:
    assert domestic(number) == number
