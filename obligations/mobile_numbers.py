"""Mobile numbers: one number is one reader, however it is written."""

import re

_WITH_COUNTRY = re.compile(r"(?:\+|00)?86(1[0-9]{10})")
_DIGITS = 11
"""Of a mobile number in China, the first of which is a 1."""


def domestic(number: str) -> str:
    """A mobile number in China without the country before it (`+86`, `0086`, `86`); any other as it stands."""
    if len(number) == _DIGITS:  # as nearly all are
        return number
    found = _WITH_COUNTRY.fullmatch(number)
    return found[1] if found is not None else number
