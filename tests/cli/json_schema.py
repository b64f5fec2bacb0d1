"""A small validator of JSON Schema: the keywords that our schemas use, and no others."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_WITHOUT_CONDITIONS = {"title", "description", "default", "format", "discriminator", "$defs"}
"""Keywords that refuse nothing; `format` is a hint, and a discriminator only helps to read `oneOf`."""


def refusals(value: object, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Why a value does not meet a schema; nothing if it does."""
    root = root or schema
    for keyword, wanted in schema.items():
        if keyword not in _WITHOUT_CONDITIONS:
            yield from _refusals(keyword, wanted, value, schema, root)


def _refusals(
    keyword: str, wanted: Any, value: object, schema: Mapping[str, Any], root: Mapping[str, Any]
) -> Iterator[str]:
    match keyword:
        case "$ref":
            yield from refusals(value, root["$defs"][wanted.removeprefix("#/$defs/")], root)
        case "anyOf" | "oneOf":
            met = sum(not list(refusals(value, part, root)) for part in wanted)
            if met == 0 or (keyword == "oneOf" and met > 1):
                yield f"{value!r} meets {met} of {len(wanted)} schemas"
        case "properties" | "patternProperties" | "additionalProperties" | "propertyNames" | "required":
            if isinstance(value, dict):
                yield from _object_refusals(keyword, wanted, value, schema, root)
        case "items":
            if isinstance(value, list):
                yield from (found for item in value for found in refusals(item, wanted, root))
        case _:
            if not _holds(keyword, wanted, value):
                yield f"{value!r} is not of {keyword} {wanted!r}"


def _object_refusals(
    keyword: str, wanted: Any, value: Mapping[str, object], schema: Mapping[str, Any], root: Mapping[str, Any]
) -> Iterator[str]:
    if keyword == "required":
        yield from (f"{name} is missing" for name in wanted if name not in value)
        return
    for name, part in value.items():
        matching = [each for pattern, each in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
        match keyword:
            case "properties" if name in wanted:
                yield from refusals(part, wanted[name], root)
            case "patternProperties":
                yield from (found for each in matching for found in refusals(part, each, root))
            case "propertyNames":
                yield from refusals(name, wanted, root)
            case "additionalProperties" if name not in schema.get("properties", {}) and not matching:
                yield from [f"{name} is unknown"] if wanted is False else refusals(part, _as_schema(wanted), root)


def _as_schema(wanted: object) -> Mapping[str, Any]:
    return wanted if isinstance(wanted, dict) else {}


def _holds(keyword: str, wanted: Any, value: Any) -> bool:
    match keyword:
        case "type":
            return isinstance(value, _TYPES[wanted]) and not (isinstance(value, bool) and wanted != "boolean")
        case "const" | "enum":
            return value == wanted if keyword == "const" else value in wanted
        case "pattern":
            return not isinstance(value, str) or re.search(wanted, value) is not None
        case "minLength" | "maxLength":
            return not isinstance(value, str) or _within(len(value), keyword, wanted)
        case "minItems" | "maxItems":
            return not isinstance(value, list) or _within(len(value), keyword, wanted)
        case "minProperties" | "maxProperties":
            return not isinstance(value, dict) or _within(len(value), keyword, wanted)
        case "minimum" | "maximum":
            return not isinstance(value, int | float) or _within(value, keyword, wanted)
        case "exclusiveMinimum":
            return not isinstance(value, int | float) or value > wanted
    raise AssertionError(f"no such keyword is known: {keyword}")


def _within(size: float, keyword: str, bound: float) -> bool:
    return size >= bound if keyword.startswith("min") else size <= bound
