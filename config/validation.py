"""Validation: plain data against a schema, every fault with its place and what would be right."""

from collections.abc import Mapping as MappingType
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from config.documents import Document, Fault, Loc, Mark, did_you_mean, fault_at


class Strict(BaseModel):
    """Base of every schema: unknown fields are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


ModelT = TypeVar("ModelT", bound=BaseModel)


def validate(model: type[ModelT], document: Document, loc: Loc = ()) -> tuple[ModelT | None, list[Fault]]:
    """Validate the part of a document at `loc`; None with the faults if it does not hold."""
    data = document.data
    for part in loc:
        data = data[part]  # type: ignore[index] # the caller has walked here already
    return validate_data(model, data, document.mark)


def validate_data(model: type[ModelT], data: object, default: Mark) -> tuple[ModelT | None, list[Fault]]:
    """Validate data that remembers its places; `default` is the place of what has none."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [_fault(model, data, details, default) for details in error.errors()]


def _fault(model: type[BaseModel], data: object, details: ErrorDetails, default: Mark) -> Fault:
    loc = details["loc"]
    unknown = details["type"] == "extra_forbidden"
    return fault_at(data, loc, _message(model, details), default, key=unknown)


def _message(model: type[BaseModel], details: ErrorDetails) -> str:
    name = str(details["loc"][-1]) if details["loc"] else "the file"
    match details["type"]:
        case "extra_forbidden":
            return f"unknown field {name!r}{did_you_mean(name, _siblings(model, details['loc']))}"
        case "missing":
            return f"the field {name!r} is missing"
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"{name}: expected fields with values, found {_found(details['input'])}"
        case "list_type" | "tuple_type":
            return f"{name}: expected a list, found {_found(details['input'])}"
        case "string_type":
            return f"{name}: expected text, found {_found(details['input'])}"
        case "literal_error" | "enum":
            return _not_one_of(name, details)
        case "union_tag_invalid":
            return _wrong_kind(details)
        case "union_tag_not_found":
            return f"{name}: the field 'kind' is missing"
        case "value_error":
            text = details["msg"].removeprefix("Value error, ")
            return f"{name}: {text}" if isinstance((details["loc"] or (0,))[-1], str) else text
        case _:
            return f"{name}: {details['input']!r}: {details['msg'][:1].lower()}{details['msg'][1:]}"


def _not_one_of(name: str, details: ErrorDetails) -> str:
    allowed = details.get("ctx", {}).get("expected", "").replace("'", "").replace(" or ", ", ").split(", ")
    return f"{name}: {details['input']!r} is not possible{did_you_mean(str(details['input']), allowed)}"


def _wrong_kind(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    allowed = context.get("expected_tags", "").replace("'", "").split(", ")
    tag = context.get("tag", "")
    return f"kind: {tag!r} is not possible{did_you_mean(tag, allowed)}"


def _found(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "fields with values"
    return "a list" if isinstance(value, list) else repr(value)


def _siblings(model: type[BaseModel], loc: Loc) -> list[str]:
    """The fields that the schema knows where an unknown one was found."""
    schema: Any = model.model_json_schema()
    definitions = schema.get("$defs", {})
    node = _resolve(schema, definitions)
    for part in loc[:-1]:
        node = _child(node, part, definitions)
    return list(node.get("properties", {}))


def _child(node: MappingType[str, Any], part: str | int, definitions: MappingType[str, Any]) -> MappingType[str, Any]:
    if isinstance(part, int):
        return _resolve(node.get("items", {}), definitions)
    if part in node.get("properties", {}):
        return _resolve(node["properties"][part], definitions)
    tagged = node.get("discriminator", {}).get("mapping", {})
    if part in tagged:
        return _resolve({"$ref": tagged[part]}, definitions)
    return _resolve(node.get("additionalProperties") or {}, definitions)


def _resolve(node: MappingType[str, Any], definitions: MappingType[str, Any]) -> MappingType[str, Any]:
    while True:
        if "$ref" in node:
            node = definitions[node["$ref"].rsplit("/", 1)[-1]]
        elif "anyOf" in node:
            objects = [each for each in node["anyOf"] if each.get("type") != "null"]
            node = objects[0] if objects else {}
        else:
            return node
