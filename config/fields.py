"""Field types of the schema: text from a file, turned into the domain's values."""

import re
from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, WithJsonSchema

from obligations.limits import Limit, parse_limit
from obligations.selectors import Value

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:?[0-9]{2})?")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def parse_day(value: object) -> date:
    """A day written as 2026-09-18."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is no day of the calendar ({error})") from error
    raise ValueError(f"{value!r} is not a day; write it as 2026-09-18")


def parse_moment(value: str) -> date | datetime:
    """A day written as 2026-09-18 or a moment written as 2026-09-18T14:20, with or without an offset such as +08:00."""
    if _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is no moment of the calendar ({error})") from error
    if _DAY.fullmatch(value):
        return parse_day(value)
    raise ValueError(f"{value!r} is not a day or moment; write it as 2026-09-18 or 2026-09-18T14:20:00+08:00")


def typed(value: object) -> Value:
    """What a free field means: yes or no, a number, a day, a moment, or text as it stands."""
    if not isinstance(value, str):
        return [str(each) for each in value] if isinstance(value, list) else None
    if value in {"true", "false"}:
        return value == "true"
    if _INTEGER.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value):
        return float(value)
    return parse_moment(value) if _DAY.match(value) else value


def _limit(value: object) -> Limit:
    if isinstance(value, Limit):
        return value
    return parse_limit(value if isinstance(value, str) else "")


def _step_at(value: object) -> Limit | None:
    return None if value == "start" else _limit(value)


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and _HOUR.fullmatch(value):
        return time.fromisoformat(value)
    raise ValueError(f'{value!r} is not a time of day; write it as "09:00"')


def _closing_time(value: object) -> time | None:
    return None if value is None or value == "24:00" else _time_of_day(value)


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not a time zone; write, say, Asia/Shanghai") from error


Day = Annotated[
    date,
    BeforeValidator(parse_day),
    WithJsonSchema({"type": "string", "format": "date", "description": "a day, as 2026-09-18"}),
]
LimitField = Annotated[
    Limit,
    BeforeValidator(_limit),
    WithJsonSchema({"type": "string", "description": "a time limit: 2h, 7d, 10wd, 1w, 6m, 1y, or 10个工作日, 6个月"}),
]
StepAt = Annotated[
    Limit | None,
    BeforeValidator(_step_at),
    WithJsonSchema({"type": "string", "description": "`start`, or a limit from the due day: -7wd, 0d, +5wd"}),
]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
]
ClosingTime = Annotated[
    time | None,
    BeforeValidator(_closing_time),
    WithJsonSchema({"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}),
]
ZoneField = Annotated[
    ZoneInfo,
    BeforeValidator(_zone),
    WithJsonSchema({"type": "string", "description": "a time zone, as Asia/Shanghai"}),
]
