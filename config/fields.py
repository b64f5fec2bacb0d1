"""Field types of the schema: text from a file, turned into the domain's values."""

import re
from datetime import date, datetime, time
from functools import lru_cache
from typing import Annotated
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag, WithJsonSchema

from config.documents import did_you_mean, found_there
from obligations.addresses import (
    ADDRESS_PATTERN,
    LONGEST_ADDRESS,
    LONGEST_LOCAL,
    LONGEST_RETURN,
    RETURN_PATTERN,
    SENDER_PATTERN,
    name_and_address,
    routed,
)
from obligations.limits import Limit, parse_limit
from obligations.mobile_numbers import domestic
from obligations.organizations import Absence, QuietHours
from obligations.selectors import Value

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
MOBILE_PATTERN = r"^\+?[0-9]{6,15}$"
BEARER_PATTERN = r"^(self|regulator|government|office|event\.[a-z_]+)$"
CREDENTIAL_PATTERN = r"^[A-Za-z0-9_.-]+$"
VARIABLE_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"
FIELD_PATTERN = r"^[a-z][a-z0-9_]*$"
HEADER_PATTERN = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
URL_PATTERN = r"^https?://[^/\s]+"
_PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/:?@\[\]]*)"
LISTEN_PATTERN = f"^.+:{_PORT}$"
DATABASE_PATTERN = rf"^(sqlite:///.+|postgresql\+psycopg://(?:[^\s/]*@)?{_HOST}(?::{_PORT})?/[^\s]+)$"
RATE_PATTERN = r"^[1-9][0-9]{0,5}/(second|minute|hour|day)$"
TRAIT_PATTERN = r"^[^\s，、；;,|]+$"
QUIET_PATTERN = "^(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]$"
WECOM_PATTERN = r"^[A-Za-z0-9_.@-]{1,64}$"
PERSON_PATTERN = r"^[\w.·-]+$"
TIME_PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
CLOSING_PATTERN = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
HOW_TO_WRITE = {
    ID_PATTERN: "write letters, digits, dots, hyphens and underscores, as in ent-binhai-chem",
    ADDRESS_PATTERN: "write an e-mail address, as wang@example.com",
    RETURN_PATTERN: f"write an e-mail address with at most {LONGEST_RETURN} ASCII characters before the @ (50 more are "
    f"added, and mail servers take {LONGEST_LOCAL}), as duban-bounce@example.gov.cn",
    SENDER_PATTERN: "write 市安委办 <duban@example.gov.cn>, or the address alone, with ASCII before the @",
    MOBILE_PATTERN: 'write the digits without spaces or hyphens, as "13800000001" or "+8613800000001"',
    BEARER_PATTERN: "write self, regulator, government, office, or event.FIELD",
    CREDENTIAL_PATTERN: "write the name of a credential, as smtp-password",
    VARIABLE_PATTERN: "write the name of an environment variable, as SMTP_PASSWORD",
    FIELD_PATTERN: "write the name of a field, as rectify_by",
    HEADER_PATTERN: "write the name of a header, as Content-Type",
    URL_PATTERN: "write an address, as https://sms.example.gov.cn/send",
    LISTEN_PATTERN: "write address:port, as 127.0.0.1:8420, with a port up to 65535",
    DATABASE_PATTERN: "write sqlite:///FILE, as sqlite:///duban.db, or postgresql+psycopg://USER@HOST/DATABASE",
    RATE_PATTERN: "write a number and second, minute, hour or day, as 100/minute",
    TRAIT_PATTERN: "write one word; several stand in a list with commas, as [high_risk, key]",
    TIME_PATTERN: 'write a time of day, as "09:00"',
    CLOSING_PATTERN: 'write a time of day, as "17:30" or "24:00"',
    QUIET_PATTERN: 'write two times of day, as "22:00-07:00"',
    WECOM_PATTERN: "write the member's id in WeCom: letters, digits, and . _ - @",
    PERSON_PATTERN: "write a person in letters, digits, dots, hyphens and underscores, as 李敏",
}
"""What a message says of text that has not the form of a pattern."""
FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
"""Yes and no, as YAML writes them."""
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:?[0-9]{2})?")
_QUIET = re.compile(r"((?:[01][0-9]|2[0-3]):[0-5][0-9])-((?:[01][0-9]|2[0-3]):[0-5][0-9])")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def parse_day(value: object) -> date:
    """A day written as 2026-09-18."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return _day(value)
    raise ValueError(f"expected a day, as 2026-09-18, found {found_there(value)}")


@lru_cache(maxsize=4096)  # many organizations have the same
def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(f"{found_there(text)} is not a day; write it as 2026-09-18")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no day of the calendar ({error})") from error


def parse_moment(value: str) -> date | datetime:
    """A day written as 2026-09-18 or a moment written as 2026-09-18T14:20, with or without an offset such as +08:00."""
    if len(value) != len("2026-09-18") and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is no moment of the calendar ({error})") from error
    if _DAY.fullmatch(value):
        return parse_day(value)
    raise ValueError(f"{value!r} is not a day or moment; write it as 2026-09-18 or 2026-09-18T14:20:00+08:00")


def typed(value: object) -> Value:
    """What a free field means: yes or no, a number, a day, a moment, a list of words, or text as it stands.

    Raises:
        ValueError: it looks like a day and is none, or has parts of its own.
    """
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [str(each) for each in value]
    if not isinstance(value, str):
        raise ValueError(f"expected a value or a list of words, found {found_there(value)}")  # noqa: TRY004 # a wrong value, not a wrong call
    if value in FLAGS:
        return FLAGS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value):
        return float(value)
    return parse_moment(value) if _DAY.match(value) else value


ONE, EACH = "[one]", "[each]"
"""What the validator puts into the place of a day: whether it is one, or one for each person."""


def _one_or_each(value: object) -> str:
    return EACH if isinstance(value, dict) else ONE


def _absence(value: object) -> Absence:
    if isinstance(value, Absence):
        return value
    if isinstance(value, str):
        first, dots, last = value.partition("..")
        found = {"from": first.strip(), "to": last.strip()} if dots else {}
    else:
        found = dict(value) if isinstance(value, dict) else {}
    if found.keys() != {"from", "to"}:
        raise ValueError("write the first and the last day, as {from: 2026-10-01, to: 2026-10-15}")
    away = Absence(parse_day(found["from"]), parse_day(found["to"]))
    if away.last < away.first:
        raise ValueError(f"ends on {away.last}, before it begins on {away.first}")
    return away


def _quiet(value: object) -> QuietHours:
    if isinstance(value, QuietHours):
        return value
    found = _QUIET.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('write two times of day, as "22:00-07:00"')
    quiet = QuietHours(time.fromisoformat(found[1]), time.fromisoformat(found[2]))
    if quiet.first == quiet.last:
        raise ValueError("leaves no time of day; write two different times")
    return quiet


def _limit(value: object) -> Limit:
    if isinstance(value, Limit):
        return value
    if isinstance(value, str):
        return parse_limit(value)
    raise ValueError(f"expected a time limit, as 10wd or 6m, found {found_there(value)}")


def _step_at(value: object) -> Limit | None:
    if value == "start":
        return None
    if not isinstance(value, str | Limit):
        raise ValueError(f"expected `start`, or days from the due day as -7wd, 0d, +5wd; found {found_there(value)}")  # noqa: TRY004 # a wrong value, not a wrong call
    try:
        return _limit(value)
    except ValueError as error:
        raise ValueError(f"{error}; or `start`, the moment the task opens") from error


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and _HOUR.fullmatch(value):
        return time.fromisoformat(value)
    raise ValueError(f'expected a time of day, as "09:00", found {found_there(value)}')


def _closing_time(value: object) -> time | None:
    return None if value == "24:00" else _time_of_day(value)


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError) as error:
        meant = did_you_mean(str(value), available_timezones())
        raise ValueError(f"expected a time zone, as Asia/Shanghai, found {found_there(value)}{meant}") from error


def holds_password(url: str) -> bool:
    """Whether the address of a database holds a password."""
    user, at, _ = url.partition("://")[2].rpartition("@")
    return bool(at and user.partition(":")[2]) or "password=" in url


def _database(value: str) -> str:
    if not value.startswith("sqlite:") and holds_password(value):  # what is wrong is said without the value
        raise ValueError(
            "holds a password, and secrets do not belong into this file; write "
            "postgresql+psycopg://USER@HOST/DATABASE, and `database_password: {credential: NAME}` or `{env: NAME}`"
        )
    if not re.match(DATABASE_PATTERN, value):
        raise ValueError(f"{found_there(value)} is not possible; {HOW_TO_WRITE[DATABASE_PATTERN]}")
    return value


def _url(value: str) -> str:
    """An address whose parts a request can be made of; its user goes into a header, which takes Latin-1."""
    try:
        parts = urlsplit(value)
        _ = parts.port
        unquote(parts.netloc.rpartition("@")[0]).encode("latin-1")
    except UnicodeError as error:
        raise ValueError(f"{value!r} names a user in letters that HTTP does not carry; write Latin ones") from error
    except ValueError as error:
        raise ValueError(f"{value!r} is not possible ({error}); {HOW_TO_WRITE[URL_PATTERN]}") from error
    return value


def _header(value: str) -> str:
    if any((each < " " and each != "\t") or each == "\x7f" for each in value):
        raise ValueError("holds a line break or another control character; write it on one line")
    return value


def _address(value: str) -> str:
    """What its pattern cannot say of an address: how long it may be, and whether a Chinese domain has an ASCII form.

    Nearly all are short and ASCII, so that the pattern alone has said it.
    """
    if (len(value) > LONGEST_LOCAL or not value.isascii()) and routed(value) is None:
        raise ValueError(f"{found_there(value)} is not possible; {HOW_TO_WRITE[ADDRESS_PATTERN]}")
    return value


def _return_address(value: str) -> str:
    """What its pattern cannot say: dots count as well, and a Chinese domain has a longer form in ASCII."""
    found = routed(value)
    whole = found is not None and len(found) <= LONGEST_ADDRESS - (LONGEST_LOCAL - LONGEST_RETURN)
    if not whole or value.find("@") > LONGEST_RETURN:
        raise ValueError(f"{found_there(value)} is not possible; {HOW_TO_WRITE[RETURN_PATTERN]}")
    return value


def _sender(value: str) -> str:
    if routed(name_and_address(value)[1]) is None:
        raise ValueError(f"{found_there(value)} is not possible; {HOW_TO_WRITE[SENDER_PATTERN]}")
    return value


def wrong_id(written: str) -> str | None:
    """What is wrong with an id that stands in no file, where the schema would say it; None if it is one."""
    if not re.fullmatch(ID_PATTERN, written):
        return f"the id {found_there(written)} is not possible; {HOW_TO_WRITE[ID_PATTERN]}"
    if len(written) > LONGEST_ID:
        return f"the id has {len(written)} characters; at most {LONGEST_ID} are possible"
    return None


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in FLAGS:
        return FLAGS[value]
    raise ValueError(f"expected true or false, found {found_there(value)}")


LONGEST_ID = 80
"""Characters."""
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=LONGEST_ID)]
Text = Annotated[str, StringConstraints(min_length=1)]
Trait = Annotated[str, StringConstraints(pattern=TRAIT_PATTERN, max_length=80)]
FieldName = Annotated[str, StringConstraints(pattern=FIELD_PATTERN)]
Email = Annotated[str, StringConstraints(pattern=ADDRESS_PATTERN, max_length=LONGEST_ADDRESS), AfterValidator(_address)]
ReturnEmail = Annotated[str, StringConstraints(pattern=RETURN_PATTERN), AfterValidator(_return_address)]
Mobile = Annotated[str, StringConstraints(pattern=MOBILE_PATTERN), AfterValidator(domestic)]
HttpUrl = Annotated[str, StringConstraints(pattern=URL_PATTERN), AfterValidator(_url)]
HeaderName = Annotated[str, StringConstraints(pattern=HEADER_PATTERN)]
HeaderValue = Annotated[str, AfterValidator(_header)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Sender = Annotated[str, StringConstraints(pattern=SENDER_PATTERN), AfterValidator(_sender)]
Day = Annotated[
    date,
    BeforeValidator(parse_day),
    WithJsonSchema({"type": "string", "format": "date", "description": "a day, as 2026-09-18"}),
]
DatabaseUrl = Annotated[str, AfterValidator(_database), WithJsonSchema({"type": "string", "pattern": DATABASE_PATTERN})]
Person = Annotated[str, StringConstraints(pattern=PERSON_PATTERN, max_length=80)]
DayOrEach = Annotated[
    Annotated[Day, Tag(ONE)] | Annotated[dict[Person, Day], Field(min_length=1), Tag(EACH)],
    Discriminator(_one_or_each),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date"},
                {
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": {"type": "string", "format": "person", "maxLength": 80},
                    "additionalProperties": {"type": "string", "format": "date"},
                },
            ],
            "format": "day-or-each",
        }
    ),
]
_A_DAY = {"type": "string", "format": "date"}
AbsenceField = Annotated[
    Absence,
    BeforeValidator(_absence),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                "from": _A_DAY | {"description": "the first day"},
                "to": _A_DAY | {"description": "the last day"},
            },
            "required": ["from", "to"],
            "additionalProperties": False,
            "format": "absence",
        }
    ),
]
QuietField = Annotated[
    QuietHours,
    BeforeValidator(_quiet),
    WithJsonSchema({"type": "string", "pattern": QUIET_PATTERN, "examples": ["22:00-07:00"]}),
]
LimitField = Annotated[
    Limit,
    BeforeValidator(_limit),
    WithJsonSchema({"type": "string", "format": "limit"}),
]
StepAt = Annotated[
    Limit | None,
    BeforeValidator(_step_at),
    WithJsonSchema({"type": "string", "format": "step-at"}),
]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    WithJsonSchema({"type": "string", "pattern": TIME_PATTERN}),
]
ClosingTime = Annotated[
    time | None,
    BeforeValidator(_closing_time),
    WithJsonSchema({"type": "string", "pattern": CLOSING_PATTERN}),
]
ZoneField = Annotated[
    ZoneInfo,
    BeforeValidator(_zone),
    WithJsonSchema({"type": "string", "format": "zone"}),
]
