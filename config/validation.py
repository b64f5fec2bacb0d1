"""Validation: plain data against a schema, every fault with its place and what would be right."""

from collections.abc import Mapping as MappingType
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from config.documents import Document, Fault, Loc, Mapping, Mark, did_you_mean, found_there, own_fault_at
from config.fields import EACH, HOW_TO_WRITE, ONE
from config.lookalikes import brackets

_MANY_FIELDS = 30
_KEY = "[key]"
"""What pydantic adds to the place of a field whose name is wrong."""
_NO_PLACES = {_KEY, ONE, EACH}
_EXPECTED = {
    "model_type": "fields with values",
    "model_attributes_type": "fields with values",
    "dict_type": "fields with values",
    "list_type": "a list",
    "tuple_type": "a list",
    "string_type": "text",
    "string_too_short": "text",
    "path_type": "a path",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}
"""pydantic's types of errors: what was expected."""


class Strict(BaseModel):
    """Base of every schema: unknown fields are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldError(ValueError):
    """One field does not fit the others of its model; the fault is shown at that field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


ModelT = TypeVar("ModelT", bound=BaseModel)


def validate(model: type[ModelT], document: Document) -> tuple[ModelT | None, list[Fault]]:
    """Validate a whole document; None with the faults if it does not hold."""
    if document.data is None:
        return None, [document.fault((), "the file is empty; `duban init DIR` writes one to start from")]
    return validate_data(model, document.data, document)


def validate_data(model: type[ModelT], data: object, whole: Document | Mapping) -> tuple[ModelT | None, list[Fault]]:
    """Validate data that remembers its places; what has none is shown where the whole of it begins."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [_fault(model, data, details, whole.mark) for details in error.errors()]


def _fault(model: type[BaseModel], data: object, details: ErrorDetails, default: Mark) -> Fault:
    """The fault at its field."""
    loc = place(details)
    error = details.get("ctx", {}).get("error")
    if isinstance(error, FieldError):
        loc = (*loc, error.field)
    at_key = details["type"] == "extra_forbidden" or _KEY in details["loc"]
    return own_fault_at(data, loc, _message(model, loc, details), default, key=at_key)


def place(details: ErrorDetails) -> Loc:
    """Where the value stands that an error of pydantic is about, as the file has it."""
    return tuple(part for part in details["loc"] if part not in _NO_PLACES)


def _message(model: type[BaseModel], loc: Loc, details: ErrorDetails) -> str:
    name = _name(loc)
    match details["type"]:
        case "extra_forbidden":
            return f"unknown field {name!r}{did_you_mean(name, _siblings(model, loc), _MANY_FIELDS)}"
        case "missing":
            return f"the field {name!r} is missing"
        case "union_tag_not_found":
            return f"{name}: the field 'kind' is missing"
        case "union_tag_invalid":
            return f"kind: {_not_one_of(details['input']['kind'], details['ctx']['expected_tags'])}"
        case "value_error" if not loc or not isinstance(loc[-1], str):
            return problem(details)
        case _:
            return f"{name}: {problem(details)}"


def _name(loc: Loc) -> str:
    """The field, and which item of it, that a message names."""
    words = [part for part in loc if isinstance(part, str)]
    name = words[-1] if words else "the file"
    return f"{name}, item {loc[-1] + 1}" if loc and isinstance(loc[-1], int) else name


def problem(details: ErrorDetails) -> str:
    """What is wrong with one value, in words that follow its name."""
    found, context = found_there(details["input"]), details.get("ctx", {})
    if details["type"] in _EXPECTED:
        return f"expected {_EXPECTED[details['type']]}, found {found}{brackets(details['input'])}"
    match details["type"]:
        case "value_error":
            return details["msg"].removeprefix("Value error, ")
        case "literal_error" | "enum":
            return _not_one_of(details["input"], context["expected"])
        case "string_pattern_mismatch":
            return f"{found} is not possible; {HOW_TO_WRITE[context['pattern']]}"
        case _:
            return _out_of_bounds(found, details)


def _out_of_bounds(found: str, details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    match details["type"]:
        case "greater_than_equal":
            return f"{found} is too small; at least {context['ge']} is allowed"
        case "greater_than":
            return f"{found} is too small; more than {context['gt']:g} is needed"
        case "less_than_equal":
            return f"{found} is too large; at most {context['le']} is allowed"
        case "string_too_long":
            return f"{found} is longer than {context['max_length']} characters"
        case "too_short":
            return "is empty; at least one is needed"
        case "too_long":
            return f"has too many entries; at most {context['max_length']} is possible"
        case _:
            return f"{found}: {details['msg'][:1].lower()}{details['msg'][1:]}"


def _not_one_of(value: object, expected: str) -> str:
    allowed = expected.replace("'", "").replace(" or ", ", ").split(", ")
    if isinstance(value, str):
        return f"{found_there(value)} is not possible{did_you_mean(value, allowed)}"
    return f"expected one of {', '.join(sorted(allowed))}; found {found_there(value)}"


def _siblings(model: type[BaseModel], loc: Loc) -> list[str]:
    """The fields that the schema knows where an unknown one was found."""
    schema = _schema(model)
    definitions = schema.get("$defs", {})
    node = _resolve(schema, definitions)
    for part in loc[:-1]:
        node = _child(node, part, definitions)
    return list(node.get("properties", {}))


@cache
def _schema(model: type[BaseModel]) -> Any:  # noqa: ANN401 # JSON, looked into by _siblings only
    """A model's schema, which takes long to make: a file may have thousands of unknown fields."""
    return model.model_json_schema()


def _child(node: MappingType[str, Any], part: str | int, definitions: MappingType[str, Any]) -> MappingType[str, Any]:
    if isinstance(part, int):
        return _resolve(node.get("items", {}), definitions)
    if part in node.get("properties", {}):
        return _resolve(node["properties"][part], definitions)
    tagged = node.get("discriminator", {}).get("mapping", {})
    if part in tagged:
        return _resolve({"$ref": tagged[part]}, definitions)
    named = [*node.get("patternProperties", {}).values(), node.get("additionalProperties") or {}]
    return _resolve(named[0], definitions)


def _resolve(node: MappingType[str, Any], definitions: MappingType[str, Any]) -> MappingType[str, Any]:
    while True:
        if "$ref" in node:
            node = definitions[node["$ref"].rsplit("/", 1)[-1]]
        elif "anyOf" in node:
            objects = [each for each in node["anyOf"] if each.get("type") != "null"]
            node = objects[0] if objects else {}
        else:
            return node
