"""Reading what an HTTP gateway answers: its success code, and when it may be asked again."""

import json
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

_LONGEST_WAIT = timedelta(days=1)


def code_at(json_path: str, reply: str) -> str | None:
    """The code that a JSON reply holds, as text (`OK`, `0`, `true`); None if it is not JSON or has nothing there.

    Args:
        json_path: keys and list positions joined by dots: `data.0.code`.
    """
    try:
        value: Any = json.loads(reply)
        for step in json_path.split("."):
            value = value[int(step) if isinstance(value, list) else step]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The wait that Retry-After asks for (RFC 9110, 10.2.3), at most a day; None if it says nothing of use.

    A date is measured against the answer's own Date, so that the gateway's clock need not be ours.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), _LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), _LONGEST_WAIT)
