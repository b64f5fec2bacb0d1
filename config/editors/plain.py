"""Plain schemas: what pydantic says of a model, turned into what an editor is to accept, offer and say.

Our loader reads every scalar as text and types it itself, while an editor types scalars by YAML 1.2. So text may be a
number here (`mobile: 13800000001`), and a number or a flag may stand in quotes. Two things that the loader takes are
left out: text that is exactly `true` or `false` without quotes, because editors would offer it everywhere, and numbers
with underscores, or in quotes with an exponent.
"""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from pydantic import BaseModel

from config.editors.meanings import ENUMS
from config.editors.patterns import FORMS, number_pattern, whole_pattern
from config.fields import HOW_TO_WRITE, MOBILE_PATTERN

Node = dict[str, Any]
_DROPPED = ("title", "default", "discriminator", "format", "several")
_FLAG = "^(?:true|True|TRUE|false|False|FALSE)$"
_MOBILES = {"minimum": 10**5, "maximum": 10**15 - 1}


def plain_schema(model: type[BaseModel]) -> Node:
    """The schema of a model with everything written out: no titles, our forms of text as patterns.

    The only references are those to conditions, which may hold others: `#/definitions/` and the name of their format.
    """
    schema = model.model_json_schema()
    return _written_out(schema, schema.get("$defs", {}))


def _written_out(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> Node:
    found = dict(node)
    found.pop("$defs", None)
    if found.get("$ref", "").startswith("#/definitions/"):
        return found
    if "$ref" in found:
        name = found.pop("$ref").rsplit("/", 1)[-1]
        found = {**_written_out(definitions[name], definitions), **_meanings(name), **found}
    for keyword in ("properties", "patternProperties"):
        if keyword in found:
            found[keyword] = {name: _written_out(each, definitions) for name, each in found[keyword].items()}
    if "patternProperties" in found:
        found["additionalProperties"] = False
    for keyword in ("items", "additionalProperties", "propertyNames"):
        if isinstance(found.get(keyword), dict):
            found[keyword] = _written_out(found[keyword], definitions)
    for keyword in ("anyOf", "oneOf"):
        if keyword in found:
            found[keyword] = [_written_out(each, definitions) for each in found[keyword]]
    return _described(_typed(_with_nothing(found)))


def _meanings(name: str) -> Node:
    words = ENUMS.get(name)
    return {"enumDescriptions": list(words.values())} if words else {}


def _with_nothing(node: Node) -> Node:
    """`anyOf` of one schema and null, as optional fields have it, made into one schema that null meets."""
    alternatives = node.get("anyOf", [])
    others = [each for each in alternatives if each != {"type": "null"}]
    if len(others) != 1 or len(alternatives) != 2:
        return node
    [other] = others
    outer = {keyword: each for keyword, each in node.items() if keyword != "anyOf"}
    found = {**other, **outer, "nothing": True}
    if outer.get("format", other.get("format")) != other.get("format"):
        found.pop("pattern", None)
    return found


def _typed(node: Node) -> Node:
    """Types as an editor sees them."""
    found, nothing = dict(node), node.pop("nothing", False)
    found.pop("nothing", None)
    name = found.get("format", "")
    form = FORMS.get(name)
    if form is not None:
        found |= {"type": "string", "pattern": form.pattern, "errorMessage": form.message}
    elif name.startswith("conditions"):
        found = {"$ref": f"#/definitions/{name}", "description": found["description"]}
    elif name == "zone":
        found |= {"enum": sorted(available_timezones()), "errorMessage": "write a time zone, as Asia/Shanghai"}
    elif "enum" in found or "const" in found:
        found.pop("type", None)
    elif found.get("several"):
        found = _one_or_several(found)
    else:
        found |= _loose(found)
    for keyword in _DROPPED:
        found.pop(keyword, None)
    return _or_nothing(found) if nothing else found


def _loose(node: Node) -> Node:
    """A number, a flag or text, in quotes or not; our whole numbers have a minimum, and other numbers a maximum."""
    match node.get("type"):
        case "integer":
            pattern = whole_pattern(node["minimum"], node.get("maximum"))
            return {"type": ["integer", "string"], "pattern": pattern, "patternErrorMessage": _expected("whole ", node)}
        case "number":
            pattern = number_pattern(node["maximum"])
            return {"type": ["number", "string"], "pattern": pattern, "patternErrorMessage": _expected("", node)}
        case "boolean":
            return {"type": ["boolean", "string"], "pattern": _FLAG, "errorMessage": "expected true or false"}
        case "string":
            return _loose_text(node.get("pattern"))
        case _:
            return {}


def _expected(which: str, node: Node) -> str:
    most = f" up to {node['maximum']}" if "maximum" in node else ""
    return f"expected a {which}number{most}"


def _loose_text(pattern: str | None) -> Node:
    """Text, which may be a number where its pattern can be met by digits."""
    if pattern is None:
        return {"type": ["string", "number"], "errorMessage": "expected text"}
    said = {"errorMessage": HOW_TO_WRITE[pattern]} if pattern in HOW_TO_WRITE else {}
    if pattern == MOBILE_PATTERN:
        return {"type": ["string", "integer"], **_MOBILES, **said}
    least = {} if re.search(pattern, "-2026") else {"minimum": 0}
    return {"type": ["string", "number"], **least, **said} if re.search(pattern, "2026") else said


def _one_or_several(node: Node) -> Node:
    outer = {keyword: each for keyword, each in node.items() if keyword not in {"type", "items"}}
    return {**outer, "anyOf": [node["items"], {"type": "array", "items": node["items"]}]}


def _or_nothing(node: Node) -> Node:
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "enum" in node:
        return node | {"enum": [*node["enum"], None]}
    if "anyOf" in node:
        return node | {"anyOf": [*node["anyOf"], {"type": "null"}]}
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    return node | {"type": [*types, "null"]}


def _described(node: Node) -> Node:
    """Descriptions once more as Markdown, where they have code in them: else editors show `these` as they stand."""
    description = node.get("description", "")
    return node | {"markdownDescription": description} if "`" in description else node
