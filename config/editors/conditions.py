"""Conditions: what `applies_to` and `where` may hold, which `config.selecting` reads and checks by itself."""

from typing import Any

from config.editors.patterns import FORMS, VALUE
from config.schema import OrganizationEntry
from config.selecting import TEXTS
from obligations.organizations import SELECTABLE, Kind

Node = dict[str, Any]
_WRONG_DAY = FORMS["moment"].message
VALUE_NODE: Node = {
    "type": ["string", "number", "boolean"],
    "pattern": VALUE,
    "patternErrorMessage": _WRONG_DAY,
}
"""A value of no certain type: text, a number, yes or no; what looks like a day must be one."""
_BOUND: Node = {
    "type": ["number", "string"],
    "pattern": r"^[+-]?(?:0|[1-9][0-9]{0,17}|[0-9]+\.[0-9]+)$",
    "patternErrorMessage": "expected a number",
}
_LACKS: Node = {"type": ["string", "number"], "description": "a post that nobody holds"}
_CONDITION: Node = {
    "type": ["string", "number", "boolean", "array", "object"],
    "pattern": VALUE,
    "patternErrorMessage": _WRONG_DAY,
    "items": VALUE_NODE,
    "minItems": 1,
    "properties": {
        "min": _BOUND | {"description": "the least number that fits"},
        "max": _BOUND | {"description": "the largest number that fits"},
        "lacks": _LACKS,
    },
    "additionalProperties": False,
    "minProperties": 1,
    "dependencies": {"lacks": {"maxProperties": 1}},
}
"""What one field is asked: to be a value, one of several, a number within bounds, or without a post."""
_OF_TEXT: Node = {
    **{keyword: each for keyword, each in _CONDITION.items() if keyword not in {"pattern", "patternErrorMessage"}},
    "items": {"type": VALUE_NODE["type"]},
}
"""The same of a field that holds any text."""


def conditions(own: str) -> Node:
    """Conditions whose parts are at `own`, a place in the schema, as they are."""
    again: Node = {"$ref": own}
    several: Node = {"type": "array", "minItems": 1, "items": again}
    return {
        "type": "object",
        "properties": {
            "all": several | {"description": "all of these hold"},
            "any": several | {"description": "one of these holds"},
            "not": again | {"description": "these do not all hold"},
            "lacks": _LACKS,
        },
        "additionalProperties": _CONDITION,
    }


def conditions_on_organizations(own: str) -> Node:
    """Conditions that offer the fields of organizations."""
    found = conditions(own)
    fields = OrganizationEntry.model_fields
    for name in SELECTABLE:
        found["properties"][name] = (_OF_TEXT if name in TEXTS else _CONDITION) | {
            "description": fields[name].description
        }
    found["properties"]["kind"]["examples"] = [each.value for each in Kind]
    return found
