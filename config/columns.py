"""Columns: what the fields of an organization are called in a table, one column each.

Plain fields keep their names; a date is `dates.NAME`, and a field of a post is `POST.name`, `POST.email`, and so on.
"""

import re
from collections.abc import Iterator
from datetime import date

from config.documents import Loc, did_you_mean
from config.fields import ID_PATTERN
from config.schema import OrganizationEntry, PostEntry
from obligations.organizations import Organization

PLAIN = tuple(name for name in OrganizationEntry.model_fields if name not in {"dates", "posts"})
OF_A_POST = tuple(PostEntry.model_fields)
REQUIRED = tuple(name for name, field in OrganizationEntry.model_fields.items() if field.is_required())
DATES = "dates."
_ID = re.compile(ID_PATTERN)


def is_field(name: str) -> bool:
    """Whether a field of organizations is called so in a table."""
    return name in PLAIN or loc_of(name) != (name,)


def loc_of(field: str) -> Loc:
    """Where the field of a column stands in an entry; a name that is no field stands for itself."""
    if field.startswith(DATES) and field != DATES:
        return "dates", field.removeprefix(DATES)
    post, dot, attribute = field.rpartition(".")
    if dot and attribute in OF_A_POST and _ID.match(post):
        return "posts", post, attribute
    return (field,)


def column_of(loc: Loc) -> str:
    """What the column of a place in an entry is called."""
    match loc:
        case ("dates", name, *_):
            return f"{DATES}{name}"
        case ("posts", post, attribute, *_):
            return f"{post}.{attribute}"
        case _:
            return str(loc[0])


def did_you_mean_a_field(name: str) -> str:
    """A hint to append to a message on a name that is no field."""
    if name == DATES:
        return "; say behind the dot which day it is, as dates.licence_expires."
    before, dot, after = name.rpartition(".")
    if not dot:
        return did_you_mean(name, PLAIN, at_most=0)
    post = before if _ID.match(before) else "principal"
    return did_you_mean(name, [f"{DATES}{after}", *(f"{post}.{attribute}" for attribute in OF_A_POST)], at_most=0)


def cells_of(organization: Organization) -> dict[str, str]:
    """An organization as the row of a table that says the same: a cell for each field that it has."""
    return {name: text for name, text in _cells_of(organization) if text}


def _cells_of(organization: Organization) -> Iterator[tuple[str, str]]:
    for name in PLAIN:
        yield name, _text(organization.relations.get(name) or getattr(organization, name, None))
    for name, day in organization.dates.items():
        yield f"{DATES}{name}", day.isoformat()
    for name, each in organization.person_dates.items():
        yield f"{DATES}{name}", "；".join(f"{person}={day}" for person, day in each.items())
    for key, post in organization.posts.items():
        for attribute in OF_A_POST:
            yield f"{key}.{attribute}", _text(getattr(post, attribute))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case tuple():
            return "、".join(value)
        case date():
            return value.isoformat()
        case _:
            return str(getattr(value, "value", value))
